//! *Surface*.

use losscape_wasm::Packed;
use losscape_wasm::surface::{Cut, Surface, SurfaceSettings};

use super::Outcome;
use super::values::{Result, Values};
use crate::named::chosen;

pub(super) fn surface(values: &mut Values) -> Result<Outcome> {
    let scene = values.text("scene").unwrap_or_else(|| "network".to_owned());
    let toy = chosen("scene", &scene, &[("network", false), ("ring", true), ("own", false)])?;
    let points = values.points(scene == "own")?;
    let settings = SurfaceSettings {
        seed: values.count("seed", 1)?,
        toy,
        tilt: values.real("tilt", 0.0)?.into(),
        start_scale: values.real("scale", 1.0)?.into(),
    };
    let planes =
        [("minima", Cut::Minima), ("run", Cut::Run), ("curvature", Cut::Curvature), ("random", Cut::Random)];
    let plane = values.text("plane").unwrap_or_else(|| "minima".to_owned());
    let cut = chosen("plane", &plane, &planes)?;
    let half = values.real("half", 2.0)?;
    let cells = values.word("cells", 64, &[("32", 32), ("64", 64), ("128", 128)])?;
    let middle = [values.real("mx", 0.0)?, values.real("my", 0.0)?].map(f64::from);
    let [ax, ay, bx, by] = [("ax", -1.0), ("ay", 0.0), ("bx", 1.0), ("by", 0.0)];
    let mut place = |(key, default)| values.real(key, default).map(f64::from);
    let [ax, ay, bx, by] = [place(ax)?, place(ay)?, place(bx)?, place(by)?];
    let target = values.count("step", 0)?;
    values.done("surface", &["beside", "at", "cx", "cy"])?;
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
