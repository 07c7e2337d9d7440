//! Continues a training run that another machine has saved: `data/run.blob`, written on x86-64 by
//! `cargo run -p losscape-programs --example save_run`. It ends with the bits of a run that was never moved.

use losscape::ArgError;
use losscape::base::blob::BlobError;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{
    AddNoise, BatchOrder, LearningRate, Minibatches, Momentum, Noise, Sgd, SgdLayout, SgdStep,
};

use crate::{Program, Report};

const NET: Mlp = Mlp::from_widths(&[2, 6, 1]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 4;
const TILE: usize = 4;
const SCRATCH: usize = NET.scratch_len(TILE);

/// The step at which the run was saved, in the middle of an epoch.
pub const SAVED_AT: u32 = 31;
/// Steps of the whole run.
pub const STEPS: u32 = 90;
/// Bytes of a saved run, and more.
pub const BLOB: usize = 512;

static INPUTS: [f32; 2 * SAMPLES] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
static LABELS: [u8; SAMPLES] = [0, 1, 1, 0];
static RUN: &[u8] = include_bytes!("../data/run.blob");

/// Everything that the run needs, under 1 kB.
pub struct Memory {
    order: [u32; SAMPLES],
    params: [f32; DIM],
    velocity: [f32; DIM],
    workspace: [f32; SgdLayout::new(DIM, SCRATCH).len()],
}

impl Memory {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self {
            order: [0; SAMPLES],
            params: [0.0; DIM],
            velocity: [0.0; DIM],
            workspace: [0.0; SgdLayout::new(DIM, SCRATCH).len()],
        }
    }

    /// Runs from the start, or from where `from` was saved, until step `to`; `save` sees the run at its end.
    pub fn run(
        &mut self,
        from: Option<&[u8]>,
        to: u32,
        mut after_step: impl FnMut(),
        save: impl FnOnce(&Run<'_>, u64, &Xoshiro128PlusPlus),
    ) -> Result<(), BlobError> {
        let data = Dataset::new(&INPUTS, 2, Targets::Labels(&LABELS))?;
        let objective = MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, 0.0)?.with_tile(TILE)?;
        let mut rng = stream(2026, 0);
        NET.init(Init::GlorotUniform, &mut self.params, &mut rng);
        let batches = Minibatches::new(BatchOrder::ShuffledEpochs, SAMPLES as u32, 3, &mut self.order)?;
        let noise = AddNoise::new(Noise::Gaussian { std_dev: 0.01 }, []);
        let momentum = Momentum::heavy_ball(0.9, &mut self.velocity);
        let chain = (noise, LearningRate::constant(0.2), momentum);
        let mut run = Sgd::new(&objective, &mut self.params, batches, chain, &mut self.workspace)?;
        if let Some(bytes) = from {
            run.restore(objective.identity(), &mut rng, bytes)?;
        }
        while run.steps() < to {
            let SgdStep::Stepped { .. } = run.step(&objective, &mut rng) else { break };
            after_step();
        }
        save(&run, objective.identity(), &rng);
        Ok(())
    }
}

/// A run of this program.
pub type Run<'a> = Sgd<
    f32,
    Minibatches<&'a mut [u32; SAMPLES]>,
    (AddNoise<f32, [f32; 0]>, LearningRate, Momentum<f32, &'a mut [f32; DIM]>),
    &'a mut [f32; DIM],
    &'a mut [f32; SgdLayout::new(DIM, SCRATCH).len()],
>;

impl Program for Memory {
    fn train(&mut self, after_step: impl FnMut()) -> Result<(), ArgError> {
        match self.run(Some(RUN), STEPS, after_step, |_, _, _| {}) {
            Err(BlobError::Refused(error)) => Err(error),
            // The file is part of the program: it is whole, or the build is at fault.
            Err(_) => Err(ArgError::new("run.blob", losscape::Reason::Empty)),
            Ok(()) => Ok(()),
        }
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        Ok(Report::of(&["steps resumed"], &[(STEPS - SAVED_AT) as f32], &self.params))
    }
}
