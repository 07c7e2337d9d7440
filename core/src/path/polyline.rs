//! Chains of images as polylines: rows of one flat slice.

use crate::base::vector::distance;
use crate::{ArgError, Real, Reason};

/// The number of rows of `dim` numbers in the argument `arg`.
///
/// # Errors
/// [`ArgError`] naming `dim` (zero) or `arg` (fewer than `least` rows, or not a whole number of them).
pub(crate) fn rows<R>(arg: &'static str, values: &[R], dim: usize, least: usize) -> Result<usize, ArgError> {
    if dim == 0 {
        return Err(ArgError::new("dim", Reason::NotPositive));
    }
    ArgError::check_min_len(arg, dim.saturating_mul(least), values.len())?;
    let count = values.len() / dim;
    ArgError::check_len(arg, count * dim, values.len())?;
    Ok(count)
}

/// Refuses two ends that are not finite, or equal.
pub(crate) fn check_ends<R: Real>(arg: &'static str, first: &[R], last: &[R]) -> Result<(), ArgError> {
    ArgError::check_finite(arg, first)?;
    ArgError::check_finite(arg, last)?;
    if first == last { Err(ArgError::new(arg, Reason::Coincide)) } else { Ok(()) }
}

/// Row `i` of rows of `dim` numbers.
#[inline]
pub(crate) fn row<R>(rows: &[R], dim: usize, i: usize) -> &[R] {
    &rows[i * dim..(i + 1) * dim]
}

/// Row `i` of rows of `dim` numbers.
#[inline]
pub(crate) fn row_mut<R>(rows: &mut [R], dim: usize, i: usize) -> &mut [R] {
    &mut rows[i * dim..(i + 1) * dim]
}

/// `out = (1 − t) a + t b`, with both ends exact.
pub(crate) fn between<R: Real>(a: &[R], b: &[R], t: R, out: &mut [R]) {
    if t == R::ONE {
        out.copy_from_slice(b);
        return;
    }
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = *a + t * (*b - *a);
    }
}

/// The length of a polyline whose corners are rows of `dim` numbers.
///
/// Precondition: `dim` at least one.
///
/// ```
/// assert_eq!(losscape::path::length(&[0.0f32, 0.0, 3.0, 4.0, 3.0, 5.0], 2), 6.0);
/// ```
#[must_use]
pub fn length<R: Real>(rows: &[R], dim: usize) -> R {
    let mut length = R::ZERO;
    for (a, b) in rows.chunks_exact(dim).zip(rows.chunks_exact(dim).skip(1)) {
        length += distance(a, b);
    }
    length
}

/// Where a path is highest, or was sampled: a place on one of its segments.
///
/// ```
/// use losscape::path::Location;
/// let mut point = [0.0f32; 2];
/// Location { segment: 1, alpha: 0.25 }.point(&[0.0, 0.0, 4.0, 0.0, 4.0, 8.0], 2, &mut point);
/// assert_eq!(point, [4.0, 2.0]);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Location<R: Real = f32> {
    /// The segment from image `segment` to the next.
    pub segment: usize,
    /// How far along it, from 0 to 1.
    pub alpha: R,
}

impl<R: Real> Location<R> {
    /// Writes the point to `out`.
    ///
    /// # Panics
    /// If `images` has no such segment.
    pub fn point(self, images: &[R], dim: usize, out: &mut [R]) {
        between(row(images, dim, self.segment), row(images, dim, self.segment + 1), self.alpha, out);
    }
}

/// Moves the inner rows of `to` along the polyline `from` so that corner `i` lies at the fraction
/// `fraction(i)` of its length. Both ends keep their bits.
///
/// `fraction` ascends from 0 to 1. A polyline whose length is zero or not finite is left alone.
pub(crate) fn redistribute<R: Real>(from: &[R], to: &mut [R], dim: usize, fraction: impl Fn(usize) -> R) {
    let count = from.len() / dim;
    let total = length(from, dim);
    if count < 3 || !(total.is_finite() && total > R::ZERO) {
        return;
    }
    let (mut segment, mut start) = (0, R::ZERO); // the segment walked, and the arc length at its start
    let mut here = distance(row(from, dim, 0), row(from, dim, 1));
    for i in 1..count - 1 {
        let target = fraction(i) * total;
        while start + here < target && segment + 2 < count {
            start += here;
            segment += 1;
            here = distance(row(from, dim, segment), row(from, dim, segment + 1));
        }
        let alpha = if here > R::ZERO { ((target - start) / here).or_smaller(R::ONE) } else { R::ZERO };
        Location { segment, alpha }.point(from, dim, row_mut(to, dim, i));
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    #[test]
    fn redistribution_of_a_straight_polyline() {
        // Uneven corners on a straight line in 3-D.
        let corners = [0.0f64, 0.013, 0.2, 0.21, 0.5, 0.93, 1.0];
        let rows: Vec<f64> =
            corners.iter().flat_map(|t| [1.0 + 0.3 * t, -2.0 + 0.7 * t, 0.5 - 1.1 * t]).collect();
        let mut moved = rows.clone();
        redistribute(&rows, &mut moved, 3, |i| f64::from_usize(i) / 6.0);
        for end in [0, 6] {
            for k in 0..3 {
                assert_eq!(row(&rows, 3, end)[k].to_bits(), row(&moved, 3, end)[k].to_bits());
            }
        }
        let lengths: Vec<f64> = (0..6).map(|i| distance(row(&moved, 3, i), row(&moved, 3, i + 1))).collect();
        let spread = lengths.iter().fold(0.0, |a: f64, l| a.or_larger((l - lengths[0]).abs()));
        assert!(spread < 1e-12, "{lengths:?}");
    }

    #[test]
    fn redistribution_follows_given_fractions() {
        let rows = [0.0f64, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 2.0];
        let mut moved = rows;
        redistribute(&rows, &mut moved, 2, |i| [0.0, 0.5, 0.75, 1.0][i]);
        assert_eq!(moved, [0.0, 0.0, 1.0, 0.5, 1.0, 1.25, 1.0, 2.0]);
    }

    #[test]
    fn coincident_corners_are_left_alone() {
        let rows = [1.0f32; 6];
        let mut moved = rows;
        redistribute(&rows, &mut moved, 2, |i| f32::from_usize(i) / 2.0);
        assert_eq!(moved, rows);
    }
}
