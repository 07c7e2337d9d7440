//! Trains natively as the page does; prints step, digest, and loss and accuracy on both parts of the data.
//!
//! `cargo run -q -p losscape-wasm --example train -- STEPS...`

use losscape_wasm::Digits;
use losscape_wasm::train::{Measures, Train, TrainSettings};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let file = include_bytes!("../../core/src/models/data/digits/digits.bin");
    let digits = Digits::new(file)?;
    let mut train = Train::new(&digits, &TrainSettings::default())?;
    let mut steps =
        std::env::args().skip(1).map(|text| text.parse::<u32>()).collect::<Result<Vec<_>, _>>()?;
    steps.sort_unstable();
    for step in steps {
        train.advance(step - train.steps())?;
        let Measures { loss, accuracy, held_out_loss, held_out_accuracy } = train.measure()?;
        println!("{step} {} {loss} {accuracy} {held_out_loss} {held_out_accuracy}", train.digest());
    }
    Ok(())
}
