//! Trains natively as the page does; prints step, digest, and loss and accuracy on both parts of the data.
//!
//! `cargo run -q -p losscape-wasm --example train -- STEPS...`

use losscape_wasm::Digits;
use losscape_wasm::train::{Train, TrainSettings};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let file = include_bytes!("../../core/src/models/data/digits/digits.bin");
    let digits = Digits::new(file)?;
    let mut train = Train::new(&digits, &TrainSettings::default())?;
    let mut steps =
        std::env::args().skip(1).map(|text| text.parse::<u32>()).collect::<Result<Vec<_>, _>>()?;
    steps.sort_unstable();
    for step in steps {
        train.advance(step - train.steps())?;
        let measures = train.measure()?.iter().map(f64::to_string).collect::<Vec<_>>().join(" ");
        println!("{step} {} {measures}", train.digest());
    }
    Ok(())
}
