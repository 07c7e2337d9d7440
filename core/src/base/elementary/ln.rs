//! The natural logarithm, and ln(1 + f), from which softplus is built.
//!
//! ```text
//! x = 2ᵏ (1 + f),  √½ ≤ 1 + f < √2
//! ln(1 + f) = f − (f²/2 − s (f²/2 + R(s²))),  s = f / (2 + f)
//! ln x = k ln 2 + ln(1 + f)
//! ```
//!
//! The evaluation follows FreeBSD's `e_log.c` (Sun Microsystems 1993), without its branches. R is the
//! series of ln((1 + s) / (1 − s)) / s − 2, from Sollya 8's
//! `fpminimax(log((1+x)/(1-x))/x, [|2,4,6|], [|SG...|], [1b-10; 0.1716], 2, absolute)`, error 1.7 · 10⁻⁹;
//! binary64 uses seven terms and `D`, with error 2.5 · 10⁻¹⁸.

use super::exp::{LN_2_HIGH_64, LN_2_LOW_64, ROUND_64};

/// ln 2 in 17 bits and the remainder: k · HIGH is exact.
const LN_2_HIGH_32: f32 = 0.693_138_1;
const LN_2_LOW_32: f32 = 9.058_001e-6;

/// The bits of √½, rounded down.
const SQRT_HALF_32: u32 = 0x3f35_04f3;
const SQRT_HALF_64: u64 = 0x3fe6_a09e_6000_0000;

/// Returns `(f²/2, s (f²/2 + R))`, so that ln(1 + f) = f − first + second, for −0.293 ≤ f ≤ 0.415.
#[inline(always)]
pub(super) fn ln_1p_parts_32(f: f32) -> (f32, f32) {
    let s = f / (2.0 + f);
    let z = s * s;
    let series = z * (0.666_667_76 + z * (0.399_775_8 + z * 0.298_709_42));
    let half_square = 0.5 * f * f;
    (half_square, s * (half_square + series))
}

/// As [`ln_1p_parts_32`].
#[inline(always)]
pub(super) fn ln_1p_parts_64(f: f64) -> (f64, f64) {
    let s = f / (2.0 + f);
    let z = s * s;
    let p = 0.181_835_637_820_741_58 + z * (0.153_140_569_857_564_36 + z * 0.147_959_489_791_759_32);
    let p = 0.285_714_287_421_316_3 + z * (0.222_221_985_905_403_46 + z * p);
    let p = 0.666_666_666_666_673_4 + z * (0.399_999_999_994_163_8 + z * p);
    let half_square = 0.5 * f * f;
    (half_square, s * (half_square + z * p))
}

#[inline(always)]
pub(super) fn ln_32(x: f32) -> f32 {
    // A subnormal number is scaled up to a normal one; the exponent makes up for it.
    let (y, scale) = if x < f32::MIN_POSITIVE { (x * 8_388_608.0, 23.0) } else { (x, 0.0) };
    let bits = y.to_bits().wrapping_add(0x3f80_0000 - SQRT_HALF_32);
    let m = f32::from_bits((bits & 0x007f_ffff).wrapping_add(SQRT_HALF_32));
    #[allow(clippy::cast_precision_loss, reason = "an exponent has 9 bits")]
    let k = (bits >> 23).cast_signed() as f32 - (127.0 + scale);
    let f = m - 1.0;
    let (half_square, rest) = ln_1p_parts_32(f);
    let y = rest + k * LN_2_LOW_32 - half_square + f + k * LN_2_HIGH_32;
    // +∞ and NaN are their own logarithms.
    let y = if x < f32::INFINITY { y } else { x };
    let y = if x == 0.0 { f32::NEG_INFINITY } else { y };
    if x < 0.0 { f32::NAN } else { y }
}

#[inline(always)]
pub(super) fn ln_64(x: f64) -> f64 {
    let (y, scale) = if x < f64::MIN_POSITIVE { (x * 4_503_599_627_370_496.0, 52.0) } else { (x, 0.0) };
    let bits = y.to_bits().wrapping_add(0x3ff0_0000_0000_0000 - SQRT_HALF_64);
    let m = f64::from_bits((bits & 0x000f_ffff_ffff_ffff).wrapping_add(SQRT_HALF_64));
    // Converts the exponent by placing it in the low bits of 1.5 · 2⁵², since not every target has vector
    // conversions of 64-bit integers.
    let k = f64::from_bits((bits >> 52).wrapping_add(ROUND_64.to_bits())) - ROUND_64 - (1023.0 + scale);
    let f = m - 1.0;
    let (half_square, rest) = ln_1p_parts_64(f);
    let y = rest + k * LN_2_LOW_64 - half_square + f + k * LN_2_HIGH_64;
    let y = if x < f64::INFINITY { y } else { x };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x < 0.0 { f64::NAN } else { y }
}
