//! *Cloud*.

use losscape_wasm::cloud::{Cloud, CloudSettings, Ground, Noise};

use super::values::{Result, Values};
use super::{Outcome, wide};

pub(super) fn cloud(values: &mut Values) -> Result<Outcome> {
    let default = CloudSettings::default();
    let grounds = [
        ("wells", Ground::Wells),
        ("valleys", Ground::Valleys),
        ("bowl", Ground::Bowl),
        ("ring", Ground::Ring),
    ];
    let noises = [
        ("even", Noise::Even),
        ("above", Noise::Above),
        ("curvature", Noise::Curvature),
        ("batches", Noise::Batches),
    ];
    let settings = CloudSettings {
        seed: values.count("seed", default.seed)?,
        learning_rate: values.real("rate", 0.02)?.into(),
        batch_size: values.count("batch", default.batch_size)?,
        variance: values.real("variance", 20.0)?.into(),
        ground: values.word("ground", default.ground, &grounds)?,
        tilt: values.real("tilt", 0.1)?.into(),
        walkers: values.count("walkers", default.walkers)?,
        noise: values.word("noise", default.noise, &noises)?,
        spread: values.word("begin", default.spread, &[("place", false), ("box", true)])?,
        cooling: values.count("cooling", default.cooling)?,
    };
    let target = values.count("step", 0)?;
    values.done("cloud", &["lock"])?;
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
