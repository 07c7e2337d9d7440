//! Runs of the page, made again by the very handles that the page calls.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use losscape_wasm::cloud::{Cloud, CloudSettings, Ground, Noise};
use losscape_wasm::paths::{
    Difference, Look, Paths, PathsSettings, Route, RouteReport, Task, Toy, ToySurface,
};
use losscape_wasm::saddles::{Saddles, SaddlesSettings};
use losscape_wasm::smoothing::{Smoothing, SmoothingSettings};
use losscape_wasm::surface::{Cut, Surface, SurfaceSettings};
use losscape_wasm::train::{Measures, Order, Start, Train, TrainSettings};
use losscape_wasm::{Digits, LabError};
use numpy::PyArrayMethods;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arrays::{out, refused};
use crate::network::chosen;
use crate::run::record;

/// The file that the page fetches.
const DIGITS: &[u8] = include_bytes!("../../core/src/models/data/digits/digits.bin");

/// Keys of a link that change no number of a run: its digest, what is looked at, what a lecturer has set.
const OF_THE_PAGE: [&str; 14] = [
    "v", "digest", "twin", "pin", "guess", "guess2", "q", "hide", "embed", "present", "rehearse", "drawn",
    "route", "t",
];

/// Steps between two looks for Ctrl-C, where a handle counts steps.
const CHUNK: u32 = 32;

/// What became of a run.
#[derive(Default)]
struct Outcome {
    step: u32,
    digest: String,
    not_finite: bool,
    numbers: Vec<(&'static str, f64)>,
    /// Rows of this width; 0 for one dimension.
    arrays: Vec<(&'static str, Vec<f64>, usize)>,
}

type Result<T> = core::result::Result<T, Stop>;

/// Why a run was not made.
enum Stop {
    Refused(String),
    Raised(PyErr),
}

impl From<LabError> for Stop {
    fn from(error: LabError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

/// The values of a link by their keys; each is taken once, so that what nobody takes can be refused.
struct Values {
    texts: HashMap<String, String>,
    clock: Instant,
}

impl Values {
    fn text(&mut self, key: &str) -> Option<String> {
        self.texts.remove(key)
    }

    fn parsed(&mut self, key: &str) -> Result<Option<f64>> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| Stop::Refused(format!("`{key}` is {text:?}, must be a number")))
    }

    /// A number, rounded once to f32 as the page does.
    fn real(&mut self, key: &str, default: f32) -> Result<f32> {
        #[expect(clippy::cast_possible_truncation, reason = "rounded as the page rounds")]
        Ok(self.parsed(key)?.map_or(default, |number| number as f32))
    }

    fn count(&mut self, key: &str, default: u32) -> Result<u32> {
        let Some(number) = self.parsed(key)? else { return Ok(default) };
        let whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        if whole {
            Ok(number as u32)
        } else {
            Err(Stop::Refused(format!("`{key}` is {number}, must be a count")))
        }
    }

    fn word<T: Copy>(&mut self, key: &str, default: T, words: &[(&str, T)]) -> Result<T> {
        self.text(key).map_or(Ok(default), |word| Ok(chosen(key, &word, words)?))
    }

    fn on(&mut self, key: &str) -> Result<bool> {
        self.word(key, false, &[("off", false), ("on", true)])
    }

    /// Refuses what nobody has taken.
    fn done(&mut self, exhibit: &str, views: &[&str]) -> Result<()> {
        self.texts.retain(|key, _| !OF_THE_PAGE.contains(&&**key) && !views.contains(&&**key));
        let left = self.texts.keys().next();
        left.map_or(Ok(()), |key| Err(Stop::Refused(format!("`{key}` is no setting of {exhibit}"))))
    }

    /// Ctrl-C ends a run between two of its steps.
    fn look(&mut self) -> Result<()> {
        if self.clock.elapsed() < Duration::from_millis(50) {
            return Ok(());
        }
        self.clock = Instant::now();
        Python::attach(|py| py.check_signals()).map_err(Stop::Raised)
    }
}

/// `step:rest;step:rest…` in the order of the steps, up to one.
fn acts(text: &str, last: u32) -> Result<Vec<(u32, String)>> {
    let mut acts = Vec::new();
    for act in text.split(';').filter(|act| !act.is_empty()) {
        let parts = act.split_once(':').and_then(|(step, rest)| Some((step.parse().ok()?, rest.to_owned())));
        acts.push(parts.ok_or_else(|| Stop::Refused(format!("{act:?} was not understood")))?);
    }
    acts.sort_by_key(|(step, _)| *step);
    acts.retain(|(step, _)| *step <= last);
    Ok(acts)
}

fn train(values: &mut Values) -> Result<Outcome> {
    let default = TrainSettings::default();
    let settings = TrainSettings {
        seed: values.count("seed", default.seed)?,
        hidden: values.count("hidden", default.hidden)?,
        learning_rate: values.real("rate", default.learning_rate)?,
        batch_size: values.count("batch", default.batch_size)?,
        momentum: values.real("momentum", default.momentum)?,
        l2: values.real("l2", default.l2)?,
        start: values.word(
            "init",
            default.start,
            &[
                ("glorot-uniform", Start::GlorotUniform),
                ("glorot-normal", Start::GlorotNormal),
                ("he-uniform", Start::HeUniform),
                ("he-normal", Start::HeNormal),
            ],
        )?,
        order: values.word(
            "order",
            default.order,
            &[("epochs", Order::Epochs), ("replacement", Order::Replacement)],
        )?,
    };
    let (target, changes) = (values.count("step", 0)?, values.text("changes").unwrap_or_default());
    values.done("train", &[])?;
    let mut run = Train::new(&Digits::new(DIGITS)?, &settings)?;
    let (mut steps, mut losses) = (Vec::new(), Vec::new());
    let mut advance = |run: &mut Train, values: &mut Values, target: u32| -> Result<()> {
        while run.steps() < target {
            let wanted = CHUNK.min(target - run.steps());
            if run.advance(wanted)? < wanted {
                break;
            }
            values.look()?;
        }
        steps.push(f64::from(run.steps()));
        losses.push(run.measure()?.loss);
        Ok(())
    };
    for (step, change) in acts(&changes, target)? {
        advance(&mut run, values, step)?;
        let Some((key, value)) = change.split_once(':') else { continue };
        let mut one =
            Values { texts: HashMap::from([(key.to_owned(), value.to_owned())]), clock: values.clock };
        match key {
            "rate" => run.set_learning_rate(one.real("rate", 0.0)?)?,
            "batch" => run.set_batch_size(one.count("batch", 0)?)?,
            "momentum" => run.set_momentum(one.real("momentum", 0.0)?)?,
            _ => return Err(Stop::Refused(format!("`changes`: {key} does not change during a run"))),
        }
    }
    // About fifty places of the curve.
    for k in 1..=50 {
        let here = u64::from(target) * k / 50;
        advance(&mut run, values, u32::try_from(here).unwrap_or(target))?;
    }
    let Measures { loss, accuracy, held_out_loss, held_out_accuracy } = run.measure()?;
    Ok(Outcome {
        step: run.steps(),
        digest: run.digest(),
        not_finite: run.not_finite(),
        numbers: vec![
            ("loss", loss),
            ("accuracy", accuracy),
            ("held_out_loss", held_out_loss),
            ("held_out_accuracy", held_out_accuracy),
            ("temperature", run.temperature().into()),
            ("norm", run.norm().into()),
        ],
        arrays: vec![("step", steps, 0), ("loss", losses, 0)],
    })
}

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

fn wide(values: &[f32]) -> Vec<f64> {
    values.iter().copied().map(f64::from).collect()
}

fn paths(values: &mut Values) -> Result<Outcome> {
    let default = PathsSettings::default();
    let task = values.text("task").unwrap_or_else(|| "different".to_owned());
    match &*task {
        "mueller-brown" => return toy(values, ToySurface::MuellerBrown),
        "egg-carton" => return toy(values, ToySurface::EggCarton),
        _ => (),
    }
    let tasks = [("different", Task::Different), ("twins", Task::Twins), ("digits", Task::Digits)];
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
    let mut run = if settings.task == Task::Digits {
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

fn cloud(values: &mut Values) -> Result<Outcome> {
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

fn smoothing(values: &mut Values) -> Result<Outcome> {
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
    let moments = run.moments();
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

fn surface(values: &mut Values) -> Result<Outcome> {
    let settings = SurfaceSettings {
        seed: values.count("seed", 1)?,
        toy: values.word("scene", false, &[("network", false), ("ring", true)])?,
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
    let mut run = Surface::with(settings)?;
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

fn saddles(values: &mut Values) -> Result<Outcome> {
    let default = SaddlesSettings::default();
    let settings = SaddlesSettings {
        seed: values.count("seed", default.seed)?,
        hidden: values.count("hidden", default.hidden)?,
        penalty: values.real("decay", 0.001)?.into(),
        trained: values.word("starts", default.trained, &[("training", true), ("random", false)])?,
    };
    let target = values.count("step", 0)?;
    values.done("saddles", &["place", "nudge", "rate", "kicks"])?;
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

/// Makes a run of the page from the values of its link, natively, and returns its digest and numbers.
///
/// >>> import losscape_kernel as lk
/// >>> lk.run_exhibit("train", {"step": "100"}).digest
/// '6305f8443acbbe54'
#[pyfunction]
pub(crate) fn run_exhibit<'py>(
    py: Python<'py>,
    exhibit: &str,
    values: HashMap<String, String>,
) -> PyResult<Bound<'py, PyAny>> {
    let run: fn(&mut Values) -> Result<Outcome> = chosen(
        "exhibit",
        exhibit,
        &[
            ("train", train as fn(&mut Values) -> Result<Outcome>),
            ("paths", paths),
            ("cloud", cloud),
            ("smoothing", smoothing),
            ("surface", surface),
            ("saddles", saddles),
        ],
    )?;
    let mut values = Values { texts: values, clock: Instant::now() };
    let outcome = py.detach(move || run(&mut values)).map_err(|stop| match stop {
        Stop::Refused(text) => refused(text),
        Stop::Raised(error) => error,
    })?;
    let (numbers, arrays) = (PyDict::new(py), PyDict::new(py));
    for (name, number) in outcome.numbers {
        numbers.set_item(name, number)?;
    }
    for (name, values, width) in outcome.arrays {
        let rows = values.len().checked_div(width);
        let values = out(py, values);
        match rows {
            Some(rows) => arrays.set_item(name, values.reshape([rows, width])?)?,
            None => arrays.set_item(name, values)?,
        }
    }
    record!(
        py,
        "Run",
        exhibit = exhibit,
        step = outcome.step,
        digest = outcome.digest,
        not_finite = outcome.not_finite,
        numbers = numbers,
        arrays = arrays,
    )
}
