// W1 to W3 with Eigen, in the expressions of MiniDNN: this is not MiniDNN, but what its layers do to the
// processor (FullyConnected, Tanh, ReLU, Softmax, RegressionMSE, MultiClassEntropy, SGD), with f32 numbers,
// without its virtual calls and callbacks, and answering as benches/src/contender.rs says.
//
//     g++ -O3 -march=native -I /usr/include/eigen3 train.cc -o train && ./train FOLDER
//
// FOLDER holds W1.f32 and so on: inputs, targets and start of each workload.

#include <Eigen/Dense>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using Matrix = Eigen::MatrixXf;
using Vector = Eigen::VectorXf;
using Samples = Eigen::Map<const Matrix>;  // a column per sample

constexpr float kLearningRate = 0.05f;

struct Layer {
    Matrix weight, weight_gradient;  // inputs x outputs
    Vector bias, bias_gradient;
    Matrix z, a, input_gradient;
};

struct Training {
    std::vector<int> widths;
    bool relu;
    int samples, batch;
    std::vector<float> inputs, params;
    std::vector<Matrix> batch_inputs, batch_targets;  // resident, as MiniDNN cuts them before it trains
    Matrix all_inputs, all_targets;
    std::vector<Layer> layers;
    Matrix loss_gradient;

    bool read(const std::string& path) {
        std::ifstream file(path, std::ios::binary);
        const int in = widths.front(), out = widths.back();
        size_t count = 0;
        for (size_t l = 0; l + 1 < widths.size(); l++) count += (widths[l] + 1) * widths[l + 1];
        std::vector<float> targets(samples);
        inputs.resize(size_t(samples) * in);
        params.resize(count);
        for (auto* part : {&inputs, &targets, &params})
            file.read(reinterpret_cast<char*>(part->data()), part->size() * sizeof(float));
        if (!file) return false;
        all_inputs = Samples(inputs.data(), in, samples);
        all_targets = Matrix::Zero(out, samples);
        for (int k = 0; k < samples; k++) {
            if (out > 1) all_targets(int(targets[k]), k) = 1;
            else all_targets(0, k) = targets[k];
        }
        for (int k = 0; k < samples; k += batch) {
            batch_inputs.push_back(all_inputs.middleCols(k, batch));
            batch_targets.push_back(all_targets.middleCols(k, batch));
        }
        reset();
        return true;
    }

    void reset() {
        layers.assign(widths.size() - 1, Layer());
        const float* next = params.data();
        for (size_t l = 0; l < layers.size(); l++) {
            // The file has a row per input, Eigen a column per output.
            layers[l].weight = Samples(next, widths[l + 1], widths[l]).transpose();
            next += widths[l] * widths[l + 1];
            layers[l].bias = Eigen::Map<const Vector>(next, widths[l + 1]);
            next += widths[l + 1];
        }
    }

    void forward(const Matrix& x) {
        const Matrix* below = &x;
        for (size_t l = 0; l < layers.size(); l++) {
            Layer& own = layers[l];
            own.z.resize(own.weight.cols(), x.cols());
            own.z.noalias() = own.weight.transpose() * *below;
            own.z.colwise() += own.bias;
            own.a.resize(own.z.rows(), own.z.cols());
            if (l + 1 < layers.size()) {
                if (relu) own.a.array() = own.z.array().cwiseMax(0.0f);
                else own.a.array() = own.z.array().tanh();
            } else if (widths.back() > 1) {
                own.a.array() = (own.z.rowwise() - own.z.colwise().maxCoeff()).array().exp();
                own.a.array().rowwise() /= own.a.colwise().sum().array();
            } else {
                own.a = own.z;
            }
            below = &own.a;
        }
    }

    void backward(const Matrix& x, const Matrix& y) {
        const int count = x.cols();
        Layer& last = layers.back();
        loss_gradient.resize(y.rows(), count);
        if (widths.back() > 1) loss_gradient.noalias() = -y.cwiseQuotient(last.a);
        else loss_gradient.noalias() = last.a - y;
        for (size_t l = layers.size(); l-- > 0;) {
            Layer& own = layers[l];
            const Matrix& below = l == 0 ? x : layers[l - 1].a;
            const Matrix& upstream = l + 1 == layers.size() ? loss_gradient : layers[l + 1].input_gradient;
            if (l + 1 < layers.size()) {
                if (relu) own.z.array() = (own.a.array() > 0.0f).select(upstream, 0.0f);
                else own.z.array() = (1.0f - own.a.array().square()) * upstream.array();
            } else if (widths.back() > 1) {
                Eigen::RowVectorXf dots = own.a.cwiseProduct(upstream).colwise().sum();
                own.z.array() = own.a.array() * (upstream.rowwise() - dots).array();
            } else {
                own.z = upstream;
            }
            own.weight_gradient.noalias() = below * own.z.transpose() / count;
            own.bias_gradient.noalias() = own.z.rowwise().mean();
            // MiniDNN computes this for the first layer, too.
            own.input_gradient.resize(own.weight.rows(), count);
            own.input_gradient.noalias() = own.weight * own.z;
        }
    }

    void epoch() {
        for (size_t k = 0; k < batch_inputs.size(); k++) {
            forward(batch_inputs[k]);
            backward(batch_inputs[k], batch_targets[k]);
            for (Layer& own : layers) {
                own.weight.noalias() -= kLearningRate * own.weight_gradient;
                own.bias.noalias() -= kLearningRate * own.bias_gradient;
            }
        }
    }

    double check() {
        reset();
        epoch();
        forward(all_inputs);
        const Matrix& a = layers.back().a;
        if (widths.back() > 1) return -(a.array().log() * all_targets.array()).sum() / samples;
        return 0.5 * (a - all_targets).squaredNorm() / samples;
    }
};

// The processor's time for this program.
static double seconds_now() {
    return double(std::clock()) / CLOCKS_PER_SEC;
}

int main(int argc, char** argv) {
    if (argc != 2) return std::fprintf(stderr, "usage: train FOLDER\n"), 2;
    Training trainings[3];
    trainings[0].widths = {2, 16, 16, 1}, trainings[1].widths = {64, 32, 10}, trainings[2].widths = {784, 128, 10};
    for (int w = 0; w < 3; w++) {
        trainings[w].relu = w == 2;
        trainings[w].samples = w == 2 ? 2048 : 1024;
        trainings[w].batch = w == 2 ? 64 : 32;
        const std::string path = std::string(argv[1]) + "/W" + std::to_string(w + 1) + ".f32";
        if (!trainings[w].read(path)) return std::fprintf(stderr, "cannot read %s\n", path.c_str()), 1;
    }
    std::string line;
    while (std::getline(std::cin, line)) {
        std::istringstream words(line);
        std::string verb, name;
        double limit = 0;
        words >> verb >> name >> limit;
        const int w = name.size() == 2 ? name[1] - '1' : 9;
        if (w < 0 || w > 2) {
            std::puts("-");
        } else if (verb == "check") {
            std::printf("%.9e\n", trainings[w].check());
        } else {
            const double start = seconds_now();
            double units = 0, elapsed = 0;
            do {
                trainings[w].epoch();
                units += trainings[w].samples;
                elapsed = seconds_now() - start;
            } while (elapsed < limit);
            std::printf("%.9e\n", units / elapsed);
        }
        std::fflush(stdout);
    }
}
