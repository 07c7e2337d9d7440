//! Products for cores without vectors, and for WebAssembly: blocks of sums in registers, operands read where they
//! lie.
//!
//! Every product is `C[r][c] += Σₖ A[r][k] B[k][c]` in the order of k. A block of four rows and four columns
//! reads eight numbers for sixteen terms; its sums and operands fit the 32 registers of a small FPU. There are
//! no panels, so the stack holds nothing and a tile of four samples is nearly as fast as one of forty. Only two
//! shapes of blocks, and one number at a time for the columns that are left, keep the code small.

use super::naive::fill_rows;
// No method that microcontrollers run in a loop uses it.
pub(super) use super::naive::outer_sum_direction;
use crate::Real;
use crate::base::COMPACT;

/// Rows of a full block, and columns of any.
const SIDE: usize = 4;

/// Does something for each row of a block of four or of one. Written out, because a compiler that saves space
/// leaves a loop, and what a run-time index reaches lives in memory instead of in registers.
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

/// How the operands lie: A has `rows` vectors of `depth` terms, B has `columns` of them. In *lines* a vector's
/// terms lie together; in *levels* the first terms of all vectors do, then their second ones.
type Order = u8;
const LINES_BY_LEVELS: Order = 0;
const LINES_BY_LINES: Order = 1;
const LEVELS_BY_LEVELS: Order = 2;

/// `C[r][c] = start + Σₖ A[r][k] B[k][c]`.
#[derive(Clone, Copy)]
struct Product<'a, R> {
    order: Order,
    a: &'a [R],
    b: &'a [R],
    /// A number for each column, or nothing: sums start at what C holds.
    start: &'a [R],
    depth: usize,
    columns: usize,
}

impl<R: Real> Product<'_, R> {
    /// A length that does not fit ends the sums early; the callers state their preconditions.
    #[inline(never)]
    fn write(&self, c: &mut [R]) {
        let columns = self.columns;
        let rows = c.len() / columns;
        let mut row = 0;
        let mut left = &mut *c;
        if !COMPACT {
            let mut strips = left.chunks_exact_mut(SIDE * columns);
            for c in &mut strips {
                let _ = match self.order {
                    LINES_BY_LEVELS => self.strip::<SIDE, LINES_BY_LEVELS>(row, rows, c),
                    LINES_BY_LINES => self.strip::<SIDE, LINES_BY_LINES>(row, rows, c),
                    _ => self.strip::<SIDE, LEVELS_BY_LEVELS>(row, rows, c),
                };
                row += SIDE;
            }
            left = strips.into_remainder();
        }
        for c in left.chunks_exact_mut(columns) {
            let _ = match self.order {
                LINES_BY_LEVELS => self.strip::<1, LINES_BY_LEVELS>(row, rows, c),
                LINES_BY_LINES => self.strip::<1, LINES_BY_LINES>(row, rows, c),
                _ => self.strip::<1, LEVELS_BY_LEVELS>(row, rows, c),
            };
            row += 1;
        }
        for column in columns / SIDE * SIDE..columns {
            for (row, c) in c.chunks_exact_mut(columns).enumerate() {
                let _ = self.single(row, rows, column, c.get_mut(column));
            }
        }
    }

    /// `ROWS` rows from `row` on, four columns at a time.
    ///
    /// A function for each order, because the registers of one would not hold the pointers of all.
    #[inline(never)]
    #[expect(clippy::needless_range_loop, reason = "the block counts in three slices")]
    fn strip<const ROWS: usize, const ORDER: Order>(
        &self,
        row: usize,
        rows: usize,
        c: &mut [R],
    ) -> Option<()> {
        let Self { a, b, start, depth, columns, .. } = *self;
        let mut lines_of_c = c.chunks_exact_mut(columns);
        let mut c: [&mut [[R; SIDE]]; ROWS] = [(); ROWS].map(|()| Default::default());
        each!(ROW < ROWS, c[ROW] = lines_of_c.next()?.as_chunks_mut().0);
        let lines_of_a = if ORDER == LEVELS_BY_LEVELS { [a; ROWS] } else { lines(a, depth, row)? };
        let start = start.as_chunks::<SIDE>().0;
        for block in 0..columns / SIDE {
            let mut sums = [[R::ZERO; SIDE]; ROWS];
            match start.get(block) {
                Some(start) => each!(ROW < ROWS, sums[ROW] = *start),
                None => each!(ROW < ROWS, sums[ROW] = c[ROW][block]),
            }
            // Sums travel by value: what is borrowed would end up in memory instead of in registers.
            sums = match ORDER {
                LINES_BY_LEVELS => add(sums, abreast(lines_of_a, depth), levels(b, columns, block)),
                LINES_BY_LINES if ROWS == 1 => {
                    add(sums, abreast(lines_of_a, depth), abreast(lines(b, depth, block * SIDE)?, depth))
                }
                LINES_BY_LINES => {
                    let b = lines(b, depth, block * SIDE)?;
                    let mut k = 0;
                    // Two terms a turn: eight pointers move half as often.
                    while k + 1 < depth {
                        sums = add_term(sums, at(lines_of_a, k), at(b, k));
                        sums = add_term(sums, at(lines_of_a, k + 1), at(b, k + 1));
                        k += 2;
                    }
                    if k < depth { add_term(sums, at(lines_of_a, k), at(b, k)) } else { sums }
                }
                // One row is its own block of one.
                _ => add(sums, levels(a, rows, row / ROWS), levels(b, columns, block)),
            };
            each!(ROW < ROWS, c[ROW][block] = sums[ROW]);
        }
        Some(())
    }

    /// One number.
    #[inline(never)]
    fn single(&self, row: usize, rows: usize, column: usize, c: Option<&mut R>) -> Option<()> {
        let Self { order, start, depth, columns, .. } = *self;
        let (a, a_step) = if order == LEVELS_BY_LEVELS { (row, rows) } else { (row * depth, 1) };
        let (b, b_step) = if order == LINES_BY_LINES { (column * depth, 1) } else { (column, columns) };
        let c = c?;
        let mut sum = *start.get(column).unwrap_or(c);
        for k in 0..depth {
            sum += *self.a.get(a + k * a_step)? * *self.b.get(b + k * b_step)?;
        }
        *c = sum;
        Some(())
    }
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
fn at<R: Real, const N: usize>(lines: [&[R]; N], k: usize) -> [R; N] {
    let mut terms = [R::ZERO; N];
    each!(LINE < N, terms[LINE] = lines[LINE][k]);
    terms
}

/// `N` vectors from `at` on that lie one after the other.
#[inline(always)]
fn lines<R: Real, const N: usize>(numbers: &[R], depth: usize, at: usize) -> Option<[&[R]; N]> {
    let mut rest = numbers.get(at * depth..)?.chunks_exact(depth);
    let mut lines: [&[R]; N] = [&[]; N];
    each!(LINE < N, lines[LINE] = rest.next()?);
    Some(lines)
}

/// Their terms, one of each at a time.
#[inline(always)]
fn abreast<R: Real, const N: usize>(lines: [&[R]; N], depth: usize) -> impl Iterator<Item = [R; N]> {
    (0..depth).map(move |k| at(lines, k))
}

/// Term by term, those of the `block`-th `N` of `count` neighbours.
#[inline(always)]
fn levels<R: Real, const N: usize>(
    numbers: &[R],
    count: usize,
    block: usize,
) -> impl Iterator<Item = [R; N]> {
    numbers.chunks_exact(count).map(move |level| level.as_chunks().0[block])
}

pub(super) fn affine<R: Real>(x: &[R], w: &[R], bias: &[R], out: &mut [R], outputs: usize) {
    if COMPACT || bias.is_empty() || outputs == 1 {
        fill_rows(bias, out, outputs);
        affine_add(x, w, out, outputs);
    } else {
        let depth = w.len() / outputs;
        Product { order: LINES_BY_LEVELS, a: x, b: w, start: bias, depth, columns: outputs }.write(out);
    }
}

pub(super) fn affine_add<R: Real>(x: &[R], w: &[R], out: &mut [R], outputs: usize) {
    let depth = w.len() / outputs;
    // Of a single column, a single row: the same numbers in the same places.
    let (order, a, b, columns) =
        if outputs == 1 { (LINES_BY_LINES, w, x, out.len()) } else { (LINES_BY_LEVELS, x, w, outputs) };
    Product { order, a, b, start: &[], depth, columns }.write(out);
}

pub(super) fn back<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    out.fill(R::ZERO);
    back_add(d, w, out, outputs);
}

pub(super) fn back_add<R: Real>(d: &[R], w: &[R], out: &mut [R], outputs: usize) {
    let columns = w.len() / outputs;
    Product { order: LINES_BY_LINES, a: d, b: w, start: &[], depth: outputs, columns }.write(out);
}

pub(super) fn outer_sum<R: Real>(x: &[R], d: &[R], sum: &mut [R], outputs: usize) {
    let depth = d.len() / outputs;
    let (a, b, columns) = if outputs == 1 { (d, x, sum.len()) } else { (x, d, outputs) };
    Product { order: LEVELS_BY_LEVELS, a, b, start: &[], depth, columns }.write(sum);
}

pub(super) fn column_sum<R: Real>(d: &[R], sum: &mut [R]) {
    let columns = sum.len();
    if COMPACT {
        for d in d.chunks_exact(columns) {
            for (sum, d) in sum.iter_mut().zip(d) {
                *sum += *d;
            }
        }
        return;
    }
    let (blocks, rest) = sum.as_chunks_mut::<SIDE>();
    for (block, sums) in blocks.iter_mut().enumerate() {
        let mut totals = *sums;
        for d in levels::<R, SIDE>(d, columns, block) {
            totals[0] += d[0];
            totals[1] += d[1];
            totals[2] += d[2];
            totals[3] += d[3];
        }
        *sums = totals;
    }
    for (column, sum) in (columns - rest.len()..).zip(rest) {
        for d in d.chunks_exact(columns) {
            *sum += d[column];
        }
    }
}
