//! Products for cores with vectors: [tiles](super::tile) of registers, lanes over the dimension that has many.

use losscape_dispatch::run;

use super::naive;
use super::panel::four;
use super::tile::{COLUMN_MAJOR, ColumnSum, Product, ROW_MAJOR, Start};
use crate::Real;

/// Below this many rows a panel costs more than it saves.
const FEW_ROWS: usize = 4;
/// Up to this many columns the other dimension makes the better lanes.
const FEW_COLUMNS: usize = 3;

pub(super) fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], outputs: usize) {
    let start = if bias.is_empty() { Start::Zero } else { Start::Columns(bias) };
    affine_from(start, x, w, out, outputs);
}

pub(super) fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    affine_from(Start::Result, x, w, out, outputs);
}

fn affine_from<R: Real>(start: Start<'_, R>, x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    if out.len() < FEW_ROWS * outputs {
        affine_few(start, x, w, out, outputs);
    } else if outputs <= FEW_COLUMNS {
        affine_narrow(start, x, w, out, outputs);
    } else {
        let (c, columns) = (out, outputs);
        let (rows, depth) = (c.len() / columns, w.len() / columns);
        let (a, b) = ([x], [w]);
        run(Product::<R, 1, ROW_MAJOR, ROW_MAJOR, ROW_MAJOR> { a, b, start, c, rows, depth, columns });
    }
}

/// A few rows: the outputs of one row are the lanes.
fn affine_few<R: Real>(start: Start<'_, R>, x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    match start {
        Start::Zero => out.fill(R::ZERO),
        Start::Columns(bias) => naive::fill_rows(bias, out, outputs),
        Start::Result => {}
    }
    let inputs = w.len() / outputs;
    for (x, out) in x.chunks_exact(inputs).zip(out.chunks_exact_mut(outputs)) {
        for (&x, w) in x.iter().zip(w.chunks_exact(outputs)) {
            for (out, &w) in out.iter_mut().zip(w) {
                *out += x * w;
            }
        }
    }
}

/// A few outputs: the samples are the lanes, four by four inputs of them turned at a time.
fn affine_narrow<R: Real>(start: Start<'_, R>, x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    const GROUPS: usize = 4;
    const FLIGHT: usize = 4 * GROUPS;
    let inputs = w.len() / outputs;
    let mut blocks = out.chunks_exact_mut(FLIGHT * outputs);
    for (x, out) in x.chunks_exact(FLIGHT * inputs).zip(&mut blocks) {
        for j in 0..outputs {
            let mut sums = [[R::ZERO; 4]; GROUPS];
            for (r, sum) in sums.as_flattened_mut().iter_mut().enumerate() {
                *sum = match start {
                    Start::Zero => R::ZERO,
                    Start::Columns(bias) => bias[j],
                    Start::Result => out[r * outputs + j],
                };
            }
            let mut k = 0;
            while k + 4 <= inputs {
                let w = [0, 1, 2, 3].map(|t| w[(k + t) * outputs + j]);
                for (group, sum) in sums.iter_mut().enumerate() {
                    let row = |r: usize| four(&x[(4 * group + r) * inputs..], k);
                    let columns = R::transpose([row(0), row(1), row(2), row(3)]);
                    for (column, w) in columns.iter().zip(w) {
                        add_term(sum, column, w);
                    }
                }
                k += 4;
            }
            while k < inputs {
                let w = w[k * outputs + j];
                for (group, sum) in sums.iter_mut().enumerate() {
                    add_term(sum, &[0, 1, 2, 3].map(|r| x[(4 * group + r) * inputs + k]), w);
                }
                k += 1;
            }
            for (r, sum) in sums.into_iter().flatten().enumerate() {
                out[r * outputs + j] = sum;
            }
        }
    }
    let out = blocks.into_remainder();
    affine_few(start, &x[x.len() - out.len() / outputs * inputs..], w, out, outputs);
}

/// `sum ← sum + column · w`.
#[inline(always)]
fn add_term<R: Real>(sum: &mut [R; 4], column: &[R; 4], w: R) {
    for (sum, &x) in sum.iter_mut().zip(column) {
        *sum += x * w;
    }
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
