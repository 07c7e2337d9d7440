//! *Smoothing*.

use losscape_wasm::smoothing::{Smoothing, SmoothingSettings};

use super::values::{Result, Values};
use super::{CHUNK, Outcome};

pub(super) fn smoothing(values: &mut Values) -> Result<Outcome> {
    let default = SmoothingSettings::default();
    let settings = SmoothingSettings {
        seed: values.count("seed", default.seed)?,
        learning_rate: values.real("rate", 0.02)?.into(),
        noise: values.real("noise", 5.0)?.into(),
        batch_size: values.count("batch", default.batch_size)?,
        uniform: values.word("kernel", default.uniform, &[("gaussian", false), ("uniform", true)])?,
        runs: values.count("runs", default.runs)?,
        start: values.real("start", 2.5)?.into(),
        curvature: values.real("bowl", 0.5)?.into(),
        amplitude: values.real("height", 0.6)?.into(),
        wavenumber: values.real("waves", 6.0)?.into(),
        phase: values.real("phase", 0.9)?.into(),
    };
    let target = values.count("step", 0)?;
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
