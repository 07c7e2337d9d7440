//! Products for cores without vectors: blocks of sums in registers, operands read where they lie.
//!
//! Every product is `C[r][c] += Σₖ A[r][k] B[k][c]` in the order of k. A block of four rows and four columns
//! reads eight numbers for sixteen terms; its sums and operands fit the 32 registers of a small FPU. There are
//! no panels, so the stack holds nothing and a tile of four samples is as fast as one of forty. Few shapes of
//! blocks and no call per shape of layer keep the code small: 2 kB for a network's three products on a
//! Cortex-M4F.

use super::naive::fill_rows;
// No method that microcontrollers run in a loop uses it.
pub(super) use super::naive::outer_sum_direction;
use crate::Real;

/// Rows and columns of a full block.
const SIDE: usize = 4;

/// One operand as `count` vectors of `depth` terms: the rows of A or the columns of B.
trait Operand<R: Real>: Copy {
    /// Term by term, those of the vectors `at`, `at + 1`, …, `at + N − 1`.
    fn terms<const N: usize>(self, at: usize) -> impl Iterator<Item = [R; N]>;
}

/// Vectors one after the other, count × depth.
#[derive(Clone, Copy)]
struct Lines<'a, R> {
    numbers: &'a [R],
    depth: usize,
}

/// All vectors' first terms, then their second ones, depth × count.
#[derive(Clone, Copy)]
struct Levels<'a, R> {
    numbers: &'a [R],
    count: usize,
}

impl<R: Real> Operand<R> for Lines<'_, R> {
    #[inline(always)]
    fn terms<const N: usize>(self, at: usize) -> impl Iterator<Item = [R; N]> {
        let Self { numbers, depth } = self;
        let block = &numbers[at * depth..][..N * depth];
        let mut lines: [&[R]; N] = [&[]; N];
        for n in 0..N {
            lines[n] = &block[n * depth..][..depth];
        }
        (0..depth).map(move |k| {
            let mut terms = [R::ZERO; N];
            for n in 0..N {
                terms[n] = lines[n][k];
            }
            terms
        })
    }
}

impl<R: Real> Operand<R> for Levels<'_, R> {
    #[inline(always)]
    fn terms<const N: usize>(self, at: usize) -> impl Iterator<Item = [R; N]> {
        let Self { mut numbers, count } = self;
        let mut first = at;
        core::iter::from_fn(move || {
            numbers = numbers.get(first..)?;
            first = count;
            numbers.first_chunk().copied()
        })
    }
}

/// `C[r][c] += Σₖ A[r][k] B[k][c]`.
#[inline(always)]
fn accumulate<R: Real>(a: impl Operand<R>, b: impl Operand<R>, c: &mut [R], columns: usize) {
    let rows = c.len() / columns;
    let mut row = 0;
    while row + SIDE <= rows {
        strip::<R, SIDE>(a, row, b, &mut c[row * columns..][..SIDE * columns], columns);
        row += SIDE;
    }
    while row < rows {
        strip::<R, 1>(a, row, b, &mut c[row * columns..][..columns], columns);
        row += 1;
    }
}

/// `ROWS` rows from `row` on; `c` holds these alone.
#[inline(always)]
fn strip<R: Real, const ROWS: usize>(
    a: impl Operand<R>,
    row: usize,
    b: impl Operand<R>,
    c: &mut [R],
    columns: usize,
) {
    let mut column = 0;
    while column + SIDE <= columns {
        block::<R, ROWS, SIDE>(a.terms(row), b.terms(column), c, columns, column);
        column += SIDE;
    }
    while column < columns {
        block::<R, ROWS, 1>(a.terms(row), b.terms(column), c, columns, column);
        column += 1;
    }
}

#[inline(always)]
fn block<R: Real, const ROWS: usize, const COLUMNS: usize>(
    a: impl Iterator<Item = [R; ROWS]>,
    b: impl Iterator<Item = [R; COLUMNS]>,
    c: &mut [R],
    columns: usize,
    column: usize,
) {
    let mut sums = [[R::ZERO; COLUMNS]; ROWS];
    for r in 0..ROWS {
        sums[r].copy_from_slice(&c[r * columns + column..][..COLUMNS]);
    }
    for (a, b) in a.zip(b) {
        for r in 0..ROWS {
            for l in 0..COLUMNS {
                sums[r][l] += a[r] * b[l];
            }
        }
    }
    for r in 0..ROWS {
        c[r * columns + column..][..COLUMNS].copy_from_slice(&sums[r]);
    }
}

pub(super) fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], outputs: usize) {
    fill_rows(bias, out, outputs);
    affine_add(x, w, out, outputs);
}

#[inline(never)]
pub(super) fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    let depth = w.len() / outputs;
    accumulate(Lines { numbers: x, depth }, Levels { numbers: w, count: outputs }, out, outputs);
}

pub(super) fn back<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    out.fill(R::ZERO);
    back_add(d, w, out, outputs);
}

#[inline(never)]
pub(super) fn back_add<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    let inputs = w.len() / outputs;
    accumulate(Lines { numbers: d, depth: outputs }, Lines { numbers: w, depth: outputs }, out, inputs);
}

#[inline(never)]
pub(super) fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], outputs: usize) {
    let inputs = sum.len() / outputs;
    accumulate(Levels { numbers: x, count: inputs }, Levels { numbers: d, count: outputs }, sum, outputs);
}

pub(super) fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    for d in d.chunks_exact(sum.len()) {
        for (sum, d) in sum.iter_mut().zip(d) {
            *sum += *d;
        }
    }
}
