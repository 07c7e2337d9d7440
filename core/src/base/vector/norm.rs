//! Norms and distances without intermediate overflow or underflow.
//!
//! The plain sum of squares is used wherever it is accurate. Elsewhere all terms are multiplied by a power of two,
//! which causes no significant rounding, and the sum is formed again.
//!
//! Each function is called from many places and makes a pass over a vector, so none is inlined.

use super::LaneSum;
use super::linear::{dot, reduce, scale};
use crate::base::elementary::sqrt;
use crate::base::real::Real;

/// Computes `‖x‖ = √(x · x)`, accurately at any scale.
///
/// The result is infinite only if the norm itself exceeds the largest number, or an element is infinite.
///
/// ```
/// use losscape::base::vector::norm;
/// assert_eq!(norm(&[3.0, 4.0f32]), 5.0);
/// assert_eq!(norm(&[3e-30, 4e-30f32]), 5e-30); // its squares underflow
/// assert!((norm(&[1.5e38, 2e38f32]) / 2.5e38 - 1.0).abs() < 2e-7); // its squares overflow
/// ```
#[inline(never)]
#[must_use]
pub fn norm<R: Real>(x: &[R]) -> R {
    let squares = dot(x, x);
    if is_accurate(squares) {
        sqrt(squares)
    } else {
        let Rescaled { root, back, .. } = rescaled(squares, x, &[]);
        root * back
    }
}

/// Computes `‖x − y‖`, accurately at any scale. The slices must have the same length.
///
/// ```
/// use losscape::base::vector::distance;
/// assert_eq!(distance(&[1.0, 1.0], &[4.0, 5.0f32]), 5.0);
/// assert_eq!(distance(&[1e25, 1e25], &[4e25, 5e25f32]), 5e25); // its squares overflow
/// ```
#[inline(never)]
#[must_use]
pub fn distance<R: Real>(x: &[R], y: &[R]) -> R {
    let squares = reduce(x, y, |x, y| square(x - y));
    if is_accurate(squares) {
        sqrt(squares)
    } else {
        let Rescaled { root, back, .. } = rescaled(squares, x, y);
        root * back
    }
}

/// Computes `maxᵢ |xᵢ|`; 0 for an empty vector. NaN is ignored.
#[must_use]
pub(crate) fn largest<R: Real>(x: &[R]) -> R {
    let mut largest = R::ZERO;
    for x in x {
        largest = largest.or_larger(x.abs());
    }
    largest
}

/// Computes `maxᵢ |xᵢ − yᵢ|`; 0 for empty vectors. NaN is ignored. The slices must have the same length.
///
/// ```
/// assert_eq!(losscape::base::vector::largest_difference(&[1.0f32, 2.0], &[1.5, -1.0]), 3.0);
/// ```
#[must_use]
pub fn largest_difference<R: Real>(x: &[R], y: &[R]) -> R {
    let mut largest = R::ZERO;
    for (x, y) in x.iter().zip(y) {
        largest = largest.or_larger((*x - *y).abs());
    }
    largest
}

/// Scales a vector to unit length and returns its previous [length](norm).
///
/// The zero vector and a vector with an infinite or NaN element stay unchanged; the function then returns 0, ∞ or NaN.
/// A vector of finite elements whose length exceeds the largest number is scaled all the same, and ∞ is returned.
/// Afterwards no element exceeds one in magnitude.
///
/// ```
/// use losscape::base::vector::normalise;
/// let mut x = [3e-30f32, 4e-30];
/// assert_eq!(normalise(&mut x), 5e-30);
/// assert_eq!(x, [0.6, 0.8]);
/// ```
#[inline(never)]
pub fn normalise<R: Real>(x: &mut [R]) -> R {
    let squares = dot(x, x);
    if is_accurate(squares) {
        let length = sqrt(squares);
        scale(R::ONE / length, x);
        return length;
    }
    let Rescaled { root, there, back } = rescaled(squares, x, &[]);
    if root > R::ZERO && root.is_finite() {
        scale(there, x);
        scale(R::ONE / root, x);
    }
    root * back
}

/// Returns the power of two that brings the largest magnitude of a vector into [1, 2); subnormal numbers reach no more
/// than 2ε, and the largest finite numbers stay below 4. Returns one for the zero vector.
///
/// Sums of products of vectors scaled like this, as in [`dot_scaled`](super::dot_scaled), neither overflow nor
/// underflow to zero.
///
/// ```
/// use losscape::base::vector::unit_scale;
/// assert_eq!(unit_scale(&[3.0, -5.0f32]), 0.25);
/// ```
#[inline(never)]
#[must_use]
pub fn unit_scale<R: Real>(x: &[R]) -> R {
    let largest = largest(x);
    if largest == R::ZERO {
        return R::ONE;
    }
    let (digits, most) = if R::BYTES == 4 { (23, 254u64) } else { (52, 2046) };
    let exponent = largest.to_bits64() >> digits;
    R::from_bits64(most.saturating_sub(exponent).max(1) << digits)
}

/// Computes `x a / b` for powers of two a and b, without intermediate overflow or underflow.
pub(crate) fn times_quotient<R: Real>(x: R, a: R, b: R) -> R {
    if (a > R::ONE) == (b > R::ONE) { x * (a / b) } else { x * a / b }
}

/// Returns whether a sum of squares has lost nothing to underflow and has not overflowed.
///
/// A square that underflows errs by at most half the smallest subnormal number, ½ ε `MIN_POSITIVE`. So n such squares
/// change a sum of `MIN_POSITIVE / ε` by a relative n ε²/2, far less than rounding does.
#[inline(always)]
fn is_accurate<R: Real>(squares: R) -> bool {
    squares >= R::MIN_POSITIVE / R::EPSILON && squares.is_finite()
}

/// The root of a sum of squares whose terms were multiplied by `there`; the root times `back` is the length.
struct Rescaled<R> {
    root: R,
    there: R,
    back: R,
}

/// If the plain sum `squares` is not accurate, recomputes the root of the sum of squares of `x − y` with all terms
/// multiplied by a factor. An empty `y` counts as zeros.
///
/// One factor serves all sums that are too small and another all that are too large. After scaling, the square of the
/// smallest subnormal number is 2⁻¹⁰² (f64: 2⁻⁹⁴⁸) and that of the largest number 2⁶⁰ (2⁸⁴⁸), which leaves room for
/// any count.
#[cold]
#[inline(never)]
fn rescaled<R: Real>(squares: R, x: &[R], y: &[R]) -> Rescaled<R> {
    let power = |exponent: i64| {
        let (digits, bias) = if R::BYTES == 4 { (23, 127) } else { (52, 1023) };
        R::from_bits64(((bias + exponent) << digits).cast_unsigned())
    };
    let exponent = if R::BYTES == 4 { 98 } else { 600 };
    let (up, down) = (power(exponent), power(-exponent));
    let (there, back) = if squares > R::ONE { (down, up) } else { (up, down) };
    if squares.is_nan() {
        // An element is not finite, or the slices have different lengths.
        return Rescaled { root: squares, there, back };
    }
    let mut sum = LaneSum::default();
    for (k, &x) in x.iter().enumerate() {
        sum.push(square(there * (x - *y.get(k).unwrap_or(&R::ZERO))));
    }
    Rescaled { root: sqrt(sum.total()), there, back }
}

#[inline(always)]
fn square<R: Real>(x: R) -> R {
    x * x
}
