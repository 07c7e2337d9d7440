//! *Paths*, between networks and on its two toys.

use losscape_wasm::paths::{
    Difference, Look, Paths, PathsSettings, Profile, Route, RouteReport, Task, Toy, ToySurface,
};
use losscape_wasm::{Choice, Digits, Packed, standardise};

use super::values::{Result, Stop, Values, acts, as_held, member};
use super::{CHUNK, DIGITS, Outcome, wide};

/// The numbers of a scan, by the route's name.
macro_rules! report {
    ($numbers:ident, $report:expr, $($name:literal = $field:ident),*) => {{
        let report: RouteReport = $report;
        $($numbers.push(($name, report.$field));)*
    }};
}

/// The losses along the straight line and along the best path.
fn profiles(line: &Profile, best: &Profile) -> Vec<(&'static str, Vec<f64>, usize)> {
    let parts =
        [("straight_t", &line.t), ("straight_value", &line.value), ("t", &best.t), ("value", &best.value)];
    parts.map(|(name, values)| (name, wide(values), 0)).into()
}

fn toy(values: &mut Values, surface: ToySurface) -> Result<Outcome> {
    let pivots = values.count("pivots")?;
    let (rate, climb) = (values.real("rate")?, values.on("climb")?);
    let (target, drags) = (values.count("step")?, values.text("drags")?);
    // A toy has no networks.
    values.done("paths", &["width", "a", "b", "align", "cycles", "own"])?;
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
        run.drag(image as usize, as_held(x), as_held(y))?;
    }
    advance(&mut run, target)?;
    let mut numbers = Vec::new();
    report!(numbers, run.report(true)?, "straight_saddle" = saddle, "straight_barrier" = barrier);
    report!(numbers, run.report(false)?, "saddle" = saddle, "barrier" = barrier, "at" = at, "ratio" = ratio);
    numbers.push(("gradients", run.gradients().into()));
    let mut arrays = profiles(&run.profile(true), &run.profile(false));
    arrays.push(("images", wide(&run.images()), 2));
    Ok(Outcome { step: run.steps(), digest: run.digest(), not_finite: run.not_finite(), numbers, arrays })
}

pub(super) fn paths(values: &mut Values) -> Result<Outcome> {
    let task = values.text("task")?;
    if let Some(surface) = ToySurface::named(&task) {
        return toy(values, surface);
    }
    let own = task == "own";
    let points = values.points(own)?;
    let settings = PathsSettings {
        // What own points are is not asked of the task.
        task: if own { Task::default() } else { member("task", &task)? },
        width: values.count("width")?,
        seed_a: values.count("a")?,
        seed_b: values.count("b")?,
        align: values.on("align")?,
        pivots: values.count("pivots")?,
        cycles: values.count("cycles")?,
        learning_rate: values.real("rate")?,
        climb: values.on("climb")?,
    };
    let target = values.count("step")?;
    // No hand drags a network.
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
    Ok(Outcome {
        step: run.steps(),
        digest: run.digest(),
        not_finite: run.not_finite(),
        numbers,
        arrays: profiles(&run.profile(Route::Straight, 99)?, &run.profile(Route::Best, 9)?),
    })
}
