//! The hot functions: what runs in the loops of training, of path searches and of clouds, each under a name of its own.
//!
//! `cargo xtask size` links them one at a time and refuses a panic in any of them. Arguments are those of a
//! stranger: nothing is known of a length or an index here, so that nothing can be proven from it.
#![no_std]

use core::panic::PanicInfo;

use losscape::base::random::{self, Xoshiro128PlusPlus};
use losscape::base::vector::LaneSum;
use losscape::base::{elementary, matrix, vector};
use losscape::diffusion::{
    BatchDescent, Ensemble, EnsembleStep, Evolution, EvolutionStep, FokkerPlanck, Langevin,
};
use losscape::models::mlp::{self, Activation, Mlp, MlpObjective};
use losscape::models::surfaces::DoubleWell;
use losscape::objective::OnBatch;
use losscape::path::{
    self, AutoNeb, AutoNebStep, Band, BandStep, Curve, CurveStep, Cycle, DenseScan, ScanStep, StringMethod,
    StringSampling, StringSamplingStep, StringStep, Tangent,
};
use losscape::sgd::{
    AddNoise, Batch, ClipNorm, ClipValue, Halt, LearningRate, Minibatches, Momentum, Scale, Sgd, SgdStep,
    Transform, WeightDecay,
};
use losscape::{Objective, SampledObjective};

type Rng = Xoshiro128PlusPlus;
/// Every transform that needs no recording.
type Chain<'a> = (
    WeightDecay,
    ClipNorm,
    ClipValue,
    Scale,
    LearningRate,
    Momentum<f32, &'a mut [f32]>,
    AddNoise<f32, &'a mut [f32]>,
);

/// `name(argument: type, …) -> type = path;`: a function that calls the path, under the symbol `hot_name`.
macro_rules! hot {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $output:ty)? = $path:expr;)*) => {
        $(
            #[unsafe(export_name = concat!("hot_", stringify!($name)))]
            pub fn $name($($argument: $type),*) $(-> $output)? {
                $path($($argument),*)
            }
        )*
    };
}

hot! {
    exp(x: f32) -> f32 = elementary::exp;
    ln(x: f32) -> f32 = elementary::ln;
    tanh(x: f32) -> f32 = elementary::tanh;
    tanh_micromath(x: f32) -> f32 = elementary::tanh_micromath;
    sigmoid(x: f32) -> f32 = elementary::sigmoid;
    softplus(x: f32) -> f32 = elementary::softplus;
    sin(x: f32) -> f32 = elementary::sin;
    cos(x: f32) -> f32 = elementary::cos;
    sqrt(x: f32) -> f32 = elementary::sqrt;
    exp_m1(x: f32) -> f32 = elementary::exp_m1;
    ln_1p(x: f32) -> f32 = elementary::ln_1p;
    erf(x: f32) -> f32 = elementary::erf;
    erfc(x: f32) -> f32 = elementary::erfc;
    sin_slice(x: &mut [f32]) = elementary::sin_slice;
    cos_slice(x: &mut [f32]) = elementary::cos_slice;

    dot(x: &[f32], y: &[f32]) -> f32 = vector::dot;
    norm(x: &[f32]) -> f32 = vector::norm;
    distance(x: &[f32], y: &[f32]) -> f32 = vector::distance;
    normalise(x: &mut [f32]) -> f32 = vector::normalise;
    unit_scale(x: &[f32]) -> f32 = vector::unit_scale;
    dot_scaled(a: f32, x: &[f32], b: f32, y: &[f32]) -> f32 = vector::dot_scaled;
    axpy(a: f32, x: &[f32], y: &mut [f32]) = vector::axpy;
    scale(a: f32, x: &mut [f32]) = vector::scale;
    lane_sum_push(sum: &mut LaneSum, x: f32) = LaneSum::push;
    lane_sum_total(sum: &LaneSum) -> f32 = LaneSum::total;

    affine(x: &[f32], w: &[f32], bias: &[f32], out: &mut [f32], outputs: usize) = matrix::affine;
    affine_add(x: &[f32], w: &[f32], out: &mut [f32], outputs: usize) = matrix::affine_add;
    back(d: &[f32], w: &[f32], out: &mut [f32], outputs: usize) = matrix::back;
    back_add(d: &[f32], w: &[f32], out: &mut [f32], outputs: usize) = matrix::back_add;
    outer_sum(x: &[f32], d: &[f32], sum: &mut [f32], outputs: usize) = matrix::outer_sum;
    column_sum(d: &[f32], sum: &mut [f32]) = matrix::column_sum;

    activation(f: Activation, z: &mut [f32]) = Activation::apply;
    softmax(outputs: &mut [f32]) = mlp::softmax;
    classify(net: &Mlp, outputs: &[f32], threshold: f32) -> usize = Mlp::classify;
    predict(net: &Mlp, params: &[f32], inputs: &[f32], outputs: &mut [f32], scratch: &mut [f32]) = Mlp::predict;
    value(f: &MlpObjective<'_>, params: &[f32], scratch: &mut [f32]) -> f32 = MlpObjective::value;
    value_grad(f: &MlpObjective<'_>, params: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32
        = MlpObjective::value_grad;
    batch_value_grad(
        f: &MlpObjective<'_>, params: &[f32], batch: &[u32], grad: &mut [f32], scratch: &mut [f32]
    ) -> f32 = MlpObjective::batch_value_grad;
    accuracy(f: &MlpObjective<'_>, params: &[f32], scratch: &mut [f32]) -> f32 = MlpObjective::accuracy;

    index(rng: &mut Rng, n: u32) -> u32 = random::index;
    uniform(rng: &mut Rng) -> f32 = random::uniform::<f32, Rng>;
    normal_pair(rng: &mut Rng) -> [f32; 2] = random::normal_pair;
    fill_normal(rng: &mut Rng, out: &mut [f32]) = random::fill_normal;
    add_normal(rng: &mut Rng, std_dev: f32, y: &mut [f32]) = random::add_normal;
    fill_ball(rng: &mut Rng, radius: f32, out: &mut [f32]) = random::fill_ball;
    fill_indices(rng: &mut Rng, n: u32, out: &mut [u32]) = random::fill_indices;
    partial_shuffle(rng: &mut Rng, permutation: &mut [u32], count: usize) = random::partial_shuffle;

    weight_decay(t: &mut WeightDecay, params: &[f32], update: &mut [f32], rng: &mut Rng) -> Result<(), Halt>
        = Transform::apply;
    clip_norm(t: &mut ClipNorm, params: &[f32], update: &mut [f32], rng: &mut Rng) -> Result<(), Halt>
        = Transform::apply;
    clip_value(t: &mut ClipValue, params: &[f32], update: &mut [f32], rng: &mut Rng) -> Result<(), Halt>
        = Transform::apply;
    learning_rate(t: &mut LearningRate, params: &[f32], update: &mut [f32], rng: &mut Rng) -> Result<(), Halt>
        = Transform::apply;
    momentum(
        t: &mut Momentum<f32, &mut [f32]>, params: &[f32], update: &mut [f32], rng: &mut Rng
    ) -> Result<(), Halt> = Transform::apply;
    add_noise(
        t: &mut AddNoise<f32, &mut [f32]>, params: &[f32], update: &mut [f32], rng: &mut Rng
    ) -> Result<(), Halt> = Transform::apply;
    minibatch(batches: &mut Minibatches<&mut [u32]>, rng: &mut Rng) -> usize
        = |batches: &mut Minibatches<&mut [u32]>, rng| match batches.next_batch(rng) {
            Batch::Samples(batch) => batch.len(),
            Batch::All | Batch::MemoryChanged => 0,
        };
    sgd_step(
        sgd: &mut Sgd<f32, Minibatches<&mut [u32]>, Chain<'_>, &mut [f32], &mut [f32]>,
        f: &MlpObjective<'_>,
        rng: &mut Rng
    ) -> SgdStep = Sgd::step;

    length(corners: &[f32], dim: usize) -> f32 = path::length;
    tangent(kind: Tangent, before: &[f32], here: &[f32], after: &[f32], values: [f32; 3], out: &mut [f32])
        = path::tangent;
    band_step(band: &mut Band<f32, &mut [f32], &mut [f32]>, f: &MlpObjective<'_>) -> BandStep = Band::step;
    autoneb_step(
        search: &mut AutoNeb<f32, &[Cycle], &mut [f32], &mut [f32]>,
        f: &OnBatch<'_, MlpObjective<'_>>,
        full: &MlpObjective<'_>
    ) -> AutoNebStep = AutoNeb::step;
    string_step(
        string: &mut StringMethod<f32, &mut [f32], &mut [f32]>, f: &MlpObjective<'_>
    ) -> StringStep = StringMethod::step;
    sampling_step(
        sampling: &mut StringSampling<f32, &mut [f32], &mut [f32]>, f: &MlpObjective<'_>
    ) -> StringSamplingStep = StringSampling::step;
    curve_step(
        curve: &mut Curve<f32, &mut [f32], &mut [f32]>, f: &MlpObjective<'_>, rng: &mut Rng
    ) -> CurveStep = Curve::step;
    scan_step(
        scan: &mut DenseScan, f: &MlpObjective<'_>, images: &[f32], point: &mut [f32], scratch: &mut [f32]
    ) -> ScanStep = DenseScan::step;

    ensemble_step(
        cloud: &mut Ensemble<f32, Langevin, &mut [f32], &mut [Rng], &mut [f32]>, f: &DoubleWell
    ) -> EnsembleStep = Ensemble::step;
    batch_ensemble_step(
        cloud: &mut Ensemble<f32, BatchDescent, &mut [f32], &mut [Rng], &mut [f32]>, f: &MlpObjective<'_>
    ) -> EnsembleStep = Ensemble::step;
    evolution_step(
        density: &mut Evolution<f32, 1, &mut [f32], &mut [f32]>, equation: &FokkerPlanck<f32, 1, &mut [f32]>
    ) -> EvolutionStep = Evolution::step;
    evolution_step_2d(
        density: &mut Evolution<f32, 2, &mut [f32], &mut [f32]>, equation: &FokkerPlanck<f32, 2, &mut [f32]>
    ) -> EvolutionStep = Evolution::step;
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        fn a_panic_was_linked() -> !;
    }
    // SAFETY: nothing that is linked from here is ever run.
    unsafe { a_panic_was_linked() }
}
