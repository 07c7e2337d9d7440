//! Landscapes: functions on ℝⁿ that methods can evaluate.
//!
//! Any type that implements [`Objective`] is a landscape. Methods that use minibatches or second derivatives also need
//! [`SampledObjective`] or [`Curvature`]. Check the gradient once with [`check_grad`]. `examples/own_objective.rs` is a
//! complete program.

mod check;
mod convolution;
mod evaluations;
mod on_batch;
mod operator;
mod sum;

pub use check::{
    Check, check_grad, check_grad_over, check_hess_vec, check_hess_vec_over, check_workspace_len,
};
pub use convolution::{Convolution, Convolved};
pub use evaluations::Evaluations;
pub use on_batch::OnBatch;
pub use operator::{GaussNewtonAt, HessianAt, Operator};
pub use sum::Sum;

use crate::Real;

/// A deterministic function `f: ℝⁿ → ℝ` with its gradient.
///
/// # Contract
///
/// Caller: `params.len() = dim()`, `grad.len() = dim()`, `scratch.len() ≥ scratch_len()`; the contents of `scratch` are
/// unspecified before and after the call. Implementor: the value depends only on `params`, and `value` and `value_grad`
/// return the same bits.
///
/// # Slices that do not fit
///
/// The constructors of this crate's methods check lengths. For slices of any other length, the objectives of this crate return a value
/// of +∞ and a gradient or product of NaN, which every method rejects. All functions of this crate that do not return a
/// `Result` behave like this: a result that cannot be computed is filled with NaN, so nothing panics and no old numbers
/// remain. Your own objectives should do the same.
pub trait Objective<R: Real = f32> {
    /// Returns n, the number of parameters.
    fn dim(&self) -> usize;
    /// Returns the scratch length of `value` and `value_grad`.
    fn scratch_len(&self) -> usize;
    /// Returns f(θ).
    fn value(&self, params: &[R], scratch: &mut [R]) -> R;
    /// Returns f(θ) and writes ∇f(θ) to `grad`.
    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R;
}

/// A mean over samples, `f(θ) = (1/N) Σₖ fₖ(θ) + r(θ)`, that can be evaluated on a batch of them.
///
/// Methods rely on all batches being means of the same fₖ: the mean over uniformly drawn batches, of any size, is f,
/// and the mean of a batch is the average of the means of its parts, weighted by their sizes. If your samples have
/// weights w, let fₖ be `N wₖ ℓₖ / Σ w`; dividing a batch by its own weights violates both properties.
pub trait SampledObjective<R: Real = f32>: Objective<R> {
    /// Returns N, the number of samples.
    fn samples(&self) -> usize;
    /// Returns the scratch length of [`batch_value_grad`](Self::batch_value_grad) for a batch of `batch` samples; it
    /// must not decrease with the batch size.
    ///
    /// The default is the scratch of the sum over all samples, which suffices for any batch of at most `samples()`.
    fn batch_scratch_len(&self, batch: usize) -> usize {
        let _ = batch;
        self.scratch_len()
    }
    /// Returns the mean over the samples in `batch` (indices below `samples()`, repeats allowed, at least one) plus
    /// r(θ), and writes its gradient to `grad`. Requires `scratch.len() ≥ batch_scratch_len(batch.len())`.
    fn batch_value_grad(&self, params: &[R], batch: &[u32], grad: &mut [R], scratch: &mut [R]) -> R;
}

/// An objective with exact Hessian–vector products.
pub trait Curvature<R: Real = f32>: Objective<R> {
    /// Returns the scratch length of a product.
    fn hess_vec_scratch_len(&self) -> usize {
        self.scratch_len()
    }
    /// Writes `∇²f(θ) v` to `out`. Requires `scratch.len() ≥ hess_vec_scratch_len()`.
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]);
    /// Returns k, the number of roundings that a term of a product passes through in sequence: a component of a product
    /// errs by about k ε/2 times the sum of the magnitudes of its terms. It determines which eigenvalues have a
    /// significant sign.
    ///
    /// The default is n for a sum over the parameters, plus 16 for each term; return less if your sums
    /// [err less](Operator::roundings).
    fn hess_vec_roundings(&self) -> usize {
        self.dim().saturating_add(16)
    }
}

/// A mean over samples with exact Hessian–vector products of its batches.
pub trait SampledCurvature<R: Real = f32>: SampledObjective<R> + Curvature<R> {
    /// Returns the scratch length of [`batch_hess_vec`](Self::batch_hess_vec) for a batch of `batch` samples; it must
    /// not decrease with the batch size.
    ///
    /// The default is the scratch of the sum over all samples, which suffices for any batch of at most `samples()`.
    fn batch_hess_vec_scratch_len(&self, batch: usize) -> usize {
        let _ = batch;
        self.hess_vec_scratch_len()
    }
    /// Writes `∇²f_B(θ) v` to `out`, where `f_B` is the mean over a batch as in
    /// [`batch_value_grad`](SampledObjective::batch_value_grad).
    fn batch_hess_vec(&self, params: &[R], batch: &[u32], v: &[R], out: &mut [R], scratch: &mut [R]);
}

/// An objective that is a loss of outputs, with exact products of its Gauss–Newton matrix:
///
/// ```text
/// G = (1/N) Σₖ Jₖᵀ ∇²ℓₖ Jₖ + ∇²r,     Jₖ = ∂aₖ/∂θ,     f = (1/N) Σₖ ℓₖ(aₖ(θ)) + r(θ)
/// ```
///
/// G is the Hessian without the curvature of the outputs themselves. It is positive semidefinite if the losses are
/// convex in the outputs and r is convex in θ, and it equals the Hessian where the residuals vanish or the outputs are
/// linear in θ (Schraudolph 2002).
///
/// ```
/// use losscape::models::LeastSquares;
/// use losscape::objective::GaussNewton;
/// let f = LeastSquares::new(&[1.0f64, 3.0], &[0.0, 0.0])?; // outputs w x
/// let mut out = [0.0];
/// f.gauss_newton_vec(&[0.5], &[2.0], &mut out, &mut []);
/// assert_eq!(out, [10.0]); // 2 (1² + 3²) / 2
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub trait GaussNewton<R: Real = f32>: Objective<R> {
    /// Returns the scratch length of a product.
    fn gauss_newton_scratch_len(&self) -> usize;
    /// Writes `G v` to `out`. Requires `scratch.len() ≥ gauss_newton_scratch_len()`.
    fn gauss_newton_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]);
    /// Returns the number of roundings, as [`Curvature::hess_vec_roundings`].
    fn gauss_newton_roundings(&self) -> usize {
        self.dim().saturating_add(16)
    }
}
