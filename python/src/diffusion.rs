//! Clouds of runs, and the density that they settle to.

use core::ops::ControlFlow;

use losscape::base::grid::{Axis, Grid};
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus};
use losscape::diffusion::{
    BatchDescent, Boundary, Dynamics, Ensemble, EnsembleLayout, EnsembleStep, Evolution, EvolutionLayout,
    EvolutionStep, FokkerPlanck, FokkerPlanckLayout, Gibbs, Langevin, Scheme, Walk, normalise_mass,
    seed_walkers,
};
use losscape::{ArgError, Objective as _};
use numpy::{PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;

use crate::arrays::{Scalar, arg, array, out, out_rows, refused, room, rows_of};
use crate::named::{self, chosen};
use crate::objective::{Objective, Problem, both};
use crate::run::{Raised, record, run};
use crate::view::View;

fn not_finite() -> PyErr {
    pyo3::exceptions::PyArithmeticError::new_err("a value was not finite")
}

const BOUNDARIES: [(&str, Boundary); 2] =
    [("reflecting", Boundary::Reflecting), ("periodic", Boundary::Periodic)];

/// A grid of as many dimensions as the values have, x last, so that it runs fastest.
pub(crate) fn grid<const D: usize>(shape: &[usize], bounds: &[(f64, f64)]) -> PyResult<Grid<f64, D>> {
    if bounds.len() != D {
        let found = bounds.len();
        return Err(refused(format!(
            "`bounds` has {found} pairs, must have {D}: (low, high) of x, then of y"
        )));
    }
    let mut axes = [Axis::new(0.0, 1.0, 1).map_err(arg)?; D];
    for (axis, ((low, high), &cells)) in axes.iter_mut().zip(bounds.iter().zip(shape.iter().rev())) {
        let cells = u32::try_from(cells).map_err(|_| refused("too many cells"))?;
        *axis = Axis::new(*low, *high, cells).map_err(arg)?;
    }
    Grid::new(axes).map_err(arg)
}

/// The dimensions of an array, 1 or 2.
pub(crate) fn dims(name: &str, value: &Bound<'_, PyAny>) -> PyResult<usize> {
    match value.cast::<PyUntypedArray>().map(|array| array.ndim()) {
        Ok(dims @ (1 | 2)) => Ok(dims),
        Ok(dims) => Err(refused(format!("`{name}` has {dims} dimensions, must have 1 or 2"))),
        Err(_) => Err(refused(format!("`{name}` must be an array of float64"))),
    }
}

/// Values on a grid, as an array of its shape.
pub(crate) fn shaped<'py>(py: Python<'py>, values: Vec<f64>, shape: &[usize]) -> PyResult<Bound<'py, PyAny>> {
    match shape {
        [_, width] => out_rows(py, values, *width),
        _ => Ok(out(py, values).into_any()),
    }
}

/// What is asked of an evolution.
struct Asked<'a, 'py> {
    potential: &'a Bound<'py, PyAny>,
    density: &'a Bound<'py, PyAny>,
    bounds: &'a [(f64, f64)],
    temperature: f64,
    dt: f64,
    steps: u32,
    every: u32,
    boundary: Boundary,
    exact: bool,
}

impl<'py> Asked<'_, 'py> {
    fn evolve<const D: usize>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (potential, shape) = array::<f64>("potential", D, self.potential)?;
        let (mut density, own) = array::<f64>("density", D, self.density)?;
        if own != shape {
            return Err(refused(format!(
                "`density` has the shape {own:?}, must have that of `potential`, {shape:?}"
            )));
        }
        let grid = grid::<D>(&shape, self.bounds)?;
        normalise_mass(&grid, &mut density).map_err(arg)?;
        let cells = grid.axes().map(|axis| axis.cells());
        let gibbs = Gibbs::new(grid, &potential, self.temperature).map_err(arg)?;
        let mut law = room(0.0, grid.len())?;
        gibbs.fill(&mut law).map_err(arg)?;
        let rates = room(0.0, FokkerPlanckLayout::new(cells).len())?;
        let dynamics = Dynamics::gradient(&potential);
        let equation =
            FokkerPlanck::new(grid, [self.boundary; D], &dynamics, self.temperature, rates).map_err(arg)?;
        let scheme =
            if self.exact { Scheme::Exact { dt: self.dt } } else { Scheme::Implicit { dt: self.dt } };
        let workspace = room(0.0, EvolutionLayout::new(cells).len())?;
        let mut evolution = Evolution::new(&equation, scheme, density, workspace).map_err(arg)?;
        let (mut kept, mut times) = (vec![evolution.density().to_vec()], vec![0.0]);
        let (mut made, every) = (0, if self.every == 0 { self.steps } else { self.every });
        let raised = Raised::default();
        let steps = self.steps;
        let (rows, clock, working) = (&mut kept, &mut times, &mut evolution);
        let failure = run(py, &raised, || {
            if made >= steps {
                return ControlFlow::Break(None);
            }
            match working.step(&equation) {
                EvolutionStep::Swept { .. } => ControlFlow::Continue(()),
                EvolutionStep::Stepped { time } => {
                    made += 1;
                    if made % every == 0 || made == steps {
                        rows.push(working.density().to_vec());
                        clock.push(time);
                    }
                    ControlFlow::Continue(())
                }
                EvolutionStep::TooLong { limit } => {
                    ControlFlow::Break(Some(format!("`dt` must be at most {limit}")))
                }
                EvolutionStep::NotFinite | EvolutionStep::MemoryChanged => {
                    ControlFlow::Break(Some("a value was not finite".to_owned()))
                }
            }
        })?;
        if let Some(failure) = failure {
            return Err(pyo3::exceptions::PyArithmeticError::new_err(failure));
        }
        let energies: Vec<f64> =
            kept.iter().map(|p| gibbs.free_energy(p)).collect::<Result<_, _>>().map_err(arg)?;
        let distances: Vec<f64> =
            kept.iter().map(|p| gibbs.relative_entropy(p)).collect::<Result<_, _>>().map_err(arg)?;
        let densities = pyo3::types::PyList::empty(py);
        for density in kept {
            densities.append(shaped(py, density, &shape)?)?;
        }
        record!(
            py,
            "Evolved",
            times = out(py, times),
            densities = py.import("numpy")?.call_method1("stack", (densities,))?,
            law = shaped(py, law, &shape)?,
            free_energies = out(py, energies),
            distances = out(py, distances),
            least_free_energy = gibbs.least_free_energy(),
        )
    }
}

/// The density of descent at a temperature, ∂p/∂t = ∇·(p ∇U + T ∇p), from a first density on the cells of a grid: one- or
/// two-dimensional arrays, in two dimensions as `array[y, x]`. `bounds` are (low, high) of x, then of y. It is kept every `every`-th
/// step (0: only first and last), with its free energy and its distance KL(p ‖ law) from the Gibbs distribution exp(−U/T)/Z.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> x = np.linspace(-4, 4, 128, endpoint=False) + 1 / 32
/// >>> found = lk.fokker_planck(x**2 / 2, np.exp(-((x - 1) ** 2) / 0.2), [(-4, 4)], temperature=0.5, dt=1.0, steps=1)
/// >>> bool(abs(found.densities[-1] @ x / 16 - np.exp(-1)) < 1e-3)  # the mean decays as exp(-t)
/// True
#[pyfunction]
#[pyo3(signature = (
    potential, density, bounds, *, temperature, dt, steps, every = 0, boundary = "reflecting", scheme = "exact"
))]
pub(crate) fn fokker_planck<'py>(
    py: Python<'py>,
    potential: &Bound<'py, PyAny>,
    density: &Bound<'py, PyAny>,
    bounds: Vec<(f64, f64)>,
    temperature: f64,
    dt: f64,
    #[pyo3(from_py_with = named::steps)] steps: u32,
    #[pyo3(from_py_with = named::every)] every: u32,
    boundary: &str,
    scheme: &str,
) -> PyResult<Bound<'py, PyAny>> {
    let asked = Asked {
        potential,
        density,
        bounds: &bounds,
        temperature,
        dt,
        steps,
        every,
        boundary: chosen("boundary", boundary, &BOUNDARIES)?,
        exact: chosen("scheme", scheme, &[("exact", true), ("implicit", false)])?,
    };
    if dims("potential", potential)? == 1 { asked.evolve::<1>(py) } else { asked.evolve::<2>(py) }
}

/// How a cloud walks.
#[derive(Clone, Copy)]
struct Cloud {
    learning_rate: f64,
    temperature: f64,
    batch_size: Option<u32>,
    steps: u32,
    every: u32,
    seed: u64,
}

impl Cloud {
    fn walk<'py, R: Scalar>(
        self,
        py: Python<'py>,
        problem: &Problem<R>,
        positions: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let learning_rate = R::from_f64(self.learning_rate);
        match self.batch_size {
            Some(batch_size) if self.temperature == 0.0 => {
                self.with(py, problem, positions, BatchDescent { learning_rate, batch_size })
            }
            Some(_) => Err(refused("`batch_size` and `temperature` exclude each other")),
            None => {
                let temperature = R::from_f64(self.temperature);
                self.with(py, problem, positions, Langevin { learning_rate, temperature })
            }
        }
    }

    fn with<'py, R: Scalar, K>(
        self,
        py: Python<'py>,
        problem: &Problem<R>,
        positions: &Bound<'py, PyAny>,
        walk: K,
    ) -> PyResult<Bound<'py, PyAny>>
    where
        K: Send + for<'a> Walk<R, View<'a, R>>,
    {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let dim = f.dim();
        let positions = rows_of::<R>("positions", dim, positions)?;
        ArgError::check_count("positions", positions.len()).map_err(arg)?;
        let mut generators = room(Xoshiro128PlusPlus::seed_from_u64(0), positions.len() / dim)?;
        seed_walkers(self.seed, &mut generators);
        let mut kept = vec![positions.clone()];
        let workspace = room(R::ZERO, EnsembleLayout::new(dim, walk.scratch_len(&f)).len())?;
        let mut cloud = Ensemble::new(&f, walk, positions, generators, workspace).map_err(arg)?;
        let (rows, working) = (&mut kept, &mut cloud);
        let (steps, every) = (self.steps, if self.every == 0 { self.steps.max(1) } else { self.every });
        let done = run(py, &raised, || {
            if working.round() >= steps {
                return ControlFlow::Break(true);
            }
            match working.steps(&f, 256) {
                EnsembleStep::Moved { .. } => ControlFlow::Continue(()),
                EnsembleStep::Round { round, .. } => {
                    if round % every == 0 || round == steps {
                        rows.push(working.positions().to_vec());
                    }
                    ControlFlow::Continue(())
                }
                EnsembleStep::NotFinite { .. } | EnsembleStep::MemoryChanged => ControlFlow::Break(false),
            }
        })?;
        if !done {
            return Err(not_finite());
        }
        let digest = format!("{:016x}", losscape::base::fingerprint::Fingerprint::of(cloud.positions()));
        let rounds = pyo3::types::PyList::empty(py);
        for positions in kept {
            rounds.append(out_rows(py, positions, dim)?)?;
        }
        record!(
            py,
            "Walked",
            positions = out_rows(py, cloud.positions().to_vec(), dim)?,
            history = py.import("numpy")?.call_method1("stack", (rounds,))?,
            digest = digest,
        )
    }
}

/// Many runs at once, each with a generator of its own: `positions` are rows, a walker each. At a `temperature` they make Langevin
/// steps, x ← x − η ∇f + √(2 η T) z; with `batch_size` steps of SGD on batches of a network's data. Kept every `every`-th step.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> bowl = lk.surface("quadratic", spectrum=np.array([1.0]))
/// >>> found = lk.ensemble(bowl, np.zeros((1000, 1)), learning_rate=0.1, temperature=0.5, steps=100)
/// >>> bool(abs(found.positions.var() - 1 / 1.9) < 0.07)  # T / (λ (1 − ηλ/2))
/// True
#[pyfunction]
#[pyo3(signature = (objective, positions, *, learning_rate, steps, temperature = 0.0, batch_size = None, every = 0, seed = 1))]
pub(crate) fn ensemble<'py>(
    py: Python<'py>,
    objective: &Objective,
    positions: &Bound<'py, PyAny>,
    learning_rate: f64,
    #[pyo3(from_py_with = named::steps)] steps: u32,
    temperature: f64,
    #[pyo3(from_py_with = named::batch_size)] batch_size: Option<u32>,
    #[pyo3(from_py_with = named::every)] every: u32,
    #[pyo3(from_py_with = named::seed)] seed: u64,
) -> PyResult<Bound<'py, PyAny>> {
    let cloud = Cloud { learning_rate, temperature, batch_size, steps, every, seed };
    both!(objective, problem => cloud.walk(py, problem, positions))
}
