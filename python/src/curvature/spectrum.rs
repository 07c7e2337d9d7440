//! The spectrum of a Hessian: all of it, its ends, its density.

use core::ops::ControlFlow;

use losscape::base::random::{fill_normal, stream};
use losscape::curvature::{
    DensityConfig, DensityLayout, DensityStep, EigenLayout, Hessian, HessianLayout, HessianStep, Lanczos,
    LanczosConfig, LanczosLayout, LanczosStep, SpectralDensity, eigen,
};
use losscape::{Objective as _, Operator};
use pyo3::prelude::*;

use super::{At, Here, PROBES, at, not_finite};
use crate::arrays::{Scalar, arg, out, out_rows, refused, room, vector_of};
use crate::named::{self, chosen};
use crate::objective::{Objective, both};
use crate::run::{Raised, apart, record, run};

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
        Here { py, raised, at }: Here<'_, 'py, R>,
        vectors: bool,
    ) -> PyResult<Bound<'py, PyAny>> {
        let dim = at.dim();
        let layout = HessianLayout::new(dim, at.scratch_len());
        let memory = (room(R::ZERO, layout.matrix_len())?, room(R::ZERO, layout.len())?);
        let mut hessian = Hessian::new(at, memory.0, memory.1).map_err(arg)?;
        let working = &mut hessian;
        let done = run(py, raised, || match working.step(at) {
            HessianStep::Product { .. } => ControlFlow::Continue(()),
            HessianStep::Done { asymmetry, tolerance } => ControlFlow::Break(Some((asymmetry, tolerance))),
            HessianStep::NotFinite { .. } | HessianStep::MemoryChanged => ControlFlow::Break(None),
        })?;
        let (asymmetry, tolerance) = done.ok_or_else(not_finite)?;
        let matrix = hessian.into_parts().0;
        let (mut rows, mut values) = (room(R::ZERO, matrix.len())?, room(R::ZERO, dim)?);
        rows.copy_from_slice(&matrix);
        let mut workspace = room(R::ZERO, EigenLayout::new(dim).len())?;
        let solved =
            apart(py, move || eigen(&mut rows, &mut values, &mut workspace).map(|()| (rows, values)));
        let (rows, values) = solved?.map_err(arg)?;
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
    at!(py, objective, params, gauss_newton, here => of(here, vectors))
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
    #[pyo3(from_py_with = named::steps)] steps: u32,
    #[pyo3(from_py_with = named::vectors)] vectors: usize,
    #[pyo3(from_py_with = named::seed)] seed: u64,
    gauss_newton: bool,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        Here { py, raised, at }: Here<'_, 'py, R>,
        (steps, vectors, seed): (u32, usize, u64),
    ) -> PyResult<Bound<'py, PyAny>> {
        let dim = at.dim();
        let steps = steps.min(u32::try_from(dim).unwrap_or(u32::MAX));
        let layout = LanczosLayout::new(dim, steps as usize, at.scratch_len());
        let mut rng = stream(seed, 5);
        let mut start = room(R::ZERO, dim)?;
        fill_normal(&mut rng, &mut start);
        let config = LanczosConfig { steps, reorthogonalise: true };
        let memory = (room(R::ZERO, layout.basis_len())?, room(R::ZERO, layout.len())?);
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
        let mut rows = room(R::ZERO, vectors.min(count).saturating_mul(dim))?;
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
    at!(py, objective, params, gauss_newton, here => of(here, (steps, vectors, seed)))
}

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
    #[pyo3(from_py_with = named::probes)] probes: u32,
    #[pyo3(from_py_with = named::steps)] steps: u32,
    at: Option<Vec<f64>>,
    width: Option<f64>,
    probe: &str,
    #[pyo3(from_py_with = named::seed)] seed: u64,
    gauss_newton: bool,
) -> PyResult<Bound<'py, PyAny>> {
    struct Asked {
        config: DensityConfig,
        at: Option<Vec<f64>>,
        width: Option<f64>,
        seed: u64,
    }
    fn of<'py, R: Scalar>(
        Here { py, raised, at }: Here<'_, 'py, R>,
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
        let nodes = room(R::ZERO, layout.nodes_len())?;
        let density = SpectralDensity::new(at, config, room(R::ZERO, basis)?, room(R::ZERO, work)?, nodes);
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
    at!(py, objective, params, gauss_newton, here => of(here, &asked))
}
