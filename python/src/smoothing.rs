//! Smoothed losses: closed form, sampled, and on a grid.

use core::ops::ControlFlow;

use losscape::base::kernel::Kernel;
use losscape::base::random::stream;
use losscape::smoothing::{
    ConvolutionStep, GridConvolution, GridConvolutionLayout, Padding, SampledConvolution,
    SampledConvolutionLayout, SampledStep,
};
use losscape::{ArgError, Objective as _};
use pyo3::prelude::*;

use crate::arrays::{Scalar, arg, array, out, refused, room, vector_of};
use crate::diffusion::{dims, grid, shaped};
use crate::named::{self, chosen};
use crate::objective::{Objective, Problem, both};
use crate::run::{Raised, record, run};

/// The kernel of a name.
fn kernel<R: Scalar>(name: &str, bandwidth: f64) -> PyResult<Kernel<R>> {
    let width = R::from_f64(bandwidth);
    let kernels = [
        ("gaussian", Kernel::Gaussian { std_dev: width }),
        ("cube", Kernel::Cube { radius: width }),
        ("ball", Kernel::Ball { radius: width }),
    ];
    let kernel = chosen("kernel", name, &kernels)?;
    kernel.check().map_err(arg)?;
    Ok(kernel)
}

/// The loss convolved with a kernel, E[f(θ − ω)], and its gradient: in closed form where a surface has one and `samples` is 0,
/// otherwise the mean over `samples` draws with standard errors. Kernels: gaussian (bandwidth: standard deviation), cube, ball
/// (radius).
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> well = lk.surface("double-well", dim=1)
/// >>> lk.smooth(well, np.zeros(1), bandwidth=0.5).value
/// 0.171875
/// >>> sampled = lk.smooth(well, np.zeros(1), bandwidth=0.5, samples=1000)
/// >>> abs(sampled.value - 0.171875) < 4 * sampled.value_error
/// True
#[pyfunction]
#[pyo3(signature = (objective, params, *, bandwidth, kernel = "gaussian", samples = 0, seed = 1))]
pub(crate) fn smooth<'py>(
    py: Python<'py>,
    objective: &Objective,
    params: &Bound<'py, PyAny>,
    bandwidth: f64,
    kernel: &str,
    #[pyo3(from_py_with = named::samples)] samples: u32,
    #[pyo3(from_py_with = named::seed)] seed: u64,
) -> PyResult<Bound<'py, PyAny>> {
    both!(objective, problem => {
        let kernel = self::kernel(kernel, bandwidth)?;
        if samples == 0 { closed(py, problem, params, &kernel) } else { sampled(py, problem, params, kernel, samples, seed) }
    })
}

fn closed<'py, R: Scalar>(
    py: Python<'py>,
    problem: &Problem<R>,
    params: &Bound<'py, PyAny>,
    kernel: &Kernel<R>,
) -> PyResult<Bound<'py, PyAny>> {
    let Problem::Surface(surface) = problem else {
        return Err(refused("`samples` is 0, must be above 0: only surfaces have a closed form"));
    };
    let Some(convolution) = surface.convolution() else {
        return Err(refused("`samples` is 0, must be above 0: this surface has no closed form"));
    };
    convolution.check_kernel(kernel).map_err(arg)?;
    let params = vector_of("params", surface.dim(), params)?;
    let (mut grad, mut scratch) =
        (room(R::ZERO, params.len())?, room(R::ZERO, surface.scratch_len() + 2 * params.len())?);
    let value = convolution.convolved_value_grad(kernel, &params, &mut grad, &mut scratch);
    record!(py, "Smoothed", value = value.to_f64(), value_error = 0.0, grad = out(py, grad), grad_error = 0.0)
}

fn sampled<'py, R: Scalar>(
    py: Python<'py>,
    problem: &Problem<R>,
    params: &Bound<'py, PyAny>,
    mut kernel: Kernel<R>,
    samples: u32,
    seed: u64,
) -> PyResult<Bound<'py, PyAny>> {
    let raised = Raised::default();
    let f = problem.view(&raised)?;
    let params = vector_of("params", f.dim(), params)?;
    let workspace = room(R::ZERO, SampledConvolutionLayout::new(f.dim(), f.scratch_len()).len())?;
    let mut smooth = SampledConvolution::new(&f, &params, workspace).map_err(arg)?;
    let mut rng = stream(seed, 6);
    let working = &mut smooth;
    let done = run(py, &raised, || match working.step(&f, &mut kernel, &mut rng) {
        SampledStep::Added if working.count() >= samples => ControlFlow::Break(true),
        SampledStep::Added => ControlFlow::Continue(()),
        SampledStep::NotFinite | SampledStep::MemoryChanged => ControlFlow::Break(false),
    })?;
    if !done {
        return Err(pyo3::exceptions::PyArithmeticError::new_err("a value near `params` was not finite"));
    }
    record!(
        py,
        "Smoothed",
        value = smooth.value().to_f64(),
        value_error = smooth.value_error().to_f64(),
        grad = out(py, smooth.grad().to_vec()),
        grad_error = smooth.grad_error().to_f64(),
    )
}

/// Values on the cells of a grid, `array[x]` or `array[y, x]` of float64, convolved with a kernel; `bounds` are (low, high) of x,
/// then of y. Beyond the edge they go on periodically, reflected, or with the nearest.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> x = (np.arange(64) + 0.5) / 64
/// >>> found = lk.convolve(np.cos(2 * np.pi * x), [(0, 1)], bandwidth=0.1, boundary="periodic")
/// >>> bool(abs(found[0] / np.cos(2 * np.pi * x[0]) - np.exp(-((0.2 * np.pi) ** 2) / 2)) < 1e-12)
/// True
#[pyfunction]
#[pyo3(signature = (values, bounds, *, bandwidth, kernel = "gaussian", boundary = "reflecting"))]
pub(crate) fn convolve<'py>(
    py: Python<'py>,
    values: &Bound<'py, PyAny>,
    bounds: Vec<(f64, f64)>,
    bandwidth: f64,
    kernel: &str,
    boundary: &str,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, const D: usize>(
        py: Python<'py>,
        values: &Bound<'py, PyAny>,
        bounds: &[(f64, f64)],
        kernel: Kernel<f64>,
        boundary: Padding,
    ) -> PyResult<Bound<'py, PyAny>> {
        let (mut values, shape) = array::<f64>("values", D, values)?;
        ArgError::check_finite("values", &values).map_err(arg)?;
        let grid = grid::<D>(&shape, bounds)?;
        let workspace = room(0.0, GridConvolutionLayout::new(&grid, &kernel).len())?;
        let mut convolution = GridConvolution::new(&grid, kernel, boundary, workspace).map_err(arg)?;
        let working = &mut values;
        run(py, &Raised::default(), || match convolution.step(working) {
            ConvolutionStep::Line => ControlFlow::Continue(()),
            ConvolutionStep::Done | ConvolutionStep::MemoryChanged => ControlFlow::Break(()),
        })?;
        shaped(py, values, &shape)
    }
    let kernel = self::kernel(kernel, bandwidth)?;
    let boundaries =
        [("periodic", Padding::Periodic), ("reflecting", Padding::Reflecting), ("nearest", Padding::Nearest)];
    let boundary = chosen("boundary", boundary, &boundaries)?;
    if dims("values", values)? == 1 {
        of::<1>(py, values, &bounds, kernel, boundary)
    } else {
        of::<2>(py, values, &bounds, kernel, boundary)
    }
}
