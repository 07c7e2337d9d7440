//! A path between two networks that both read digits, found by AutoNEB: for boards with 128 KiB of RAM.

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets, digits};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::path::{AutoNeb, AutoNebConfig, AutoNebLayout, AutoNebStep, Cycle, Grow};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, Sgd, SgdStep};

use crate::{Program, Report};

const NET: Mlp = Mlp::from_widths(&[digits::PIXELS, 8, digits::CLASSES]);
const DIM: usize = NET.param_len();
/// The first of the 1500 training rows: a random sample of them.
const SAMPLES: usize = 128;
const BATCH: u32 = 16;
const TILE: usize = 16;
const SCRATCH: usize = NET.scratch_len(TILE);
/// Images of the path, ends included.
const CAPACITY: usize = 7;
const WORKSPACE: usize = AutoNebLayout::new(CAPACITY, DIM, SCRATCH).len();

/// Steps that train an end.
const STEPS: u32 = 240;
/// The straight line as it is, then relaxed, then with images where it is coarse: the published schedule made
/// short. The band sees all samples.
const SCHEDULE: [Cycle; 5] = {
    let relax = Cycle { grow: Grow::Keep, sweeps: 60, learning_rate: 0.1 };
    let insert = Cycle { grow: Grow::Insert, ..relax };
    [
        Cycle { grow: Grow::Line(3), sweeps: 0, ..relax },
        relax,
        insert,
        insert,
        Cycle { learning_rate: 0.03, ..relax },
    ]
};

/// The samples, unpacked by the compiler and kept in flash.
static INPUTS: [f32; SAMPLES * digits::PIXELS] = {
    let mut inputs = [0.0; SAMPLES * digits::PIXELS];
    let mut row = 0;
    while row < SAMPLES {
        let (pixels, mut k) = (digits::training().pixels(row), 0);
        while k < pixels.len() {
            inputs[row * pixels.len() + k] = pixels[k] as f32 / 16.0;
            k += 1;
        }
        row += 1;
    }
    inputs
};
static LABELS: [u8; SAMPLES] = {
    let mut labels = [0; SAMPLES];
    let mut row = 0;
    while row < SAMPLES {
        labels[row] = digits::training().label(row);
        row += 1;
    }
    labels
};

/// Everything that training and searching need, 80 kB.
pub struct Memory {
    images: [f32; CAPACITY * DIM],
    velocity: [f32; DIM],
    order: [u32; SAMPLES],
    workspace: [f32; WORKSPACE],
    /// The straight barrier, the barrier, and gradients evaluated.
    found: [f32; 4],
    digest: u64,
}

impl Memory {
    /// Zeros, to be put into a static.
    pub const fn new() -> Self {
        Self {
            images: [0.0; CAPACITY * DIM],
            velocity: [0.0; DIM],
            order: [0; SAMPLES],
            workspace: [0.0; WORKSPACE],
            found: [0.0; 4],
            digest: 0,
        }
    }
}

impl Program for Memory {
    fn train(&mut self, mut after_step: impl FnMut()) -> Result<(), ArgError> {
        let data = Dataset::new(&INPUTS, digits::PIXELS, Targets::Labels(&LABELS))?;
        let objective = MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 1e-3)?.with_tile(TILE)?;
        // The ends: the first two rows of the images.
        for (end, params) in (0..2).zip(self.images.chunks_exact_mut(DIM)) {
            let mut rng = stream(2026, end);
            NET.init(Init::GlorotUniform, params, &mut rng);
            let batches =
                Minibatches::new(BatchOrder::ShuffledEpochs, SAMPLES as u32, BATCH, &mut self.order)?;
            let chain = (LearningRate::constant(0.1), Momentum::heavy_ball(0.9, &mut self.velocity));
            let mut sgd = Sgd::new(&objective, params, batches, chain, &mut self.workspace)?;
            for _ in 0..STEPS {
                let SgdStep::Stepped { .. } = sgd.step(&objective, &mut rng) else { break };
                after_step();
            }
        }

        let config = AutoNebConfig::new(&SCHEDULE);
        let mut search = AutoNeb::new(
            &objective,
            &objective,
            config,
            &mut self.images,
            &mut self.workspace,
        )?;
        loop {
            match search.step(&objective, &objective) {
                AutoNebStep::CycleDone(cycle) if cycle.cycle == 0 => self.found[0] = cycle.path.barrier,
                AutoNebStep::Ended(_) | AutoNebStep::MemoryChanged => break,
                _ => after_step(),
            }
        }
        if let Some(path) = search.report() {
            self.found[1] = path.barrier;
        }
        self.found[2] = search.evaluations().gradients as f32;
        self.digest = Fingerprint::of(search.path());
        Ok(())
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        let results = &["straight barrier", "barrier", "gradients"];
        Ok(Report { results, values: self.found, digest: self.digest })
    }
}
