//! A run that is saved, and another that resumes from those bytes.
//!
//! The bytes are digested too. Where digests are equal, any target has saved what any other would have, so a
//! run saved on x86-64 resumes on a Cortex-M with the same bits.

use losscape::Real;
use losscape::base::blob::BlobError;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{AddNoise, BatchOrder, LearningRate, Minibatches, Momentum, Noise, Sgd, SgdLayout};

use crate::numbers::numbers;
use crate::{Experiment, digest};

pub(crate) const SINGLE: Experiment =
    Experiment { name: "state-f32", digest: 0x8524a2fba44188e3, stack: 6 * 1024, run: run::<f32> };
pub(crate) const DOUBLE: Experiment =
    Experiment { name: "state-f64", digest: 0x34eaa1e44a1fc251, stack: 8 * 1024, run: run::<f64> };

const NET: Mlp = Mlp::from_widths(&[2, 6, 1]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 14;
const TILE: usize = 4;

fn run<R: Real>() -> u64 {
    digest(save_and_resume::<R>)
}

fn save_and_resume<R: Real>(digest: &mut Fingerprint) -> Result<(), BlobError> {
    let inputs = numbers::<R, { 2 * SAMPLES }>(14, 1.5);
    let labels = [0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0, 0];
    let data = Dataset::new(&inputs, 2, Targets::Labels(&labels))?;
    let f = MlpObjective::new(NET, Loss::BinaryCrossEntropy, data, R::ZERO)?.with_tile(TILE)?;
    let mut bytes = [0; 1024];
    let mut saved = 0;
    // The first run saves in the middle of an epoch, the second begins with those bytes.
    for resumes in [false, true] {
        let (mut params, mut velocity) = ([R::ZERO; DIM], [R::ZERO; DIM]);
        let mut order = [0; SAMPLES];
        let mut workspace = [R::ZERO; SgdLayout::new(DIM, NET.scratch_len(TILE)).len()];
        let mut rng = stream(15, 0);
        NET.init(Init::GlorotUniform, &mut params, &mut rng);
        let noise = AddNoise::new(Noise::Gaussian { std_dev: R::from_f64(0.01) }, &mut []);
        let momentum = Momentum::heavy_ball(R::from_f64(0.9), &mut velocity);
        let chain = (noise, LearningRate::constant(R::from_f64(0.1)), momentum);
        let batches = Minibatches::new(BatchOrder::ShuffledEpochs, 14, 4, &mut order)?;
        let mut sgd = Sgd::new(&f, &mut params, batches, chain, &mut workspace)?;
        if resumes {
            sgd.restore(f.identity(), &mut rng, &bytes[..saved])?;
        } else {
            for _ in 0..10 {
                let _ = sgd.step(&f, &mut rng);
            }
            saved = sgd.save(f.identity(), &rng, &mut bytes)?;
            for byte in &bytes[..saved] {
                digest.word((*byte).into());
            }
        }
        for _ in 10..25 {
            let _ = sgd.step(&f, &mut rng);
        }
        digest.reals(sgd.params());
    }
    Ok(())
}
