//! What a method computes on: any objective as one type of the kernel.

use losscape::models::mlp::{MlpObjective, Weighted};
use losscape::objective::GaussNewton;
use losscape::{Curvature, Objective, SampledObjective};

use crate::arrays::Scalar;
use crate::callback::Call;
use crate::surfaces::Landscape;

/// An objective for the time of a call.
#[derive(Clone, Copy)]
pub(crate) enum View<'a, R: Scalar> {
    Network(MlpObjective<'a, R>),
    Weighted(MlpObjective<'a, R, Weighted<'a, R>>),
    Surface(&'a dyn Landscape<R>),
    Own(Call<'a>),
}

macro_rules! each {
    ($self:expr, $f:ident => $body:expr) => {
        match $self {
            View::Network($f) => $body,
            View::Weighted($f) => $body,
            View::Surface(surface) => {
                let $f = *surface;
                $body
            }
            View::Own($f) => $body,
        }
    };
}

impl<R: Scalar> Objective<R> for View<'_, R> {
    fn dim(&self) -> usize {
        each!(self, f => Objective::<R>::dim(f))
    }
    fn scratch_len(&self) -> usize {
        each!(self, f => Objective::<R>::scratch_len(f))
    }
    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        each!(self, f => f.value(params, scratch))
    }
    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        each!(self, f => f.value_grad(params, grad, scratch))
    }
}

impl<R: Scalar> SampledObjective<R> for View<'_, R> {
    fn samples(&self) -> usize {
        match self {
            Self::Network(f) => f.samples(),
            Self::Weighted(f) => f.samples(),
            Self::Surface(_) | Self::Own(_) => 1,
        }
    }
    fn batch_scratch_len(&self, batch: usize) -> usize {
        match self {
            Self::Network(f) => f.batch_scratch_len(batch),
            Self::Weighted(f) => f.batch_scratch_len(batch),
            Self::Surface(_) | Self::Own(_) => Objective::<R>::scratch_len(self),
        }
    }
    fn batch_value_grad(&self, params: &[R], batch: &[u32], grad: &mut [R], scratch: &mut [R]) -> R {
        match self {
            Self::Network(f) => f.batch_value_grad(params, batch, grad, scratch),
            Self::Weighted(f) => f.batch_value_grad(params, batch, grad, scratch),
            Self::Surface(_) | Self::Own(_) => self.value_grad(params, grad, scratch),
        }
    }
}

impl<R: Scalar> Curvature<R> for View<'_, R> {
    fn hess_vec_scratch_len(&self) -> usize {
        each!(self, f => Curvature::<R>::hess_vec_scratch_len(f))
    }
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        each!(self, f => f.hess_vec(params, v, out, scratch));
    }
    fn hess_vec_roundings(&self) -> usize {
        each!(self, f => Curvature::<R>::hess_vec_roundings(f))
    }
}

/// Only of networks: other objectives are refused before.
impl<R: Scalar> GaussNewton<R> for View<'_, R> {
    fn gauss_newton_scratch_len(&self) -> usize {
        match self {
            Self::Network(f) => f.gauss_newton_scratch_len(),
            Self::Weighted(f) => f.gauss_newton_scratch_len(),
            Self::Surface(_) | Self::Own(_) => 0,
        }
    }
    fn gauss_newton_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        match self {
            Self::Network(f) => f.gauss_newton_vec(params, v, out, scratch),
            Self::Weighted(f) => f.gauss_newton_vec(params, v, out, scratch),
            Self::Surface(_) | Self::Own(_) => out.fill(R::NAN),
        }
    }
}
