//! Chains of images as polylines: rows of one flat slice.

use crate::base::refusal::refuse;
use crate::base::rows::{copy, row, rows, rows_mut};
use crate::base::vector::distance;
use crate::{ArgError, Real, Reason};

/// Returns the number of rows of `dim` numbers in the argument `arg`.
///
/// # Errors
/// [`ArgError`] naming `dim` (zero) or `arg` (fewer than `least` rows, or not a whole number of them).
pub(super) fn count_rows<R>(
    arg: &'static str,
    values: &[R],
    dim: usize,
    least: usize,
) -> Result<usize, ArgError> {
    ArgError::check_count("dim", dim)?;
    ArgError::check_min_len(arg, dim.saturating_mul(least), values.len())?;
    let count = values.len() / dim;
    ArgError::check_len(arg, count * dim, values.len())?;
    Ok(count)
}

/// Refuses the first row and row `last` as ends if one is missing or not finite, or if they are equal.
pub(super) fn check_ends<R: Real>(
    arg: &'static str,
    values: &[R],
    dim: usize,
    last: usize,
) -> Result<(), ArgError> {
    let (Some(a), Some(b)) = (row(values, dim, 0), row(values, dim, last)) else {
        return Err(ArgError::new(arg, Reason::TooShort { needed: (last + 1) * dim, found: values.len() }));
    };
    check_apart(arg, a, b)
}

/// Refuses two points that are not finite, are equal, or are farther apart than the largest number.
#[inline(always)]
pub(super) fn check_apart<R: Real>(arg: &'static str, a: &[R], b: &[R]) -> Result<(), ArgError> {
    ArgError::check_finite(arg, a)?;
    ArgError::check_finite(arg, b)?;
    if a == b {
        return Err(ArgError::new(arg, Reason::Coincide));
    }
    if distance(a, b).is_finite() { Ok(()) } else { Err(ArgError::new(arg, Reason::Overflow)) }
}

/// Computes `(1 − t) a + t b`, exact at t = 0.
pub(super) fn mix<R: Real>(a: R, b: R, t: R) -> R {
    let whole = b - a;
    // The difference of numbers of opposite signs may overflow.
    if whole.is_finite() { a + t * whole } else { (R::ONE - t) * a + t * b }
}

/// Computes `out = (1 − t) a + t b`, exact at both ends.
pub(super) fn between<R: Real>(a: &[R], b: &[R], t: R, out: &mut [R]) {
    if t == R::ONE {
        return copy(b, out);
    }
    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
        *out = mix(*a, *b, t);
    }
}

/// As [`between`], for two rows that may be missing or of the wrong length; `out` is then NaN.
pub(super) fn between_any<R: Real>(a: Option<&[R]>, b: Option<&[R]>, t: R, out: &mut [R]) {
    match (a, b) {
        (Some(a), Some(b)) if a.len() == out.len() => between(a, b, t, out),
        _ => refuse(out),
    }
}

/// Computes the length of a polyline whose corners are rows of `dim` numbers.
///
/// Zero if `dim` is zero, because there are then no corners.
///
/// ```
/// assert_eq!(losscape::path::length(&[0.0f32, 0.0, 3.0, 4.0, 3.0, 5.0], 2), 6.0);
/// ```
#[must_use]
pub fn length<R: Real>(corners: &[R], dim: usize) -> R {
    let mut length = R::ZERO;
    for (a, b) in segments(corners, dim) {
        length += distance(a, b);
    }
    length
}

/// Computes the [length](length()) of a polyline, if it is finite.
///
/// # Errors
/// The first corner up to which the length is not finite.
pub(super) fn finite_length<R: Real>(corners: &[R], dim: usize) -> Result<R, usize> {
    let mut length = R::ZERO;
    for (segment, (a, b)) in segments(corners, dim).enumerate() {
        length += distance(a, b);
        if !length.is_finite() {
            return Err(segment + 1);
        }
    }
    Ok(length)
}

/// Returns the distance between the ends of a polyline.
pub(super) fn chord<R: Real>(corners: &[R], dim: usize) -> R {
    let mut corners = rows(corners, dim);
    let (Some(a), Some(b)) = (corners.next(), corners.next_back()) else { return R::ZERO };
    distance(a, b)
}

/// Returns both ends of every segment.
pub(super) fn segments<R>(corners: &[R], dim: usize) -> impl Iterator<Item = (&[R], &[R])> {
    rows(corners, dim).zip(rows(corners, dim).skip(1))
}

/// Moves the inner rows of `to` along the polyline `from`, so that they lie at the given fractions of its
/// length `total`. Both ends keep their bits.
///
/// The fractions ascend from 0 to 1; the first one belongs to the first inner row. A polyline whose length is
/// zero or not finite is left unchanged.
pub(super) fn redistribute<R: Real>(
    from: &[R],
    to: &mut [R],
    dim: usize,
    total: R,
    fractions: impl Iterator<Item = R>,
) {
    let mut segments = segments(from, dim);
    let Some((mut a, mut b)) = segments.next() else { return };
    if !(total.is_finite() && total > R::ZERO) {
        return;
    }
    let (mut start, mut here) = (R::ZERO, distance(a, b)); // arc length at the start of the current segment, and the segment's length
    let mut inner = rows_mut(to, dim);
    let _ends = (inner.next(), inner.next_back());
    for (image, fraction) in inner.zip(fractions) {
        let target = fraction * total;
        while start + here < target
            && let Some(next) = segments.next()
        {
            start += here;
            (a, b) = next;
            here = distance(a, b);
        }
        let alpha = if here > R::ZERO { ((target - start) / here).or_smaller(R::ONE) } else { R::ZERO };
        between(a, b, alpha, image);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec::Vec;

    #[test]
    fn redistribution_of_a_straight_polyline() {
        // Unevenly spaced corners on a straight line in 3-D.
        let corners = [0.0f64, 0.013, 0.2, 0.21, 0.5, 0.93, 1.0];
        let path: Vec<f64> =
            corners.iter().flat_map(|t| [1.0 + 0.3 * t, -2.0 + 0.7 * t, 0.5 - 1.1 * t]).collect();
        let mut moved = path.clone();
        redistribute(&path, &mut moved, 3, length(&path, 3), (1..6).map(|i| f64::from_usize(i) / 6.0));
        for end in [0, 6] {
            let bits = |path| row::<f64>(path, 3, end).map(|end| [end[0], end[1], end[2]].map(f64::to_bits));
            assert_eq!(bits(&path), bits(&moved));
        }
        let lengths: Vec<f64> = segments(&moved, 3).map(|(a, b)| distance(a, b)).collect();
        let spread = lengths.iter().fold(0.0, |a: f64, l| a.or_larger((l - lengths[0]).abs()));
        assert!(spread < 1e-12, "{lengths:?}");
    }

    #[test]
    fn redistribution_follows_given_fractions() {
        let rows = [0.0f64, 0.0, 1.0, 0.0, 1.0, 1.0, 1.0, 2.0];
        let mut moved = rows;
        redistribute(&rows, &mut moved, 2, length(&rows, 2), [0.5, 0.75].into_iter());
        assert_eq!(moved, [0.0, 0.0, 1.0, 0.5, 1.0, 1.25, 1.0, 2.0]);
    }

    #[test]
    fn coincident_corners_are_left_alone() {
        let rows = [1.0f32; 6];
        let mut moved = rows;
        redistribute(&rows, &mut moved, 2, 0.0, [0.5].into_iter());
        assert_eq!(moved, rows);
    }

    #[test]
    fn nothing_has_no_length() {
        let path = [0.0f64, 0.0, 3.0, 4.0];
        assert_eq!((length(&path, 0), length(&path[..2], 2), length::<f64>(&[], 2)), (0.0, 0.0, 0.0));
    }
}
