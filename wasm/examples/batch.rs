//! Runs *Batch size* natively as the page does; prints what the page shows, a `key value` a line.
//!
//! `cargo run --release -q -p losscape-wasm --example batch`
//!
//! With `own STEP DATA`, the data as a link holds them: the digest at a step of a run on these points.

use losscape_wasm::batch::{Batch, BatchSettings, Protocol, Rescaled, TrainingData};
use losscape_wasm::{LabError, Packed};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [what, step, data] = &args[..]
        && what == "own"
    {
        return on_own(step.parse()?, Packed::parse(data)?);
    }
    Ok(report()?)
}

fn on_own(step: u32, own: Packed) -> Result<(), Box<dyn core::error::Error>> {
    let inputs = own.inputs.into_iter().map(f64::from).collect();
    let mut run = Batch::on_points(&BatchSettings::default(), inputs, own.labels, own.standard)?;
    run.advance(step)?;
    println!("own-digest {}", run.digest());
    Ok(())
}

fn report() -> Result<(), LabError> {
    let mut run = Batch::new(&BatchSettings::default())?;
    for until in [600, 3000] {
        while run.steps() < until {
            run.advance(until - run.steps())?;
        }
        println!("digest-{until} {}", run.digest());
    }
    let kicked = run.kicks(0.1)?;
    for (batch, lane) in run.batches().into_iter().zip(kicked.chunks(64)) {
        let mut lane = lane.to_vec();
        lane.sort_by(f64::total_cmp);
        println!("kicked-{batch} {}", lane[32]);
    }
    let network = Rescaled::new(1)?;
    let (before, after) = (network.measures(1.0)?, network.measures(10.0)?);
    println!("rescaled-largest {}", after.largest / before.largest);
    println!("rescaled-trace {}", after.trace / before.trace);
    println!("rescaled-ball {}", after.ball / before.ball);
    println!("rescaled-box {}", after.cube / before.cube);
    println!("rescaled-along {}", after.along / before.along);
    println!("rescaled-differs {}", after.differs);
    println!("largest {}", before.largest);
    let mut settings = BatchSettings::new();
    (settings.learning_rate, settings.protocol) = (f64::from(0.2f32), Protocol::Loss);
    let mut run = Batch::new(&settings)?;
    run.advance(30_000)?;
    for (batch, step) in run.batches().into_iter().zip(run.stops()) {
        println!("stops-{batch} {step}");
    }
    println!("digest-stopped {}", run.digest());
    settings = BatchSettings { data: TrainingData::Moons, hidden: 8, ..settings };
    (settings.learning_rate, settings.goal) = (0.5, f64::from(0.16f32));
    let mut run = Batch::new(&settings)?;
    run.advance(30_000)?;
    println!("digest-moons {}", run.digest());
    for (batch, step) in run.batches().into_iter().zip(run.stops()) {
        println!("stops-moons-{batch} {step}");
    }
    for (batch, misread) in run.batches().into_iter().zip(run.measure()?.misread) {
        println!("misread-{batch} {misread}");
    }
    Ok(())
}
