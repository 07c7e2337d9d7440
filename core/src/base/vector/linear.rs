//! Inner products and elementwise updates.

use super::sum::{Compensated, LANES, LaneSum, RUN};
use crate::base::elementwise::pair;
use crate::base::real::Real;
use crate::base::refusal::refuse;
use crate::base::target::{COMPACT, FPU, VECTORS};

/// Computes `Σₖ xₖ yₖ`; returns NaN if the slices have different lengths.
///
/// Its error bound is that of [`LaneSum`](super::LaneSum), plus one u for the products.
///
/// ```
/// assert_eq!(losscape::base::vector::dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0f32]), 32.0);
/// ```
#[must_use]
pub fn dot<R: Real>(x: &[R], y: &[R]) -> R {
    reduce(x, y, |x, y| x * y)
}

/// Computes `Σₖ (a xₖ) (b yₖ)`, the [`dot`] product of two scaled vectors, for instance scaled by
/// their [`unit_scale`](super::unit_scale). Returns NaN if the slices have different lengths.
///
/// The cosine of the angle between vectors of any magnitude:
///
/// ```
/// use losscape::base::vector::{dot_scaled, norm, unit_scale};
/// let (x, y) = ([1e-30f32, 0.0], [1e30f32, 1e30]);
/// let (a, b) = (unit_scale(&x), unit_scale(&y));
/// let cosine = dot_scaled(a, &x, b, &y) / ((a * norm(&x)) * (b * norm(&y)));
/// assert!((cosine - 0.5f32.sqrt()).abs() < 1e-7);
/// ```
#[must_use]
pub fn dot_scaled<R: Real>(a: R, x: &[R], b: R, y: &[R]) -> R {
    if VECTORS { reduce(x, y, |x, y| (a * x) * (b * y)) } else { one_by_one(a, x, b, y) }
}

// Called rarely on a small core, where another copy of the reduction would take half a kilobyte.
#[inline(never)]
fn one_by_one<R: Real>(a: R, x: &[R], b: R, y: &[R]) -> R {
    if x.len() != y.len() {
        return R::NAN;
    }
    let mut sum = LaneSum::default();
    for (&x, &y) in x.iter().zip(y) {
        sum.push((a * x) * (b * y));
    }
    sum.total()
}

/// Computes `Σₖ f(xₖ, yₖ)` in the canonical order; returns NaN if the slices have different
/// lengths.
#[inline(always)]
pub(super) fn reduce<R: Real>(x: &[R], y: &[R], f: impl Fn(R, R) -> R) -> R {
    if VECTORS { reduce_here(x, y, f) } else { reduce_apart(x, y, f) }
}

// One copy of each reduction on a small core.
#[inline(never)]
fn reduce_apart<R: Real>(x: &[R], y: &[R], f: impl Fn(R, R) -> R) -> R {
    reduce_here(x, y, f)
}

#[inline(always)]
fn reduce_here<R: Real>(x: &[R], y: &[R], f: impl Fn(R, R) -> R) -> R {
    if x.len() != y.len() {
        return R::NAN;
    }
    let mut sum = Compensated::ZERO;
    for (x, y) in x.chunks(RUN).zip(y.chunks(RUN)) {
        let mut acc = [R::ZERO; LANES];
        accumulate(&mut acc, x, y, &f);
        sum.add(&acc);
    }
    sum.total
}

/// Adds the terms of a block to its accumulators.
#[inline(always)]
fn accumulate<R: Real>(acc: &mut [R; LANES], x: &[R], y: &[R], f: impl Fn(R, R) -> R) {
    if !VECTORS && (COMPACT || !FPU) {
        // With software arithmetic, eight sums at once take more code but are no faster.
        for (k, (x, y)) in x.iter().zip(y).enumerate() {
            acc[k % LANES] += f(*x, *y);
        }
        return;
    }
    let (xs, x_tail) = x.as_chunks::<LANES>();
    let (ys, y_tail) = y.as_chunks::<LANES>();
    for (x, y) in xs.iter().zip(ys) {
        if VECTORS {
            for ((a, x), y) in acc.iter_mut().zip(x).zip(y) {
                *a += f(*x, *y);
            }
        } else {
            // Unrolled by hand, because builds for small cores do not unroll loops.
            acc[0] += f(x[0], y[0]);
            acc[1] += f(x[1], y[1]);
            acc[2] += f(x[2], y[2]);
            acc[3] += f(x[3], y[3]);
            acc[4] += f(x[4], y[4]);
            acc[5] += f(x[5], y[5]);
            acc[6] += f(x[6], y[6]);
            acc[7] += f(x[7], y[7]);
        }
    }
    for ((a, x), y) in acc.iter_mut().zip(x_tail).zip(y_tail) {
        *a += f(*x, *y);
    }
}

/// Computes `y ← y + a x`; fills `y` with NaN if the slices have different lengths.
///
/// ```
/// let mut y = [1.0f32, 2.0];
/// losscape::base::vector::axpy(3.0, &[10.0, 20.0], &mut y);
/// assert_eq!(y, [31.0, 62.0]);
/// ```
pub fn axpy<R: Real>(a: R, x: &[R], y: &mut [R]) {
    if x.len() != y.len() {
        return refuse(y);
    }
    if VECTORS {
        return pair(y, x, |y, x| y + a * x);
    }
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * *x;
    }
}

/// Computes `x ← a x`.
///
/// ```
/// let mut x = [1.0f32, 2.0];
/// losscape::base::vector::scale(3.0, &mut x);
/// assert_eq!(x, [3.0, 6.0]);
/// ```
pub fn scale<R: Real>(a: R, x: &mut [R]) {
    for x in x {
        *x *= a;
    }
}
