//! Paths between minima.

use core::ops::ControlFlow;

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::objective::{Evaluations, OnBatch};
use losscape::path::{
    AutoNeb, AutoNebConfig, AutoNebEnd, AutoNebLayout, AutoNebStep, Band, BandConfig, BandLayout, BandStep,
    Curve, CurveConfig, CurveKind, CurveLayout, CurveStep, Cycle, CycleReport, DenseScan, Draw, Grow,
    Location, PathReport, Relaxer, ScanStep, Spacing,
};
use losscape::sgd::{Batch, BatchOrder, Minibatches};
use losscape::{ArgError, Objective as _, SampledObjective};
use pyo3::prelude::*;
use pyo3::types::PyList;

use crate::arrays::{Scalar, arg, out, out_rows, refused, room, rows_of, vector_of};
use crate::named::{self, chosen};
use crate::objective::{Objective, Problem, both};
use crate::run::{Raised, record, run};
use crate::view::View;

/// What stopped a search.
fn not_finite() -> PyErr {
    pyo3::exceptions::PyArithmeticError::new_err("a value on the path was not finite")
}

/// Scans a path: its report, and the fractions and values of all places.
fn scanned<R: Scalar>(
    py: Python<'_>,
    f: &View<'_, R>,
    raised: &Raised,
    images: &[R],
    points: u32,
) -> PyResult<(PathReport<R>, Vec<R>, Vec<R>)> {
    let dim = f.dim();
    let mut scan = DenseScan::new(images, dim, points).map_err(arg)?;
    let (mut point, mut scratch) = (room(R::ZERO, dim)?, room(R::ZERO, f.scratch_len())?);
    let mut places: Vec<(R, R)> = Vec::new();
    let kept = &mut places;
    let report = run(py, raised, || match scan.step(f, images, &mut point, &mut scratch) {
        ScanStep::Image { image, value } => {
            // The image i ends the segment before it.
            let place = Location {
                segment: image.saturating_sub(1),
                alpha: if image > 0 { R::ONE } else { R::ZERO },
            };
            kept.push((place.fraction(images, dim), value));
            ControlFlow::Continue(())
        }
        ScanStep::Point { at, value, .. } => {
            kept.push((at.fraction(images, dim), value));
            ControlFlow::Continue(())
        }
        ScanStep::Done(report) => ControlFlow::Break(Some(report)),
        ScanStep::NotFinite { .. } | ScanStep::MemoryChanged => ControlFlow::Break(None),
    })?;
    // The scan looks at both ends of a segment first.
    places.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(core::cmp::Ordering::Equal));
    let (t, values) = places.into_iter().unzip();
    report.map(|report| (report, t, values)).ok_or_else(not_finite)
}

/// What is known of a path, as Python receives it.
fn path<'py, R: Scalar>(
    py: Python<'py>,
    f: &View<'_, R>,
    raised: &Raised,
    images: Vec<R>,
    points: u32,
    cycles: &[CycleReport<R>],
    spent: Evaluations,
) -> PyResult<Bound<'py, PyAny>> {
    let dim = f.dim();
    let (report, t, values) = scanned(py, f, raised, &images, points)?;
    let mut highest = room(R::ZERO, dim)?;
    report.saddle_at.point(&images, dim, &mut highest);
    let rows = PyList::empty(py);
    for cycle in cycles {
        rows.append(record!(
            py,
            "Cycle",
            images = cycle.images,
            saddle = cycle.path.saddle.to_f64(),
            barrier = cycle.path.barrier.to_f64(),
            best = cycle.best,
        )?)?;
    }
    record!(
        py,
        "Path",
        saddle = report.saddle.to_f64(),
        saddle_at = report.saddle_at.fraction(&images, dim).to_f64(),
        saddle_params = out(py, highest),
        barrier = report.barrier.to_f64(),
        ends = (report.ends[0].to_f64(), report.ends[1].to_f64()),
        length = report.length.to_f64(),
        chord = report.chord.to_f64(),
        t = out(py, t),
        values = out(py, values),
        cycles = rows.to_tuple(),
        gradients = spent.gradients,
        digest = format!("{:016x}", Fingerprint::of(&images)),
        images = out_rows(py, images, dim)?,
    )
}

/// The dense scan of a path: `points` places between each two of its images (rows of `images`).
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> line = lk.scan(lk.surface("double-well"), np.array([[-1.0, 0.0], [1.0, 0.0]]))
/// >>> line.saddle, line.saddle_at, line.barrier
/// (0.25, 0.5, 0.25)
#[pyfunction]
#[pyo3(signature = (objective, images, *, points = 9))]
pub(crate) fn scan<'py>(
    py: Python<'py>,
    objective: &Objective,
    images: &Bound<'py, PyAny>,
    #[pyo3(from_py_with = named::points)] points: u32,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        problem: &Problem<R>,
        images: &Bound<'py, PyAny>,
        points: u32,
    ) -> PyResult<Bound<'py, PyAny>> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let images = rows_of("images", f.dim(), images)?;
        path(py, &f, &raised, images, points, &[], Evaluations { values: 0, gradients: 0 })
    }
    both!(objective, problem => of(py, problem, images, points))
}

/// Settings of an AutoNEB search.
struct Search {
    pivots: u32,
    cycles: u32,
    sweeps: u32,
    learning_rate: f64,
    momentum: f64,
    capacity: usize,
    points: u32,
    batch_size: Option<u32>,
    seed: u64,
}

impl Search {
    fn find<'py, R: Scalar>(
        &self,
        py: Python<'py>,
        problem: &Problem<R>,
        a: &Bound<'py, PyAny>,
        b: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let dim = f.dim();
        let (a, b) = (vector_of::<R>("a", dim, a)?, vector_of("b", dim, b)?);
        let samples = f.samples();
        ArgError::check_count("pivots", self.pivots as usize).map_err(arg)?;
        ArgError::check_count("cycles", self.cycles as usize).map_err(arg)?;
        let all = room(0, samples)?;
        let largest = OnBatch::new(&f, &all);
        let mut batches = self.batches(samples)?;
        let insert = Cycle { grow: Grow::Insert, sweeps: self.sweeps, learning_rate: self.learning_rate };
        let mut schedule = room(insert, self.cycles as usize)?;
        if let Some(first) = schedule.first_mut() {
            first.grow = Grow::Line(self.pivots);
        }
        ArgError::check_min_len("capacity", self.pivots.saturating_add(2) as usize, self.capacity)
            .map_err(arg)?;
        let mut images = room(R::ZERO, self.capacity.saturating_mul(dim))?;
        images[..dim].copy_from_slice(&a);
        images[dim..2 * dim].copy_from_slice(&b);
        let config = AutoNebConfig {
            points: self.points,
            momentum: R::from_f64(self.momentum),
            minibatches: batches.is_some(),
            ..AutoNebConfig::new(schedule)
        };
        let workspace = room(R::ZERO, AutoNebLayout::new(self.capacity, dim, largest.scratch_len()).len())?;
        let mut search = AutoNeb::new(&largest, &f, config, images, workspace).map_err(arg)?;
        let mut rng = stream(self.seed, 3);
        let mut batch: Vec<u32> = Vec::new();
        let mut draw = |batch: &mut Vec<u32>| {
            if let Some(Batch::Samples(next)) = batches.as_mut().map(|batches| batches.next_batch(&mut rng)) {
                batch.clear();
                batch.extend_from_slice(next);
            }
        };
        draw(&mut batch);
        let minibatches = !batch.is_empty();
        let mut cycles = Vec::new();
        let (kept, searching) = (&mut cycles, &mut search);
        let ended = run(py, &raised, || {
            let step = if minibatches {
                searching.step(&OnBatch::new(&f, &batch), &f)
            } else {
                searching.step(&f, &f)
            };
            match step {
                AutoNebStep::Moved { .. } => draw(&mut batch),
                AutoNebStep::CycleDone(report) => kept.push(report),
                AutoNebStep::Ended(AutoNebEnd::Completed) => return ControlFlow::Break(true),
                AutoNebStep::Ended(_) | AutoNebStep::MemoryChanged => return ControlFlow::Break(false),
                _ => (),
            }
            ControlFlow::Continue(())
        })?;
        if !ended {
            return Err(not_finite());
        }
        path(py, &f, &raised, search.path().to_vec(), self.points, &cycles, search.evaluations())
    }

    fn batches(&self, samples: usize) -> PyResult<Option<Minibatches<Vec<u32>>>> {
        let Some(batch_size) = self.batch_size else { return Ok(None) };
        let count = u32::try_from(samples).map_err(|_| refused("`objective` has too many samples"))?;
        let order = BatchOrder::ShuffledEpochs;
        Minibatches::new(order, count, batch_size, room(0, samples)?).map(Some).map_err(arg)
    }
}

/// A path between two minima along which the loss stays low, by the automated nudged elastic band (Draxler et al. 2018): a
/// straight band of `pivots` images relaxes for `sweeps` moves, gets images where its scan finds it coarse, and so on for
/// `cycles`. The best path of all cycles is returned. With `batch_size` each sweep sees one batch.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> valley = lk.surface("curvy-valley")
/// >>> a, b = lk.minima("curvy-valley")
/// >>> best = lk.autoneb(valley, a, b, cycles=5, sweeps=200)
/// >>> lk.scan(valley, np.stack([a, b])).saddle > 2.9, best.saddle < 1.05
/// (True, True)
#[pyfunction]
#[pyo3(signature = (
    objective, a, b, *, pivots = 3, cycles = 4, sweeps = 800, learning_rate = 0.02, momentum = 0.9, capacity = 32, points = 9,
    batch_size = None, seed = 1
))]
pub(crate) fn autoneb<'py>(
    py: Python<'py>,
    objective: &Objective,
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    #[pyo3(from_py_with = named::pivots)] pivots: u32,
    #[pyo3(from_py_with = named::cycles)] cycles: u32,
    #[pyo3(from_py_with = named::sweeps)] sweeps: u32,
    learning_rate: f64,
    momentum: f64,
    #[pyo3(from_py_with = named::capacity)] capacity: usize,
    #[pyo3(from_py_with = named::points)] points: u32,
    #[pyo3(from_py_with = named::batch_size)] batch_size: Option<u32>,
    #[pyo3(from_py_with = named::seed)] seed: u64,
) -> PyResult<Bound<'py, PyAny>> {
    let search =
        Search { pivots, cycles, sweeps, learning_rate, momentum, capacity, points, batch_size, seed };
    both!(objective, problem => search.find(py, problem, a, b))
}

/// Settings of a band.
struct Relaxing {
    sweeps: u32,
    learning_rate: f64,
    momentum: f64,
    spring: Option<f64>,
    climb_below: f64,
    tolerance: f64,
    points: u32,
}

impl Relaxing {
    fn relax<'py, R: Scalar>(
        &self,
        py: Python<'py>,
        problem: &Problem<R>,
        images: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let number = R::from_f64;
        let images = rows_of::<R>("images", f.dim(), images)?;
        let relaxer = Relaxer::descent(number(self.learning_rate), number(self.momentum));
        let spacing = self.spring.map_or(Spacing::Redistribute, |spring| Spacing::Springs(number(spring)));
        let config =
            BandConfig { spacing, climb_below: number(self.climb_below), ..BandConfig::new(relaxer) };
        let layout = BandLayout::new(images.len() / f.dim().max(1), f.dim(), f.scratch_len());
        let mut band = Band::new(&f, config, images, room(R::ZERO, layout.len())?).map_err(arg)?;
        let (moving, sweeps, tolerance) = (&mut band, self.sweeps, number(self.tolerance));
        let ended = sweeps == 0
            || run(py, &raised, || match moving.step(&f) {
                BandStep::Moved { sweep, residual } if sweep >= sweeps || residual < tolerance => {
                    ControlFlow::Break(true)
                }
                BandStep::Moved { .. } | BandStep::Evaluated(_) => ControlFlow::Continue(()),
                BandStep::NotFinite { .. } | BandStep::MemoryChanged => ControlFlow::Break(false),
            })?;
        let spent = band.evaluations();
        if ended {
            path(py, &f, &raised, band.images().to_vec(), self.points, &[], spent)
        } else {
            Err(not_finite())
        }
    }
}

/// Relaxes a chain of images (rows) onto a minimum-energy path: a nudged elastic band with the tangent of Henkelman & Jónsson
/// (2000). Images are redistributed after each move, or held by springs of the constant `spring`. Below the residual
/// `climb_below` the highest image climbs to the saddle. It ends after `sweeps` moves, or below the residual `tolerance`.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> line = np.linspace([-1.0, 0.3], [1.0, 0.3], 5); line[0, 1] = line[-1, 1] = 0
/// >>> found = lk.band(lk.surface("double-well"), line, learning_rate=0.2, momentum=0.5, sweeps=200)
/// >>> round(found.saddle, 6)
/// 0.25
#[pyfunction]
#[pyo3(signature = (
    objective, images, *, sweeps = 1000, learning_rate = 0.02, momentum = 0.9, spring = None, climb_below = 0.0, tolerance = 0.0,
    points = 9
))]
pub(crate) fn band<'py>(
    py: Python<'py>,
    objective: &Objective,
    images: &Bound<'py, PyAny>,
    #[pyo3(from_py_with = named::sweeps)] sweeps: u32,
    learning_rate: f64,
    momentum: f64,
    spring: Option<f64>,
    climb_below: f64,
    tolerance: f64,
    #[pyo3(from_py_with = named::points)] points: u32,
) -> PyResult<Bound<'py, PyAny>> {
    let relaxing = Relaxing { sweeps, learning_rate, momentum, spring, climb_below, tolerance, points };
    both!(objective, problem => relaxing.relax(py, problem, images))
}

/// Settings of a curve.
struct Bending {
    kind: CurveKind,
    draw: Draw,
    updates: u32,
    draws: u32,
    learning_rate: f64,
    momentum: f64,
    rows: usize,
    points: u32,
    seed: u64,
}

impl Bending {
    fn bend<'py, R: Scalar>(
        &self,
        py: Python<'py>,
        problem: &Problem<R>,
        controls: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let dim = f.dim();
        let controls = rows_of::<R>("controls", dim, controls)?;
        let config = CurveConfig {
            kind: self.kind,
            draw: self.draw,
            draws: self.draws,
            learning_rate: R::from_f64(self.learning_rate),
            momentum: R::from_f64(self.momentum),
        };
        let layout = CurveLayout::new(controls.len() / dim.max(1), dim, f.scratch_len());
        let mut curve = Curve::new(&f, config, controls, room(R::ZERO, layout.len())?).map_err(arg)?;
        let mut rng = stream(self.seed, 3);
        let (bending, updates) = (&mut curve, self.updates);
        let gradients = &mut 0;
        let ended = updates == 0
            || run(py, &raised, || match bending.step(&f, &mut rng) {
                CurveStep::Evaluated { .. } => {
                    *gradients += 1;
                    ControlFlow::Continue(())
                }
                CurveStep::Moved { update, .. } if update >= updates => ControlFlow::Break(true),
                CurveStep::Moved { .. } => ControlFlow::Continue(()),
                CurveStep::NotFinite { .. } | CurveStep::TooFar { .. } | CurveStep::MemoryChanged => {
                    ControlFlow::Break(false)
                }
            })?;
        if !ended {
            return Err(not_finite());
        }
        let mut images = room(R::ZERO, self.rows.max(2).saturating_mul(dim))?;
        curve.trace(&mut images);
        let spent = Evaluations { values: 0, gradients: *gradients };
        path(py, &f, &raised, images, self.points, &[], spent)
    }
}

/// A curve between two minima whose inner control points minimise the mean loss along it (Garipov et al. 2018): `controls` are
/// rows, the ends first and last; `kind` is bezier or polychain. The gradient of an update is the mean over `draws` places, drawn
/// at random or, with `midpoints`, equally spaced. The result is the curve at `rows` places, scanned.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> controls = np.array([[-1.0, 0.0], [0.0, 1.0], [1.0, 0.0]])
/// >>> around = lk.curve(lk.surface("ring"), controls, midpoints=True, draws=100, updates=200, learning_rate=0.5, momentum=0.0)
/// >>> bool(around.saddle < 0.2 < lk.scan(lk.surface("ring"), controls[::2]).saddle)
/// True
#[pyfunction]
#[pyo3(signature = (
    objective, controls, *, kind = "bezier", updates = 1000, draws = 1, midpoints = false, learning_rate = 0.02, momentum = 0.9,
    rows = 33, points = 9, seed = 1
))]
pub(crate) fn curve<'py>(
    py: Python<'py>,
    objective: &Objective,
    controls: &Bound<'py, PyAny>,
    kind: &str,
    #[pyo3(from_py_with = named::updates)] updates: u32,
    #[pyo3(from_py_with = named::draws)] draws: u32,
    midpoints: bool,
    learning_rate: f64,
    momentum: f64,
    #[pyo3(from_py_with = named::rows)] rows: usize,
    #[pyo3(from_py_with = named::points)] points: u32,
    #[pyo3(from_py_with = named::seed)] seed: u64,
) -> PyResult<Bound<'py, PyAny>> {
    let kind = chosen("kind", kind, &[("bezier", CurveKind::Bezier), ("polychain", CurveKind::Polychain)])?;
    let draw = if midpoints { Draw::Midpoints } else { Draw::Random };
    let bending = Bending { kind, draw, updates, draws, learning_rate, momentum, rows, points, seed };
    both!(objective, problem => bending.bend(py, problem, controls))
}
