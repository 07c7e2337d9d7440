//! Learns to read handwritten digits with a 64-16-10 network: for boards with 128 KiB of RAM.

use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets, digits};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, SgdLayout};
use losscape::{ArgError, Objective};

use crate::{HeavyBall, Program, Report, Training};

const NET: Mlp = Mlp::from_widths(&[digits::PIXELS, 16, digits::CLASSES]);
const DIM: usize = NET.param_len();
/// The first of the 1500 training rows: a random sample of them.
const SAMPLES: usize = 256;
const BATCH: u32 = 16;
const TILE: usize = 16;
const SCRATCH: usize = NET.scratch_len(TILE);
const WORKSPACE: usize = SgdLayout::new(DIM, SCRATCH).len();

/// Steps of training.
pub const STEPS: u32 = 480;

/// Everything that training needs, about 90 kB, of which the samples are 66.
pub struct Memory {
    inputs: [f32; SAMPLES * digits::PIXELS],
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
            inputs: [0.0; SAMPLES * digits::PIXELS],
            labels: [0; SAMPLES],
            order: [0; SAMPLES],
            params: [0.0; DIM],
            velocity: [0.0; DIM],
            workspace: [0.0; WORKSPACE],
        }
    }
}

impl Program for Memory {
    type Run<'m> = Training<'m, Minibatches<&'m mut [u32; SAMPLES]>, HeavyBall<'m, DIM>, DIM, WORKSPACE>;
    type Last<'m> = ();

    fn begin(&mut self, _: u32) -> Result<Self::Run<'_>, ArgError> {
        let Self { inputs, labels, order, params, velocity, workspace } = self;
        let mut rng = stream(2026, 0);
        digits::training().write(0..SAMPLES, inputs, labels)?;
        let objective = objective(inputs, labels)?;
        NET.init(Init::GlorotUniform, params, &mut rng);

        let batches = Minibatches::new(BatchOrder::ShuffledEpochs, SAMPLES as u32, BATCH, order)?;
        let chain = (LearningRate::constant(0.05), Momentum::heavy_ball(0.9, velocity));
        Training::new(objective, params, batches, chain, workspace, rng, STEPS)
    }

    fn finish(&mut self) -> Result<(), ArgError> {
        Ok(())
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        let (objective, scratch) = (objective(&self.inputs, &self.labels)?, &mut self.workspace[..SCRATCH]);
        let (loss, accuracy) = (objective.value(&self.params, scratch), read_held_out(&self.params, scratch));
        Ok(Report::of(&["loss", "accuracy"], &[loss, accuracy], &self.params))
    }
}

fn objective<'m>(inputs: &'m [f32], labels: &'m [u8]) -> Result<MlpObjective<'m>, ArgError> {
    let data = Dataset::new(inputs, digits::PIXELS, Targets::Labels(labels))?;
    MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 0.0)?.with_tile(TILE)
}

/// The share of the held-out digits that the network reads, unpacked one at a time.
fn read_held_out(params: &[f32], scratch: &mut [f32]) -> f32 {
    let rows = digits::held_out();
    let (mut input, mut logits) = ([0.0; digits::PIXELS], [0.0; digits::CLASSES]);
    let mut correct = 0.0;
    for row in 0..rows.len() {
        digits::to_input(&rows.pixels(row), &mut input);
        NET.predict(params, &input, &mut logits, scratch);
        if NET.classify(&logits, 0.0) == usize::from(rows.label(row)) {
            correct += 1.0;
        }
    }
    correct / rows.len() as f32
}
