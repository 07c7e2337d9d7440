//! Trains natively as the page does; prints step, digest, and loss and accuracy on both parts of the data.
//!
//! `cargo run -q -p losscape-wasm --example train -- STEPS...`
//!
//! With `own STEP DATA`, the data as a link holds them: the same at a step of a run on these rows.
//!
//! With `race` in place of steps: of each kind that the page races its name, how many of twenty seeds got stuck, and the best
//! loss of its width.

use losscape_wasm::train::{Measures, Table, Train, TrainSettings};
use losscape_wasm::{Digits, Packed};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let file = include_bytes!("../../core/src/models/data/digits/digits.bin");
    let digits = Digits::new(file)?;
    if std::env::args().nth(1).as_deref() == Some("race") {
        return race(&digits);
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [what, step, data] = &args[..]
        && what == "own"
    {
        let own = Packed::parse(data)?;
        let table = Table::new(&own.inputs, u32::try_from(own.width)?, &own.labels, own.standard, 1)?;
        return report(&mut Train::on_table(&table, &TrainSettings::default())?, step.parse()?);
    }
    let mut train = Train::new(&digits, &TrainSettings::default())?;
    let mut steps =
        std::env::args().skip(1).map(|text| text.parse::<u32>()).collect::<Result<Vec<_>, _>>()?;
    steps.sort_unstable();
    for step in steps {
        report(&mut train, step)?;
    }
    Ok(())
}

fn report(train: &mut Train, step: u32) -> Result<(), Box<dyn core::error::Error>> {
    train.advance(step - train.steps())?;
    let Measures { loss, accuracy, held_out_loss, held_out_accuracy } = train.measure()?;
    println!("{step} {} {loss} {accuracy} {held_out_loss} {held_out_accuracy}", train.digest());
    Ok(())
}

/// As in `web/src/train`: 1500 steps, from step 1200 on with a tenth of the rate; stuck is what ends 0.1 above the best.
fn race(digits: &Digits) -> Result<(), Box<dyn core::error::Error>> {
    let kinds = [("Steady", 0.2, 16, 16), ("Hot", 0.5, 4, 16), ("Cold", 0.2, 64, 16), ("Narrow", 0.2, 16, 3)];
    let mut ends = Vec::new();
    for (name, learning_rate, batch_size, hidden) in kinds {
        for seed in 1..=20 {
            let settings =
                TrainSettings { seed, hidden, learning_rate, batch_size, ..TrainSettings::default() };
            let mut train = Train::new(digits, &settings)?;
            train.advance(1200)?;
            train.set_learning_rate(learning_rate / 10.0)?;
            train.advance(300)?;
            ends.push((name, hidden, train.measure()?.loss));
        }
    }
    for (name, _, _, hidden) in kinds {
        let of_width = ends.iter().filter(|end| end.1 == hidden).map(|end| end.2);
        let best = of_width.fold(f64::INFINITY, |best, loss| if loss < best { loss } else { best });
        let stuck = ends.iter().filter(|end| end.0 == name && end.2 > best + 0.1).count();
        println!("{name} {stuck} {best}");
    }
    Ok(())
}
