//! Curvature: Hessians, spectra, densities, sharpness, and planes through parameter space.

use core::ops::ControlFlow;

use losscape::base::random::{fill_normal, stream};
use losscape::curvature::slices::{GridStep, Plane, PlaneGrid, PlaneGridConfig, PlaneGridLayout};
use losscape::curvature::{
    DensityConfig, DensityLayout, DensityStep, EigenLayout, Hessian, HessianLayout, HessianStep, Lanczos,
    LanczosConfig, LanczosLayout, LanczosStep, Probe, Region, Sharpness, SharpnessConfig, SharpnessLayout,
    SharpnessStep, SpectralDensity, TraceEstimate, TraceLayout, TraceStep, eigen,
};
use losscape::objective::{GaussNewtonAt, HessianAt};
use losscape::{ArgError, Objective as _, Operator};
use pyo3::prelude::*;

use crate::arrays::{Scalar, arg, out, out_rows, refused, vector_of};
use crate::network::chosen;
use crate::objective::{Objective, Problem, both, check_network};
use crate::run::{Raised, record, run};
use crate::view::View;

fn not_finite() -> PyErr {
    pyo3::exceptions::PyArithmeticError::new_err("a product or value was not finite")
}

/// The Hessian at a place, or the Gauss–Newton matrix there.
enum At<'a, R: Scalar> {
    Hessian(HessianAt<'a, View<'a, R>, R>),
    GaussNewton(GaussNewtonAt<'a, View<'a, R>, R>),
}

impl<'a, R: Scalar> At<'a, R> {
    fn new(f: &'a View<'a, R>, params: &'a [R], gauss_newton: bool) -> PyResult<Self> {
        if gauss_newton {
            check_network(f)?;
            GaussNewtonAt::new(f, params).map(Self::GaussNewton).map_err(arg)
        } else {
            HessianAt::new(f, params).map(Self::Hessian).map_err(arg)
        }
    }
}

macro_rules! each {
    ($at:expr, $operator:ident => $body:expr) => {
        match $at {
            At::Hessian($operator) => $body,
            At::GaussNewton($operator) => $body,
        }
    };
}

impl<R: Scalar> Operator<R> for At<'_, R> {
    fn dim(&self) -> usize {
        each!(self, operator => operator.dim())
    }
    fn scratch_len(&self) -> usize {
        each!(self, operator => operator.scratch_len())
    }
    fn apply(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        each!(self, operator => operator.apply(v, out, scratch));
    }
    fn roundings(&self) -> usize {
        each!(self, operator => operator.roundings())
    }
}

/// One body with the operator at `params` of an objective of either type.
macro_rules! at {
    ($py:ident, $objective:ident, $params:ident, $gauss_newton:ident, $raised:ident, $operator:ident => $body:expr) => {
        both!($objective, problem => {
            let $raised = Raised::default();
            let f = problem.view(&$raised)?;
            let params = vector_of("params", f.dim(), $params)?;
            let $operator = At::new(&f, &params, $gauss_newton)?;
            $body
        })
    };
}

/// The full matrix ∇²f(θ), a product a row, with its eigenvalues in ascending order (and `vectors`, a row each). `tolerance` is the
/// size below which an eigenvalue has no sign. With `gauss_newton` the Gauss–Newton matrix of a network.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> found = lk.hessian(lk.surface("double-well"), np.zeros(2))
/// >>> found.matrix.tolist(), found.eigenvalues.tolist()
/// ([[-1.0, 0.0], [0.0, 1.0]], [-1.0, 1.0])
#[pyfunction]
#[pyo3(signature = (objective, params, *, vectors = false, gauss_newton = false))]
pub(crate) fn hessian<'py>(
    py: Python<'py>,
    objective: &Objective,
    params: &Bound<'py, PyAny>,
    vectors: bool,
    gauss_newton: bool,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        raised: &Raised,
        at: &At<'_, R>,
        vectors: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let dim = at.dim();
        let layout = HessianLayout::new(dim, at.scratch_len());
        let memory = (vec![R::ZERO; layout.matrix_len()], vec![R::ZERO; layout.len()]);
        let mut hessian = Hessian::new(at, memory.0, memory.1).map_err(arg)?;
        let working = &mut hessian;
        let done = run(py, raised, || match working.step(at) {
            HessianStep::Product { .. } => ControlFlow::Continue(()),
            HessianStep::Done { asymmetry, tolerance } => ControlFlow::Break(Some((asymmetry, tolerance))),
            HessianStep::NotFinite { .. } | HessianStep::MemoryChanged => ControlFlow::Break(None),
        })?;
        let (asymmetry, tolerance) = done.ok_or_else(not_finite)?;
        let matrix = hessian.into_parts().0;
        let (mut rows, mut values) = (matrix.clone(), vec![R::ZERO; dim]);
        py.detach(|| eigen(&mut rows, &mut values, &mut vec![R::ZERO; EigenLayout::new(dim).len()]))
            .map_err(arg)?;
        let negative = values.iter().filter(|&&value| value < -tolerance.flat(&values)).count();
        record!(
            py,
            "Curvatures",
            matrix = out_rows(py, matrix, dim)?,
            eigenvalues = out(py, values.clone()),
            vectors = if vectors { Some(out_rows(py, rows, dim)?) } else { None },
            asymmetry = asymmetry.to_f64(),
            tolerance = tolerance.flat(&values).to_f64(),
            negative = negative,
        )
    }
    at!(py, objective, params, gauss_newton, raised, operator => of(py, &raised, &operator, vectors))
}

/// Extreme eigenvalues of ∇²f(θ) from `steps` products, by the Lanczos iteration with full re-orthogonalisation: Ritz values in
/// ascending order with the bounds of their errors, and the vectors of the `vectors` largest, a row each.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> spectrum = np.full(50, 0.5); spectrum[7], spectrum[9] = 40.0, -3.0
/// >>> found = lk.lanczos(lk.surface("quadratic", spectrum=spectrum), np.zeros(50), steps=8)
/// >>> found.values[[0, -1]].round(9).tolist()
/// [-3.0, 40.0]
#[pyfunction]
#[pyo3(signature = (objective, params, *, steps = 30, vectors = 0, seed = 1, gauss_newton = false))]
pub(crate) fn lanczos<'py>(
    py: Python<'py>,
    objective: &Objective,
    params: &Bound<'py, PyAny>,
    steps: u32,
    vectors: usize,
    seed: u64,
    gauss_newton: bool,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        raised: &Raised,
        at: &At<'_, R>,
        (steps, vectors, seed): (u32, usize, u64),
    ) -> PyResult<Bound<'py, PyAny>> {
        let dim = at.dim();
        let steps = steps.min(u32::try_from(dim).unwrap_or(u32::MAX));
        let layout = LanczosLayout::new(dim, steps as usize, at.scratch_len());
        let mut rng = stream(seed, 5);
        let mut start = vec![R::ZERO; dim];
        fill_normal(&mut rng, &mut start);
        let config = LanczosConfig { steps, reorthogonalise: true };
        let memory = (vec![R::ZERO; layout.basis_len()], vec![R::ZERO; layout.len()]);
        let mut lanczos = Lanczos::new(at, config, &start, memory.0, memory.1).map_err(arg)?;
        let working = &mut lanczos;
        let done = run(py, raised, || match working.step(at, &mut rng) {
            LanczosStep::Extended { .. } | LanczosStep::Restarted { .. } => ControlFlow::Continue(()),
            LanczosStep::Done => ControlFlow::Break(true),
            LanczosStep::NotFinite | LanczosStep::MemoryChanged => ControlFlow::Break(false),
        })?;
        let ritz = lanczos.ritz().filter(|_| done).ok_or_else(not_finite)?;
        let count = ritz.values().len();
        let residuals: Vec<R> = (0..count).map(|i| ritz.residual(i)).collect();
        let mut rows = vec![R::ZERO; vectors.min(count) * dim];
        for (i, row) in rows.chunks_exact_mut(dim).enumerate() {
            ritz.vector(count - 1 - i, row);
        }
        record!(
            py,
            "Ritz",
            values = out(py, ritz.values().to_vec()),
            residuals = out(py, residuals),
            vectors = out_rows(py, rows, dim)?,
        )
    }
    at!(py, objective, params, gauss_newton, raised, operator => of(py, &raised, &operator, (steps, vectors, seed)))
}

const PROBES: [(&str, Probe); 2] = [("rademacher", Probe::Rademacher), ("gaussian", Probe::Gaussian)];

/// The density of the spectrum of ∇²f(θ) by stochastic Lanczos quadrature (Ubaru, Chen & Saad 2017): at every place of `at` the
/// share of eigenvalues per unit, seen through a normal kernel of the standard deviation `width`, with standard errors. Nodes and
/// weights are those of all probes; the mean of the spectrum is their sum of products.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> f = lk.surface("quadratic", spectrum=np.array([1.0, 1.0, 2.0, -3.0] * 10))
/// >>> found = lk.spectral_density(f, np.zeros(40), steps=3, probes=5)
/// >>> round(float(found.nodes @ found.weights), 9)  # the trace over n
/// 0.25
#[pyfunction]
#[pyo3(signature = (
    objective, params, *, probes = 10, steps = 60, at = None, width = None, probe = "rademacher", seed = 1, gauss_newton = false
))]
pub(crate) fn spectral_density<'py>(
    py: Python<'py>,
    objective: &Objective,
    params: &Bound<'py, PyAny>,
    probes: u32,
    steps: u32,
    at: Option<Vec<f64>>,
    width: Option<f64>,
    probe: &str,
    seed: u64,
    gauss_newton: bool,
) -> PyResult<Bound<'py, PyAny>> {
    struct Asked {
        config: DensityConfig,
        at: Option<Vec<f64>>,
        width: Option<f64>,
        seed: u64,
    }
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        raised: &Raised,
        at: &At<'_, R>,
        asked: &Asked,
    ) -> PyResult<Bound<'py, PyAny>> {
        let config = asked.config;
        let layout = DensityLayout::new(
            at.dim(),
            config.lanczos.steps as usize,
            at.scratch_len(),
            config.probes as usize,
        );
        let (basis, work) = (layout.lanczos().basis_len(), layout.lanczos().len());
        let nodes = vec![R::ZERO; layout.nodes_len()];
        let density = SpectralDensity::new(at, config, vec![R::ZERO; basis], vec![R::ZERO; work], nodes);
        let mut density = density.map_err(arg)?;
        let mut rng = stream(asked.seed, 5);
        let working = &mut density;
        let done = run(py, raised, || match working.step(at, &mut rng) {
            DensityStep::Product { .. } | DensityStep::Probe { .. } => ControlFlow::Continue(()),
            DensityStep::Done => ControlFlow::Break(true),
            DensityStep::NotFinite | DensityStep::MemoryChanged => ControlFlow::Break(false),
        })?;
        if !done {
            return Err(not_finite());
        }
        let (low, high) = density.range().ok_or_else(not_finite)?;
        let (low, high) = (low.to_f64(), high.to_f64());
        let places = asked.at.clone().unwrap_or_else(|| {
            let reach = if high > low { 0.05 * (high - low) } else { 1.0 };
            (0..201).map(|i| low - reach + (high - low + 2.0 * reach) * f64::from(i) / 200.0).collect()
        });
        let width = asked.width.unwrap_or(if high > low { 0.01 * (high - low) } else { 0.1 });
        if !(width > 0.0 && width.is_finite()) {
            return Err(refused(format!("`width` is {width}, must be above 0")));
        }
        let found: Vec<_> =
            places.iter().map(|&x| density.density(R::from_f64(x), R::from_f64(width))).collect();
        let (nodes, weights): (Vec<R>, Vec<R>) = density.nodes().unzip();
        // Of each probe they sum to 1.
        let share = R::ONE / R::from_u32(config.probes);
        record!(
            py,
            "Density",
            at = out(py, places),
            density = out(py, found.iter().map(|found| found.mean.to_f64()).collect()),
            errors = out(py, found.iter().map(|found| found.standard_error.to_f64()).collect()),
            width = width,
            nodes = out(py, nodes),
            weights = out(py, weights.into_iter().map(|weight| weight * share).collect()),
        )
    }
    let lanczos = LanczosConfig { steps, reorthogonalise: true };
    let config = DensityConfig { probes, probe: chosen("probe", probe, &PROBES)?, lanczos };
    let asked = Asked { config, at, width, seed };
    at!(py, objective, params, gauss_newton, raised, operator => of(py, &raised, &operator, &asked))
}

/// The trace of ∇²f(θ) from random products (Hutchinson 1990), with its standard error.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> lk.trace(lk.surface("quadratic", spectrum=np.array([3.0, -1.0])), np.zeros(2), probes=4).mean
/// 2.0
#[pyfunction]
#[pyo3(signature = (objective, params, *, probes = 100, probe = "rademacher", seed = 1, gauss_newton = false))]
pub(crate) fn trace<'py>(
    py: Python<'py>,
    objective: &Objective,
    params: &Bound<'py, PyAny>,
    probes: u32,
    probe: &str,
    seed: u64,
    gauss_newton: bool,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        raised: &Raised,
        at: &At<'_, R>,
        (probes, probe, seed): (u32, Probe, u64),
    ) -> PyResult<Bound<'py, PyAny>> {
        ArgError::check_count("probes", probes as usize).map_err(arg)?;
        let workspace = vec![R::ZERO; TraceLayout::new(at.dim(), at.scratch_len()).len()];
        let mut trace = TraceEstimate::new(at, probe, workspace).map_err(arg)?;
        let mut rng = stream(seed, 5);
        let working = &mut trace;
        let done = run(py, raised, || match working.step(at, &mut rng) {
            TraceStep::Added { count } if count >= probes => ControlFlow::Break(true),
            TraceStep::Added { .. } => ControlFlow::Continue(()),
            TraceStep::NotFinite | TraceStep::MemoryChanged => ControlFlow::Break(false),
        })?;
        if !done {
            return Err(not_finite());
        }
        let (mean, standard_error) = (trace.mean().to_f64(), trace.standard_error().to_f64());
        record!(py, "Estimate", mean = mean, standard_error = standard_error)
    }
    let probe = chosen("probe", probe, &PROBES)?;
    at!(py, objective, params, gauss_newton, raised, operator => of(py, &raised, &operator, (probes, probe, seed)))
}

/// How far f rises within a `box` (each coordinate by at most `size` (|θᵢ| + 1), Keskar et al. 2017) or a `ball` of the radius
/// `size` (Foret et al. 2021) around `params`: the highest place that `starts` climbs of `steps` steps found.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> f = lk.surface("quadratic", spectrum=np.array([2.0, 6.0]))
/// >>> round(lk.sharpness(f, np.zeros(2), size=0.1).rise, 12)
/// 0.04
#[pyfunction]
#[pyo3(signature = (objective, params, *, region = "box", size = 1e-3, starts = 3, steps = 10, seed = 1))]
pub(crate) fn sharpness<'py>(
    py: Python<'py>,
    objective: &Objective,
    params: &Bound<'py, PyAny>,
    region: &str,
    size: f64,
    starts: u32,
    steps: u32,
    seed: u64,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        problem: &Problem<R>,
        params: &Bound<'py, PyAny>,
        config: SharpnessConfig<R>,
        seed: u64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let params = vector_of("params", f.dim(), params)?;
        let workspace = vec![R::ZERO; SharpnessLayout::new(f.dim(), f.scratch_len()).len()];
        let mut sharpness = Sharpness::new(&f, config, &params, workspace).map_err(arg)?;
        let mut rng = stream(seed, 5);
        let working = &mut sharpness;
        let done = run(py, &raised, || match working.step(&f, &mut rng) {
            // A climb that leaves the finite numbers ends; the others go on.
            SharpnessStep::Evaluated { .. } | SharpnessStep::NotFinite => ControlFlow::Continue(()),
            SharpnessStep::Done => ControlFlow::Break(true),
            SharpnessStep::CentreNotFinite | SharpnessStep::MemoryChanged => ControlFlow::Break(false),
        })?;
        if !done {
            return Err(not_finite());
        }
        record!(
            py,
            "Sharpness",
            rise = sharpness.rise().to_f64(),
            percentage = sharpness.percentage().to_f64(),
            centre = sharpness.centre().to_f64(),
        )
    }
    let in_box = chosen("region", region, &[("box", true), ("ball", false)])?;
    both!(objective, problem => {
        let size = number_like(problem, size);
        let region = if in_box { Region::Box { size } } else { Region::Ball { radius: size } };
        of(py, problem, params, SharpnessConfig { region, starts, steps }, seed)
    })
}

/// A number in the type of a problem.
fn number_like<R: Scalar>(_: &Problem<R>, number: f64) -> R {
    R::from_f64(number)
}

/// f on the plane `origin` + x `u` + y `v`, at (cells + 1)² corners from −half_width to half_width: row by row from the lowest y.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> found = lk.plane(lk.surface("ring"), np.zeros(2), np.array([1.0, 0.0]), np.array([0.0, 1.0]), half_width=2.0, cells=4)
/// >>> float(found.values[2, 2]), float(found.values[2, 1]), found.x.tolist()
/// (1.0, 0.0, [-2.0, -1.0, 0.0, 1.0, 2.0])
#[pyfunction]
#[pyo3(signature = (objective, origin, u, v, *, half_width = 1.0, cells = 64))]
pub(crate) fn plane<'py>(
    py: Python<'py>,
    objective: &Objective,
    origin: &Bound<'py, PyAny>,
    u: &Bound<'py, PyAny>,
    v: &Bound<'py, PyAny>,
    half_width: f64,
    cells: u32,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        problem: &Problem<R>,
        [origin, u, v]: [&Bound<'py, PyAny>; 3],
        half_width: f64,
        cells: u32,
    ) -> PyResult<Bound<'py, PyAny>> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let dim = f.dim();
        let rows =
            [vector_of("origin", dim, origin)?, vector_of("u", dim, u)?, vector_of("v", dim, v)?].concat();
        let plane = Plane::new(rows).map_err(arg)?;
        let config = PlaneGridConfig { half_width: R::from_f64(half_width), coarse: cells, fine: cells };
        ArgError::check_count("cells", cells as usize).map_err(arg)?;
        if cells > 4096 {
            return Err(refused(format!("`cells` is {cells}, must be at most 4096")));
        }
        let layout = PlaneGridLayout::new(cells, dim, f.scratch_len());
        let (values, workspace) = (vec![R::ZERO; layout.values_len()], vec![R::ZERO; layout.len()]);
        let mut grid = PlaneGrid::new(&f, plane, config, values, workspace).map_err(arg)?;
        let working = &mut grid;
        run(py, &raised, || match working.step(&f) {
            GridStep::Evaluated { .. } | GridStep::Refined { .. } => ControlFlow::Continue(()),
            GridStep::Done | GridStep::MemoryChanged => ControlFlow::Break(()),
        })?;
        let x: Vec<R> = (0..=cells).map(|i| grid.coordinate(i)).collect();
        let [across, up] = grid.plane().units().map(losscape::Real::to_f64);
        let values = grid.into_parts().1;
        record!(
            py,
            "Surface",
            x = out(py, x.clone()),
            y = out(py, x),
            values = out_rows(py, values, cells as usize + 1)?,
            units = (across, up),
        )
    }
    both!(objective, problem => of(py, problem, [origin, u, v], half_width, cells))
}

/// The rows (origin, u, v) of the plane through three places: a at (−1, 0), b at (1, 0), c above the first axis.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> lk.plane_through(np.array([0., 0., 0.]), np.array([4., 0., 0.]), np.array([1., 0., 4.]))[0]
/// array([2., 0., 0.])
#[pyfunction]
pub(crate) fn plane_through<'py>(
    py: Python<'py>,
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    c: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        [a, b, c]: [&Bound<'py, PyAny>; 3],
    ) -> PyResult<Bound<'py, PyAny>> {
        use crate::arrays::vector;
        let (a, b, c) = (vector::<R>("a", a)?, vector("b", b)?, vector("c", c)?);
        let mut rows = vec![R::ZERO; 3 * a.len()];
        losscape::curvature::slices::through(&a, &b, &c, &mut rows).map_err(arg)?;
        out_rows(py, rows, a.len())
    }
    if crate::network::is_single(a) { of::<f32>(py, [a, b, c]) } else { of::<f64>(py, [a, b, c]) }
}
