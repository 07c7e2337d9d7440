//! A run that its owner keeps: in a `static`, stepped by an interrupt (`cortex-m/src/bin/timer.rs`), or in a task
//! (`cortex-m/src/bin/embassy.rs`, `rtic.rs`). A 2-4-1 network learns exclusive or.

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{FullBatch, LearningRate, Momentum, Sgd, SgdLayout, SgdStep};

const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
const DIM: usize = NET.param_len();
const TILE: usize = 4;
const WORKSPACE: usize = SgdLayout::new(DIM, NET.scratch_len(TILE)).len();

/// Steps of training.
pub const STEPS: u32 = 400;

static INPUTS: [f32; 8] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
static LABELS: [u8; 4] = [0, 1, 1, 0];

/// The run with all its memory, under 1 kB.
pub struct Run {
    /// What is learned.
    pub objective: MlpObjective<'static>,
    /// Where it is.
    pub sgd: Sgd<f32, FullBatch, (LearningRate, Momentum<f32, [f32; DIM]>), [f32; DIM], [f32; WORKSPACE]>,
    /// What is drawn.
    pub rng: Xoshiro128PlusPlus,
}

impl Run {
    /// A run at its first step.
    ///
    /// # Errors
    /// None with these constants; with yours, what a constructor refuses.
    pub fn new() -> Result<Self, ArgError> {
        let data = Dataset::new(&INPUTS, 2, Targets::Labels(&LABELS))?;
        let objective = MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, 0.0)?.with_tile(TILE)?;
        let (mut params, mut rng) = ([0.0; DIM], stream(2026, 0));
        NET.init(Init::GlorotUniform, &mut params, &mut rng);
        let chain = (LearningRate::constant(0.3), Momentum::heavy_ball(0.9, [0.0; DIM]));
        let sgd = Sgd::new(&objective, params, FullBatch, chain, [0.0; WORKSPACE])?;
        Ok(Self { objective, sgd, rng })
    }

    /// Makes a step; returns whether there is another to make.
    pub fn step(&mut self) -> bool {
        let step = self.sgd.step(&self.objective, &mut self.rng);
        // A value that is not finite ends the run; the parameters stay the last good ones.
        matches!(step, SgdStep::Stepped { .. }) && self.sgd.steps() < STEPS
    }

    /// The digest of the parameters.
    #[must_use]
    pub fn digest(&self) -> u64 {
        Fingerprint::of(self.sgd.params())
    }
}
