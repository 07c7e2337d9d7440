//! *Smoothing*.

use losscape_wasm::smoothing::{Smoothing, SmoothingSettings};

use super::values::{Result, Values};
use super::{CHUNK, Outcome};

pub(super) fn smoothing(values: &mut Values) -> Result<Outcome> {
    let settings = SmoothingSettings {
        seed: values.count("seed")?,
        learning_rate: values.real("rate")?.into(),
        noise: values.real("noise")?.into(),
        batch_size: values.count("batch")?,
        uniform: values.word("kernel", &[("gaussian", false), ("uniform", true)])?,
        runs: values.count("runs")?,
        start: values.real("start")?.into(),
        curvature: values.real("bowl")?.into(),
        amplitude: values.real("height")?.into(),
        wavenumber: values.real("waves")?.into(),
        phase: values.real("phase")?.into(),
    };
    let target = values.count("step")?;
    values.done("smoothing", &[])?;
    let mut run = Smoothing::new(&settings)?;
    let mut ended = false;
    while run.steps() < target && !ended {
        let wanted = CHUNK.min(target - run.steps());
        ended = run.advance(wanted)? < wanted;
        values.look()?;
    }
    let moments = run.moments()?;
    let mut numbers =
        vec![("width", run.width()), ("temperature", run.temperature()), ("smooth", run.smooth())];
    numbers.extend(["mean", "spread"].into_iter().zip(moments));
    numbers.extend(run.last_false()?.map(|last| ("last_false", last)));
    Ok(Outcome {
        step: run.steps(),
        digest: run.digest(),
        not_finite: ended,
        numbers,
        arrays: vec![("runs", run.runs(), 0)],
    })
}
