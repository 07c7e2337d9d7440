//! Your own data: any slices will do.
//!
//! ```text
//! cargo run --release --example own_dataset
//! ```

use core::error::Error;

use losscape::Objective;
use losscape::base::random::streams;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, Sgd, SgdLayout, SgdStep};

/// The temperature of a cooling cup: minutes, and degrees above the room. One row of `WIDTH` inputs a sample.
const WIDTH: usize = 1;
const MINUTES: [f64; 8] = [0.0, 2.0, 4.0, 6.0, 8.0, 10.0, 12.0, 14.0];
const DEGREES: [f64; 8] = [60.0, 49.1, 40.2, 32.9, 27.0, 22.1, 18.1, 14.8];

fn main() -> Result<(), Box<dyn Error>> {
    // Numbers of about size 1 train best.
    let inputs = MINUTES.map(|minutes| minutes / 7.0 - 1.0);
    let targets = DEGREES.map(|degrees| degrees / 30.0 - 1.0);
    // Classes would be `Targets::Labels(&[u8])`, one a sample.
    let data = Dataset::new(&inputs, WIDTH, Targets::Values(&targets))?;

    let net = Mlp::new(&[WIDTH, 4, 1])?;
    let objective = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0)?;

    let mut streams = streams(1);
    let (Some(mut init), Some(mut noise)) = (streams.next(), streams.next()) else { return Ok(()) };
    let mut params = vec![0.0; net.param_len()];
    net.init(Init::GlorotUniform, &mut params, &mut init);

    let mut order = [0; 8];
    let mut velocity = vec![0.0; net.param_len()];
    let mut workspace = vec![0.0; SgdLayout::new(objective.dim(), objective.scratch_len()).len()];
    let batches = Minibatches::new(BatchOrder::ShuffledEpochs, 8, 4, &mut order)?;
    let transforms = (LearningRate::constant(0.01), Momentum::heavy_ball(0.9, &mut velocity));
    let mut sgd = Sgd::new(&objective, &mut params, batches, transforms, &mut workspace)?;
    for _ in 0..5000 {
        if let SgdStep::NotFinite { step } = sgd.step(&objective, &mut noise) {
            return Err(format!("diverged at step {step}").into());
        }
    }

    let mut outputs = [0.0; 8];
    let mut scratch = vec![0.0; objective.scratch_len()];
    println!("mean squared error {:.1e}", objective.data_loss(&params, &mut scratch));
    net.predict(&params, &inputs, &mut outputs, &mut scratch);
    for ((minutes, degrees), output) in MINUTES.iter().zip(DEGREES).zip(outputs) {
        println!("{minutes:4.0} min  {degrees:5.1} degrees, the network says {:5.1}", 30.0 * (output + 1.0));
    }
    Ok(())
}
