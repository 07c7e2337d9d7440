//! Lengths that neither overflow nor underflow on the way.
//!
//! The plain sum of squares serves wherever it is accurate. Elsewhere all terms are multiplied by one power of two,
//! which rounds nothing that matters, and the sum is formed again.
//!
//! Each is called from many places and is a pass over a vector, so none is inlined.

use super::LaneSum;
use super::linear::{dot, reduce, scale};
use crate::base::elementary::sqrt;
use crate::base::real::Real;

/// `‖x‖ = √(x · x)`, accurate at any scale.
///
/// Infinite only where the length itself exceeds the largest number, or an element is infinite.
///
/// ```
/// use losscape::base::vector::norm;
/// assert_eq!(norm(&[3.0, 4.0f32]), 5.0);
/// assert_eq!(norm(&[3e-30, 4e-30f32]), 5e-30); // whose squares underflow
/// assert!((norm(&[1.5e38, 2e38f32]) / 2.5e38 - 1.0).abs() < 2e-7); // whose squares overflow
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

/// `‖x − y‖`, accurate at any scale. The slices have one length.
///
/// ```
/// use losscape::base::vector::distance;
/// assert_eq!(distance(&[1.0, 1.0], &[4.0, 5.0f32]), 5.0);
/// assert_eq!(distance(&[1e25, 1e25], &[4e25, 5e25f32]), 5e25); // whose squares overflow
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

/// `maxᵢ |xᵢ − yᵢ|`; 0 for empty vectors. NaN is passed over. The slices have one length.
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

/// Scales a vector to length one and returns the [length](norm) it had.
///
/// The zero vector and a vector with an infinite or NaN element stay as they are; what is returned is then 0, ∞ or
/// NaN. A vector of finite elements whose length exceeds the largest number is scaled all the same; ∞ is returned.
/// No element ends above one in magnitude.
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

/// The power of two that brings the largest magnitude of a vector near one: into [1, 2), except that subnormal numbers
/// reach no more than 2ε and the largest numbers of all stay below 4. One for the zero vector.
///
/// Sums of products of such scaled vectors, as in [`dot_scaled`](super::dot_scaled), neither overflow nor vanish.
///
/// ```
/// use losscape::base::vector::unit_scale;
/// assert_eq!(unit_scale(&[3.0, -5.0f32]), 0.25);
/// ```
#[inline(never)]
#[must_use]
pub fn unit_scale<R: Real>(x: &[R]) -> R {
    let mut largest = R::ZERO;
    for x in x {
        largest = largest.or_larger(x.abs());
    }
    if largest == R::ZERO {
        return R::ONE;
    }
    let (digits, most) = if R::BYTES == 4 { (23, 254u64) } else { (52, 2046) };
    let exponent = largest.to_bits64() >> digits;
    R::from_bits64(most.saturating_sub(exponent).max(1) << digits)
}

/// `x a / b` for powers of two a and b, without overflow or underflow on the way.
pub(crate) fn times_quotient<R: Real>(x: R, a: R, b: R) -> R {
    if (a > R::ONE) == (b > R::ONE) { x * (a / b) } else { x * a / b }
}

/// Whether a sum of squares has lost nothing to underflow, and not overflowed.
///
/// A square that underflows errs by half the smallest subnormal number at most, ½ ε `MIN_POSITIVE`: n of them change a
/// sum of `MIN_POSITIVE / ε` by n ε²/2 of itself, far less than rounding does.
#[inline(always)]
fn is_accurate<R: Real>(squares: R) -> bool {
    squares >= R::MIN_POSITIVE / R::EPSILON && squares.is_finite()
}

/// A root of a sum of squares whose terms were multiplied by `there`; times `back`, it is the length.
struct Rescaled<R> {
    root: R,
    there: R,
    back: R,
}

/// The root of the sum of squares of `x − y` anew, if the plain sum `squares` is not accurate, with all terms multiplied
/// by a factor. An empty `y` counts as zeros.
///
/// One factor serves all that is too small and another all that is too large: after it, the smallest subnormal number
/// has a square of 2⁻¹⁰² (f64: 2⁻⁹⁴⁸), and the largest number one of 2⁶⁰ (2⁸⁴⁸), which leaves room for any count.
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
        // An element is, or the slices have different lengths.
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
