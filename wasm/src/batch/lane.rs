//! A run with batches of one size, the largest curvature where it is, and that of its batches along their own slopes.

use losscape::base::random::{Xoshiro128PlusPlus, fill_normal, partial_shuffle, stream};
use losscape::base::vector::scale;
use losscape::curvature::{
    BatchSharpness, BatchSharpnessLayout, BatchSharpnessStep, Estimate, Lanczos, LanczosConfig,
    LanczosLayout, LanczosStep, stability_ratio,
};
use losscape::models::mlp::{Init, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Sgd, SgdLayout, SgdStep};
use losscape::{ArgError, Objective, Operator, SampledObjective};

use super::problem::samples_of;
use super::records::Curvatures;

/// Products of a measurement: enough, since the direction of the last one is nearly that of the next.
const PRODUCTS: u32 = 8;
/// Epochs of batches of a measurement.
const EPOCHS: usize = 3;

type Descent = Sgd<f64, Minibatches<Vec<u32>>, LearningRate<f64>, Vec<f64>, Vec<f64>>;

#[derive(Debug)]
pub(super) struct Lane {
    sgd: Descent,
    rng: Xoshiro128PlusPlus,
    /// Draws the batches of measurements, so that none of them changes the run.
    drawn: Xoshiro128PlusPlus,
    pub(super) batch: u32,
    learning_rate: f64,
    /// The step at which it stopped.
    pub(super) stopped: Option<u32>,
    /// Where the curvature was largest when it was measured last.
    direction: Vec<f64>,
    scratch: Vec<f64>,
}

impl Lane {
    /// Batches from shuffled epochs. Weights from N(0, 1/fan-in), or, in the plane, Glorot's uniform ones, as the claims have them.
    pub(super) fn new(
        f: &MlpObjective<'_, f64>,
        seed: u64,
        learning_rate: f64,
        batch: u32,
        in_plane: bool,
    ) -> Result<Self, ArgError> {
        let (net, dim) = (f.net(), f.dim());
        let (mut params, mut direction) = (vec![0.0; dim], vec![0.0; dim]);
        let (mut weights, rng) = (stream(seed, 0), stream(seed, 1));
        if in_plane {
            net.init(Init::GlorotUniform, &mut params, &mut weights);
        } else {
            net.init(Init::HeNormal, &mut params, &mut weights);
            scale(core::f64::consts::FRAC_1_SQRT_2, &mut params);
        }
        fill_normal(&mut stream(seed, 2), &mut direction);
        let (order, samples) = (BatchOrder::ShuffledEpochs, samples_of(f));
        let batches = Minibatches::new(order, samples, batch, vec![0; order.indices_len(samples, batch)])?;
        let scratch_len = f.scratch_len().max(f.batch_scratch_len(f.samples()));
        let workspace = vec![0.0; SgdLayout::new(dim, scratch_len).len()];
        let rate = LearningRate::constant(learning_rate);
        let sgd = Sgd::new(f, params, batches, rate, workspace)?;
        let scratch = vec![0.0; f.scratch_len()];
        let drawn = stream(seed, 3);
        Ok(Self { sgd, rng, drawn, batch, learning_rate, stopped: None, direction, scratch })
    }

    /// A step; false if it was not finite.
    pub(super) fn step(&mut self, f: &MlpObjective<'_, f64>) -> bool {
        matches!(self.sgd.step(f, &mut self.rng), SgdStep::Stepped { .. })
    }

    /// Stops, if the loss of all points is no more than `goal`; `step` is counted alike for all runs.
    pub(super) fn stop_at(&mut self, goal: f64, f: &MlpObjective<'_, f64>, step: u32) {
        if self.stopped.is_none() && f.value(self.sgd.params(), &mut self.scratch) <= goal {
            self.stopped = Some(step);
        }
    }

    /// Adds `ηλ/2` with the largest curvature λ, the loss, and `ηs/2` with the curvature s of batches along their gradients and its
    /// standard error; of new points the loss and how many are misread.
    pub(super) fn measure(
        &mut self,
        f: &MlpObjective<'_, f64>,
        unseen: Option<&MlpObjective<'_, f64>>,
        measured: &mut Curvatures,
    ) -> Result<(), ArgError> {
        let at = HessianAt::new(f, self.sgd.params())?;
        let layout = LanczosLayout::new(f.dim(), PRODUCTS as usize, at.scratch_len());
        let config = LanczosConfig { steps: PRODUCTS, reorthogonalise: true };
        let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
        let mut lanczos = Lanczos::new(&at, config, &self.direction, basis, workspace)?;
        let mut rng = stream(0, 3);
        while let LanczosStep::Extended { .. } | LanczosStep::Restarted { .. } = lanczos.step(&at, &mut rng) {
        }
        let mut largest = f64::NAN;
        if let Some(ritz) = lanczos.ritz() {
            let last = ritz.values().len() - 1;
            largest = ritz.values()[last];
            ritz.vector(last, &mut self.direction);
        }
        measured.loss.push(f.value(self.sgd.params(), &mut self.scratch));
        let along = self.batch_sharpness(f)?;
        measured.curvature.push(stability_ratio(self.learning_rate, largest));
        measured.along.push(stability_ratio(self.learning_rate, along.mean));
        measured.along_error.push(stability_ratio(self.learning_rate, along.standard_error));
        if let Some(unseen) = unseen {
            measured.unseen.push(unseen.value(self.sgd.params(), &mut self.scratch));
            let misread = unseen.misses(self.sgd.params(), &mut self.scratch);
            measured.misread.push(misread.and_then(|count| u32::try_from(count).ok()).unwrap_or(u32::MAX));
        }
        Ok(())
    }

    /// `E[gᵀ H_B g] / E ‖g‖²` over the batches B of a few epochs.
    fn batch_sharpness(&mut self, f: &MlpObjective<'_, f64>) -> Result<Estimate<f64>, ArgError> {
        let size = self.batch as usize;
        let workspace = vec![0.0; BatchSharpnessLayout::of(f, size).len()];
        let mut sharpness = BatchSharpness::new(f, self.sgd.params(), workspace)?;
        let mut order: Vec<u32> = (0..samples_of(f)).collect();
        for _ in 0..EPOCHS {
            partial_shuffle(&mut self.drawn, &mut order, f.samples());
            for batch in order.chunks_exact(size) {
                let BatchSharpnessStep::Added { .. } = sharpness.step(f, batch) else {
                    return Ok(Estimate { mean: f64::NAN, standard_error: f64::NAN });
                };
            }
        }
        Ok(sharpness.estimate())
    }

    pub(super) fn params(&self) -> &[f64] {
        self.sgd.params()
    }

    /// The network's outputs.
    pub(super) fn outputs(&self, net: Mlp, places: &[f64]) -> Vec<f64> {
        let places_len = places.len() / net.inputs();
        let (mut outputs, mut scratch) = (vec![0.0; places_len], self.scratch.clone());
        net.predict(self.sgd.params(), places, &mut outputs, &mut scratch);
        outputs
    }
}
