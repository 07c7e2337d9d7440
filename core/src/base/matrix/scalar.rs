//! Products for cores without vectors, and for WebAssembly: blocks of sums in registers, operands read in place.
//!
//! Every product is `C[r][c] += Σₖ A[r][k] B[k][c]` in the order of k. A block of four rows and four columns reads
//! eight numbers for sixteen terms; its sums and operands fit the 32 registers of a small FPU. There are no panels on
//! the stack, and a tile of four samples is nearly as fast as one of forty. To keep the code small there are only two
//! shapes of blocks, and the remaining columns are computed one number at a time.

use core::num::NonZero;

use super::fit::{Fit, fit};
use crate::Real;
use crate::base::refusal::refuse;
use crate::base::target::COMPACT;

/// The number of rows of a full block, and of columns of any block.
const SIDE: usize = 4;

/// Repeats an expression for each row of a block of four rows or of one. It is unrolled by hand, because a compiler
/// that optimises for size keeps the loop, and a run-time index forces its array into memory.
macro_rules! each {
    ($row:ident < $rows:ident, $body:expr) => {{
        each!(@ $row 0 $body);
        if $rows > 1 {
            each!(@ $row 1 $body);
            each!(@ $row 2 $body);
            each!(@ $row 3 $body);
        }
    }};
    (@ $row:ident $number:literal $body:expr) => {{
        const $row: usize = $number;
        $body
    }};
}

/// Whether A (rows × depth) and B (depth × columns) are row-major or column-major. In a row of a row-major A and in a
/// column of a column-major B, the terms of one sum are contiguous and are read by [`lines`]; otherwise those of
/// neighbouring sums are, and are read by [`levels`].
type Order = u8;
const ROW_BY_ROW: Order = 0;
const ROW_BY_COLUMN: Order = 1;
const COLUMN_BY_ROW: Order = 2;
/// The order is read from the product at run time.
const ANY: Order = 3;

/// `C[r][c] = start + Σₖ A[r][k] B[k][c]`.
#[derive(Clone, Copy)]
struct Product<'a, R> {
    order: Order,
    a: &'a [R],
    b: &'a [R],
    /// One number per column, or empty: the sums then start from the contents of C.
    start: &'a [R],
    depth: usize,
    columns: NonZero<usize>,
}

/// Computes one number at a time: only curvature needs this product, and no method that a microcontroller runs in a
/// loop.
pub(super) fn outer_sum_direction<R: Real>(
    x: &[R],
    rx: &[R],
    d: &[R],
    rd: &[R],
    sum: &mut [R],
    outputs: usize,
) {
    if fit(x.len(), sum.len(), d.len(), outputs) == Fit::Not || x.len() != rx.len() || d.len() != rd.len() {
        return refuse(sum);
    }
    let Some(columns) = NonZero::new(outputs) else { return };
    let Some(inputs) = NonZero::new(sum.len() / columns) else { return };
    // Iterates over the rows of both instead of indexing them, so that no panic is linked.
    let samples = || {
        let x = x.chunks_exact(inputs.get()).zip(rx.chunks_exact(inputs.get()));
        x.zip(d.chunks_exact(columns.get()).zip(rd.chunks_exact(columns.get())))
    };
    for (i, row) in sum.chunks_exact_mut(columns.get()).enumerate() {
        for (j, total) in row.iter_mut().enumerate() {
            for ((x, rx), (d, rd)) in samples() {
                if let (Some(x), Some(rx), Some(d), Some(rd)) = (x.get(i), rx.get(i), d.get(j), rd.get(j)) {
                    *total += *x * *rd;
                    *total += *rx * *d;
                }
            }
        }
    }
}

/// Writes the product of A and B to C, or adds it; fills C, which has `columns` columns, with NaN if the lengths do
/// not fit.
#[inline(never)]
fn product<R: Real>(order: Order, a: &[R], b: &[R], start: &[R], c: &mut [R], columns: usize) {
    let Some(columns) = NonZero::new(columns) else { return refuse(c) };
    let (rows, depth) = (c.len() / columns, b.len() / columns);
    let fits = rows * columns.get() == c.len() && depth * columns.get() == b.len();
    if fits && rows.checked_mul(depth) == Some(a.len()) {
        Product { order, a, b, start, depth, columns }.write(c, rows);
    } else {
        refuse(c);
    }
}

impl<R: Real> Product<'_, R> {
    #[inline(always)]
    fn write(&self, c: &mut [R], rows: usize) {
        let columns = self.columns.get();
        let mut row = 0;
        let mut left = &mut *c;
        if !COMPACT {
            while let Some(c) = left.split_off_mut(..columns.saturating_mul(SIDE)) {
                let _ = match self.order {
                    ROW_BY_ROW => self.strip::<SIDE, ROW_BY_ROW>(row, rows, c),
                    ROW_BY_COLUMN => self.strip::<SIDE, ROW_BY_COLUMN>(row, rows, c),
                    _ => self.strip::<SIDE, COLUMN_BY_ROW>(row, rows, c),
                };
                row += SIDE;
            }
        }
        // If fewer columns than a block's remain, they are left to `single` in any case.
        while columns >= SIDE
            && let Some(c) = left.split_off_mut(..columns)
        {
            let _ = self.strip::<1, ANY>(row, rows, c);
            row += 1;
        }
        for column in columns / SIDE * SIDE..columns {
            for (row, c) in c.chunks_exact_mut(columns).enumerate() {
                if let Some(c) = c.get_mut(column) {
                    self.single(row, rows, column, c);
                }
            }
        }
    }

    /// Computes `ROWS` rows, starting at `row`, four columns at a time.
    ///
    /// Each order of four rows is a function of its own, because the registers would not hold the pointers of all
    /// orders.
    #[inline(never)]
    #[expect(clippy::needless_range_loop, reason = "the block counts in three slices")]
    fn strip<const ROWS: usize, const ORDER: Order>(
        &self,
        row: usize,
        rows: usize,
        c: &mut [R],
    ) -> Option<()> {
        let Self { a, b, start, depth, .. } = *self;
        let columns = self.columns.get();
        let order = if ORDER == ANY { self.order } else { ORDER };
        let mut lines_of_c = c;
        let mut c: [&mut [[R; SIDE]]; ROWS] = [(); ROWS].map(|()| Default::default());
        each!(ROW < ROWS, c[ROW] = lines_of_c.split_off_mut(..columns)?.as_chunks_mut().0);
        let lines_of_a = if order == COLUMN_BY_ROW { [a; ROWS] } else { lines(a, depth, row)? };
        let start = start.as_chunks::<SIDE>().0;
        for block in 0..columns / SIDE {
            let mut sums = [[R::ZERO; SIDE]; ROWS];
            match start.get(block) {
                Some(start) => each!(ROW < ROWS, sums[ROW] = *start),
                None => each!(ROW < ROWS, sums[ROW] = c[ROW][block]),
            }
            // Sums are passed by value: borrowed sums would end up in memory instead of in registers.
            sums = match order {
                ROW_BY_ROW => {
                    let b = levels(b, columns, block)?;
                    add(sums, abreast(lines_of_a, b.len()), b)
                }
                ROW_BY_COLUMN if ROWS == 1 => add_lines(sums, lines_of_a, lines(b, depth, block * SIDE)?),
                ROW_BY_COLUMN => {
                    // Two terms per iteration, so the eight pointers advance half as often.
                    let ((a, last_a), (b, last_b)) = (twos(lines_of_a), twos(lines(b, depth, block * SIDE)?));
                    for k in 0..depth / 2 {
                        let (a, b) = (at(a, k), at(b, k));
                        sums = add_term(sums, a.map(|[a, _]| a), b.map(|[b, _]| b));
                        sums = add_term(sums, a.map(|[_, a]| a), b.map(|[_, b]| b));
                    }
                    add_lines(sums, last_a, last_b)
                }
                // A single row is a block by itself.
                _ => add(sums, levels(a, rows, row / ROWS)?, levels(b, columns, block)?),
            };
            each!(ROW < ROWS, c[ROW][block] = sums[ROW]);
        }
        Some(())
    }

    /// Computes one number.
    #[inline(never)]
    fn single(&self, row: usize, rows: usize, column: usize, c: &mut R) {
        let mut sum = *self.start.get(column).unwrap_or(c);
        let (at, step) = match self.order {
            ROW_BY_COLUMN => (column * self.depth, 1),
            _ => (column, self.columns.get()),
        };
        for (a, b) in self.row_of_a(row, rows).zip(apart(self.b, at, step)) {
            sum += a * b;
        }
        *c = sum;
    }

    /// Iterates over the terms of one row of A.
    fn row_of_a(&self, row: usize, rows: usize) -> impl Iterator<Item = R> {
        let (at, step) = if self.order == COLUMN_BY_ROW { (row, rows) } else { (row * self.depth, 1) };
        apart(self.a, at, step).take(self.depth)
    }
}

/// Iterates over numbers that lie `step` apart.
#[inline(always)]
fn apart<R: Copy>(numbers: &[R], at: usize, step: usize) -> impl Iterator<Item = R> {
    (0..).map_while(move |k| numbers.get(at + k * step).copied())
}

#[inline(always)]
fn add<R: Real, const ROWS: usize>(
    mut sums: [[R; SIDE]; ROWS],
    a: impl Iterator<Item = [R; ROWS]>,
    b: impl Iterator<Item = [R; SIDE]>,
) -> [[R; SIDE]; ROWS] {
    for (a, b) in a.zip(b) {
        sums = add_term(sums, a, b);
    }
    sums
}

#[inline(always)]
fn add_lines<R: Real, const ROWS: usize>(
    sums: [[R; SIDE]; ROWS],
    a: [&[R]; ROWS],
    b: [&[R]; SIDE],
) -> [[R; SIDE]; ROWS] {
    let depth = a[0].len().min(b[0].len());
    add(sums, abreast(a, depth), abreast(b, depth))
}

#[inline(always)]
fn add_term<R: Real, const ROWS: usize>(
    mut sums: [[R; SIDE]; ROWS],
    a: [R; ROWS],
    b: [R; SIDE],
) -> [[R; SIDE]; ROWS] {
    each!(ROW < ROWS, {
        let (sum, a) = (&mut sums[ROW], a[ROW]);
        sum[0] += a * b[0];
        sum[1] += a * b[1];
        sum[2] += a * b[2];
        sum[3] += a * b[3];
    });
    sums
}

#[inline(always)]
fn at<T: Copy + Default, const N: usize>(lines: [&[T]; N], k: usize) -> [T; N] {
    let mut terms = [T::default(); N];
    each!(LINE < N, terms[LINE] = lines[LINE][k]);
    terms
}

/// Splits vectors into pairs of terms and the terms left over.
#[inline(always)]
fn twos<R: Real, const N: usize>(lines: [&[R]; N]) -> ([&[[R; 2]]; N], [&[R]; N]) {
    let (mut pairs, mut rest): ([&[[R; 2]]; N], [&[R]; N]) = ([&[]; N], [&[]; N]);
    each!(LINE < N, (pairs[LINE], rest[LINE]) = lines[LINE].as_chunks());
    (pairs, rest)
}

/// Returns `N` contiguous vectors, starting at vector `at`.
#[inline(always)]
fn lines<R: Real, const N: usize>(numbers: &[R], depth: usize, at: usize) -> Option<[&[R]; N]> {
    let mut rest = numbers.get(at * depth..)?;
    let mut lines: [&[R]; N] = [&[]; N];
    each!(LINE < N, lines[LINE] = rest.split_off(..depth)?);
    Some(lines)
}

/// Iterates over the vectors in step, yielding one number of each, at most `depth` times.
#[inline(always)]
fn abreast<R: Real, const N: usize>(mut lines: [&[R]; N], depth: usize) -> impl Iterator<Item = [R; N]> {
    // All have one length that bounds the index, so the loop needs no bounds checks.
    let turns = depth.min(lines[0].len());
    each!(LINE < N, lines[LINE] = lines[LINE].get(..turns).unwrap_or_default());
    (0..turns).map(move |k| at(lines, k))
}

/// Iterates over the terms of the `block`-th group of `N` among `count` neighbouring sums.
#[inline(always)]
fn levels<R: Real, const N: usize>(
    numbers: &[R],
    count: usize,
    block: usize,
) -> Option<impl ExactSizeIterator<Item = [R; N]>> {
    let count = count.max(1);
    // Checked here once, so not in the loop.
    if block >= count / N {
        return None;
    }
    Some(numbers.chunks_exact(count).map(move |level| level.as_chunks().0[block]))
}

pub(super) fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], outputs: usize) {
    if !bias.is_empty() && bias.len() != outputs {
        return refuse(out);
    }
    let mut start = bias;
    if bias.is_empty() || outputs == 1 {
        out.fill(bias.first().copied().unwrap_or(R::ZERO));
        start = &[];
    }
    affine_from(start, x, w, out, outputs);
}

pub(super) fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    affine_from(&[], x, w, out, outputs);
}

/// Adds `x w` to `start`, or to the contents of `out` if `start` is empty.
fn affine_from<R: Real>(start: &[R], x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    // A single column is treated as a single row: the same numbers in the same places.
    let single = outputs == 1;
    let (order, a, b) = if single { (ROW_BY_COLUMN, w, x) } else { (ROW_BY_ROW, x, w) };
    let columns = if single { out.len() } else { outputs };
    product(order, a, b, start, out, columns);
}

pub(super) fn back<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    out.fill(R::ZERO);
    back_add(d, w, out, outputs);
}

pub(super) fn back_add<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    let inputs = w.len().checked_div(outputs).filter(|inputs| inputs * outputs == w.len());
    product(ROW_BY_COLUMN, d, w, &[], out, inputs.unwrap_or_default());
}

pub(super) fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], outputs: usize) {
    let single = outputs == 1;
    let (a, b) = if single { (d, x) } else { (x, d) };
    let columns = if single { sum.len() } else { outputs };
    product(COLUMN_BY_ROW, a, b, &[], sum, columns);
}

pub(super) fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    let columns = sum.len();
    if columns > 0 && !d.len().is_multiple_of(columns) {
        return refuse(sum);
    }
    if COMPACT {
        for d in d.chunks_exact(columns.max(1)) {
            for (sum, d) in sum.iter_mut().zip(d) {
                *sum += *d;
            }
        }
        return;
    }
    let (blocks, rest) = sum.as_chunks_mut::<SIDE>();
    for (block, sums) in blocks.iter_mut().enumerate() {
        let Some(levels) = levels::<R, SIDE>(d, columns, block) else { return };
        let mut totals = *sums;
        for d in levels {
            totals[0] += d[0];
            totals[1] += d[1];
            totals[2] += d[2];
            totals[3] += d[3];
        }
        *sums = totals;
    }
    for (column, sum) in (columns / SIDE * SIDE..).zip(rest) {
        let Some(levels) = levels(d, columns, column) else { return };
        for [d] in levels {
            *sum += d;
        }
    }
}
