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

#![expect(
    clippy::needless_range_loop,
    reason = "one loop a step, and an index for each of several numbers, keep what the compiler makes of it in order"
)]

use core::f32::consts::{LN_2, LOG2_E};

use losscape_dispatch::{Kernel, Simd, Vector, run};

use super::exp::{ROUND_32, parts_64};
use crate::base::VECTORS;
use crate::base::elementwise::each;

/// From here on the second side.
const SIDES_MEET: f32 = 0.5625;

/// The polynomials, from the lowest power on.
const SMALL: [f32; 4] = [-0.333_328_75, 0.133_190_63, -0.052_564_338, 0.016_231_729];
const LARGE: [f32; 6] = [1.0, 1.999_999_5, 1.999_967, 1.333_387_7, 0.670_312_3, 0.266_103_7];

#[inline(always)]
pub(super) fn tanh_32(x: f32) -> f32 {
    if VECTORS {
        let [y] = abreast_32([x]);
        return y;
    }
    // A scalar core computes the side it needs.
    let a = x.abs();
    with_sign_of(x, if a >= SIDES_MEET { large_one(a) } else { small_one(a) })
}

// One at a time: written out, because arrays of one stay loops where code is to be small.

#[inline(always)]
fn small_one(a: f32) -> f32 {
    let s = a * a;
    let p = SMALL[0] + s * (SMALL[1] + s * (SMALL[2] + s * SMALL[3]));
    a + a * (s * p)
}

#[inline(always)]
fn large_one(a: f32) -> f32 {
    let b = if a > 10.0 { 10.0 } else { a };
    let rounded = b * (2.0 * LOG2_E) + ROUND_32;
    let r = b - (rounded - ROUND_32) * (0.5 * LN_2);
    let p = LARGE[1] + r * (LARGE[2] + r * (LARGE[3] + r * (LARGE[4] + r * LARGE[5])));
    let exp = f32::from_bits((LARGE[0] + r * p).to_bits().wrapping_add(rounded.to_bits() << 23));
    1.0 - 2.0 / (exp + 1.0)
}

/// Several at a time, both sides of each. NaN fails the comparison and stays NaN in `small`; the integer addition
/// in `large` would lose it.
#[inline(always)]
fn abreast_32<const N: usize>(x: [f32; N]) -> [f32; N] {
    let a = x.map(f32::abs);
    let (large, small) = (large_32(a), small_32(a));
    let mut y = x;
    for k in 0..N {
        y[k] = with_sign_of(x[k], if a[k] >= SIDES_MEET { large[k] } else { small[k] });
    }
    y
}

#[inline(always)]
fn with_sign_of(x: f32, y: f32) -> f32 {
    f32::from_bits(y.to_bits() | (x.to_bits() & 0x8000_0000))
}

#[inline(always)]
fn small_32<const N: usize>(a: [f32; N]) -> [f32; N] {
    let s = a.map(|a| a * a);
    let mut p = polynomial(s, SMALL);
    for k in 0..N {
        p[k] *= s[k];
    }
    for k in 0..N {
        p[k] = a[k] + a[k] * p[k];
    }
    p
}

#[inline(always)]
fn large_32<const N: usize>(a: [f32; N]) -> [f32; N] {
    // tanh 10 rounds to 1.
    let b = a.map(|a| if a > 10.0 { 10.0 } else { a });
    let rounded = b.map(|b| b * (2.0 * LOG2_E) + ROUND_32);
    let mut r = b;
    for k in 0..N {
        r[k] = b[k] - (rounded[k] - ROUND_32) * (0.5 * LN_2);
    }
    let mut exp = polynomial(r, LARGE);
    for k in 0..N {
        // 2ⁿ, n ≤ 29, is added to the exponent: the low bits of `rounded` hold n.
        exp[k] = f32::from_bits(exp[k].to_bits().wrapping_add(rounded[k].to_bits() << 23)) + 1.0;
    }
    exp.map(|exp| 1.0 - 2.0 / exp)
}

/// Horner's scheme.
#[inline(always)]
fn polynomial<const N: usize, const TERMS: usize>(x: [f32; N], coefficients: [f32; TERMS]) -> [f32; N] {
    let mut p = [coefficients[TERMS - 1]; N];
    for c in coefficients[..TERMS - 1].iter().rev() {
        for k in 0..N {
            p[k] = c + x[k] * p[k];
        }
    }
    p
}

#[inline(always)]
pub(super) fn tanh_slice_32(x: &mut [f32]) {
    if VECTORS {
        run(Slice(x));
    } else {
        each(x, tanh_32);
    }
}

struct Slice<'a>(&'a mut [f32]);

impl Kernel for Slice<'_> {
    type Output = ();

    /// A tangent is a chain of forty operations, each waiting for the one before: several vectors abreast keep a
    /// processor busy. How many was measured; narrow ones need more.
    #[inline(always)]
    fn run<S: Simd>(self) {
        match S::F32::LANES {
            16 => self.groups::<4, 16>(),
            8 => self.groups::<4, 8>(),
            4 => self.groups::<8, 4>(),
            _ => self.groups::<1, 1>(),
        }
    }
}

impl Slice<'_> {
    #[inline(always)]
    fn groups<const VECTORS: usize, const LANES: usize>(self) {
        let (vectors, rest) = self.0.as_chunks_mut::<LANES>();
        let (groups, more) = vectors.as_chunks_mut::<VECTORS>();
        for group in groups {
            // One loop over the lanes, which become the vectors.
            for lane in 0..LANES {
                let mut x = [0.0; VECTORS];
                for v in 0..VECTORS {
                    x[v] = group[v][lane];
                }
                let y = abreast_32(x);
                for v in 0..VECTORS {
                    group[v][lane] = y[v];
                }
            }
        }
        for rest in [more.as_flattened_mut(), rest] {
            for x in rest {
                *x = tanh_32(*x);
            }
        }
    }
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
