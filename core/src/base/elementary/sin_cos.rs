//! Sine and cosine.
//!
//! ```text
//! |x| = q π/2 + r,  |r| ≤ π/4;  ± sin r or ± cos r by the quadrant q mod 4
//! ```
//!
//! Up to 10⁵, q has 16 bits and π/2 is cut into five parts of at most 8 bits and a sixth of 24, so that all
//! products but the last are exact. The rounding error of the difference is added at the end (the fast
//! two-sum of Dekker 1971). The six parts represent π/2 to 2⁻⁷³. No binary32 number below 10⁵ is nearer to a
//! multiple q π/2 than q · 4.8 · 10⁻¹³, nor nearer than 4.1 · 10⁻⁹.
//! Beyond 10⁵, the reduction is that of Payne & Hanek (1983): it computes the fraction of x · 2/π in
//! integers, from the 96 bits of 2/π that matter. sin r and cos r are minimax polynomials from Sollya 8's
//! `fpminimax(sin(x), [|3,5,7|], [|SG...|], [1b-20; 0.7856], x, relative)`, error 4.0 · 10⁻⁹, and
//! `fpminimax(cos(x), [|4,6,8|], [|SG...|], [1b-20; 0.7856], 1-x^2/2, relative)`, error 1.2 · 10⁻¹⁰.

use super::exp::ROUND_32;
use core::f32::consts::FRAC_2_PI;

/// The largest |x| that the branch-free reduction handles.
const LIMIT: f32 = 1e5;

/// Their sum is π/2 to 2⁻⁷³.
const HALF_PI: [f32; 6] =
    [1.570_312_5, 0.000_482_559_2, 1.266_598_7e-6, 9.895_302e-10, 2.557_953_8e-12, 5.390_303e-15];

/// 2/π = 0.a2f9836e…, preceded by 32 zero bits.
const TWO_OVER_PI: [u32; 8] =
    [0, 0xa2f9_836e, 0x4e44_1529, 0xfc27_57d1, 0xf534_ddc0, 0xdb62_9599, 0x3c43_9041, 0xfe51_63ab];

/// Returns `(r, q)` with |x| = q π/2 + r, for |x| ≤ 10⁵. The low two bits of q are the quadrant.
#[inline(always)]
fn reduce(x: f32) -> (f32, u32) {
    let a = x.abs();
    let rounded = a * FRAC_2_PI + ROUND_32;
    let q = rounded - ROUND_32;
    let r2 = (a - q * HALF_PI[0]) - q * HALF_PI[1];
    let p3 = q * HALF_PI[2];
    let r3 = r2 - p3;
    let p4 = q * HALF_PI[3];
    let r4 = r3 - p4;
    let p5 = q * HALF_PI[4];
    let r5 = r4 - p5;
    let lost = (((r2 - r3) - p3) + ((r3 - r4) - p4)) + ((r4 - r5) - p5);
    (r5 + (lost - q * HALF_PI[5]), rounded.to_bits())
}

/// As [`reduce`], for any |x| > 10⁵.
#[cold]
#[inline(never)]
fn reduce_large(x: f32) -> (f32, u32) {
    let bits = x.to_bits() & 0x7fff_ffff;
    if bits >= 0x7f80_0000 {
        return (f32::NAN, 0);
    }
    // |x| = m 2ᵉ with a 24-bit integer m. Bits of 2/π above 2²⁻ᵉ give whole turns, so the window begins there.
    let m = u64::from((bits & 0x007f_ffff) | 0x0080_0000);
    let start = (bits >> 23) - 120; // e + 30: after 32 bits of zero; e = exponent field − 150 ≥ −7
    let (word, shift) = ((start / 32) as usize, start % 32);
    // At most 7; the mask makes this visible to the compiler.
    let digits = |k: usize| u64::from(TWO_OVER_PI[(word + k) & 7]);
    let window = |k: usize| (((digits(k) << 32) | digits(k + 1)) << shift) >> 32;
    // x · 2/π mod 4 in units of 2⁻⁶²; the bits below change r by less than 2⁻²⁹ of itself.
    let product = ((m * window(0)) << 32).wrapping_add(m * window(1)).wrapping_add((m * window(2)) >> 32);
    let q = product.wrapping_add(1 << 61) >> 62;
    let fraction = product.wrapping_sub(q << 62).cast_signed();
    let magnitude = fraction.unsigned_abs();
    let zeros = magnitude.leading_zeros();
    // 32 leading bits times π/2 · 2³¹; r = top · 2^(−29 − zeros).
    let top = (((magnitude << (zeros & 63)) >> 32) * 0xc90f_daa2) >> 32;
    #[allow(clippy::cast_precision_loss, reason = "rounding to 24 bits is intended")]
    let r = top as f32 * f32::from_bits((127 - 29 - zeros) << 23);
    #[allow(clippy::cast_possible_truncation, reason = "q is at most 3")]
    (if fraction < 0 { -r } else { r }, q as u32)
}

/// Computes sin(q π/2 + r) for |r| ≤ π/4.
#[inline(always)]
fn kernel(r: f32, q: u32) -> f32 {
    let s = r * r;
    let sin = r + r * (s * (-0.166_666_55 + s * (0.008_332_189 + s * -0.000_195_182_77)));
    let cos = 1.0 - (0.5 * s - s * s * (0.041_666_646 + s * (-0.001_388_731_1 + s * 2.443_256e-5)));
    let y = if q & 1 == 0 { sin } else { cos };
    f32::from_bits(y.to_bits() ^ ((q & 2) << 30))
}

#[inline(always)]
fn sin_reduced(x: f32, (r, q): (f32, u32)) -> f32 {
    f32::from_bits(kernel(r, q).to_bits() ^ (x.to_bits() & 0x8000_0000))
}

#[inline(always)]
fn cos_reduced(_: f32, (r, q): (f32, u32)) -> f32 {
    kernel(r, q.wrapping_add(1))
}

#[inline(always)]
pub(super) fn sin_32(x: f32) -> f32 {
    sin_reduced(x, if x.abs() > LIMIT { reduce_large(x) } else { reduce(x) })
}

#[inline(always)]
pub(super) fn cos_32(x: f32) -> f32 {
    cos_reduced(x, if x.abs() > LIMIT { reduce_large(x) } else { reduce(x) })
}

/// Returns `(sin x, cos x)` for |x| ≤ 10⁵.
#[inline(always)]
pub(super) fn both_32(x: f32) -> (f32, f32) {
    let reduced = reduce(x);
    (sin_reduced(x, reduced), cos_reduced(x, reduced))
}

/// Applies `f` without a branch to the chunks that need no exact reduction, so that the compiler vectorises
/// it.
#[inline(always)]
fn map(x: &mut [f32], f: impl Fn(f32, (f32, u32)) -> f32) {
    for chunk in x.chunks_mut(64) {
        let mut large = false;
        for x in chunk.iter() {
            large |= x.abs() > LIMIT;
        }
        if large {
            for x in chunk {
                *x = f(*x, if x.abs() > LIMIT { reduce_large(*x) } else { reduce(*x) });
            }
        } else {
            for x in chunk {
                *x = f(*x, reduce(*x));
            }
        }
    }
}

#[inline(always)]
pub(super) fn sin_slice_32(x: &mut [f32]) {
    map(x, sin_reduced);
}

#[inline(always)]
pub(super) fn cos_slice_32(x: &mut [f32]) {
    map(x, cos_reduced);
}
