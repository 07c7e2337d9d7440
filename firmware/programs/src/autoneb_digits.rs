//! A path between two networks that both read digits, found by AutoNEB: for boards with 128 KiB of RAM.

use losscape::ArgError;
use losscape::models::data::{Dataset, Targets, digits};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::path::AutoNebLayout;
use losscape::sgd::{BatchOrder, Minibatches};

use crate::autoneb::{self, Task};

const NET: Mlp = Mlp::from_widths(&[digits::PIXELS, 8, digits::CLASSES]);
const DIM: usize = NET.param_len();
/// The first of the 1500 training rows: a random sample of them.
const SAMPLES: usize = 128;
const BATCH: u32 = 16;
const TILE: usize = 16;
/// Images of the path, ends included.
const CAPACITY: usize = 7;
const WORKSPACE: usize = AutoNebLayout::new(CAPACITY, DIM, NET.scratch_len(TILE)).len();

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

/// Digits, trained by minibatches.
pub struct Digits;

impl Task for Digits {
    const NET: Mlp = NET;
    const STEPS: u32 = 240;
    const RATE: f32 = 0.1;
    type Source<'m> = Minibatches<&'m mut [u32]>;

    fn objective() -> Result<MlpObjective<'static>, ArgError> {
        let data = Dataset::new(&INPUTS, digits::PIXELS, Targets::Labels(&LABELS))?;
        MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 1e-3)?.with_tile(TILE)
    }

    fn source(order: &mut [u32]) -> Result<Self::Source<'_>, ArgError> {
        Minibatches::new(BatchOrder::ShuffledEpochs, SAMPLES as u32, BATCH, order)
    }
}

/// Everything that training and searching need, 80 kB.
pub type Memory = autoneb::Memory<Digits, DIM, { CAPACITY * DIM }, SAMPLES, WORKSPACE>;
