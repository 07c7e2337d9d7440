//! Products of a batch with a layer, in the canonical order of operations.
//!
//! Matrices are row-major slices: a batch `x` has a row per sample, weights `w` have a row per *input*.
//! Every element of a result is one running sum in index order: over the inputs in [`affine`], over the
//! outputs in [`back`], over the samples in [`outer_sum`]. Elements never share a sum, so any number of
//! them may be in flight, and a scalar core and every vector width give the same bits.
//!
//! Each kernel equals its twin in [`naive`] bit for bit, for every shape.

pub mod naive;
mod tile;

use losscape_dispatch::run;

use super::real::Real;
use tile::{ColumnSum, Left, PairedProduct, Product, Right, Start};

/// Below this many rows a panel costs more than it saves.
const FEW_ROWS: usize = 4;
/// Up to this many columns the other dimension makes the better lanes.
const FEW_COLUMNS: usize = 3;

/// `out[s][j] = bias[j] + Σᵢ x[s][i] w[i][j]`; an empty `bias` counts as zeros.
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
    let (inputs, rows) = (w.len() / outputs, out.len() / outputs);
    if rows < FEW_ROWS {
        naive::fill_rows(bias, out, outputs);
        return affine_few(x, w, out, outputs);
    }
    if outputs <= FEW_COLUMNS {
        let start = if bias.is_empty() { Start::Zero } else { Start::Rows(bias) };
        return affine_narrow(x, w, start, out, outputs);
    }
    let start = if bias.is_empty() { Start::Zero } else { Start::Columns(bias) };
    let (a, b) = (Left::ByRow(x), Right::ByDepth(w));
    run(Product { a, b, start, c: out, transposed: false, rows, depth: inputs, columns: outputs });
}

/// `out[s][j] += Σᵢ x[s][i] w[i][j]`, each term added to `out` in turn.
///
/// Shapes and cost as in [`affine`].
///
/// ```
/// let mut out = [1.0f32];
/// losscape::base::matrix::affine_add(&[2.0, 3.0], &[10.0, 100.0], &mut out, 1);
/// assert_eq!(out, [321.0]);
/// ```
pub fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    let (depth, rows) = (w.len() / outputs, out.len() / outputs);
    if rows < FEW_ROWS {
        return affine_few(x, w, out, outputs);
    }
    if outputs <= FEW_COLUMNS {
        return affine_narrow(x, w, Start::Result, out, outputs);
    }
    let (a, b, start) = (Left::ByRow(x), Right::ByDepth(w), Start::Result);
    run(Product { a, b, start, c: out, transposed: false, rows, depth, columns: outputs });
}

/// A few rows: the outputs of one row are the lanes.
fn affine_few<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    let inputs = w.len() / outputs;
    for (x, out) in x.chunks_exact(inputs).zip(out.chunks_exact_mut(outputs)) {
        for (&x, w) in x.iter().zip(w.chunks_exact(outputs)) {
            for (out, &w) in out.iter_mut().zip(w) {
                *out += x * w;
            }
        }
    }
}

/// A few outputs: the samples are the lanes.
fn affine_narrow<R: Real>(x: &[R], w: &[R], start: Start<'_, R>, out: &mut [R], outputs: usize) {
    let (depth, columns) = (w.len() / outputs, out.len() / outputs);
    let (a, b) = (Left::ByDepth(w), Right::ByColumn(x));
    run(Product { a, b, start, c: out, transposed: true, rows: outputs, depth, columns });
}

/// `out[s][i] = Σⱼ d[s][j] w[i][j]`: a gradient by outputs turned into one by inputs.
///
/// Shapes: `d` rows × outputs, `w` inputs × outputs, `out` rows × inputs. Cost as in [`affine`].
///
/// ```
/// let mut out = [0.0f32; 2];
/// losscape::base::matrix::back(&[1.0, 2.0], &[10.0, 20.0, 30.0, 40.0], &mut out, 2);
/// assert_eq!(out, [50.0, 110.0]);
/// ```
pub fn back<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if d.len() < FEW_ROWS * outputs {
        naive::back(d, w, out, outputs)
    } else {
        back_tiles(d, w, Start::Zero, out, outputs)
    }
}

/// `out[s][i] += Σⱼ d[s][j] w[i][j]`, each term added to `out` in turn.
///
/// Shapes and cost as in [`back`].
///
/// ```
/// let mut out = [1.0f32, 2.0];
/// losscape::base::matrix::back_add(&[1.0, 2.0], &[10.0, 20.0, 30.0, 40.0], &mut out, 2);
/// assert_eq!(out, [51.0, 112.0]);
/// ```
pub fn back_add<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if d.len() < FEW_ROWS * outputs {
        naive::back_add(d, w, out, outputs)
    } else {
        back_tiles(d, w, Start::Result, out, outputs)
    }
}

fn back_tiles<R: Real>(d: &[R], w: &[R], start: Start<'_, R>, out: &mut [R], outputs: usize) {
    let (rows, columns) = (d.len() / outputs, w.len() / outputs);
    let (a, b) = (Left::ByRow(d), Right::ByColumn(w));
    run(Product { a, b, start, c: out, transposed: false, rows, depth: outputs, columns });
}

/// `sum[i][j] += Σₛ x[s][i] d[s][j]`, samples in order: the gradient by the weights.
///
/// Shapes: `x` rows × inputs, `d` rows × outputs, `sum` inputs × outputs. Cost as in [`affine`].
///
/// ```
/// let mut sum = [0.0f32; 4];
/// losscape::base::matrix::outer_sum(&[1.0, 2.0], &[10.0, 20.0], &mut sum, 2);
/// assert_eq!(sum, [10.0, 20.0, 20.0, 40.0]);
/// ```
pub fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], outputs: usize) {
    let (inputs, depth, start) = (sum.len() / outputs, d.len() / outputs, Start::Result);
    let (a, b, rows, columns) =
        if outputs <= FEW_COLUMNS { (d, x, outputs, inputs) } else { (x, d, inputs, outputs) };
    let (a, b, transposed) = (Left::ByDepth(a), Right::ByDepth(b), outputs <= FEW_COLUMNS);
    run(Product { a, b, start, c: sum, transposed, rows, depth, columns });
}

/// `sum[i][j] += Σₛ (x[s][i] rd[s][j] then rx[s][i] d[s][j])`: the derivative of [`outer_sum`] along a
/// direction, both terms of a sample before the next sample.
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
    let inputs = sum.len() / outputs;
    let (a, b) = ([x, rx], [rd, d]);
    if outputs <= FEW_COLUMNS {
        run(PairedProduct { a: b, b: a, c: sum, transposed: true, rows: outputs, columns: inputs });
    } else {
        run(PairedProduct { a, b, c: sum, transposed: false, rows: inputs, columns: outputs });
    }
}

/// `sum[j] += Σₛ d[s][j]`, samples in order: the gradient by the bias.
///
/// Shapes: `d` rows × outputs, `sum` outputs. Cost: rows · outputs additions.
///
/// ```
/// let mut sum = [1.0f32, 2.0];
/// losscape::base::matrix::column_sum(&[10.0, 20.0, 30.0, 40.0], &mut sum);
/// assert_eq!(sum, [41.0, 62.0]);
/// ```
pub fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    run(ColumnSum { d, sum });
}

#[cfg(test)]
mod tests;
