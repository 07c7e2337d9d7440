//! *Saddles*.

use losscape_wasm::saddles::{Saddles, SaddlesSettings};

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
    let places = run.found();
    let (found, saddles) = places.chunks(4).fold((0.0, 0.0), |(found, saddles), place| {
        (found + 1.0, if place[2] > 0.0 { saddles + 1.0 } else { saddles })
    });
    Ok(Outcome {
        step: run.searches(),
        digest: run.digest(),
        not_finite: false,
        numbers: vec![("found", found), ("saddles", saddles)],
        // The search, the loss, the directions down, and those without a sign.
        arrays: vec![("places", places, 4)],
    })
}
