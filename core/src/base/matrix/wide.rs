//! Products for cores with vectors: [tiles](super::tile) of registers whose lanes run along the larger dimension.

use losscape_dispatch::run;

use super::column::ColumnSum;
use super::few::FewTerms;
use super::fit::Shape;
use super::naive;
use super::narrow::{FLIGHT, Narrow};
use super::tile::{COLUMN_MAJOR, Product, ROW_MAJOR, SMALL, Start};
use crate::Real;

/// Below this many rows a panel costs more than it saves.
const FEW_ROWS: usize = 4;
/// Up to this many columns, the lanes run along the other dimension; small code has only one such shape.
const FEW_COLUMNS: usize = if SMALL { 1 } else { 3 };

pub(super) fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], shape: Shape) {
    let start = if bias.is_empty() { Start::Zero } else { Start::Columns(bias) };
    affine_from(start, x, w, out, shape);
}

pub(super) fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], shape: Shape) {
    affine_from(Start::Result, x, w, out, shape);
}

fn affine_from<R: Real>(start: Start<'_, R>, x: &[R], w: &[R], out: &mut [R], shape: Shape) {
    if shape.rows < FEW_ROWS {
        affine_few(start, x, w, out, shape);
    } else if shape.outputs <= FEW_COLUMNS {
        affine_narrow(start, x, w, out, shape);
    } else {
        product(start, x, w, out, shape);
    }
}

/// Many rows and columns; if there are few terms, all of them are kept in registers.
fn product<R: Real>(start: Start<'_, R>, a: &[R], b: &[R], c: &mut [R], shape: Shape) {
    let Shape { rows, inputs: depth, outputs: columns } = shape;
    match depth {
        1 => run(FewTerms::<R, 1> { a, b, start, c, columns }),
        2 => run(FewTerms::<R, 2> { a, b, start, c, columns }),
        3 if !SMALL => run(FewTerms::<R, 3> { a, b, start, c, columns }),
        depth => {
            let (a, b) = ([a], [b]);
            run(Product::<R, 1, ROW_MAJOR, ROW_MAJOR, ROW_MAJOR> { a, b, start, c, rows, depth, columns });
        }
    }
}

/// Few rows: the outputs of one row are the lanes.
fn affine_few<R: Real>(start: Start<'_, R>, x: &[R], w: &[R], out: &mut [R], shape: Shape) {
    let Shape { inputs, outputs, .. } = shape;
    match start {
        Start::Zero => out.fill(R::ZERO),
        Start::Columns(bias) => naive::fill_rows(bias, out, outputs),
        Start::Result => {}
    }
    for (x, out) in x.chunks_exact(inputs).zip(out.chunks_exact_mut(outputs)) {
        for (&x, w) in x.iter().zip(w.chunks_exact(outputs)) {
            for (out, &w) in out.iter_mut().zip(w) {
                *out += x * w;
            }
        }
    }
}

/// Few outputs: the samples are the lanes.
fn affine_narrow<R: Real>(start: Start<'_, R>, x: &[R], w: &[R], out: &mut [R], shape: Shape) {
    let Shape { inputs, outputs, .. } = shape;
    let rows = shape.rows / FLIGHT * FLIGHT;
    let ((x, x_left), (out, out_left)) = (x.split_at(rows * inputs), out.split_at_mut(rows * outputs));
    match outputs {
        _ if SMALL => run(Narrow::<R, 1> { x, w, start, out }),
        1 => run(Narrow::<R, 1> { x, w, start, out }),
        2 => run(Narrow::<R, 2> { x, w, start, out }),
        _ => run(Narrow::<R, FEW_COLUMNS> { x, w, start, out }),
    }
    if rows < shape.rows {
        affine_few(start, x_left, w, out_left, shape);
    }
}

pub(super) fn back<R: Real>(d: &[R], w: &[R], out: &mut [R], shape: Shape) {
    if shape.rows < FEW_ROWS {
        naive::back(d, w, out, shape.outputs)
    } else {
        back_tiles(d, w, Start::Zero, out, shape)
    }
}

pub(super) fn back_add<R: Real>(d: &[R], w: &[R], out: &mut [R], shape: Shape) {
    if shape.rows < FEW_ROWS {
        naive::back_add(d, w, out, shape.outputs)
    } else {
        back_tiles(d, w, Start::Result, out, shape)
    }
}

fn back_tiles<R: Real>(d: &[R], w: &[R], start: Start<'_, R>, c: &mut [R], shape: Shape) {
    let Shape { rows, inputs: columns, outputs: depth } = shape;
    if depth == 1 {
        // A single column equals a single row.
        return product(start, d, w, c, Shape { rows, inputs: depth, outputs: columns });
    }
    let (a, b) = ([d], [w]);
    run(Product::<R, 1, ROW_MAJOR, COLUMN_MAJOR, ROW_MAJOR> { a, b, start, c, rows, depth, columns });
}

pub(super) fn outer<R: Real>(x: &[R], d: &[R], out: &mut [R], shape: Shape) {
    outer_tiles([x], [d], Start::Zero, out, shape);
}

pub(super) fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], shape: Shape) {
    outer_tiles([x], [d], Start::Result, sum, shape);
}

pub(super) fn outer_sum_direction<R: Real>(
    x: &[R],
    rx: &[R],
    d: &[R],
    rd: &[R],
    sum: &mut [R],
    shape: Shape,
) {
    outer_tiles([x, rx], [rd, d], Start::Result, sum, shape);
}

/// The outputs are the lanes, unless they are few: then the inputs are.
// In WebAssembly, a task is inlined into its caller, so it is instantiated once.
#[inline(never)]
fn outer_tiles<R: Real, const PAIRS: usize>(
    x: [&[R]; PAIRS],
    d: [&[R]; PAIRS],
    start: Start<'_, R>,
    c: &mut [R],
    shape: Shape,
) {
    let Shape { rows: depth, inputs, outputs } = shape;
    let (a, b, rows, columns) =
        if outputs <= FEW_COLUMNS { (d, x, outputs, inputs) } else { (x, d, inputs, outputs) };
    // A single column equals a single row.
    if SMALL || outputs == 1 || outputs > FEW_COLUMNS {
        run(Product::<R, PAIRS, COLUMN_MAJOR, ROW_MAJOR, ROW_MAJOR> { a, b, start, c, rows, depth, columns });
    } else {
        run(Product::<R, PAIRS, COLUMN_MAJOR, ROW_MAJOR, COLUMN_MAJOR> {
            a,
            b,
            start,
            c,
            rows,
            depth,
            columns,
        });
    }
}

pub(super) fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    run(ColumnSum { d, sum });
}
