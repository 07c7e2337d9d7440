//! Learns exclusive or from noisy corners with a 2-8-1 network: for boards with 16 KiB of RAM.

use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets, xor};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, SgdLayout};
use losscape::{ArgError, Objective};

use crate::{HeavyBall, Program, Report, Training};

pub(crate) const NET: Mlp = Mlp::from_widths(&[2, 8, 1]);
pub(crate) const DIM: usize = NET.param_len();
const SAMPLES: usize = 64;
const BATCH: u32 = 8;
pub(crate) const TILE: usize = 8;
const SCRATCH: usize = NET.scratch_len(TILE);
const WORKSPACE: usize = SgdLayout::new(DIM, SCRATCH).len();

/// Steps of training.
pub const STEPS: u32 = 400;

/// Everything that training needs, about 2 kB.
pub struct Memory {
    inputs: [f32; 2 * SAMPLES],
    labels: [u8; SAMPLES],
    order: [u32; SAMPLES],
    params: [f32; DIM],
    velocity: [f32; DIM],
    workspace: [f32; WORKSPACE],
}

impl Memory {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self {
            inputs: [0.0; 2 * SAMPLES],
            labels: [0; SAMPLES],
            order: [0; SAMPLES],
            params: [0.0; DIM],
            velocity: [0.0; DIM],
            workspace: [0.0; WORKSPACE],
        }
    }

    /// The objective and the parameters, once trained.
    #[cfg(feature = "flatness")]
    pub(crate) fn trained(&self) -> Result<(MlpObjective<'_>, &[f32; DIM]), ArgError> {
        Ok((objective(&self.inputs, &self.labels)?, &self.params))
    }
}

impl Program for Memory {
    type Run<'m> = Training<'m, Minibatches<&'m mut [u32; SAMPLES]>, HeavyBall<'m, DIM>, DIM, WORKSPACE>;
    type Last<'m> = ();

    fn begin(&mut self, _: u32) -> Result<Self::Run<'_>, ArgError> {
        let Self { inputs, labels, order, params, velocity, workspace } = self;
        let mut rng = stream(2026, 0);
        xor(0.3, &mut rng, inputs, labels)?;
        let objective = objective(inputs, labels)?;
        NET.init(Init::GlorotUniform, params, &mut rng);

        let batches = Minibatches::new(BatchOrder::ShuffledEpochs, SAMPLES as u32, BATCH, order)?;
        let chain = (LearningRate::constant(0.1), Momentum::heavy_ball(0.9, velocity));
        Training::new(objective, params, batches, chain, workspace, rng, STEPS)
    }

    fn finish(&mut self) -> Result<(), ArgError> {
        Ok(())
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        let (objective, scratch) = (objective(&self.inputs, &self.labels)?, &mut self.workspace[..SCRATCH]);
        let (loss, accuracy) =
            (objective.value(&self.params, scratch), objective.accuracy(&self.params, scratch));
        Ok(Report::of(&["loss", "accuracy"], &[loss, accuracy], &self.params))
    }
}

fn objective<'m>(inputs: &'m [f32], labels: &'m [u8]) -> Result<MlpObjective<'m>, ArgError> {
    let data = Dataset::new(inputs, 2, Targets::Labels(labels))?;
    MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, 0.0)?.with_tile(TILE)
}
