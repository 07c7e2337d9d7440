//! Small and large batches at one loss: fourteen readers of digits.
//!
//! ```text
//! cargo run --release -p losscape-tests --example batch_sharpness
//! ```
//!
//! Trains 64-16-10 networks by Adam, seven seeds, with batches of 16 and of 150 (a tenth of the data, as Keskar et al. 2017), until the mean loss of the 1500
//! training rows is below 0.02, and writes measures of sharpness, the distance from the start, and loss and accuracy on the 297 held-out rows to
//! `docs/batch-sharpness.csv`. The numbers have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape_tests::paths::Digits;
use losscape_tests::sharp::Compared;

fn main() -> Result<(), Box<dyn Error>> {
    let (training, held_out) = (Digits::<f64>::training()?, Digits::<f64>::held_out()?);
    let (f, test) = (training.objective(16)?, held_out.objective(16)?);
    let mut csv = format!("{}\n", Compared::HEADER);
    for batch in [16, 150] {
        for seed in 101..=107 {
            match Compared::train(&f, &test, batch, seed)? {
                Some(network) => writeln!(csv, "{network}")?,
                None => eprintln!("batch {batch}, seed {seed}: not below 0.02"),
            }
        }
    }
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/batch-sharpness.csv"), csv)?;
    Ok(())
}
