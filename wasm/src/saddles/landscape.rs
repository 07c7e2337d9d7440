//! What searches and races run on: the loss of a network, a surface of two directions, or what the curvatures alone say of them. One
//! type, so that every method is compiled once.

use losscape::models::mlp::MlpObjective;
use losscape::models::surfaces::{FlatSaddle, Quadratic};
use losscape::{Curvature, Objective};

/// A landscape.
#[derive(Debug)]
pub(super) enum Landscape<'a> {
    Network(MlpObjective<'a, f64>),
    Toy(FlatSaddle<f64>),
    Curvatures(Quadratic<'a, f64>),
}

macro_rules! any {
    ($landscape:ident, $method:ident $arguments:tt) => {
        match $landscape {
            Self::Network(f) => f.$method $arguments,
            Self::Toy(f) => f.$method $arguments,
            Self::Curvatures(f) => f.$method $arguments,
        }
    };
}

impl Objective<f64> for Landscape<'_> {
    fn dim(&self) -> usize {
        any!(self, dim())
    }

    fn scratch_len(&self) -> usize {
        any!(self, scratch_len())
    }

    fn value(&self, params: &[f64], scratch: &mut [f64]) -> f64 {
        any!(self, value(params, scratch))
    }

    fn value_grad(&self, params: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        any!(self, value_grad(params, grad, scratch))
    }
}

impl Curvature<f64> for Landscape<'_> {
    fn hess_vec_scratch_len(&self) -> usize {
        any!(self, hess_vec_scratch_len())
    }

    fn hess_vec(&self, params: &[f64], v: &[f64], out: &mut [f64], scratch: &mut [f64]) {
        any!(self, hess_vec(params, v, out, scratch))
    }

    fn hess_vec_roundings(&self) -> usize {
        any!(self, hess_vec_roundings())
    }
}
