//! Two networks on the same clusters, before and after their hidden units are matched.

use losscape::base::random::{fill_normal, stream};
use losscape::base::vector::axpy;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, AlignConfig, AlignLayout, Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, Sgd, SgdLayout, SgdStep};
use losscape::{ArgError, Objective};

use crate::paths::scan;

/// Inputs of a sample.
const WIDTH: usize = 10;
const CLASSES: u8 = 4;
const SAMPLES: u32 = 400;
const BATCH: u32 = 50;
const EPOCHS: u32 = 150;

/// Eight Gaussian clusters in ten dimensions, of four classes: centres 1.6 · N(0, I), unit noise, 400 samples.
#[derive(Clone, Debug)]
pub struct Clusters {
    inputs: Vec<f64>,
    labels: Vec<u8>,
}

impl Default for Clusters {
    fn default() -> Self {
        let mut rng = stream(83, 0);
        let mut centres = [0.0; 8 * WIDTH];
        fill_normal(&mut rng, &mut centres);
        let mut inputs = vec![0.0; SAMPLES as usize * WIDTH];
        fill_normal(&mut rng, &mut inputs);
        for (input, centre) in inputs.chunks_exact_mut(WIDTH).zip(centres.chunks_exact(WIDTH).cycle()) {
            axpy(1.6, centre, input);
        }
        let labels = (0..CLASSES).cycle().take(SAMPLES as usize).collect();
        Self { inputs, labels }
    }
}

impl Clusters {
    /// The 10-h-4 ReLU network on them: cross-entropy and L2 of this strength.
    ///
    /// # Errors
    /// If `hidden` is zero.
    pub fn objective(&self, hidden: usize, l2: f64) -> Result<MlpObjective<'_, f64>, ArgError> {
        let net = Mlp::new(&[WIDTH, hidden, CLASSES.into()])?.with_hidden(Activation::Relu);
        let data = Dataset::new(&self.inputs, WIDTH, Targets::Labels(&self.labels))?;
        MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, l2)
    }
}

/// A network trained from this seed: 150 epochs at rate 0.05, momentum 0.9, batches of 50.
///
/// # Errors
/// None that [`Clusters::objective`] could cause.
///
/// # Panics
/// If a value on the way is not finite.
pub fn train(f: &MlpObjective<'_, f64>, seed: u32) -> Result<Vec<f64>, ArgError> {
    let mut rng = stream(84, seed);
    let (mut params, mut velocity) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
    f.net().init(Init::HeNormal, &mut params, &mut rng);
    let mut order = vec![0; SAMPLES as usize];
    let batches = Minibatches::new(BatchOrder::ShuffledEpochs, SAMPLES, BATCH, &mut order)?;
    let chain = (LearningRate::constant(0.05), Momentum::heavy_ball(0.9, &mut velocity));
    let mut workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, &mut params, batches, chain, &mut workspace)?;
    for _ in 0..EPOCHS * (SAMPLES / BATCH) {
        assert!(matches!(sgd.step(f, &mut rng), SgdStep::Stepped { .. }), "a finite step");
    }
    Ok(params)
}

/// Matches the hidden units of `params` with those of `reference`.
///
/// # Errors
/// If one of them is no network of this shape.
pub fn align(net: &Mlp, reference: &[f64], params: &mut [f64]) -> Result<(), ArgError> {
    let layout = AlignLayout::new(net);
    let (mut workspace, mut indices) = (vec![f64::NAN; layout.len()], vec![0; layout.index_len()]);
    net.align(AlignConfig::default(), reference, params, &mut workspace, &mut indices)?;
    Ok(())
}

/// What lies on the straight line between two networks.
#[derive(Clone, Copy, Debug)]
pub struct Barriers {
    /// The barrier between them as they are.
    pub naive: f64,
    /// The barrier once the second's hidden units are matched with the first's.
    pub matched: f64,
    /// By how much the second's value has changed by that: rounding.
    pub change: f64,
}

/// The barriers between the networks of seeds `2 pair` and `2 pair + 1`, from 24 points between them.
///
/// # Errors
/// None that [`Clusters::objective`] could cause.
pub fn barriers(f: &MlpObjective<'_, f64>, pair: u32) -> Result<Barriers, ArgError> {
    let (a, mut b) = (train(f, 2 * pair)?, train(f, 2 * pair + 1)?);
    let mut scratch = vec![0.0; f.scratch_len()];
    let barrier = |b: &[f64]| scan(f, &[&a, b].concat(), 24).barrier;
    let (naive, before) = (barrier(&b), f.value(&b, &mut scratch));
    align(&f.net(), &a, &mut b)?;
    let change = (f.value(&b, &mut scratch) - before).abs();
    Ok(Barriers { naive, matched: barrier(&b), change })
}
