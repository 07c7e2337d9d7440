//! Uniformly distributed numbers.

use super::Rng;
use crate::Real;

/// 2⁻²⁴, the spacing of the `f32` uniforms.
const STEP_24: f64 = 1.0 / 16_777_216.0;
/// 2⁻³², the spacing of the positive `f32` uniforms.
const STEP_32: f64 = 1.0 / 4_294_967_296.0;
/// 2⁻⁵³, the spacing of the `f64` uniforms.
const STEP_53: f64 = 1.0 / 9_007_199_254_740_992.0;
/// 2⁸⁴ + 2⁵².
const TWO_84_52: f64 = f64::from_bits(0x4530_0000_0010_0000);

/// Returns a uniform number in [0, 1); takes one draw.
///
/// The result is the upper 24 bits of a word times 2⁻²⁴ for `f32`, and the upper 53 bits of two words
/// times 2⁻⁵³ for `f64`. Every value is exact and equally likely.
///
/// ```
/// use losscape::base::random::{stream, uniform};
/// let x: f32 = uniform(&mut stream(1, 0));
/// assert_eq!(x * 16777216.0, (x * 16777216.0).trunc());
/// ```
#[inline]
#[must_use]
pub fn uniform<R: Real, G: Rng + ?Sized>(rng: &mut G) -> R {
    uniform_of(draw::<R, G>(rng), false)
}

/// Takes a draw: one word for `f32`, two for `f64`.
#[inline]
pub(super) fn draw<R: Real, G: Rng + ?Sized>(rng: &mut G) -> u64 {
    if R::BYTES == 4 { u64::from(rng.next_u32()) } else { rng.next_u64() }
}

/// Returns the [`uniform`] number of a draw; `halves` selects how [`unit_f64`] converts it.
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a draw for `f32` is one word")]
pub(super) fn uniform_of<R: Real>(draw: u64, halves: bool) -> R {
    if R::BYTES == 4 {
        R::from_u32(draw as u32 >> 8) * R::from_f64(STEP_24)
    } else {
        R::from_f64(unit_f64(draw >> 11, halves))
    }
}

/// Returns a uniform number in (0, 1], the argument of a logarithm; takes one draw.
///
/// For `f32`, the result is `(w + 1) · 2⁻³²` with all 32 bits of the word, rounded: the smallest
/// value is 2⁻³², so a [`normal`](super::normal) number reaches 6.66 standard deviations. For `f64`,
/// it is `((w ≫ 11) + 1) · 2⁻⁵³`, exactly.
///
/// ```
/// use losscape::base::random::{stream, uniform, uniform_positive};
/// let below_one: f64 = uniform(&mut stream(1, 0));
/// let above_zero: f64 = uniform_positive(&mut stream(1, 0));
/// assert_eq!(above_zero - below_one, f64::EPSILON / 2.0); // same draw, one step higher
/// ```
#[inline]
#[must_use]
pub fn uniform_positive<R: Real, G: Rng + ?Sized>(rng: &mut G) -> R {
    uniform_positive_of(draw::<R, G>(rng), false)
}

/// Returns the [`uniform_positive`] number of a draw; `halves` is as in [`uniform_of`].
#[inline(always)]
#[expect(clippy::cast_possible_truncation, reason = "a draw for `f32` is one word")]
pub(super) fn uniform_positive_of<R: Real>(draw: u64, halves: bool) -> R {
    if R::BYTES == 4 {
        (R::from_u32(draw as u32) + R::ONE) * R::from_f64(STEP_32)
    } else {
        R::from_f64(unit_f64((draw >> 11) + 1, halves))
    }
}

/// `k · 2⁻⁵³` for `k ≤ 2⁵³`, exact. With `halves`, two parts of 32 bits are each placed in the low
/// bits of a number, so that vectors without a conversion instruction compute it too.
#[inline(always)]
#[expect(clippy::cast_precision_loss, reason = "at most 53 bits: exact")]
fn unit_f64(k: u64, halves: bool) -> f64 {
    if !halves {
        return k as f64 * STEP_53;
    }
    let high = f64::from_bits(0x4530_0000_0000_0000 | k >> 32) - TWO_84_52;
    (high + f64::from_bits(0x4330_0000_0000_0000 | k & 0xffff_ffff)) * STEP_53
}

/// Returns a uniform number between `low` and `high`; takes one draw.
///
/// The result is `low + (high − low) u` with `u` from [`uniform`]. Rounding may return `high` itself,
/// but not for an interval such as [−1, 1) whose ends and length are small powers of two.
///
/// The result is finite if both ends are: where `high − low` overflows, it is `(1 − u) low + u high`.
///
/// ```
/// use losscape::base::random::{stream, uniform_in};
/// let x: f64 = uniform_in(&mut stream(1, 0), -2.0, 3.0);
/// assert!((-2.0..=3.0).contains(&x));
/// ```
#[inline]
#[must_use]
pub fn uniform_in<R: Real, G: Rng + ?Sized>(rng: &mut G, low: R, high: R) -> R {
    let (width, u) = (high - low, uniform::<R, G>(rng));
    if width.is_finite() { low + width * u } else { (R::ONE - u) * low + u * high }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_make_the_same_numbers() {
        for at in (0..54).map(|bit| 1u64 << bit) {
            for k in [at - 1, at, at + at / 3] {
                let k = k.min(1 << 53);
                assert_eq!(unit_f64(k, true).to_bits(), unit_f64(k, false).to_bits(), "{k}");
            }
        }
    }
}
