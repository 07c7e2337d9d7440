//! Normally distributed numbers.

use losscape_dispatch::{Simd, Task, Vector, run};

use super::uniform::{draw, uniform_of, uniform_positive_of};
use super::{Rng, uniform, uniform_positive};
use crate::Real;
use crate::base::elementary::{cos, ln, sin, sqrt};

/// Returns two independent standard normal numbers; takes two draws.
///
/// The transform is that of Box & Muller (1958),
///
/// ```text
/// z₁ = √(−2 ln u₁) cos(2π u₂)
/// z₂ = √(−2 ln u₁) sin(2π u₂)
/// ```
///
/// with `u₁` in (0, 1] from [`uniform_positive`], drawn first, and `u₂` in [0, 1) from [`uniform`].
/// Unlike rejection methods it always takes the same number of draws, so the generator's position
/// depends only on the number of samples. The arithmetic is in the type `R`, without an `f64`
/// detour for `f32`.
///
/// The largest magnitude is `√(64 ln 2)` = 6.66 for `f32` and `√(106 ln 2)` = 8.57 for `f64`.
///
/// ```
/// use losscape::base::random::{normal_pair, stream};
/// let [a, b]: [f64; 2] = normal_pair(&mut stream(1, 0));
/// assert!(a.abs() < 8.6 && b.abs() < 8.6);
/// ```
#[inline]
#[must_use]
pub fn normal_pair<R: Real, G: Rng + ?Sized>(rng: &mut G) -> [R; 2] {
    let radius = sqrt(R::from_f64(-2.0) * ln(uniform_positive::<R, G>(rng)));
    let angle = R::from_f64(core::f64::consts::TAU) * uniform::<R, G>(rng);
    [radius * cos(angle), radius * sin(angle)]
}

/// Returns the [pair](normal_pair) of each generator times `std_dev`, with the same bits, in two
/// rows; computes many at once where registers hold vectors.
///
/// The rows have room for N pairs; if there are more generators, only the first N draw.
#[inline]
pub(crate) fn normal_pairs<R: Real, G: Rng, const N: usize>(rngs: &mut [G], std_dev: R) -> [[R; N]; 2] {
    let ([first, second], rare) = run(Pairs { rngs, std_dev });
    match rare {
        None => [first, second],
        Some(angles) => again([first, second], angles, std_dev),
    }
}

struct Pairs<'a, R, G, const N: usize> {
    rngs: &'a mut [G],
    std_dev: R,
}

impl<R: Real, G: Rng, const N: usize> Task for Pairs<'_, R, G, N> {
    /// The rows, and the angles if any is rare; the rows are then not scaled yet.
    type Output = ([[R; N]; 2], Option<[R; N]>);

    #[inline(always)]
    fn run<S: Simd>(self) -> Self::Output {
        // AVX2 cannot convert 64-bit integers.
        let bits = 8 * R::BYTES * <R::Vector<S> as Vector<R>>::LANES;
        let halves = cfg!(target_arch = "x86_64") && bits < 512;
        let (mut first, mut second) = ([R::ONE; N], [R::ZERO; N]);
        for ((rng, u), angle) in self.rngs.iter_mut().zip(&mut first).zip(&mut second) {
            *u = uniform_positive_of(draw::<R, G>(rng), halves);
            *angle = R::from_f64(core::f64::consts::TAU) * uniform_of::<R>(draw::<R, G>(rng), halves);
        }
        let angles = second;
        if R::normal_pairs(&mut first, &mut second) {
            return ([first, second], Some(angles));
        }
        (scaled([first, second], self.std_dev), None)
    }
}

#[inline(always)]
fn scaled<R: Real, const N: usize>(mut rows: [[R; N]; 2], std_dev: R) -> [[R; N]; 2] {
    for z in rows.as_flattened_mut() {
        *z *= std_dev;
    }
    rows
}

#[cold]
#[inline(never)]
fn again<R: Real, const N: usize>(
    [mut first, mut second]: [[R; N]; 2],
    angles: [R; N],
    std_dev: R,
) -> [[R; N]; 2] {
    R::rare_pairs(&mut first, &mut second, &angles);
    scaled([first, second], std_dev)
}

/// Returns one standard normal number; takes two draws and drops the second number of the
/// [pair](normal_pair).
///
/// ```
/// use losscape::base::random::{normal, normal_pair, stream};
/// let [first, _]: [f32; 2] = normal_pair(&mut stream(1, 0));
/// assert_eq!(normal::<f32, _>(&mut stream(1, 0)), first);
/// ```
#[inline]
#[must_use]
pub fn normal<R: Real, G: Rng + ?Sized>(rng: &mut G) -> R {
    let [z, _] = normal_pair(rng);
    z
}

/// Fills a slice with independent standard normal numbers; takes two draws per [pair](normal_pair),
/// so `len` draws, rounded up to an even number.
///
/// ```
/// use losscape::base::random::{fill_normal, normal_pair, stream};
/// let mut z = [0.0f32; 3];
/// fill_normal(&mut stream(1, 0), &mut z);
/// assert_eq!(z[..2], normal_pair::<f32, _>(&mut stream(1, 0)));
/// ```
pub fn fill_normal<R: Real, G: Rng + ?Sized>(rng: &mut G, out: &mut [R]) {
    let (pairs, last) = out.as_chunks_mut::<2>();
    for pair in pairs {
        *pair = normal_pair(rng);
    }
    for z in last {
        *z = normal(rng);
    }
}

/// Computes `yₖ ← yₖ + s zₖ` with the `z` that [`fill_normal`] would have written: the same draws,
/// but no buffer.
///
/// ```
/// use losscape::base::random::{add_normal, fill_normal, stream};
/// let (mut z, mut y) = ([0.0f32; 3], [0.0; 3]);
/// fill_normal(&mut stream(1, 0), &mut z);
/// add_normal(&mut stream(1, 0), 2.0, &mut y);
/// assert_eq!(y, z.map(|z| 2.0 * z));
/// ```
pub fn add_normal<R: Real, G: Rng + ?Sized>(rng: &mut G, std_dev: R, y: &mut [R]) {
    let (pairs, last) = y.as_chunks_mut::<2>();
    for [a, b] in pairs {
        let [z, w] = normal_pair::<R, G>(rng);
        *a += std_dev * z;
        *b += std_dev * w;
    }
    for a in last {
        *a += std_dev * normal::<R, G>(rng);
    }
}
