//! eˣ, and the intermediate results from which sigmoid, softplus and the hyperbolic tangent are built.
//!
//! ```text
//! x = n ln 2 + r,  |r| ≤ ½ ln 2,  eˣ = 2ⁿ eʳ
//! ```
//!
//! Adding 1.5 · 2ᵖ rounds `n`. The product n ln 2 is subtracted in two parts, the first so short that
//! its product is exact (Cody & Waite 1980, chapter 6). eʳ is 1 + r + r² p(r), with p from Sollya 8's
//! `fpminimax(exp(x), [|2,…,6|], [|SG...|], [-0.34658; 0.34658], 1+x, relative)`, relative error 3.3 ·
//! 10⁻⁹; binary64 uses degree 11 and `D`, with error 3.8 · 10⁻¹⁸.

use core::f32::consts::LOG2_E as LOG2_E_32;
use core::f64::consts::LOG2_E as LOG2_E_64;

/// 1.5 · 2²³. Added to |t| < 2²², it rounds `t` to an integer, ties to even, in the low bits of the sum.
pub(super) const ROUND_32: f32 = 12_582_912.0;
/// 1.5 · 2⁵², its counterpart for binary64.
pub(super) const ROUND_64: f64 = 6_755_399_441_055_744.0;

/// ln 2 in 9 bits and the remainder: n · HIGH is exact for |n| < 2¹⁵.
const LN_2_HIGH_32: f32 = 355.0 / 512.0;
const LN_2_LOW_32: f32 = -0.000_212_194_44;
/// ln 2 in 32 bits and the remainder: n · HIGH is exact for |n| < 2²¹.
pub(super) const LN_2_HIGH_64: f64 = 0.693_147_180_369_123_8;
pub(super) const LN_2_LOW_64: f64 = 1.908_214_929_270_587_7e-10;

/// 2ⁿ as two factors, each a normal number for |n| ≤ 250, so that their product overflows or underflows
/// exactly where 2ⁿ does.
#[derive(Clone, Copy)]
pub(super) struct Power<T>(pub(super) T, pub(super) T);

/// Returns `(eʳ − 1, 2ⁿ)` with eˣ = 2ⁿ eʳ and |r| ≤ ½ ln 2, for |x| ≤ 150. A NaN makes the first part
/// NaN.
#[inline(always)]
pub(super) fn parts_32(x: f32) -> (f32, Power<f32>) {
    let rounded = x * LOG2_E_32 + ROUND_32;
    let n = rounded - ROUND_32;
    let r = (x - n * LN_2_HIGH_32) - n * LN_2_LOW_32;
    let p =
        0.499_999_9 + r * (0.166_665_21 + r * (0.041_668_963 + r * (0.008_368_669 + r * 0.001_378_245_8)));
    // n + 256, then its halves with an exponent bias of 127 in place of 128.
    let biased = rounded.to_bits().wrapping_sub(ROUND_32.to_bits() - 256);
    let half = biased >> 1;
    let first = half.wrapping_sub(1) << 23;
    let second = biased.wrapping_sub(half).wrapping_sub(1) << 23;
    (r + r * r * p, Power(f32::from_bits(first), f32::from_bits(second)))
}

/// The constants of [`parts_64`]: log₂ e, the number that rounds, both parts of ln 2, and the coefficients of p, lowest
/// power first.
pub(super) const PARTS_64: [f64; 14] = [
    LOG2_E_64,
    ROUND_64,
    LN_2_HIGH_64,
    LN_2_LOW_64,
    0.500_000_000_000_001_1,
    0.166_666_666_666_664_24,
    0.041_666_666_666_527_07,
    0.008_333_333_333_487_052,
    0.001_388_888_894_430_432_7,
    1.984_126_952_244_901_7e-4,
    2.480_149_249_563_184e-5,
    2.755_757_232_922_878_6e-6,
    2.763_043_895_907_89e-7,
    2.500_446_946_227_855_8e-8,
];

/// As [`parts_32`], for |x| ≤ 1000 or NaN.
#[inline(always)]
pub(super) fn parts_64(x: f64) -> (f64, Power<f64>) {
    parts_64_by(x, &PARTS_64)
}

/// [`parts_64`], given its constants.
#[inline(always)]
pub(super) fn parts_64_by(x: f64, constants: &[f64; 14]) -> (f64, Power<f64>) {
    let [log2_e, round, high, low, p0, p1, p2, p3, p4, p5, p6, p7, p8, p9] = *constants;
    let rounded = x * log2_e + round;
    let n = rounded - round;
    let r = (x - n * high) - n * low;
    let p = p7 + r * (p8 + r * p9);
    let p = p5 + r * (p6 + r * p);
    let p = p3 + r * (p4 + r * p);
    let p = p1 + r * (p2 + r * p);
    let p = p0 + r * p;
    let biased = rounded.to_bits().wrapping_sub(ROUND_64.to_bits() - 2048);
    let half = biased >> 1;
    let first = half.wrapping_sub(1) << 52;
    let second = biased.wrapping_sub(half).wrapping_sub(1) << 52;
    (r + r * r * p, Power(f64::from_bits(first), f64::from_bits(second)))
}

/// eˣ rounds to 0 below this value, and to +∞ above 89.
pub(super) const ZERO_BELOW_32: f32 = -104.0;
pub(super) const ZERO_BELOW_64: f64 = -746.0;

#[inline(always)]
pub(super) fn exp_32(x: f32) -> f32 {
    let x = if x > 89.0 { 89.0 } else { x };
    let x = if x < ZERO_BELOW_32 { ZERO_BELOW_32 } else { x };
    let (t, power) = parts_32(x);
    (1.0 + t) * power.0 * power.1
}

#[inline(always)]
pub(super) fn exp_64(x: f64) -> f64 {
    let x = if x > 710.0 { 710.0 } else { x };
    let x = if x < ZERO_BELOW_64 { ZERO_BELOW_64 } else { x };
    let (t, power) = parts_64(x);
    (1.0 + t) * power.0 * power.1
}
