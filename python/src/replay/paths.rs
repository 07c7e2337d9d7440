//! *Paths*, between networks and on its two toys.

use losscape_wasm::paths::{
    Difference, Look, Paths, PathsSettings, Route, RouteReport, Task, Toy, ToySurface,
};
use losscape_wasm::{Digits, Packed, standardise};

use super::values::{Result, Stop, Values, acts};
use super::{CHUNK, DIGITS, Outcome, wide};
use crate::named::chosen;

/// The numbers of a scan, by the route's name.
macro_rules! report {
    ($numbers:ident, $report:expr, $($name:literal = $field:ident),*) => {{
        let report: RouteReport = $report;
        $($numbers.push(($name, report.$field));)*
    }};
}

fn toy(values: &mut Values, surface: ToySurface) -> Result<Outcome> {
    let default = PathsSettings::default();
    let pivots = values.count("pivots", default.pivots)?;
    let (rate, climb) = (values.real("rate", default.learning_rate)?, values.on("climb")?);
    let (target, drags) = (values.count("step", 0)?, values.text("drags").unwrap_or_default());
    values.done("paths", &["width", "a", "b", "align", "cycles"])?;
    let mut run = Toy::new(surface, pivots, rate, climb)?;
    let mut advance = |run: &mut Toy, target: u32| -> Result<()> {
        while run.steps() < target {
            let wanted = CHUNK.min(target - run.steps());
            if run.advance(wanted) < wanted {
                break;
            }
            values.look()?;
        }
        Ok(())
    };
    for (step, drag) in acts(&drags, target)? {
        advance(&mut run, step)?;
        let parts: Vec<f64> = drag.split(':').filter_map(|part| part.parse().ok()).collect();
        let [image, x, y] = parts[..] else { return Err(Stop::Refused(format!("`drags`: {drag:?}"))) };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "small, or refused by the handle"
        )]
        run.drag(image as usize, x as f32, y as f32)?;
    }
    advance(&mut run, target)?;
    let mut numbers = Vec::new();
    report!(numbers, run.report(true)?, "straight_saddle" = saddle, "straight_barrier" = barrier);
    report!(numbers, run.report(false)?, "saddle" = saddle, "barrier" = barrier, "at" = at, "ratio" = ratio);
    numbers.push(("gradients", run.gradients().into()));
    let (line, band) = (run.profile(true), run.profile(false));
    Ok(Outcome {
        step: run.steps(),
        digest: run.digest(),
        not_finite: run.not_finite(),
        numbers,
        arrays: vec![
            ("straight_t", wide(&line.t), 0),
            ("straight_value", wide(&line.value), 0),
            ("t", wide(&band.t), 0),
            ("value", wide(&band.value), 0),
            ("images", wide(&run.images()), 2),
        ],
    })
}

pub(super) fn paths(values: &mut Values) -> Result<Outcome> {
    let default = PathsSettings::default();
    let task = values.text("task").unwrap_or_else(|| "different".to_owned());
    match &*task {
        "mueller-brown" => return toy(values, ToySurface::MuellerBrown),
        "egg-carton" => return toy(values, ToySurface::EggCarton),
        _ => (),
    }
    // What own points are is not asked of the task.
    let tasks = [
        ("different", Task::Different),
        ("twins", Task::Twins),
        ("digits", Task::Digits),
        ("own", Task::Different),
    ];
    let points = values.points(task == "own")?;
    let settings = PathsSettings {
        task: chosen("task", &task, &tasks)?,
        width: values.count("width", default.width)?,
        seed_a: values.count("a", default.seed_a)?,
        seed_b: values.count("b", default.seed_b)?,
        align: values.on("align")?,
        pivots: values.count("pivots", default.pivots)?,
        cycles: values.count("cycles", default.cycles)?,
        learning_rate: values.real("rate", default.learning_rate)?,
        climb: values.on("climb")?,
    };
    let target = values.count("step", 0)?;
    values.done("paths", &["drags"])?;
    let mut run = if let Some(Packed { inputs, labels, standard, .. }) = points {
        Paths::on_points(if standard { standardise(inputs, 2)? } else { inputs }, labels, &settings)?
    } else if settings.task == Task::Digits {
        Paths::on_digits(&Digits::new(DIGITS)?, &settings)?
    } else {
        Paths::new(&settings)?
    };
    while run.train(200)? > 0 {
        values.look()?;
    }
    while !run.advance(target, 8) {
        values.look()?;
    }
    let mut numbers = Vec::new();
    let route = |run: &Paths, route| {
        run.report(route).ok_or_else(|| Stop::Refused("the ends were not trained".into()))
    };
    report!(numbers, route(&run, Route::Straight)?, "straight_saddle" = saddle, "straight_barrier" = barrier);
    report!(numbers, route(&run, Route::Aligned)?, "aligned_saddle" = saddle, "aligned_barrier" = barrier);
    report!(
        numbers,
        route(&run, Route::Best)?,
        "saddle" = saddle,
        "barrier" = barrier,
        "at" = at,
        "ratio" = ratio,
        "end_a" = a,
        "end_b" = b
    );
    let Look { value, missed } = run.look_at_saddle()?;
    numbers.extend([("saddle_loss", value), ("saddle_missed", missed.into())]);
    let Difference { distance, aligned_distance, disagreement, aligning_error } = run.difference()?;
    numbers.extend([("distance", distance), ("aligned_distance", aligned_distance)]);
    numbers.extend([("disagreement", disagreement), ("aligning_error", aligning_error)]);
    numbers.push(("gradients", run.progress().gradients.into()));
    let (line, best) = (run.profile(Route::Straight, 99)?, run.profile(Route::Best, 9)?);
    Ok(Outcome {
        step: run.steps(),
        digest: run.digest(),
        not_finite: run.not_finite(),
        numbers,
        arrays: vec![
            ("straight_t", wide(&line.t), 0),
            ("straight_value", wide(&line.value), 0),
            ("t", wide(&best.t), 0),
            ("value", wide(&best.value), 0),
        ],
    })
}
