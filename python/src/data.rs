//! Data: made by the kernel, so that it has the same bits everywhere.

use losscape::ArgError;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::data::{
    blobs as fill_blobs, digits as file, moons as fill_moons, spirals as fill_spirals, xor as fill_xor,
};
use pyo3::prelude::*;

use crate::arrays::{Scalar, arg, array, out, out_rows, room};
use crate::named;
use crate::network::is_single;
use crate::objective::no_dtype;

/// Inputs as rows, and labels.
type Samples<'py> = (Bound<'py, PyAny>, Bound<'py, PyAny>);

/// Fills `samples` rows of `width` with a generator of its own: stream 2 of the seed, as the lab's moons.
fn filled<'py, R: Scalar>(
    py: Python<'py>,
    samples: usize,
    width: usize,
    seed: u64,
    fill: impl FnOnce(&mut Xoshiro128PlusPlus, &mut [R], &mut [u8]) -> Result<(), ArgError>,
) -> PyResult<Samples<'py>> {
    ArgError::check_count("samples", samples).map_err(arg)?;
    let (mut inputs, mut labels) = (room(R::ZERO, samples.saturating_mul(width))?, room(0, samples)?);
    fill(&mut stream(seed, 2), &mut inputs, &mut labels).map_err(arg)?;
    Ok((out_rows(py, inputs, width)?, out(py, labels).into_any()))
}

/// One body for both types, by the name of one.
macro_rules! in_type {
    ($dtype:expr, $of:ident => $body:expr) => {
        match $dtype {
            "float32" => {
                type $of = f32;
                $body
            }
            "float64" => {
                type $of = f64;
                $body
            }
            _ => Err(no_dtype($dtype)),
        }
    };
}

/// Two interleaved half circles with normal noise: (inputs, labels). `moons(256, 0.3, seed=0)` are the lab's.
///
/// >>> import losscape_kernel as lk
/// >>> inputs, labels = lk.moons(4)
/// >>> inputs.shape, labels.tolist()
/// ((4, 2), [0, 1, 0, 1])
#[pyfunction]
#[pyo3(signature = (samples, noise = 0.0, seed = 0, *, dtype = "float32"))]
pub(crate) fn moons<'py>(
    py: Python<'py>,
    #[pyo3(from_py_with = named::samples)] samples: usize,
    noise: f64,
    #[pyo3(from_py_with = named::seed)] seed: u64,
    dtype: &str,
) -> PyResult<Samples<'py>> {
    in_type!(dtype, R => filled::<R>(py, samples, 2, seed, |rng, inputs, labels| {
        fill_moons(<R as losscape::Real>::from_f64(noise), rng, inputs, labels)
    }))
}

/// Two spirals around each other with normal noise: (inputs, labels).
#[pyfunction]
#[pyo3(signature = (samples, turns = 1.0, noise = 0.0, seed = 0, *, dtype = "float32"))]
pub(crate) fn spirals<'py>(
    py: Python<'py>,
    #[pyo3(from_py_with = named::samples)] samples: usize,
    turns: f64,
    noise: f64,
    #[pyo3(from_py_with = named::seed)] seed: u64,
    dtype: &str,
) -> PyResult<Samples<'py>> {
    in_type!(dtype, R => filled::<R>(py, samples, 2, seed, |rng, inputs, labels| {
        let number = <R as losscape::Real>::from_f64;
        fill_spirals(number(turns), number(noise), rng, inputs, labels)
    }))
}

/// The corners of a square, opposite ones of one class, with normal noise: (inputs, labels).
///
/// >>> import losscape_kernel as lk
/// >>> lk.xor(4)[1].tolist()
/// [0, 1, 1, 0]
#[pyfunction]
#[pyo3(signature = (samples, noise = 0.0, seed = 0, *, dtype = "float32"))]
pub(crate) fn xor<'py>(
    py: Python<'py>,
    #[pyo3(from_py_with = named::samples)] samples: usize,
    noise: f64,
    #[pyo3(from_py_with = named::seed)] seed: u64,
    dtype: &str,
) -> PyResult<Samples<'py>> {
    in_type!(dtype, R => filled::<R>(py, samples, 2, seed, |rng, inputs, labels| {
        fill_xor(<R as losscape::Real>::from_f64(noise), rng, inputs, labels)
    }))
}

/// Normal clouds around the rows of `centres`, a class each: (inputs, labels) in the type of `centres`.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> lk.blobs(2, np.array([[0.0, 0.0], [5.0, 1.0]]))[0]
/// array([[0., 0.],
///        [5., 1.]])
#[pyfunction]
#[pyo3(signature = (samples, centres, noise = 0.0, seed = 0))]
pub(crate) fn blobs<'py>(
    py: Python<'py>,
    #[pyo3(from_py_with = named::samples)] samples: usize,
    centres: &Bound<'py, PyAny>,
    noise: f64,
    #[pyo3(from_py_with = named::seed)] seed: u64,
) -> PyResult<Samples<'py>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        samples: usize,
        centres: &Bound<'py, PyAny>,
        noise: f64,
        seed: u64,
    ) -> PyResult<Samples<'py>> {
        let (centres, shape) = array::<R>("centres", 2, centres)?;
        filled(py, samples, shape[1], seed, |rng, inputs, labels| {
            fill_blobs(&centres, shape[1], R::from_f64(noise), rng, inputs, labels)
        })
    }
    if is_single(centres) {
        of::<f32>(py, samples, centres, noise, seed)
    } else {
        of::<f64>(py, samples, centres, noise, seed)
    }
}

/// Handwritten digits of 8 × 8 pixels from 0 to 1: (inputs, labels) of the 1500 to train on, or of the 297 held out.
///
/// >>> import losscape_kernel as lk
/// >>> lk.digits()[0].shape, lk.digits(held_out=True)[1].shape
/// ((1500, 64), (297,))
#[pyfunction]
#[pyo3(signature = (held_out = false, *, dtype = "float32"))]
pub(crate) fn digits<'py>(py: Python<'py>, held_out: bool, dtype: &str) -> PyResult<Samples<'py>> {
    let rows = if held_out { file::held_out() } else { file::training() };
    in_type!(dtype, R => filled::<R>(py, rows.len(), file::PIXELS, 0, |_, inputs, labels| {
        rows.write(0..rows.len(), inputs, labels)
    }))
}
