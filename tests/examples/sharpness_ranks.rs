//! Whether sharpness ranks test losses: 200 readers of digits at one training loss.
//!
//! ```text
//! cargo run --release -p losscape-tests --example sharpness_ranks
//! ```
//!
//! Trains 64-16-10 networks by five batches, four rates and ten seeds until the mean loss of the 1500 training rows is below 0.05, and writes five measures of
//! sharpness and the loss of the 297 held-out rows to `docs/sharpness-ranks.csv`. The numbers have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape::Objective;
use losscape_tests::paths::Digits;
use losscape_tests::sharp::{NAMES, measures, recipes, spearman};

fn main() -> Result<(), Box<dyn Error>> {
    let (training, held_out) = (Digits::<f64>::training()?, Digits::<f64>::held_out()?);
    let (f, test) = (training.objective(16)?, held_out.objective(16)?);
    let mut scratch = vec![0.0; f.scratch_len()];
    let mut csv =
        format!("batch,rate,seed,epochs,training_loss,test_loss,test_accuracy,{}\n", NAMES.join(","));
    let (mut losses, mut all) = (Vec::new(), [const { Vec::new() }; 5]);
    for recipe in recipes(10) {
        let Some(end) = recipe.train(&f)? else {
            eprintln!("{recipe:?}: not below 0.05");
            continue;
        };
        let loss = test.data_loss(&end.params, &mut scratch);
        let found = measures(&f, &end.params)?;
        write!(
            csv,
            "{},{},{},{},{:.6},{loss:.6},{:.6}",
            recipe.batch,
            recipe.rate,
            recipe.seed,
            end.epochs,
            f.data_loss(&end.params, &mut scratch),
            test.accuracy(&end.params, &mut scratch)
        )?;
        for x in found {
            write!(csv, ",{x:.6}")?;
        }
        csv.push('\n');
        losses.push(loss);
        all.iter_mut().zip(found).for_each(|(all, x)| all.push(x));
    }
    for (name, values) in NAMES.iter().zip(&all) {
        println!("{name}: rank correlation {:.3} over {}", spearman(values, &losses), losses.len());
    }
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/sharpness-ranks.csv"), csv)?;
    Ok(())
}
