//! Ritz values and error bounds of a Lanczos iteration.

use crate::Real;
use crate::base::rows::rows;
use crate::base::vector::axpy;

/// The eigenpairs of the projected operator: approximations to those of the operator itself.
#[derive(Clone, Copy, Debug)]
pub struct Ritz<'a, R: Real = f32> {
    pub(super) values: &'a [R],  // k, ascending
    pub(super) vectors: &'a [R], // k × k: eigenvectors of the tridiagonal matrix, a row each
    pub(super) basis: &'a [R],   // k × n; empty without re-orthogonalisation
    pub(super) dim: usize,
    pub(super) beta: R,
}

impl<R: Real> Ritz<'_, R> {
    /// The Ritz values, ascending.
    #[must_use]
    pub const fn values(&self) -> &[R] {
        self.values
    }

    /// ‖A y − θ y‖ for Ritz pair `i`: some eigenvalue of A lies no farther than this from value `i`, up to rounding.
    /// Infinite if there is no such pair.
    ///
    /// ```text
    /// ‖A yᵢ − θᵢ yᵢ‖ = βₖ |sₖᵢ|      s: eigenvector of the tridiagonal matrix (Parlett 1998, section 13.2)
    /// ```
    #[must_use]
    pub fn residual(&self, i: usize) -> R {
        self.vector_of(i).last().map_or(R::INFINITY, |last| self.beta * last.abs())
    }

    /// The square of the start's component along Ritz vector `i`: the weight of value `i` in the Gauss quadrature
    /// `v·f(A) v ≈ Σᵢ wᵢ f(θᵢ)` for a unit start v, exact for polynomials up to degree 2 k − 1. Zero if there is no
    /// such pair.
    #[must_use]
    pub fn weight(&self, i: usize) -> R {
        self.vector_of(i).first().map_or(R::ZERO, |first| *first * *first)
    }

    /// Writes the unit Ritz vector `i` to `out` of n elements; returns whether it is known: not without
    /// re-orthogonalisation, which keeps no basis.
    pub fn vector(&self, i: usize, out: &mut [R]) -> bool {
        let shares = self.vector_of(i);
        if shares.is_empty() || self.basis.is_empty() || out.len() != self.dim {
            return false;
        }
        out.fill(R::ZERO);
        for (q, share) in rows(self.basis, self.dim).zip(shares) {
            axpy(*share, q, out);
        }
        true
    }

    /// The start's component along Ritz vector `i`, for a unit start.
    pub(in crate::curvature) fn first(&self, i: usize) -> R {
        self.vector_of(i).first().copied().unwrap_or(R::ZERO)
    }

    fn vector_of(&self, i: usize) -> &[R] {
        rows(self.vectors, self.values.len()).nth(i).unwrap_or_default()
    }
}
