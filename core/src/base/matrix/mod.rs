//! Products of a batch and a layer, in the canonical order of operations.
//!
//! Matrices are row-major slices: a batch `x` has one row per sample, weights `w` have one row per *input*. Every
//! element of a result is one running sum in index order: over the inputs in [`affine`], over the outputs in
//! [`back`], over the samples in [`outer_sum`]. No two elements share a sum, so any number of them may be computed
//! at once, and a scalar core and every vector width give the same bits.
//!
//! Each product equals its reference in [`naive`] bit for bit, for every shape. If the lengths of the slices do
//! not fit together, the result is filled with NaN.

mod abreast;
mod column;
mod few;
mod fit;
pub mod naive;
mod narrow;
#[cfg(all(target_arch = "x86_64", feature = "compiled-once"))]
pub(super) mod once;
mod pair_columns;
mod panel;
mod scalar;
mod tile;
mod wide;

use losscape_dispatch::run;

pub(crate) use self::abreast::{affine_add_abreast, back_both_abreast, outer_sum_direction_abreast};
use self::fit::{Fit, fit};
#[cfg(all(target_arch = "x86_64", feature = "compiled-once"))]
use self::once as tiles;
use self::pair_columns::PairColumns;
#[cfg(not(all(target_arch = "x86_64", feature = "compiled-once")))]
use self::wide as tiles;
use super::elementwise::pair;
use super::real::Real;
use super::target::{COMPACT, TILES, VECTORS};

/// Computes `out[s][j] = bias[j] + Σᵢ x[s][i] w[i][j]`; an empty `bias` counts as zeros.
///
/// Shapes: `x` rows × inputs, `w` inputs × outputs, `bias` outputs or empty, `out` rows × outputs.
/// Cost: rows · inputs · outputs multiplications and additions.
///
/// ```
/// let mut out = [0.0f32; 2];
/// losscape::base::matrix::affine(&[1.0, 2.0], &[10.0, 20.0, 30.0, 40.0], &[0.5, 0.25], &mut out, 2);
/// assert_eq!(out, [70.5, 100.25]);
/// ```
pub fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], outputs: usize) {
    if TILES
        && (bias.is_empty() || bias.len() == outputs)
        && let Fit::Whole(shape) = fit(x.len(), w.len(), out.len(), outputs)
    {
        tiles::affine(x, w, bias, out, shape);
    } else {
        scalar::affine(x, w, bias, out, outputs);
    }
}

/// Computes `out[s][j] += Σᵢ x[s][i] w[i][j]`, adding each term to `out` in turn.
///
/// Shapes and cost as in [`affine`].
///
/// ```
/// let mut out = [1.0f32];
/// losscape::base::matrix::affine_add(&[2.0, 3.0], &[10.0, 100.0], &mut out, 1);
/// assert_eq!(out, [321.0]);
/// ```
pub fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if TILES && let Fit::Whole(shape) = fit(x.len(), w.len(), out.len(), outputs) {
        tiles::affine_add(x, w, out, shape);
    } else {
        scalar::affine_add(x, w, out, outputs);
    }
}

/// Computes `out[s][i] = Σⱼ d[s][j] w[i][j]`: turns a gradient with respect to the outputs into one with respect
/// to the inputs.
///
/// Shapes: `d` rows × outputs, `w` inputs × outputs, `out` rows × inputs. Cost as in [`affine`].
///
/// ```
/// let mut out = [0.0f32; 2];
/// losscape::base::matrix::back(&[1.0, 2.0], &[10.0, 20.0, 30.0, 40.0], &mut out, 2);
/// assert_eq!(out, [50.0, 110.0]);
/// ```
pub fn back<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if TILES && let Fit::Whole(shape) = fit(out.len(), w.len(), d.len(), outputs) {
        tiles::back(d, w, out, shape);
    } else {
        scalar::back(d, w, out, outputs);
    }
}

/// Computes `out[s][i] += Σⱼ d[s][j] w[i][j]`, adding each term to `out` in turn.
///
/// Shapes and cost as in [`back`].
///
/// ```
/// let mut out = [1.0f32, 2.0];
/// losscape::base::matrix::back_add(&[1.0, 2.0], &[10.0, 20.0, 30.0, 40.0], &mut out, 2);
/// assert_eq!(out, [51.0, 112.0]);
/// ```
pub fn back_add<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if TILES && let Fit::Whole(shape) = fit(out.len(), w.len(), d.len(), outputs) {
        tiles::back_add(d, w, out, shape);
    } else {
        scalar::back_add(d, w, out, outputs);
    }
}

/// Computes `sum[i][j] += Σₛ x[s][i] d[s][j]`, samples in order: the gradient with respect to the weights.
///
/// Shapes: `x` rows × inputs, `d` rows × outputs, `sum` inputs × outputs. Cost as in [`affine`].
///
/// ```
/// let mut sum = [0.0f32; 4];
/// losscape::base::matrix::outer_sum(&[1.0, 2.0], &[10.0, 20.0], &mut sum, 2);
/// assert_eq!(sum, [10.0, 20.0, 20.0, 40.0]);
/// ```
pub fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], outputs: usize) {
    if TILES && let Fit::Whole(shape) = fit(x.len(), sum.len(), d.len(), outputs) {
        tiles::outer_sum(x, d, sum, shape);
    } else {
        scalar::outer_sum(x, d, sum, outputs);
    }
}

/// Computes `out[i][j] = Σₛ x[s][i] d[s][j]`, samples in order: [`outer_sum`] from zero, without reading `out`.
///
/// Shapes and cost as in [`outer_sum`].
///
/// ```
/// let mut out = [f32::NAN; 4];
/// losscape::base::matrix::outer(&[1.0, 2.0], &[10.0, 20.0], &mut out, 2);
/// assert_eq!(out, [10.0, 20.0, 20.0, 40.0]);
/// ```
pub fn outer<R: Real>(x: &[R], d: &[R], out: &mut [R], outputs: usize) {
    if TILES && let Fit::Whole(shape) = fit(x.len(), out.len(), d.len(), outputs) {
        tiles::outer(x, d, out, shape);
    } else {
        out.fill(R::ZERO);
        scalar::outer_sum(x, d, out, outputs);
    }
}

/// Computes `sum[i][j] += Σₛ (x[s][i] rd[s][j] then rx[s][i] d[s][j])`: the derivative of [`outer_sum`] along a
/// direction. Both terms of a sample precede those of the next sample.
///
/// Shapes: `x`, `rx` rows × inputs, `d`, `rd` rows × outputs, `sum` inputs × outputs. Cost: twice that of
/// [`affine`].
///
/// ```
/// let mut sum = [0.0f32; 2];
/// losscape::base::matrix::outer_sum_direction(&[2.0], &[3.0], &[10.0, 20.0], &[1.0, 0.5], &mut sum, 2);
/// assert_eq!(sum, [32.0, 61.0]);
/// ```
pub fn outer_sum_direction<R: Real>(x: &[R], rx: &[R], d: &[R], rd: &[R], sum: &mut [R], outputs: usize) {
    if VECTORS
        && !COMPACT
        && (x.len(), d.len()) == (rx.len(), rd.len())
        && let Fit::Whole(shape) = fit(x.len(), sum.len(), d.len(), outputs)
    {
        tiles::outer_sum_direction(x, rx, d, rd, sum, shape);
    } else {
        scalar::outer_sum_direction(x, rx, d, rd, sum, outputs);
    }
}

/// Computes `sum[j] += Σₛ d[s][j]`, samples in order: the gradient with respect to the bias.
///
/// Shapes: `d` rows × outputs, `sum` outputs. Cost: rows · outputs additions.
///
/// ```
/// let mut sum = [1.0f32, 2.0];
/// losscape::base::matrix::column_sum(&[10.0, 20.0, 30.0, 40.0], &mut sum);
/// assert_eq!(sum, [41.0, 62.0]);
/// ```
pub fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    if TILES && d.len().checked_rem(sum.len()) == Some(0) {
        tiles::column_sum(d, sum);
    } else {
        scalar::column_sum(d, sum);
    }
}

/// Computes `a ← f(a, u)` elementwise and `sum[j] += Σₛ a[s][j]` over the rows, in order; there are `sum.len()`
/// columns.
///
/// Does both in one pass if the columns form whole blocks: each addition waits for the one before, and `f` fills
/// that time.
#[inline(always)]
pub(crate) fn pair_columns<R: Real>(a: &mut [R], u: &[R], sum: &mut [R], f: impl Fn(R, R) -> R) {
    // A layer without biases has no sums.
    if TILES && !sum.is_empty() && sum.len().is_multiple_of(pair_columns::BLOCK) {
        run(PairColumns { a, u, sum, f });
    } else {
        pair(a, u, f);
        column_sum(a, sum);
    }
}

#[cfg(test)]
mod tests;
