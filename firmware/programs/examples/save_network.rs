//! Writes the network that the program `reader` keeps in flash: the lab's *Train* at step 1000, trained on this machine.
//!
//! ```text
//! cargo run --release -p losscape-programs --example save_network
//! ```

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets, digits};
use losscape::models::mlp::{Init, Loss, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Sgd, SgdLayout};
use losscape::{Objective, SampledObjective};
use losscape_programs::reader::NET;

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let samples = digits::training().len();
    let (mut inputs, mut labels) = (vec![0.0f32; samples * digits::PIXELS], vec![0; samples]);
    digits::training().write(0..samples, &mut inputs, &mut labels)?;
    let data = Dataset::new(&inputs, digits::PIXELS, Targets::Labels(&labels))?;
    let objective = MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 1e-4)?;

    let mut params = vec![0.0; NET.param_len()];
    NET.init(Init::GlorotUniform, &mut params, &mut stream(1, 0));
    let order = vec![0; samples];
    let batches = Minibatches::new(BatchOrder::ShuffledEpochs, u32::try_from(samples)?, 16, order)?;
    let scratch = objective.scratch_len().max(objective.batch_scratch_len(16));
    let workspace = vec![0.0; SgdLayout::new(NET.param_len(), scratch).len()];
    let mut sgd = Sgd::new(&objective, params, batches, LearningRate::constant(0.2), workspace)?;
    let mut rng = stream(1, 1);
    for _ in 0..1000 {
        let _ = sgd.step(&objective, &mut rng);
    }

    assert_eq!(format!("{:016x}", Fingerprint::of(sgd.params())), "5a1a28febc589c84", "what the lab shows");
    let mut bytes = vec![0; NET.blob_len::<f32>()];
    NET.write_blob(sgd.params(), &mut bytes)?;
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/data/reader.blob"), bytes)?;
    Ok(())
}
