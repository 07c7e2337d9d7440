//! One number for how sharp a place is: the trace of its Hessian, the rise around it.

use core::ops::ControlFlow;

use losscape::base::random::stream;
use losscape::curvature::{
    Probe, Region, Sharpness, SharpnessConfig, SharpnessLayout, SharpnessStep, TraceEstimate, TraceLayout,
    TraceStep,
};
use losscape::{ArgError, Objective as _, Operator};
use pyo3::prelude::*;

use super::{At, Here, PROBES, at, not_finite};
use crate::arrays::{Scalar, arg, room, vector_of};
use crate::named::{self, chosen};
use crate::objective::{Objective, Problem, both};
use crate::run::{Raised, record, run};

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
    #[pyo3(from_py_with = named::probes)] probes: u32,
    probe: &str,
    #[pyo3(from_py_with = named::seed)] seed: u64,
    gauss_newton: bool,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        Here { py, raised, at }: Here<'_, 'py, R>,
        (probes, probe, seed): (u32, Probe, u64),
    ) -> PyResult<Bound<'py, PyAny>> {
        ArgError::check_count("probes", probes as usize).map_err(arg)?;
        let workspace = room(R::ZERO, TraceLayout::new(at.dim(), at.scratch_len()).len())?;
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
    at!(py, objective, params, gauss_newton, here => of(here, (probes, probe, seed)))
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
    #[pyo3(from_py_with = named::starts)] starts: u32,
    #[pyo3(from_py_with = named::steps)] steps: u32,
    #[pyo3(from_py_with = named::seed)] seed: u64,
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
        let workspace = room(R::ZERO, SharpnessLayout::new(f.dim(), f.scratch_len()).len())?;
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
