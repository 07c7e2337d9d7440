//! Learns to read handwritten digits with a 64-16-10 network: for boards with 128 KiB of RAM.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets, digits};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{LearningRate, Minibatches, Momentum, Sampling, Sgd, SgdStep};
use losscape::{ArgError, Objective};

use crate::Report;

const NET: Mlp = match Mlp::new(&[digits::PIXELS, 16, digits::CLASSES]) {
    Ok(net) => net,
    Err(_) => panic!(),
};
const DIM: usize = NET.param_len();
/// The first of the 1500 training rows: a random sample of them.
const SAMPLES: usize = 256;
const BATCH: u32 = 16;
const TILE: usize = 16;
const SCRATCH: usize = NET.scratch_len(TILE);

/// Steps of [`train`].
pub const STEPS: u32 = 480;

/// Everything that training needs, about 90 kB, of which the samples are 66.
pub struct Memory {
    inputs: [f32; SAMPLES * digits::PIXELS],
    labels: [u8; SAMPLES],
    order: [u32; SAMPLES],
    params: [f32; DIM],
    velocity: [f32; DIM],
    workspace: [f32; Sgd::workspace_len(DIM, SCRATCH)],
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
            workspace: [0.0; Sgd::workspace_len(DIM, SCRATCH)],
        }
    }
}

/// Trains; `after_step` is called with the number of steps made and may serve the board in between.
pub fn train(memory: &mut Memory, mut after_step: impl FnMut(u32)) -> Result<Report, ArgError> {
    let mut rng = stream(2026, 0);
    digits::training().write(0..SAMPLES, &mut memory.inputs, &mut memory.labels)?;
    let data = Dataset::new(&memory.inputs, digits::PIXELS, Targets::Labels(&memory.labels))?;
    let objective = MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 0.0)?.with_tile(TILE)?;
    NET.init(Init::GlorotUniform, &mut memory.params, &mut rng);

    let batches = Minibatches::new(Sampling::ShuffledEpochs, SAMPLES as u32, BATCH, &mut memory.order)?;
    let chain = (LearningRate::constant(0.05), Momentum::heavy_ball(0.9, &mut memory.velocity));
    let mut sgd = Sgd::new(&objective, &mut memory.params, batches, chain, &mut memory.workspace)?;
    for step in 1..=STEPS {
        // A value that is not finite ends the run; the parameters stay the last good ones.
        let SgdStep::Stepped { .. } = sgd.step(&objective, &mut rng) else { break };
        after_step(step);
    }

    let scratch = &mut memory.workspace[..SCRATCH];
    let loss = objective.value(&memory.params, scratch);
    let accuracy = read_held_out(&memory.params, scratch);
    Ok(Report { loss, accuracy, digest: Fingerprint::of(&memory.params) })
}

/// The share of the held-out digits that the network reads, unpacked one at a time.
fn read_held_out(params: &[f32], scratch: &mut [f32]) -> f32 {
    let rows = digits::held_out();
    let (mut input, mut logits) = ([0.0; digits::PIXELS], [0.0; digits::CLASSES]);
    let mut correct = 0.0;
    for row in 0..rows.len() {
        digits::scale(&rows.pixels(row), &mut input);
        NET.predict(params, &input, &mut logits, scratch);
        if NET.classify(&logits, 0.0) == usize::from(rows.label(row)) {
            correct += 1.0;
        }
    }
    correct / rows.len() as f32
}
