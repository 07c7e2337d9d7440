//! A path between two networks that both know exclusive or, found by AutoNEB: for boards with 16 KiB of RAM.

use losscape::ArgError;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::path::AutoNebLayout;
use losscape::sgd::FullBatch;

use crate::autoneb::{self, Task};

const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
const DIM: usize = NET.param_len();
const TILE: usize = 4;
/// Images of the path, ends included.
const CAPACITY: usize = 9;
const WORKSPACE: usize = AutoNebLayout::new(CAPACITY, DIM, NET.scratch_len(TILE)).len();

static INPUTS: [f32; 8] = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0];
static LABELS: [u8; 4] = [0, 1, 1, 0];

/// Exclusive or, all four rows in each step.
pub struct Xor;

impl Task for Xor {
    const NET: Mlp = NET;
    const STEPS: u32 = 200;
    const RATE: f32 = 0.3;
    type Source<'m> = FullBatch;

    fn objective() -> Result<MlpObjective<'static>, ArgError> {
        let data = Dataset::new(&INPUTS, 2, Targets::Labels(&LABELS))?;
        MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, 1e-3)?.with_tile(TILE)
    }

    fn source(_: &mut [u32]) -> Result<FullBatch, ArgError> {
        Ok(FullBatch)
    }
}

/// Everything that training and searching need, under 3 kB.
pub type Memory = autoneb::Memory<Xor, DIM, { CAPACITY * DIM }, 0, WORKSPACE>;
