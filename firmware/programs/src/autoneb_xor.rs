//! A path between two networks that both know exclusive or, found by AutoNEB: for boards with 16 KiB of RAM.

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::path::{AutoNeb, AutoNebConfig, AutoNebLayout, AutoNebStep, Cycle, Grow};
use losscape::sgd::{FullBatch, LearningRate, Momentum, Sgd, SgdStep};

use crate::{Program, Report};

const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
const DIM: usize = NET.param_len();
const TILE: usize = 4;
const SCRATCH: usize = NET.scratch_len(TILE);
/// Images of the path, ends included.
const CAPACITY: usize = 9;
const WORKSPACE: usize = AutoNebLayout::new(CAPACITY, DIM, SCRATCH).len();

/// Steps that train an end.
const STEPS: u32 = 200;
/// The straight line as it is, then relaxed, then with images where it is coarse.
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

static INPUTS: [f32; 8] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
static LABELS: [u8; 4] = [0, 1, 1, 0];

/// Everything that training and searching need, under 3 kB.
pub struct Memory {
    images: [f32; CAPACITY * DIM],
    velocity: [f32; DIM],
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
            workspace: [0.0; WORKSPACE],
            found: [0.0; 4],
            digest: 0,
        }
    }
}

impl Program for Memory {
    fn train(&mut self, mut after_step: impl FnMut()) -> Result<(), ArgError> {
        let data = Dataset::new(&INPUTS, 2, Targets::Labels(&LABELS))?;
        let objective = MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, 1e-3)?.with_tile(TILE)?;
        // The ends: the first two rows of the images.
        for (end, params) in (0..2).zip(self.images.chunks_exact_mut(DIM)) {
            let mut rng = stream(2026, end);
            NET.init(Init::GlorotUniform, params, &mut rng);
            let chain = (LearningRate::constant(0.3), Momentum::heavy_ball(0.9, &mut self.velocity));
            let mut sgd = Sgd::new(&objective, params, FullBatch, chain, &mut self.workspace)?;
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
