//! The hyperbolic tangent.
//!
//! In binary32, with k = 2 / ln 2 and t = k a:
//!
//! ```text
//! d(t) = t / tanh(½ t ln 2) = k + w(t²)
//!
//! tanh a = a − a w(t²) / d(t)              a < 0.689
//!        = 1 − 2 q / (2ⁿ p + q)            otherwise, with t = n + f, p = d(f) + f, q = d(f) − f
//! ```
//!
//! because e²ᵃ = 2ⁿ p / q. The first form is the second with n = 0, where the large term is known to equal a. Both
//! therefore need one polynomial and one quotient, and a vector that computes both costs little more than one that
//! computes either. Both end by rounding the sum of a large exact term and a small one, which makes the function
//! monotone. A quotient of polynomials over the whole range is as accurate, but wavers by a unit in the last place
//! where the tangent is flat.
//!
//! w(s) is s (w₁ + w₂ s + w₃ s²). Its coefficients minimise the error of the first form, about one unit in the last
//! place; linear programming over 6,000 points found them, and trying neighbouring values settled their last bits. The
//! crossover is not free: the second form wavers at 0.688967 and at hundreds of points below, and the first form needs
//! a fourth term much above 0.69. Rounding t does no harm to the second form: the error of e²ᵃ grows with a, but its
//! effect on the tangent decays faster.
//!
//! In binary64, e²ᵃ comes from [`parts_64`], and the first form, used below 0.5625, is a + a³ p(a²) with ten terms of
//! `fpminimax(tanh(x), [|3,…,21|], [|D...|], [1b-10; 0.5625], x, relative)`, error 3.2 · 10⁻¹⁷.

use core::f32::consts::LOG2_E;

use losscape_dispatch::{Float, Simd, Task, run};

use super::exp::{PARTS_64, ROUND_32, parts_64_by};
use crate::base::elementwise::each;
use crate::base::target::{TILES, VECTORS};

/// The second form is used from this value on.
const SIDES_MEET: f32 = 0.689;
/// tanh 10 rounds to 1.
const ONE_FROM: f32 = 10.0;
/// 2 / ln 2.
const K: f32 = 2.0 * LOG2_E;
/// The coefficients of w, lowest power first.
const W: [f32; 3] = [0.115_523_435, -0.000_923_237_36, 9.715_036e-6];

#[inline(always)]
pub(super) fn tanh_32(x: f32) -> f32 {
    let a = x.abs();
    let y = if a >= SIDES_MEET { large_32(a) } else { small_32(a) };
    f32::from_bits(y.to_bits() | (x.to_bits() & (1 << 31)))
}

/// NaN fails the comparison and stays NaN in this form; the integer addition in [`large_32`] would lose it.
#[inline(always)]
fn small_32(a: f32) -> f32 {
    let w = w(a * K);
    a - a * w / (K + w)
}

#[inline(always)]
fn large_32(a: f32) -> f32 {
    let t = if a > ONE_FROM { ONE_FROM } else { a } * K;
    let rounded = t + ROUND_32;
    let f = t - (rounded - ROUND_32);
    let d = K + w(f);
    let (p, q) = (d + f, d - f);
    // Adds n ≤ 29 to the exponent, i.e. multiplies by 2ⁿ: the low bits of `rounded` hold n.
    let p = f32::from_bits(p.to_bits().wrapping_add(rounded.to_bits() << 23));
    1.0 - (q + q) / (p + q)
}

#[inline(always)]
fn w(f: f32) -> f32 {
    let s = f * f;
    s * (W[0] + s * (W[1] + s * W[2]))
}

/// Broadcasts the constants of [`abreast`]. Written out, because the closures of `array::map` are compiled without the
/// processor's features.
#[inline(always)]
fn constants<V: Float>() -> [V; 8] {
    [
        V::splat(K),
        V::splat(ROUND_32),
        V::splat(SIDES_MEET),
        V::splat(ONE_FROM),
        V::splat(W[0]),
        V::splat(W[1]),
        V::splat(W[2]),
        V::splat(1.0),
    ]
}

/// Computes several registers of tangents, both forms in each lane, with n = 0 where the first form is selected.
/// `kept` are the [`constants`] if they must not be rebuilt.
///
/// A tangent is a chain of twenty operations, each waiting for the one before; several registers side by side keep the
/// processor busy.
#[inline(always)]
fn abreast<V: Float, const N: usize>(mut x: [V; N], kept: Option<[V; 8]>) -> [V; N] {
    let [k, round, meet, one_from, w0, w1, w2, one] = match kept {
        Some(constants) => constants,
        None => constants(),
    };
    let mut a = x;
    let mut large = [x[0].at_least(meet); N];
    let (mut rounded, mut f) = (x, x);
    for v in 0..N {
        a[v] = x[v].abs();
        large[v] = a[v].at_least(meet);
        let t = a[v].at_most(one_from).mul(k);
        rounded[v] = round.add_where(large[v], t);
        f[v] = t.sub(rounded[v].sub(round));
    }
    let (mut w, mut d) = (x, x);
    for v in 0..N {
        let s = f[v].mul(f[v]);
        let p = w1.add(s.mul(w2));
        w[v] = s.mul(w0.add(s.mul(p)));
        d[v] = k.add(w[v]);
    }
    for v in 0..N {
        // Where the first form is selected, p = q = d, so both halves of its quotient are doubled, which is exact.
        let q = d[v].sub_where(large[v], f[v]);
        let p = d[v].add_where(large[v], f[v]).times_power(rounded[v]);
        let half = V::select(large[v], q, a[v].mul(w[v]));
        let whole = V::select(large[v], one, a[v]);
        x[v] = whole.sub(half.add(half).div(p.add(q))).with_sign_of(x[v]);
    }
    x
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

impl Task for Slice<'_> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        if cfg!(target_family = "wasm") {
            self.groups::<S::F32, 1>();
        } else if S::REGISTERS == 32 {
            self.groups::<S::F32, 8>();
        } else {
            self.groups::<S::F32, 4>();
        }
    }
}

impl Slice<'_> {
    /// Processes `ABREAST` registers at a time.
    #[inline(always)]
    fn groups<V: Float, const ABREAST: usize>(self) {
        let lanes = V::LANES;
        let kept = if TILES && cfg!(target_family = "wasm") {
            // The compiler would rebuild known constants in every iteration, three instructions each; it keeps values
            // it does not know.
            Some(core::hint::black_box(constants()))
        } else {
            None
        };
        let mut groups = self.0.chunks_exact_mut(ABREAST * lanes);
        for group in &mut groups {
            let mut x = [V::splat(0.0); ABREAST];
            for v in 0..ABREAST {
                x[v] = V::load(&group[v * lanes..]);
            }
            x = abreast(x, kept);
            for v in 0..ABREAST {
                x[v].store(&mut group[v * lanes..]);
            }
        }
        for rest in groups.into_remainder().chunks_mut(lanes) {
            let [y] = abreast([V::load_part(rest, rest.len())], kept);
            y.store_part(rest, rest.len());
        }
    }
}

/// The constants of [`tanh_64`] besides those of [`parts_64`](super::exp::parts_64): where the forms meet, the number
/// whose tangent rounds to 1, 1, 2, and the coefficients of p, lowest power first.
const TANH_64: [f64; 14] = [
    0.5625,
    20.0,
    1.0,
    2.0,
    -0.333_333_333_333_317_77,
    0.133_333_333_330_933_08,
    -0.053_968_253_839_774_71,
    0.021_869_485_122_209_99,
    -0.008_863_183_229_334_07,
    0.003_591_630_014_931_201_3,
    -0.001_452_778_889_204_512_4,
    5.778_530_483_195_484e-4,
    -2.082_280_366_244_320_6e-4,
    4.960_278_672_930_673e-5,
];

#[inline(always)]
pub(super) fn tanh_64(x: f64) -> f64 {
    tanh_64_by(x, &[TANH_64, PARTS_64])
}

/// [`tanh_64`], given its constants.
#[inline(always)]
fn tanh_64_by(x: f64, [own, parts]: &[[f64; 14]; 2]) -> f64 {
    let [meet, one_from, one, two, p0, p1, p2, p3, p4, p5, p6, p7, p8, p9] = *own;
    let a = x.abs();

    let s = a * a;
    let p = p7 + s * (p8 + s * p9);
    let p = p5 + s * (p6 + s * p);
    let p = p3 + s * (p4 + s * p);
    let p = p1 + s * (p2 + s * p);
    let small = a + a * (s * (p0 + s * p));

    let b = if a > one_from { one_from } else { a };
    let (t, power) = parts_64_by(two * b, parts);
    let large = one - two / ((one + t) * power.0 * power.1 + one);

    let y = if a >= meet { large } else { small };
    f64::from_bits(y.to_bits() | (x.to_bits() & (1 << 63)))
}

#[inline(always)]
pub(super) fn tanh_slice_64(x: &mut [f64]) {
    if TILES && cfg!(target_family = "wasm") {
        // As in [`Slice::groups`].
        let kept = core::hint::black_box([TANH_64, PARTS_64]);
        each(x, move |x| tanh_64_by(x, &kept));
    } else {
        each(x, tanh_64);
    }
}
