//! An objective of the user's own: functions of Python.

use losscape::base::fingerprint::Fingerprint;
use losscape::{Curvature, Objective, SampledObjective};
use pyo3::prelude::*;
use pyo3::{PyTraverseError, PyVisit};

use crate::arrays::{Scalar, out, refused, vector_of};
use crate::run::Raised;

/// Functions of NumPy arrays.
#[derive(Debug)]
pub(crate) struct Own {
    pub(crate) dim: usize,
    /// `params -> (value, grad)`.
    pub(crate) value_grad: Py<PyAny>,
    /// `params -> value`, if that is cheaper.
    pub(crate) value: Option<Py<PyAny>>,
    /// `params, v -> product`, if there is one.
    pub(crate) hess_vec: Option<Py<PyAny>>,
}

impl Own {
    /// What the functions refer to may refer back: the collector of cycles must see them.
    pub(crate) fn traverse(&self, visit: &PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.value_grad)?;
        visit.call(&self.value)?;
        visit.call(&self.hess_vec)
    }
}

/// The functions during a run, with a place for what they raise. After an exception every value is infinite, so that a method
/// stops where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) own: &'a Own,
    pub(crate) raised: &'a Raised,
}

impl Call<'_> {
    /// Calls with Python's lock; keeps what is raised.
    fn with<T>(self, call: impl FnOnce(Python<'_>) -> PyResult<T>) -> Option<T> {
        if self.raised.any() {
            return None;
        }
        Python::attach(|py| call(py).map_err(|error| self.raised.keep(error)).ok())
    }
}

/// Each call gets an array of its own: what is done to it changes nothing here.
fn given<'py, R: Scalar>(py: Python<'py>, params: &[R]) -> Bound<'py, PyAny> {
    out(py, params.to_vec()).into_any()
}

impl Call<'_> {
    /// What `value_grad` returns for `params`.
    fn pair<R: Scalar>(self, py: Python<'_>, params: &[R]) -> PyResult<(f64, Vec<R>)> {
        let pair = self.own.value_grad.bind(py).call1((given(py, params),))?;
        let (value, grad) = pair
            .extract::<(f64, Bound<'_, PyAny>)>()
            .map_err(|_| refused("`value_grad` must return (value, grad)"))?;
        Ok((value, vector_of("grad", self.own.dim, &grad)?))
    }
}

impl<R: Scalar> Objective<R> for Call<'_> {
    fn dim(&self) -> usize {
        self.own.dim
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], _: &mut [R]) -> R {
        let value = self.with(|py| match &self.own.value {
            Some(value) => {
                let value = value.bind(py).call1((given(py, params),))?;
                value.extract::<f64>().map_err(|_| refused("`value` must return a number"))
            }
            None => self.pair(py, params).map(|(value, _)| value),
        });
        value.map_or(R::INFINITY, R::from_f64)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], _: &mut [R]) -> R {
        let value = self.with(|py| {
            let (value, own) = self.pair(py, params)?;
            grad.copy_from_slice(&own);
            Ok(value)
        });
        if value.is_none() {
            grad.fill(R::NAN);
        }
        value.map_or(R::INFINITY, R::from_f64)
    }
}

/// One sample: there is nothing to draw batches from.
impl<R: Scalar> SampledObjective<R> for Call<'_> {
    fn samples(&self) -> usize {
        1
    }

    fn batch_value_grad(&self, params: &[R], _: &[u32], grad: &mut [R], scratch: &mut [R]) -> R {
        self.value_grad(params, grad, scratch)
    }
}

impl<R: Scalar> Curvature<R> for Call<'_> {
    fn hess_vec(&self, params: &[R], v: &[R], product: &mut [R], _: &mut [R]) {
        let done = self.with(|py| {
            let Some(hess_vec) = &self.own.hess_vec else {
                return Err(refused("`objective` has no `hess_vec`, which this needs"));
            };
            let own = hess_vec.bind(py).call1((given(py, params), given(py, v)))?;
            product.copy_from_slice(&vector_of("product", self.own.dim, &own)?);
            Ok(())
        });
        if done.is_none() {
            product.fill(R::NAN);
        }
    }
}

/// The same number for a saved run of the same dimension: functions have no bits to compare.
pub(crate) fn identity(own: &Own) -> u64 {
    let mut digest = Fingerprint::new();
    digest.word(own.dim as u64);
    digest.finish()
}
