//! Ritz values and error bounds of a Lanczos iteration.

use crate::Real;
use crate::base::rows::rows;
use crate::base::vector::axpy;

/// The eigenpairs of the projected operator, which approximate those of the operator itself.
#[derive(Clone, Copy, Debug)]
pub struct Ritz<'a, R: Real = f32> {
    pub(super) values: &'a [R],  // k, ascending
    pub(super) vectors: &'a [R], // k × k: eigenvectors of the tridiagonal matrix, a row each
    pub(super) basis: &'a [R],   // k × n; empty without re-orthogonalisation
    pub(super) dim: usize,
    pub(super) beta: R,
}

impl<R: Real> Ritz<'_, R> {
    /// Returns the Ritz values, ascending.
    #[must_use]
    pub const fn values(&self) -> &[R] {
        self.values
    }

    /// Returns the residual ‖A y − θ y‖ of Ritz pair `i`: some eigenvalue of A lies within this distance of
    /// value `i`, up to rounding.
    ///
    /// Infinite if there is no such pair.
    ///
    /// ```text
    /// ‖A yᵢ − θᵢ yᵢ‖ = βₖ |sₖᵢ|      s: eigenvector of the tridiagonal matrix (Parlett 1998, section 13.2)
    /// ```
    #[must_use]
    pub fn residual(&self, i: usize) -> R {
        self.vector_of(i).last().map_or(R::INFINITY, |last| self.beta * last.abs())
    }

    /// Returns the squared component of the start along Ritz vector `i`. This is the weight of value `i` in
    /// the Gauss quadrature `v·f(A) v ≈ Σᵢ wᵢ f(θᵢ)` for a unit start v, which is exact for polynomials up to
    /// degree 2 k − 1.
    ///
    /// Zero if there is no such pair.
    #[must_use]
    pub fn weight(&self, i: usize) -> R {
        self.vector_of(i).first().map_or(R::ZERO, |first| *first * *first)
    }

    /// Writes the unit Ritz vector `i` to `out`, which has n elements. Returns false if the vector is not
    /// available, as without re-orthogonalisation, which keeps no basis.
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

    /// Returns the component of a unit start along Ritz vector `i`.
    pub(in crate::curvature) fn first(&self, i: usize) -> R {
        self.vector_of(i).first().copied().unwrap_or(R::ZERO)
    }

    fn vector_of(&self, i: usize) -> &[R] {
        rows(self.vectors, self.values.len()).nth(i).unwrap_or_default()
    }
}
