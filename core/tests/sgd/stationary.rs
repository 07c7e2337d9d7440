//! Stationary variances of ensembles: fixed seeds, 20 000 independent chains, three standard deviations
//! `√(2/n)` of a normal sample's variance, that is 3 %.

use losscape::Real;
use losscape::base::random::stream;
use losscape::sgd::{
    AddNoise, BatchOrder, FullBatch, Langevin, LearningRate, Minibatches, Momentum, Noise, Sgd, SgdLayout,
    SgdStep, Transform,
};

use crate::objectives::{Bowl, Centres, Diagonal, mean_and_variance};

const CHAINS: usize = 20_000;

fn tolerance(chains: usize) -> f64 {
    3.0 * (2.0 / chains as f64).sqrt()
}

#[track_caller]
fn check(name: &str, values: &[f64], expected: f64) {
    let (mean, variance) = mean_and_variance(values);
    let relative = tolerance(values.len());
    assert!((variance / expected - 1.0).abs() < relative, "{name}: {variance} against {expected}");
    let error = (expected / values.len() as f64).sqrt();
    assert!(mean.abs() < 4.0 * error, "{name}: mean {mean} ± {error}");
}

/// One chain per coordinate of a bowl of curvature 2.
fn ensemble<R: Real>(seed: u64, steps: u32, transforms: impl Transform<R>) -> Vec<f64> {
    let objective = Bowl { dim: CHAINS, curvature: 2.0 };
    let mut params = vec![R::ZERO; CHAINS];
    let mut workspace = vec![R::ZERO; SgdLayout::new(CHAINS, 0).len()];
    let mut sgd = Sgd::new(&objective, &mut params, FullBatch, transforms, &mut workspace).expect("valid");
    let mut rng = stream(seed, 0);
    for _ in 0..steps {
        assert!(matches!(sgd.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
    }
    sgd.params().iter().map(|x| x.to_f64()).collect()
}

const UNIT: Noise<f64> = Noise::Gaussian { std_dev: 1.0 };
const RATE: LearningRate<f64> = LearningRate::constant(0.1);

// Each is measured when what it misses of its stationary variance, q^2k for k plain steps and about μ^k
// with momentum, is below 3e-4, a hundredth of the tolerance.

#[test]
fn sgd() {
    let noise = AddNoise::new(UNIT, &mut []);
    check("f64", &ensemble(31, 20, (noise, RATE)), 0.0277777778);
    let noise = AddNoise::new(Noise::Gaussian { std_dev: 1.0f32 }, &mut []);
    check("f32", &ensemble(32, 20, (noise, LearningRate::constant(0.1f32))), 0.0277777778);
}

#[test]
fn momentum() {
    let (mut v, mut point) = (vec![0.0; CHAINS], vec![0.0; CHAINS]);
    let heavy = Momentum::heavy_ball(0.9, &mut v);
    check("heavy ball", &ensemble(33, 80, (AddNoise::new(UNIT, &mut []), RATE, heavy)), 0.2638888889);
    let nesterov = Momentum::nesterov(0.9, &mut v, &mut point);
    check("Nesterov", &ensemble(34, 80, (AddNoise::new(UNIT, &mut []), RATE, nesterov)), 0.0947971781);
    let averaged = Momentum::averaged(0.9, &mut v);
    check("averaged", &ensemble(35, 80, (AddNoise::new(UNIT, &mut []), RATE, averaged)), 0.0251322751);
}

/// `x' = (1 − ηλ) x − √(2ηT) ξ` has variance `2T / (λ (2 − ηλ))`, the Gibbs variance `T/λ` as η → 0.
#[test]
fn langevin() {
    let expected = 2.0 * 0.4 / (2.0 * (2.0 - 0.1 * 2.0));
    check("Langevin", &ensemble(36, 20, Langevin::new(RATE, (), 0.4)), expected);
}

/// Uniform noise in a ball of radius R in d dimensions: `R²/(d + 2)` in place of σ². Chains of a pair
/// of coordinates; the tolerance is the normal one, which bounds that of lighter tails.
#[test]
fn ball() {
    let objective = Diagonal([2.0, 2.0]);
    let mut values = Vec::new();
    let mut rng = stream(37, 0);
    let mut record = [0.0; 2];
    for _ in 0..CHAINS / 2 {
        let (mut params, mut workspace) = ([0.0; 2], [0.0; 2]);
        let noise = AddNoise::new(Noise::Ball { radius: 3.0 }, &mut record);
        let mut sgd =
            Sgd::new(&objective, &mut params, FullBatch, (noise, RATE), &mut workspace).expect("valid");
        for _ in 0..20 {
            assert!(matches!(sgd.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
        }
        values.extend_from_slice(sgd.params());
    }
    check("ball", &values, 0.0277777778 * 9.0 / 4.0);
}

/// `HΣ + ΣH − ηHΣH = ηC` with `H = diag(1, 4)`, `C = [[1, ½], [½, 1]] = LᵀL` and `η = 0.1`:
/// `Σᵢⱼ = η Cᵢⱼ / (Hᵢ + Hⱼ − η Hᵢ Hⱼ)`.
#[test]
fn low_rank_covariance() {
    let objective = Diagonal([1.0, 4.0]);
    let factor = [1.0, 0.5, 0.0, 0.75f64.sqrt()];
    let mut rng = stream(38, 0);
    let (mut first, mut second, mut product) = (Vec::new(), Vec::new(), Vec::new());
    let mut record = [0.0; 2];
    for _ in 0..CHAINS {
        let (mut params, mut workspace) = ([0.0; 2], [0.0; 2]);
        let noise = AddNoise::low_rank(&factor, &mut record);
        let mut sgd =
            Sgd::new(&objective, &mut params, FullBatch, (noise, RATE), &mut workspace).expect("valid");
        for _ in 0..40 {
            assert!(matches!(sgd.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
        }
        first.push(sgd.params()[0]);
        second.push(sgd.params()[1]);
        product.push(sgd.params()[0] * sgd.params()[1]);
    }
    check("Σ₁₁", &first, 0.05263158);
    check("Σ₂₂", &second, 0.015625);
    let (covariance, _) = mean_and_variance(&product);
    // The variance of a product of normals is Σ₁₁ Σ₂₂ + Σ₁₂².
    let error = ((0.05263158 * 0.015625 + 0.01086957 * 0.01086957) / CHAINS as f64).sqrt();
    assert!((covariance - 0.01086957).abs() < 3.0 * error, "Σ₁₂: {covariance} ± {error}");
}

/// The parameter of independent chains on `(λ/2)(x − cₖ)²`, λ = 1, batch size 1, started at 0.
fn chains(order: BatchOrder, samples: u32, eta: f64, steps: u32, chains: usize) -> Vec<f64> {
    // Centres ±1: mean 0 and population variance 1.
    let centres: Vec<f64> = (0..samples).map(|k| if k % 2 == 0 { 1.0 } else { -1.0 }).collect();
    let objective = Centres::new(1.0, &centres);
    let mut indices = vec![0; order.indices_len(samples, 1)];
    let mut rng = stream(39, samples);
    (0..chains)
        .map(|_| {
            let (mut params, mut workspace) = ([0.0], [0.0]);
            let batches = Minibatches::new(order, samples, 1, &mut indices).expect("valid");
            let rate = LearningRate::constant(eta);
            let mut sgd = Sgd::new(&objective, &mut params, batches, rate, &mut workspace).expect("valid");
            for _ in 0..steps {
                assert!(matches!(sgd.step(&objective, &mut rng), SgdStep::Stepped { .. }), "finite");
            }
            sgd.params()[0]
        })
        .collect()
}

/// Independent draws against shuffled epochs: `(ηλ)² s² / (1 − q²)` and its ratio in the table of exact
/// values (`exact.rs`), sampled at the end of an epoch.
#[test]
fn data_order() {
    let independent = |eta: f64| eta * eta / (1.0 - (1.0 - eta) * (1.0 - eta));
    check("iid", &chains(BatchOrder::WithReplacement, 10, 0.1, 40, CHAINS), independent(0.1));
    check("iid by subsets", &chains(BatchOrder::WithoutReplacement, 10, 0.1, 40, CHAINS), independent(0.1));
    let epochs = BatchOrder::ShuffledEpochs;
    check("N 10, ηλ 0.1", &chains(epochs, 10, 0.1, 40, CHAINS), 0.0915855 * independent(0.1));
    check("N 10, ηλ 0.5", &chains(epochs, 10, 0.5, 10, CHAINS), 0.778428 * independent(0.5));
    check("N 100, ηλ 0.1", &chains(epochs, 100, 0.1, 100, CHAINS), 0.818192 * independent(0.1));
    check("N 100, ηλ 0.01", &chains(epochs, 100, 0.01, 500, 2000), 0.0772248 * independent(0.01));
}
