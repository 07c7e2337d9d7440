//! *Cloud*.

use losscape_wasm::cloud::{Cloud, CloudSettings};

use super::values::{Result, Values};
use super::{Outcome, wide};

pub(super) fn cloud(values: &mut Values) -> Result<Outcome> {
    let settings = CloudSettings {
        seed: values.count("seed")?,
        learning_rate: values.real("rate")?.into(),
        batch_size: values.count("batch")?,
        variance: values.real("variance")?.into(),
        ground: values.choice("ground")?,
        tilt: values.real("tilt")?.into(),
        walkers: values.count("walkers")?,
        noise: values.choice("noise")?,
        spread: values.word("begin", &[("place", false), ("box", true)])?,
        cooling: values.count("cooling")?,
    };
    let target = values.count("step")?;
    values.done("cloud", &[])?;
    let mut run = Cloud::new(&settings)?;
    let mut ended = false;
    while run.steps() < target && !ended {
        ended = run.advance(1)? < 1;
        values.look()?;
    }
    let mut numbers = vec![("temperature", run.temperature())];
    let named = |numbers: &mut Vec<_>, names: &[&'static str], found: Vec<f64>| {
        numbers.extend(names.iter().copied().zip(found));
    };
    named(&mut numbers, &["left_cloud", "left_density", "left_law"], run.shares()?);
    let variances =
        ["along_cloud", "along_density", "along_law", "across_cloud", "across_density", "across_law"];
    named(&mut numbers, &variances, run.variances()?);
    named(
        &mut numbers,
        &["density_to_law", "cloud_to_law", "floor", "floor_std_dev", "free_energy"],
        run.distances()?,
    );
    named(&mut numbers, &["circulation", "produced"], run.circulation()?);
    let (density, law) = (run.density(), run.law());
    let side = density.len().isqrt();
    Ok(Outcome {
        step: run.steps(),
        digest: run.digest(),
        not_finite: ended,
        numbers,
        arrays: vec![
            ("walkers", wide(&run.walkers(512)), 2),
            ("density", density, side),
            ("law", law, side),
            ("potential", run.potential(), side),
        ],
    })
}
