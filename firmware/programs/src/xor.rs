//! Learns exclusive or from noisy corners with a 2-8-1 network: for boards with 16 KiB of RAM.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets, xor};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{LearningRate, Minibatches, Momentum, Sampling, Sgd, SgdStep};
use losscape::{ArgError, Objective};

use crate::Report;

const NET: Mlp = match Mlp::new(&[2, 8, 1]) {
    Ok(net) => net,
    Err(_) => panic!(),
};
const DIM: usize = NET.param_len();
const SAMPLES: usize = 64;
const BATCH: u32 = 8;
const TILE: usize = 8;
const SCRATCH: usize = NET.scratch_len(TILE);

/// Steps of [`train`].
pub const STEPS: u32 = 400;

/// Everything that training needs, about 2 kB.
pub struct Memory {
    inputs: [f32; 2 * SAMPLES],
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
            inputs: [0.0; 2 * SAMPLES],
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
    xor(0.3, &mut rng, &mut memory.inputs, &mut memory.labels)?;
    let data = Dataset::new(&memory.inputs, 2, Targets::Labels(&memory.labels))?;
    let objective = MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, 0.0)?.with_tile(TILE)?;
    NET.init(Init::GlorotUniform, &mut memory.params, &mut rng);

    let batches = Minibatches::new(Sampling::ShuffledEpochs, SAMPLES as u32, BATCH, &mut memory.order)?;
    let chain = (LearningRate::constant(0.1), Momentum::heavy_ball(0.9, &mut memory.velocity));
    let mut sgd = Sgd::new(&objective, &mut memory.params, batches, chain, &mut memory.workspace)?;
    for step in 1..=STEPS {
        // A value that is not finite ends the run; the parameters stay the last good ones.
        let SgdStep::Stepped { .. } = sgd.step(&objective, &mut rng) else { break };
        after_step(step);
    }

    let scratch = &mut memory.workspace[..SCRATCH];
    let loss = objective.value(&memory.params, scratch);
    let accuracy = objective.accuracy(&memory.params, scratch);
    Ok(Report { loss, accuracy, digest: Fingerprint::of(&memory.params) })
}
