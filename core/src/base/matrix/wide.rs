//! Products for cores with vectors: [tiles](super::tile) of registers, lanes over the dimension that has many.

use losscape_dispatch::run;

use super::naive;
use super::tile::{ColumnSum, Left, PairedProduct, Product, Right, Start};
use crate::Real;

/// Below this many rows a panel costs more than it saves.
const FEW_ROWS: usize = 4;
/// Up to this many columns the other dimension makes the better lanes.
const FEW_COLUMNS: usize = 3;

pub(super) fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], outputs: usize) {
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

pub(super) fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
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

pub(super) fn back<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if d.len() < FEW_ROWS * outputs {
        naive::back(d, w, out, outputs)
    } else {
        back_tiles(d, w, Start::Zero, out, outputs)
    }
}

pub(super) fn back_add<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
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

pub(super) fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], outputs: usize) {
    let (inputs, depth, start) = (sum.len() / outputs, d.len() / outputs, Start::Result);
    let (a, b, rows, columns) =
        if outputs <= FEW_COLUMNS { (d, x, outputs, inputs) } else { (x, d, inputs, outputs) };
    let (a, b, transposed) = (Left::ByDepth(a), Right::ByDepth(b), outputs <= FEW_COLUMNS);
    run(Product { a, b, start, c: sum, transposed, rows, depth, columns });
}

pub(super) fn outer_sum_direction<R: Real>(
    x: &[R],
    rx: &[R],
    d: &[R],
    rd: &[R],
    sum: &mut [R],
    outputs: usize,
) {
    let inputs = sum.len() / outputs;
    let (a, b) = ([x, rx], [rd, d]);
    if outputs <= FEW_COLUMNS {
        run(PairedProduct { a: b, b: a, c: sum, transposed: true, rows: outputs, columns: inputs });
    } else {
        run(PairedProduct { a, b, c: sum, transposed: false, rows: inputs, columns: outputs });
    }
}

pub(super) fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    run(ColumnSum { d, sum });
}
