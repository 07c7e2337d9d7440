//! *Surface*.

use losscape_wasm::Packed;
use losscape_wasm::surface::{Surface, SurfaceSettings};

use super::Outcome;
use super::values::{Result, Values};

pub(super) fn surface(values: &mut Values) -> Result<Outcome> {
    let scenes = [("network", (false, false)), ("ring", (true, false)), ("own", (false, true))];
    let (toy, own) = values.word("scene", &scenes)?;
    let points = values.points(own)?;
    let settings = SurfaceSettings {
        seed: values.count("seed")?,
        toy,
        tilt: values.real("tilt")?.into(),
        start_scale: values.real("scale")?.into(),
    };
    let cut = values.choice("plane")?;
    let (half, cells) = (values.real("half")?, values.count("cells")?);
    let mut place = |key| values.real(key).map(f64::from);
    let middle = [place("mx")?, place("my")?];
    let [ax, ay, bx, by] = [place("ax")?, place("ay")?, place("bx")?, place("by")?];
    let target = values.count("step")?;
    values.done("surface", &[])?;
    let mut run = if let Some(Packed { inputs, labels, standard, .. }) = points {
        let inputs = inputs.into_iter().map(f64::from).collect();
        Surface::on_points(settings.seed, settings.start_scale, inputs, labels, standard)?
    } else {
        Surface::with(settings)?
    };
    let step = run.steps().min(target as usize);
    run.look_at_step(step);
    let (digest, loss) = (run.digest(), run.loss()?);
    run.cut(cut)?;
    let line = run.line(ax, ay, bx, by)?;
    run.begin_at(middle[0], middle[1], f64::from(half), cells)?;
    while run.fill(64)? < cells {
        values.look()?;
    }
    let (at, path) = (run.projected()?, run.path(1)?);
    let (not_finite, step) = (step < target as usize, u32::try_from(step).unwrap_or(u32::MAX));
    let half = f64::from(half);
    Ok(Outcome {
        step,
        digest,
        not_finite,
        numbers: vec![
            ("loss", loss),
            ("line_saddle", line.saddle),
            ("line_barrier", line.barrier),
            ("share", run.share()?),
            ("unit", run.unit()?),
            ("x", at[0]),
            ("y", at[1]),
        ],
        arrays: vec![
            ("line", line.losses, 0),
            ("map", run.values().to_vec(), cells as usize + 1),
            ("span", vec![middle[0] - half, middle[0] + half, middle[1] - half, middle[1] + half], 0),
            ("path", path, 2),
        ],
    })
}
