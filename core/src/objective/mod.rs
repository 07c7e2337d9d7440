//! Landscapes: functions on ℝⁿ that methods can evaluate.
//!
//! Your own landscape is a type that implements [`Objective`]; every method then works on it. Check its
//! gradient once with [`check_grad`]. `examples/own_objective.rs` is a complete program.

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
/// Caller: `params.len() = dim()`, `grad.len() = dim()`, `scratch.len() ≥ scratch_len()`; scratch
/// contents are unspecified before and after. Implementor: the value depends on `params` only, and
/// `value` and `value_grad` return the same bits.
///
/// # Slices that do not fit
///
/// Methods check lengths when they are made. In a call the objectives of this crate answer other lengths with a value of
/// +∞ and a gradient or product of NaN, which every method rejects; so do all of this crate's calls that return no
/// `Result`: what cannot be computed is NaN throughout, nothing panics, and no old number stays. Yours should too.
pub trait Objective<R: Real = f32> {
    /// n, the number of parameters.
    fn dim(&self) -> usize;
    /// The scratch that the calls need.
    fn scratch_len(&self) -> usize;
    /// f(θ).
    fn value(&self, params: &[R], scratch: &mut [R]) -> R;
    /// f(θ), with ∇f(θ) written to `grad`.
    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R;
}

/// A mean over samples, `f(θ) = (1/N) Σₖ fₖ(θ) + r(θ)`, that can be evaluated on a batch of them.
///
/// Methods rely on it that batches are means of the same fₖ: over batches drawn uniformly, of any size, their mean is f, and
/// the mean of a batch is that of its parts by their counts. If your samples have weights w, fₖ is `N wₖ ℓₖ / Σ w`; to
/// divide a batch by its own weights breaks both.
pub trait SampledObjective<R: Real = f32>: Objective<R> {
    /// N, the number of samples.
    fn samples(&self) -> usize;
    /// The scratch that [`batch_value_grad`](Self::batch_value_grad) needs for a batch of `batch` samples; never less
    /// for a larger batch.
    ///
    /// Unless an implementor says otherwise, as much as the sum over all samples, which is enough for any batch of at
    /// most `samples()`.
    fn batch_scratch_len(&self, batch: usize) -> usize {
        let _ = batch;
        self.scratch_len()
    }
    /// The mean over the samples in `batch` (indices below `samples()`, repeats allowed, at least one)
    /// plus r(θ), with its gradient in `grad`; `scratch.len() ≥ batch_scratch_len(batch.len())`.
    fn batch_value_grad(&self, params: &[R], batch: &[u32], grad: &mut [R], scratch: &mut [R]) -> R;
}

/// An objective with exact Hessian–vector products.
pub trait Curvature<R: Real = f32>: Objective<R> {
    /// The scratch that a product needs.
    fn hess_vec_scratch_len(&self) -> usize {
        self.scratch_len()
    }
    /// `∇²f(θ) v`, written to `out`; `scratch.len() ≥ hess_vec_scratch_len()`.
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]);
    /// k, such that a component of a product errs by about k ε/2 of the sum of the magnitudes of its terms: how many
    /// roundings they pass through in sequence. It decides which eigenvalues have a sign.
    ///
    /// Unless an implementor says otherwise, n for a sum over the parameters and 16 for its terms.
    fn hess_vec_roundings(&self) -> usize {
        self.dim().saturating_add(16)
    }
}

/// A mean over samples with exact Hessian–vector products of its batches.
pub trait SampledCurvature<R: Real = f32>: SampledObjective<R> + Curvature<R> {
    /// The scratch that [`batch_hess_vec`](Self::batch_hess_vec) needs for a batch of `batch` samples; never less for a
    /// larger batch.
    ///
    /// Unless an implementor says otherwise, as much as the sum over all samples, which is enough for any batch of at most
    /// `samples()`.
    fn batch_hess_vec_scratch_len(&self, batch: usize) -> usize {
        let _ = batch;
        self.hess_vec_scratch_len()
    }
    /// `∇²f_B(θ) v` of the mean over a batch, as [`batch_value_grad`](SampledObjective::batch_value_grad) has it, written
    /// to `out`.
    fn batch_hess_vec(&self, params: &[R], batch: &[u32], v: &[R], out: &mut [R], scratch: &mut [R]);
}

/// An objective that is a loss of outputs, with exact products of its Gauss–Newton matrix:
///
/// ```text
/// G = (1/N) Σₖ Jₖᵀ ∇²ℓₖ Jₖ + ∇²r,     Jₖ = ∂aₖ/∂θ,     f = (1/N) Σₖ ℓₖ(aₖ(θ)) + r(θ)
/// ```
///
/// It is the Hessian without the curvature of the outputs themselves: positive semidefinite where the losses are convex
/// in the outputs and r is in θ, and equal to the Hessian where residuals vanish or outputs are linear in θ
/// (Schraudolph 2002).
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
    /// The scratch that a product needs.
    fn gauss_newton_scratch_len(&self) -> usize;
    /// `G v`, written to `out`; `scratch.len() ≥ gauss_newton_scratch_len()`.
    fn gauss_newton_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]);
    /// As [`Curvature::hess_vec_roundings`].
    fn gauss_newton_roundings(&self) -> usize {
        self.dim().saturating_add(16)
    }
}
