//! Curvature: Hessians, spectra, densities, sharpness, and planes through parameter space.

pub(crate) mod plane;
pub(crate) mod sharpness;
pub(crate) mod spectrum;

use losscape::Operator;
use losscape::curvature::Probe;
use losscape::objective::{GaussNewtonAt, HessianAt};
use pyo3::prelude::*;

use crate::arrays::{Scalar, arg};
use crate::objective::check_network;
use crate::run::Raised;
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

/// Where something is measured.
struct Here<'a, 'py, R: Scalar> {
    py: Python<'py>,
    raised: &'a Raised,
    at: &'a At<'a, R>,
}

/// One body with the operator at `params` of an objective of either type.
macro_rules! at {
    ($py:ident, $objective:ident, $params:ident, $gauss_newton:ident, $here:ident => $body:expr) => {
        both!($objective, problem => {
            let raised = Raised::default();
            let f = problem.view(&raised)?;
            let params = vector_of("params", f.dim(), $params)?;
            let $here = Here { py: $py, raised: &raised, at: &At::new(&f, &params, $gauss_newton)? };
            $body
        })
    };
}

use at;

/// How the vectors of probes are drawn.
const PROBES: [(&str, Probe); 2] = [("rademacher", Probe::Rademacher), ("gaussian", Probe::Gaussian)];
