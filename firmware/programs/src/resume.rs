//! Continues a training run that another machine has saved: `data/run.blob`, written on x86-64 by
//! `cargo run -p losscape-programs --example save_run`. It ends with the bits of a run that was never moved.

use losscape::ArgError;
use losscape::base::blob::BlobError;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{AddNoise, BatchOrder, LearningRate, Minibatches, Momentum, Noise, SgdLayout};

use crate::{Program, Report, Training};

const NET: Mlp = Mlp::from_widths(&[2, 6, 1]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 4;
const TILE: usize = 4;
const WORKSPACE: usize = SgdLayout::new(DIM, NET.scratch_len(TILE)).len();

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
    workspace: [f32; WORKSPACE],
}

impl Memory {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self { order: [0; SAMPLES], params: [0.0; DIM], velocity: [0.0; DIM], workspace: [0.0; WORKSPACE] }
    }

    /// The run at its start, to end at step `to`.
    ///
    /// # Errors
    /// None with these constants.
    pub fn start(&mut self, to: u32) -> Result<Run<'_>, ArgError> {
        let Self { order, params, velocity, workspace } = self;
        let data = Dataset::new(&INPUTS, 2, Targets::Labels(&LABELS))?;
        let objective = MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, 0.0)?.with_tile(TILE)?;
        let mut rng = stream(2026, 0);
        NET.init(Init::GlorotUniform, params, &mut rng);
        let batches = Minibatches::new(BatchOrder::ShuffledEpochs, SAMPLES as u32, 3, order)?;
        let noise = AddNoise::new(Noise::Gaussian { std_dev: 0.01 }, []);
        let chain = (noise, LearningRate::constant(0.2), Momentum::heavy_ball(0.9, velocity));
        Training::new(objective, params, batches, chain, workspace, rng, to)
    }
}

/// A run of this program.
pub type Run<'m> = Training<
    'm,
    Minibatches<&'m mut [u32; SAMPLES]>,
    (AddNoise<f32, [f32; 0]>, LearningRate, Momentum<f32, &'m mut [f32; DIM]>),
    DIM,
    WORKSPACE,
>;

impl Run<'_> {
    /// Goes on where the run in `bytes` was saved.
    ///
    /// # Errors
    /// [`BlobError`] if the bytes are damaged or from another run; nothing has changed then.
    pub fn restore(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.sgd.restore(self.objective.identity(), &mut self.rng, bytes)
    }

    /// Saves the run; returns how many bytes it took.
    ///
    /// # Errors
    /// [`BlobError`] if there is too little room.
    pub fn save(&self, bytes: &mut [u8]) -> Result<usize, BlobError> {
        self.sgd.save(self.objective.identity(), &self.rng, bytes)
    }
}

impl Program for Memory {
    type Run<'m> = Run<'m>;
    type Last<'m> = ();

    fn begin(&mut self, _: u32) -> Result<Run<'_>, ArgError> {
        self.start(STEPS)
    }

    fn resume(run: &mut Run<'_>) -> Result<(), ArgError> {
        match run.restore(RUN) {
            Ok(()) => Ok(()),
            Err(BlobError::Refused(error)) => Err(error),
            // The file is part of the program: it is whole, or the build is at fault.
            Err(_) => Err(ArgError::new("run.blob", losscape::Reason::Empty)),
        }
    }

    fn finish(&mut self) -> Result<(), ArgError> {
        Ok(())
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        Ok(Report::of(&["steps resumed"], &[(STEPS - SAVED_AT) as f32], &self.params))
    }
}
