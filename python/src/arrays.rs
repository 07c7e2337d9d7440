//! NumPy arrays in and out. Nothing is converted silently: an array has the type that is asked for, or is refused by name.

use losscape::{ArgError, Real};
use numpy::{Element, PyArray1, PyArrayDyn, PyArrayMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::exceptions::{PyMemoryError, PyValueError};
use pyo3::prelude::*;

/// The two types of numbers.
pub(crate) trait Scalar: Real + Element {
    /// NumPy's name of the type.
    const DTYPE: &'static str;
}

impl Scalar for f32 {
    const DTYPE: &'static str = "float32";
}

impl Scalar for f64 {
    const DTYPE: &'static str = "float64";
}

/// A `ValueError` with this text.
pub(crate) fn refused(text: impl Into<String>) -> PyErr {
    PyValueError::new_err(text.into())
}

/// The kernel's refusals name the argument and its range already.
pub(crate) fn arg(error: ArgError) -> PyErr {
    refused(error.to_string())
}

/// Memory for `len` copies of an element. An allocation that fails would end the interpreter; a count that is too large must not.
pub(crate) fn room<T: Clone>(element: T, len: usize) -> PyResult<Vec<T>> {
    let mut memory = Vec::new();
    memory.try_reserve_exact(len).map_err(|_| {
        PyMemoryError::new_err(format!("no memory for {len} elements of {} bytes", size_of::<T>()))
    })?;
    memory.resize(len, element);
    Ok(memory)
}

/// The elements of an array of this type in C order, with its shape; `None` if it is of another type.
fn elements<T: Element + Copy>(value: &Bound<'_, PyAny>) -> Option<(Vec<T>, Vec<usize>)> {
    let array = value.cast::<PyArrayDyn<T>>().ok().filter(|_| !is_masked(value))?;
    let shape = array.shape().to_vec();
    let read = array.try_readonly().ok()?;
    // A slice would be in the order of memory, which is another one for Fortran's arrays.
    let elements = match read.as_slice() {
        Ok(elements) if array.is_c_contiguous() => elements.to_vec(),
        _ => read.as_array().iter().copied().collect(),
    };
    Some((elements, shape))
}

/// Whether an array says of some elements that they are not to be looked at.
fn is_masked(value: &Bound<'_, PyAny>) -> bool {
    value.hasattr("mask").unwrap_or_default()
}

/// What was given instead of an array of the right type.
fn found(value: &Bound<'_, PyAny>) -> String {
    if is_masked(value) {
        return "a masked array".to_owned();
    }
    if let Ok(array) = value.cast::<PyUntypedArray>() {
        return format!("an array of {}", array.dtype());
    }
    value.get_type().name().map_or_else(|_| "something else".to_owned(), |name| format!("a {name}"))
}

/// The elements of an array of `R` with `dims` dimensions.
pub(crate) fn array<R: Scalar>(
    arg: &str,
    dims: usize,
    value: &Bound<'_, PyAny>,
) -> PyResult<(Vec<R>, Vec<usize>)> {
    let Some((elements, shape)) = elements::<R>(value) else {
        let (found, wanted) = (found(value), R::DTYPE);
        return Err(refused(format!("`{arg}` is {found}, must be an array of {wanted}")));
    };
    if shape.len() != dims {
        let found = shape.len();
        return Err(refused(format!("`{arg}` has {found} dimensions, must have {dims}")));
    }
    Ok((elements, shape))
}

/// The elements of a one-dimensional array of `R`.
pub(crate) fn vector<R: Scalar>(arg: &str, value: &Bound<'_, PyAny>) -> PyResult<Vec<R>> {
    array(arg, 1, value).map(|(elements, _)| elements)
}

/// The elements of a one-dimensional array of `len` numbers.
pub(crate) fn vector_of<R: Scalar>(
    name: &'static str,
    len: usize,
    value: &Bound<'_, PyAny>,
) -> PyResult<Vec<R>> {
    let elements = vector(name, value)?;
    ArgError::check_len(name, len, elements.len()).map_err(arg)?;
    Ok(elements)
}

/// The elements of a two-dimensional array with rows of `width`.
pub(crate) fn rows_of<R: Scalar>(
    name: &'static str,
    width: usize,
    value: &Bound<'_, PyAny>,
) -> PyResult<Vec<R>> {
    let (elements, shape) = array(name, 2, value)?;
    if shape[1] != width {
        let found = shape[1];
        return Err(refused(format!("`{name}` has rows of {found}, must have rows of {width}")));
    }
    Ok(elements)
}

/// Labels from an array of any integer type; none if it is of another type.
pub(crate) fn integers(arg: &str, value: &Bound<'_, PyAny>) -> PyResult<Option<Vec<u8>>> {
    macro_rules! any_of {
        ($($integer:ty),*) => {
            $(if let Some((labels, shape)) = elements::<$integer>(value) {
                if shape.len() != 1 {
                    let found = shape.len();
                    return Err(refused(format!("`{arg}` has {found} dimensions, labels have 1")));
                }
                let label = |label| u8::try_from(label).map_err(|_| {
                    refused(format!("`{arg}` holds the label {label}, must be from 0 to 255"))
                });
                return labels.into_iter().map(label).collect::<PyResult<_>>().map(Some);
            })*
        };
    }
    any_of!(u8, i64, i32, u64, u32, i16, u16, i8);
    Ok(None)
}

/// A one-dimensional array.
pub(crate) fn out<T: Element>(py: Python<'_>, values: Vec<T>) -> Bound<'_, PyArray1<T>> {
    PyArray1::from_vec(py, values)
}

/// A two-dimensional array of rows of `width`.
pub(crate) fn out_rows<T: Element>(
    py: Python<'_>,
    values: Vec<T>,
    width: usize,
) -> PyResult<Bound<'_, PyAny>> {
    let rows = values.len().checked_div(width).unwrap_or_default();
    Ok(out(py, values).reshape([rows, width])?.into_any())
}
