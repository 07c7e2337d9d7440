//! The workload that other libraries are measured with: 2-16-16-1, tanh, mean squared error, batches of 32
//! of 256 spiral points, plain SGD.

use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, SgdLayout};
use losscape::{ArgError, Objective};

use crate::{Program, Report, Training, numbers};

const NET: Mlp = Mlp::from_widths(&[2, 16, 16, 1]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 256;
const BATCH: u32 = 32;
/// Samples that are evaluated together: more of them take more memory and fewer instructions.
const TILE: usize = if cfg!(feature = "small-memory") { 4 } else { 16 };
const SCRATCH: usize = NET.scratch_len(TILE);
const WORKSPACE: usize = SgdLayout::new(DIM, SCRATCH).len();

/// The samples stay in flash. Two arms take turns.
pub static INPUTS: [f32; 2 * SAMPLES] = numbers(include_bytes!("../data/spirals.bin"));
/// Their arms.
pub static LABELS: [u8; SAMPLES] = {
    let mut labels = [0; SAMPLES];
    let mut k = 1;
    while k < SAMPLES {
        labels[k] = 1;
        k += 2;
    }
    labels
};

/// Steps of training.
pub const STEPS: u32 = 64;

/// Everything that training needs: 7 kB, or 4.5 kB with small tiles.
pub struct Memory {
    order: [u32; SAMPLES],
    params: [f32; DIM],
    workspace: [f32; WORKSPACE],
}

impl Memory {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self { order: [0; SAMPLES], params: [0.0; DIM], workspace: [0.0; WORKSPACE] }
    }
}

impl Program for Memory {
    type Run<'m> = Training<'m, Minibatches<&'m mut [u32; SAMPLES]>, LearningRate, DIM, WORKSPACE>;
    type Last<'m> = ();

    fn begin(&mut self, _: u32) -> Result<Self::Run<'_>, ArgError> {
        let Self { order, params, workspace } = self;
        let (objective, mut rng) = (objective()?, stream(2026, 0));
        NET.init(Init::GlorotUniform, params, &mut rng);

        let batches = Minibatches::new(BatchOrder::ShuffledEpochs, SAMPLES as u32, BATCH, order)?;
        Training::new(objective, params, batches, LearningRate::constant(0.05), workspace, rng, STEPS)
    }

    fn finish(&mut self) -> Result<(), ArgError> {
        Ok(())
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        let (objective, scratch) = (objective()?, &mut self.workspace[..SCRATCH]);
        let (loss, accuracy) =
            (objective.value(&self.params, scratch), objective.accuracy(&self.params, scratch));
        Ok(Report::of(&["loss", "accuracy"], &[loss, accuracy], &self.params))
    }
}

fn objective() -> Result<MlpObjective<'static>, ArgError> {
    let data = Dataset::new(&INPUTS, 2, Targets::Labels(&LABELS))?;
    MlpObjective::new(NET, Loss::MeanSquaredError, data, 0.0)?.with_tile(TILE)
}
