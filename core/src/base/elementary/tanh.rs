//! The hyperbolic tangent.
//!
//! ```text
//! tanh a = a + a³ p(a²)          a < 0.5625
//!        = 1 − 2 / (e²ᵃ + 1)     otherwise, with e²ᵃ = 2ⁿ e²ʳ, a = n ½ ln 2 + r
//! ```
//!
//! Both sides end in one rounding of a large exact term and a small one, which makes the function monotone:
//! a quotient of polynomials over the whole range is faster and as accurate, but wavers by a unit in the
//! last place where the tangent is flat.
//!
//! In binary32, ln 2 rounds to 21 bits, so n ½ ln 2 is exact for n ≤ 8 and needs no second part; for larger
//! n the error of e²ᵃ no longer reaches the result. e²ʳ is 1 + r p(r) with p from Sollya 8's
//! `fpminimax(exp(2*x), [|1,…,5|], [|SG...|], [-0.17; 0.17329], 1, relative)`, relative error 8.7 · 10⁻⁸
//! near the change of sides, where it counts; the other polynomial is
//! `fpminimax(tanh(x), [|3,5,7,9|], [|SG...|], [1b-10; 0.5625], x, relative)`, error 4.6 · 10⁻⁸. For
//! binary64, e²ᵃ comes from [`parts_64`] and the polynomial has ten terms, error 3.2 · 10⁻¹⁷.

use super::exp::{ROUND_32, parts_64};
use crate::base::VECTORS;
use core::f32::consts::{LN_2, LOG2_E};

#[inline(always)]
pub(super) fn tanh_32(x: f32) -> f32 {
    let a = x.abs();
    // Lanes compute both sides; a scalar core only the one it needs. NaN fails the comparison and stays NaN in
    // `small`; the integer addition in `large` would lose it.
    let y = if VECTORS {
        let (small, large) = (small_32(a), large_32(a));
        if a >= 0.5625 { large } else { small }
    } else if a >= 0.5625 {
        large_32(a)
    } else {
        small_32(a)
    };
    f32::from_bits(y.to_bits() | (x.to_bits() & 0x8000_0000))
}

#[inline(always)]
fn small_32(a: f32) -> f32 {
    let s = a * a;
    let p = -0.333_328_75 + s * (0.133_190_63 + s * (-0.052_564_338 + s * 0.016_231_729));
    a + a * (s * p)
}

#[inline(always)]
fn large_32(a: f32) -> f32 {
    // tanh 10 rounds to 1.
    let b = if a > 10.0 { 10.0 } else { a };
    let rounded = b * (2.0 * LOG2_E) + ROUND_32;
    let r = b - (rounded - ROUND_32) * (0.5 * LN_2);
    let p = 1.999_999_5 + r * (1.999_967 + r * (1.333_387_7 + r * (0.670_312_3 + r * 0.266_103_7)));
    // 2ⁿ, n ≤ 29, is added to the exponent: the low bits of `rounded` hold n.
    let exp = f32::from_bits((1.0 + r * p).to_bits().wrapping_add(rounded.to_bits() << 23));
    1.0 - 2.0 / (exp + 1.0)
}

#[inline(always)]
pub(super) fn tanh_64(x: f64) -> f64 {
    let a = x.abs();

    let s = a * a;
    let p = 5.778_530_483_195_484e-4 + s * (-2.082_280_366_244_320_6e-4 + s * 4.960_278_672_930_673e-5);
    let p = 0.003_591_630_014_931_201_3 + s * (-0.001_452_778_889_204_512_4 + s * p);
    let p = 0.021_869_485_122_209_99 + s * (-0.008_863_183_229_334_07 + s * p);
    let p = 0.133_333_333_330_933_08 + s * (-0.053_968_253_839_774_71 + s * p);
    let small = a + a * (s * (-0.333_333_333_333_317_77 + s * p));

    // tanh 20 rounds to 1.
    let b = if a > 20.0 { 20.0 } else { a };
    let (t, power) = parts_64(2.0 * b);
    let large = 1.0 - 2.0 / ((1.0 + t) * power.0 * power.1 + 1.0);

    let y = if a >= 0.5625 { large } else { small };
    f64::from_bits(y.to_bits() | (x.to_bits() & (1 << 63)))
}
