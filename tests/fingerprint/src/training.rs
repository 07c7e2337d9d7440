//! Training with every kind of noise: losses of all steps, the parameters, curvature at the end.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{
    AddNoise, BatchOrder, ClipNorm, FullBatch, GradientSource, Langevin, LearningRate, Minibatches, Momentum,
    Noise, Replay, Schedule, Sgd, SgdLayout, SgdStep, Transform, WeightDecay,
};
use losscape::{ArgError, Curvature, Real};

use crate::numbers::numbers;
use crate::{Experiment, digest};

pub(crate) const SINGLE: Experiment =
    Experiment { name: "training-f32", digest: 0x932aa528d8346ea9, stack: 10 * 1024, run: run::<f32> };
pub(crate) const DOUBLE: Experiment =
    Experiment { name: "training-f64", digest: 0xc856c29d354b16cf, stack: 16 * 1024, run: run::<f64> };

const NET: Mlp = Mlp::from_widths(&[2, 6, 2]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 26;
const BATCH: u32 = 4;
const TILE: usize = 5;
/// More than three epochs.
const STEPS: usize = 22;

fn run<R: Real>() -> u64 {
    digest(every_noise::<R>)
}

fn every_noise<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let inputs = numbers::<R, { 2 * SAMPLES }>(6, 1.5);
    let mut labels = [0; SAMPLES];
    for (label, x) in labels.iter_mut().zip(inputs.chunks_exact(2)) {
        *label = u8::from(x[0] * x[1] > R::ZERO);
    }
    let data = Dataset::new(&inputs, 2, Targets::Labels(&labels))?;
    let objective =
        MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, R::from_f64(1e-3))?.with_tile(TILE)?;
    let real = R::from_f64;
    let rate = LearningRate::constant(real(0.2));
    let (mut row, mut velocity, mut point) = ([R::ZERO; DIM], [R::ZERO; DIM], [R::ZERO; DIM]);

    let orders = [BatchOrder::WithReplacement, BatchOrder::WithoutReplacement, BatchOrder::ShuffledEpochs];
    for order in orders {
        let mut indices = [0; SAMPLES];
        let len = order.indices_len(26, BATCH);
        let batches = Minibatches::new(order, 26, BATCH, &mut indices[..len])?;
        let cosine = Schedule::Cosine { rate: real(0.5), last: real(0.01), warm_up: 3, steps: 15 };
        let clip = ClipNorm { max_norm: real(0.8) };
        let momentum = Momentum::heavy_ball(real(0.9), &mut velocity);
        train(&objective, batches, (clip, LearningRate::new(cosine), momentum), digest)?;
    }

    for noise in [Noise::Gaussian { std_dev: real(0.02) }, Noise::Ball { radius: real(0.1) }] {
        train(&objective, FullBatch, (rate, AddNoise::new(noise, &mut row)), digest)?;
    }
    train(&objective, FullBatch, Langevin::new(rate, (), real(1e-3)), digest)?;
    let factor = numbers::<R, { 2 * DIM }>(7, 0.05);
    train(&objective, FullBatch, (rate, AddNoise::low_rank(&factor, &mut row)), digest)?;

    let rows = numbers::<R, { STEPS * DIM }>(8, 0.02);
    let nesterov = Momentum::nesterov(real(0.8), &mut velocity, &mut point);
    let decay = WeightDecay { decay: real(1e-3) };
    train(&objective, FullBatch, (Replay::new(&rows), rate, nesterov, decay), digest)
}

fn train<'a, R, S, T>(
    objective: &MlpObjective<'a, R>,
    source: S,
    transforms: T,
    digest: &mut Fingerprint,
) -> Result<(), ArgError>
where
    R: Real,
    S: GradientSource<R, MlpObjective<'a, R>>,
    T: Transform<R>,
{
    let mut rng = stream(7, 1);
    let mut params = [R::ZERO; DIM];
    let mut workspace = [R::ZERO; SgdLayout::new(DIM, NET.scratch_len(TILE)).len()];
    NET.init(Init::GlorotUniform, &mut params, &mut rng);
    let mut sgd = Sgd::new(objective, &mut params, source, transforms, &mut workspace)?;
    for _ in 0..STEPS {
        match sgd.step(objective, &mut rng) {
            SgdStep::Stepped { value } => digest.real(value),
            SgdStep::NotFinite { step } => digest.word(step.into()),
            SgdStep::NoiseExhausted | SgdStep::MemoryChanged => digest.word(u64::MAX),
        }
    }
    digest.reals(&params);
    let mut curvature = [R::ZERO; DIM];
    let mut scratch = [R::ZERO; NET.hess_vec_scratch_len(TILE)];
    objective.hess_vec(&params, &numbers::<R, DIM>(9, 1.0), &mut curvature, &mut scratch);
    digest.reals(&curvature);
    Ok(())
}
