//! *Saddles*.

use losscape_wasm::saddles::{CriticalPlace, Saddles, SaddlesSettings};

use super::Outcome;
use super::values::{Result, Values};

pub(super) fn saddles(values: &mut Values) -> Result<Outcome> {
    let settings = SaddlesSettings {
        seed: values.count("seed")?,
        hidden: values.count("hidden")?,
        penalty: values.real("decay")?.into(),
        trained: values.word("starts", &[("training", true), ("random", false)])?,
    };
    let target = values.count("step")?;
    values.done("saddles", &[])?;
    let mut run = Saddles::new(&settings)?;
    while run.searches() < target {
        run.advance(200)?;
        values.look()?;
    }
    let (mut places, mut found, mut saddles) = (Vec::new(), 0, 0);
    for CriticalPlace { search, loss, down, unsigned } in run.found() {
        places.extend([f64::from(search), loss, f64::from(down), f64::from(unsigned)]);
        found += 1;
        saddles += u32::from(down > 0);
    }
    Ok(Outcome {
        step: run.searches(),
        digest: run.digest(),
        not_finite: false,
        numbers: vec![("found", f64::from(found)), ("saddles", f64::from(saddles))],
        // The search, the loss, the directions down, and those without a sign.
        arrays: vec![("places", places, 4)],
    })
}
