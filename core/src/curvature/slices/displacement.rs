//! Differences of points, in a suitable unit.

use crate::Real;
use crate::base::rows::rows;
use crate::base::vector::unit_scale;

/// Displacements of points from a reference point, `scale · (θ − o)`.
///
/// The scale is a power of two that brings the largest component near one, so that neither the differences
/// nor their products overflow or vanish.
pub(super) struct Displacements<'a, R> {
    about: &'a [R],
    half_scale: R,
}

impl<'a, R: Real> Displacements<'a, R> {
    /// Creates the displacements of the rows of a trajectory from a point.
    pub(super) fn new(about: &'a [R], trajectory: &[R]) -> Self {
        let mut largest = R::ZERO;
        for params in rows(trajectory, about.len()) {
            for (theta, o) in params.iter().zip(about) {
                largest = largest.or_larger(half_difference(*theta, *o).abs());
            }
        }
        Self { about, half_scale: unit_scale(&[largest]) }
    }

    /// Returns the scale.
    pub(super) fn scale(&self) -> R {
        R::HALF * self.half_scale
    }

    /// Returns the displacement of one point.
    pub(super) fn of(&self, params: &'a [R]) -> impl Iterator<Item = R> {
        let scaled = |(theta, o): (&R, &R)| self.half_scale * half_difference(*theta, *o);
        params.iter().zip(self.about).map(scaled)
    }
}

/// Returns `(x − y) / 2` without overflow.
pub(super) fn half_difference<R: Real>(x: R, y: R) -> R {
    R::HALF * x - R::HALF * y
}
