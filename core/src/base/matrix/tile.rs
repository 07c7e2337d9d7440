//! Register tiles: a few rows times a few lanes of a product, all their sums in flight at once.
//!
//! The lanes are columns of the result. Where the second operand's rows lie together they are read as they
//! are; otherwise a *panel* of it, `DEPTH × WIDTH`, is copied to the stack, and every row of the first operand
//! runs past it. A sum that is longer than a panel waits in the result, which rounds nothing, so neither
//! panels nor tiles can be seen in the bits.
#![expect(
    clippy::needless_range_loop,
    reason = "an index names a register; what borrows them keeps them in memory"
)]

use losscape_dispatch::{Simd, Task, Vector};

use super::panel::{DEPTH, Panel, packed, transposed};
use crate::Real;

/// How a matrix lies in memory, known at compile time.
pub(super) const ROW_MAJOR: u8 = 0;
pub(super) const COLUMN_MAJOR: u8 = 1;

/// Where the sums begin.
#[derive(Clone, Copy)]
pub(super) enum Start<'a, R> {
    /// At zero.
    Zero,
    /// At a number per column.
    Columns(&'a [R]),
    /// At what the result holds.
    Result,
}

/// `C[r][c] = start + Σₖ A[r][k] B[k][c]`, in the order of k; of several pairs A, B, all terms of a k in turn.
pub(super) struct Product<'a, R, const PAIRS: usize, const A: u8, const B: u8, const C: u8> {
    /// Rows × depth.
    pub(super) a: [&'a [R]; PAIRS],
    /// Depth × columns.
    pub(super) b: [&'a [R]; PAIRS],
    pub(super) start: Start<'a, R>,
    /// Rows × columns.
    pub(super) c: &'a mut [R],
    pub(super) rows: usize,
    pub(super) depth: usize,
    pub(super) columns: usize,
}

impl<R: Real, const PAIRS: usize, const A: u8, const B: u8, const C: u8> Task
    for Product<'_, R, PAIRS, A, B, C>
{
    type Output = ();

    /// Chooses the tile: rows × vectors, and the numbers in a row of it. Eight registers of sums hide the
    /// latency of an addition and leave room for the operands.
    #[inline(always)]
    fn run<S: Simd>(self) {
        match (S::REGISTERS, <R::Vector<S> as Vector<R>>::LANES) {
            (32, 16) => self.tiles::<R::Vector<S>, 8, 1, 16>(),
            (32, 8) => self.tiles::<R::Vector<S>, 8, 1, 8>(),
            (_, 8) => self.tiles::<R::Vector<S>, 4, 2, 16>(),
            (_, 4) => self.tiles::<R::Vector<S>, 4, 2, 8>(),
            (_, 2) => self.tiles::<R::Vector<S>, 4, 2, 4>(),
            _ => self.tiles::<R::Vector<S>, 4, 2, 2>(),
        }
    }
}

/// Where in the result the sums of a panel are.
#[derive(Clone, Copy)]
struct Place {
    /// The first term of the panel, and how many there are.
    k: usize,
    terms: usize,
    /// The first column, and how many numbers of the width are columns.
    column: usize,
    width: usize,
}

impl Place {
    /// How many lanes of vector `v` are columns.
    #[inline(always)]
    fn lanes<R: Real, V: Vector<R>>(&self, v: usize) -> usize {
        let left = self.width.saturating_sub(v * V::LANES);
        if left < V::LANES { left } else { V::LANES }
    }
}

impl<R: Real, const PAIRS: usize, const A: u8, const B: u8, const C: u8> Product<'_, R, PAIRS, A, B, C> {
    /// Visits all panels in order: columns in steps of the width, terms in steps of [`DEPTH`]; and past each
    /// panel runs all rows, `ROWS` at a time, then one at a time.
    #[inline(always)]
    fn tiles<V: Vector<R>, const ROWS: usize, const VECTORS: usize, const WIDTH: usize>(mut self) {
        let mut column = 0;
        while column < self.columns {
            let width = if self.columns - column < WIDTH { self.columns - column } else { WIDTH };
            let mut k = 0;
            while k < self.depth {
                let terms = if self.depth - k < DEPTH { self.depth - k } else { DEPTH };
                let place = Place { k, terms, column, width };
                // Not initialised where it is not used.
                let mut storage: [[[R; WIDTH]; DEPTH]; PAIRS];
                let mut panels = [Panel { from: &[][..], stride: self.columns }; PAIRS];
                if B == ROW_MAJOR && self.whole_rows(place, WIDTH) {
                    for pair in 0..PAIRS {
                        panels[pair].from = &self.b[pair][k * self.columns + column..];
                    }
                } else {
                    storage = [[[R::ZERO; WIDTH]; DEPTH]; PAIRS];
                    self.copy::<V, WIDTH>(place, &mut storage);
                    for pair in 0..PAIRS {
                        panels[pair] = Panel { from: storage[pair].as_flattened(), stride: WIDTH };
                    }
                }
                let mut row = 0;
                // A result by columns has few rows.
                while C == ROW_MAJOR && row + ROWS <= self.rows {
                    self.tile::<V, ROWS, VECTORS>(panels, place, row);
                    row += ROWS;
                }
                while row < self.rows {
                    self.tile::<V, 1, VECTORS>(panels, place, row);
                    row += 1;
                }
                k += DEPTH;
            }
            column += WIDTH;
        }
    }

    /// Whether all lanes can be read in each row of B. Those beyond the last column then hold the beginning
    /// of the next row, and are dropped in the end.
    #[inline(always)]
    fn whole_rows(&self, place: Place, width: usize) -> bool {
        (place.k + place.terms - 1) * self.columns + place.column + width <= self.b[0].len()
    }

    /// Copies the panels.
    #[inline(always)]
    fn copy<V: Vector<R>, const WIDTH: usize>(
        &self,
        place: Place,
        panels: &mut [[[R; WIDTH]; DEPTH]; PAIRS],
    ) {
        let Place { k, terms, column, width } = place;
        for pair in 0..PAIRS {
            let (panel, b) = (&mut panels[pair][..terms], self.b[pair]);
            if B == ROW_MAJOR {
                packed(panel, &b[k * self.columns + column..], self.columns, width);
            } else {
                transposed::<_, V::Four, WIDTH>(panel, &b[column * self.depth + k..], self.depth, width);
            }
        }
    }

    /// The sums of `ROWS` rows from `row`, over the terms of a panel.
    #[inline(always)]
    fn tile<V: Vector<R>, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        panels: [Panel<'_, R>; PAIRS],
        place: Place,
        row: usize,
    ) {
        let mut sums = self.begin::<V, ROWS, VECTORS>(place, row);
        let mut rows: [&[R]; ROWS] = [&[]; ROWS];
        if A == ROW_MAJOR {
            for r in 0..ROWS {
                rows[r] = &self.a[0][(row + r) * self.depth + place.k..][..place.terms];
            }
        }
        for t in 0..place.terms {
            for pair in 0..PAIRS {
                let Panel { from, stride } = panels[pair];
                let from = &from[t * stride..][..VECTORS * V::LANES];
                let mut b = [V::splat(R::ZERO); VECTORS];
                for v in 0..VECTORS {
                    b[v] = V::load(&from[v * V::LANES..]);
                }
                let column: &[R] = if A == ROW_MAJOR {
                    &[]
                } else {
                    &self.a[pair][(place.k + t) * self.rows + row..][..ROWS]
                };
                for r in 0..ROWS {
                    let a = V::splat(if A == ROW_MAJOR { rows[r][t] } else { column[r] });
                    for v in 0..VECTORS {
                        sums[r][v] = sums[r][v].add(a.mul(b[v]));
                    }
                }
            }
        }
        self.end(sums, place, row);
    }

    /// Where the sums of `ROWS` rows begin, or how far they have come.
    #[inline(always)]
    fn begin<V: Vector<R>, const ROWS: usize, const VECTORS: usize>(
        &self,
        place: Place,
        row: usize,
    ) -> [[V; VECTORS]; ROWS] {
        let Place { k, column, .. } = place;
        let mut sums = [[V::splat(R::ZERO); VECTORS]; ROWS];
        for v in 0..VECTORS {
            let (first, lanes) = (column + v * V::LANES, place.lanes::<R, V>(v));
            match self.start {
                _ if lanes == 0 => {}
                Start::Zero if k == 0 => {}
                Start::Columns(start) if k == 0 => {
                    let start = V::load_part(&start[first..], lanes);
                    for r in 0..ROWS {
                        sums[r][v] = start;
                    }
                }
                _ if C == COLUMN_MAJOR && self.rows > 1 => {
                    for r in 0..ROWS {
                        sums[r][v] = gather(&self.c[first * self.rows + row + r..], self.rows, lanes);
                    }
                }
                _ => {
                    for r in 0..ROWS {
                        sums[r][v] = V::load_part(&self.c[(row + r) * self.columns + first..], lanes);
                    }
                }
            }
        }
        sums
    }

    /// Puts the sums of `ROWS` rows where they belong.
    #[inline(always)]
    fn end<V: Vector<R>, const ROWS: usize, const VECTORS: usize>(
        &mut self,
        sums: [[V; VECTORS]; ROWS],
        place: Place,
        row: usize,
    ) {
        for v in 0..VECTORS {
            let (first, lanes) = (place.column + v * V::LANES, place.lanes::<R, V>(v));
            if lanes == 0 {
                continue;
            }
            for r in 0..ROWS {
                if C == COLUMN_MAJOR && self.rows > 1 {
                    scatter(sums[r][v], &mut self.c[first * self.rows + row + r..], self.rows, lanes);
                } else {
                    sums[r][v].store_part(&mut self.c[(row + r) * self.columns + first..], lanes);
                }
            }
        }
    }
}

/// The most lanes of any vector.
const MOST: usize = 16;

/// Every `stride`th number.
#[inline(always)]
fn gather<R: Real, V: Vector<R>>(from: &[R], stride: usize, lanes: usize) -> V {
    let mut all = [R::ZERO; MOST];
    for (all, from) in all.iter_mut().zip(from.iter().step_by(stride)).take(lanes) {
        *all = *from;
    }
    V::load(&all)
}

/// To every `stride`th place.
#[inline(always)]
fn scatter<R: Real, V: Vector<R>>(vector: V, to: &mut [R], stride: usize, lanes: usize) {
    let mut all = [R::ZERO; MOST];
    vector.store(&mut all);
    for (all, to) in all.iter().zip(to.iter_mut().step_by(stride)).take(lanes) {
        *to = *all;
    }
}

/// `sum[j] += Σₛ d[s][j]`.
pub(super) struct ColumnSum<'a, R> {
    /// rows × columns.
    pub(super) d: &'a [R],
    pub(super) sum: &'a mut [R],
}

impl<R: Real> Task for ColumnSum<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let (columns, step) = (self.sum.len(), <R::Vector<S> as Vector<R>>::LANES);
        let mut column = 0;
        while column < columns {
            let lanes = if columns - column < step { columns - column } else { step };
            let own = &mut self.sum[column..][..lanes];
            let mut sum = <R::Vector<S>>::load_part(own, lanes);
            for d in self.d.chunks_exact(columns) {
                sum = sum.add(<R::Vector<S>>::load_part(&d[column..], lanes));
            }
            sum.store_part(own, lanes);
            column += step;
        }
    }
}
