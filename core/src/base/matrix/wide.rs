//! Products for cores with vectors: [tiles](super::tile) of registers, lanes over the dimension that has many.

use losscape_dispatch::run;

use super::naive;
use super::tile::{COLUMN_MAJOR, ColumnSum, Product, ROW_MAJOR, Start};
use crate::Real;

/// Below this many rows a panel costs more than it saves.
const FEW_ROWS: usize = 4;
/// Up to this many columns the other dimension makes the better lanes.
const FEW_COLUMNS: usize = 3;

pub(super) fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], outputs: usize) {
    if out.len() < FEW_ROWS * outputs {
        naive::fill_rows(bias, out, outputs);
        return affine_few(x, w, out, outputs);
    }
    if outputs <= FEW_COLUMNS {
        naive::fill_rows(bias, out, outputs);
        return affine_narrow(x, w, out, outputs);
    }
    let start = if bias.is_empty() { Start::Zero } else { Start::Columns(bias) };
    affine_wide(x, w, start, out, outputs);
}

pub(super) fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if out.len() < FEW_ROWS * outputs {
        return affine_few(x, w, out, outputs);
    }
    if outputs <= FEW_COLUMNS {
        return affine_narrow(x, w, out, outputs);
    }
    affine_wide(x, w, Start::Result, out, outputs);
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

/// The outputs are the lanes.
fn affine_wide<R: Real>(x: &[R], w: &[R], start: Start<'_, R>, c: &mut [R], columns: usize) {
    let (rows, depth) = (c.len() / columns, w.len() / columns);
    let (a, b) = ([x], [w]);
    run(Product::<R, 1, ROW_MAJOR, ROW_MAJOR, ROW_MAJOR> { a, b, start, c, rows, depth, columns });
}

/// A few outputs: the samples are in flight, eight at a time, since a sum waits for each of its additions.
fn affine_narrow<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    const FLIGHT: usize = 8;
    let inputs = w.len() / outputs;
    let mut blocks = out.chunks_exact_mut(FLIGHT * outputs);
    for (x, out) in x.chunks_exact(FLIGHT * inputs).zip(&mut blocks) {
        let rows: [&[R]; FLIGHT] = core::array::from_fn(|r| &x[r * inputs..][..inputs]);
        for j in 0..outputs {
            let mut sums: [R; FLIGHT] = core::array::from_fn(|r| out[r * outputs + j]);
            for i in 0..inputs {
                let w = w[i * outputs + j];
                for (sum, row) in sums.iter_mut().zip(&rows) {
                    *sum += row[i] * w;
                }
            }
            for (r, sum) in sums.into_iter().enumerate() {
                out[r * outputs + j] = sum;
            }
        }
    }
    let out = blocks.into_remainder();
    affine_few(&x[x.len() - out.len() / outputs * inputs..], w, out, outputs);
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

fn back_tiles<R: Real>(d: &[R], w: &[R], start: Start<'_, R>, c: &mut [R], depth: usize) {
    let (rows, columns) = (d.len() / depth, w.len() / depth);
    let (a, b) = ([d], [w]);
    if depth == 1 {
        // One column is one row.
        return run(Product::<R, 1, ROW_MAJOR, ROW_MAJOR, ROW_MAJOR> {
            a,
            b,
            start,
            c,
            rows,
            depth,
            columns,
        });
    }
    run(Product::<R, 1, ROW_MAJOR, COLUMN_MAJOR, ROW_MAJOR> { a, b, start, c, rows, depth, columns });
}

pub(super) fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], outputs: usize) {
    outer_tiles([x], [d], sum, outputs);
}

pub(super) fn outer_sum_direction<R: Real>(
    x: &[R],
    rx: &[R],
    d: &[R],
    rd: &[R],
    sum: &mut [R],
    outputs: usize,
) {
    outer_tiles([x, rx], [rd, d], sum, outputs);
}

/// The longer of inputs and outputs are the lanes, but for a few inputs.
fn outer_tiles<R: Real, const PAIRS: usize>(x: [&[R]; PAIRS], d: [&[R]; PAIRS], c: &mut [R], outputs: usize) {
    let (inputs, depth, start) = (c.len() / outputs, d[0].len() / outputs, Start::Result);
    if outputs <= FEW_COLUMNS {
        let (a, b, rows, columns) = (d, x, outputs, inputs);
        run(Product::<R, PAIRS, COLUMN_MAJOR, ROW_MAJOR, COLUMN_MAJOR> {
            a,
            b,
            start,
            c,
            rows,
            depth,
            columns,
        });
    } else {
        let (a, b, rows, columns) = (x, d, inputs, outputs);
        run(Product::<R, PAIRS, COLUMN_MAJOR, ROW_MAJOR, ROW_MAJOR> { a, b, start, c, rows, depth, columns });
    }
}

pub(super) fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    run(ColumnSum { d, sum });
}
