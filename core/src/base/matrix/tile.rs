//! Register tiles: a few rows times a few lanes of a product, all their sums in flight at once.
//!
//! A *panel* of the second operand, `DEPTH × LANES`, contiguous and padded with zeros, lies on the stack,
//! and every row of the first operand runs past it. A sum that is longer than a panel waits in the result,
//! which rounds nothing, so neither panels nor tiles can be seen in the bits.

use losscape_dispatch::Kernel;

use crate::Real;

/// Terms that a panel holds.
const DEPTH: usize = 32;

/// The first operand, A: one number of it meets all lanes of B.
#[derive(Clone, Copy)]
pub(super) enum Left<'a, R> {
    /// Rows × depth.
    ByRow(&'a [R]),
    /// Depth × rows.
    ByDepth(&'a [R]),
}

/// The second operand, B: its columns are the lanes.
#[derive(Clone, Copy)]
pub(super) enum Right<'a, R> {
    /// Depth × columns.
    ByDepth(&'a [R]),
    /// Columns × depth.
    ByColumn(&'a [R]),
}

/// Where the sums begin.
#[derive(Clone, Copy)]
pub(super) enum Start<'a, R> {
    /// At zero.
    Zero,
    /// At a number per column.
    Columns(&'a [R]),
    /// At a number per row.
    Rows(&'a [R]),
    /// At what the result holds.
    Result,
}

/// `C[r][c] = start + Σₖ A[r][k] B[k][c]`, in the order of k.
pub(super) struct Product<'a, R> {
    pub(super) a: Left<'a, R>,
    pub(super) b: Right<'a, R>,
    pub(super) start: Start<'a, R>,
    /// Rows × columns, or columns × rows if `transposed`.
    pub(super) c: &'a mut [R],
    pub(super) transposed: bool,
    pub(super) rows: usize,
    pub(super) depth: usize,
    pub(super) columns: usize,
}

/// `C[r][c] += Σₖ (A[r][k] B[k][c] then A′[r][k] B′[k][c])`, all operands by depth.
pub(super) struct PairedProduct<'a, R> {
    pub(super) a: [&'a [R]; 2],
    pub(super) b: [&'a [R]; 2],
    /// Rows × columns, or columns × rows if `transposed`.
    pub(super) c: &'a mut [R],
    pub(super) transposed: bool,
    pub(super) rows: usize,
    pub(super) columns: usize,
}

/// Calls a method with the tile, `ROWS × LANES`, for the bytes of a vector register and of a number: eight
/// registers of sums, as many as hide the latency of an addition and leave room for the operands.
macro_rules! with_tile {
    ($bytes:expr, $real:ty, $self:ident.$method:ident) => {
        match ($bytes, <$real as Real>::BYTES) {
            (64, 4) => $self.$method::<8, 16>(),
            (64, _) => $self.$method::<8, 8>(),
            (32, 4) => $self.$method::<4, 16>(),
            (32, _) => $self.$method::<4, 8>(),
            (_, 4) if cfg!(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "wasm32")) => {
                $self.$method::<4, 8>()
            }
            _ => $self.$method::<4, 4>(),
        }
    };
}

impl<R: Real> Kernel for Product<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<const BYTES: usize>(self) {
        with_tile!(BYTES, R, self.tiles);
    }
}

impl<R: Real> Kernel for PairedProduct<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<const BYTES: usize>(self) {
        with_tile!(BYTES, R, self.tiles);
    }
}

/// Where in the result a panel's sums are.
#[derive(Clone, Copy)]
struct Place {
    /// The first term of the panel, k.
    k: usize,
    /// The first column, and how many of the lanes are columns.
    column: usize,
    lanes: usize,
    /// The shape of the result.
    rows: usize,
    columns: usize,
}

/// How a tile meets the result: with all lanes in use, with the first of them, or transposed.
///
/// Known at compile time, because a sum that one path reaches by a run-time index lives in memory on all.
const FULL: u8 = 0;
const PARTIAL: u8 = 1;
const TRANSPOSED: u8 = 2;

/// Visits all panels in order: columns in steps of the lanes, terms in steps of [`DEPTH`].
///
/// A macro, like [`each_tile`], because a closure may be left outside the function that has the vectors.
macro_rules! each_panel {
    ($rows:ident, $depth:ident, $columns:ident, $lanes:ident, |$place:ident, $terms:ident| $body:block) => {
        let mut column = 0;
        while column < $columns {
            let lanes = if $columns - column < $lanes { $columns - column } else { $lanes };
            let mut k = 0;
            while k < $depth {
                let $terms = if $depth - k < DEPTH { $depth - k } else { DEPTH };
                let $place = Place { k, column, lanes, rows: $rows, columns: $columns };
                $body
                k += DEPTH;
            }
            column += $lanes;
        }
    };
}

/// Runs a tile function down the rows: `ROWS` at a time, then one at a time.
macro_rules! each_tile {
    ($rows:ident, $lanes:ident, $transposed:expr, $place:expr, $row:ident, $tile:ident($($arg:expr),*)) => {
        let mut $row = 0;
        if $transposed {
            // Transposed results have few rows.
            while $row < $place.rows {
                $tile::<R, 1, $lanes, TRANSPOSED>($($arg),*);
                $row += 1;
            }
        } else if $place.lanes == $lanes {
            while $row + $rows <= $place.rows {
                $tile::<R, $rows, $lanes, FULL>($($arg),*);
                $row += $rows;
            }
            while $row < $place.rows {
                $tile::<R, 1, $lanes, FULL>($($arg),*);
                $row += 1;
            }
        } else {
            while $row + $rows <= $place.rows {
                $tile::<R, $rows, $lanes, PARTIAL>($($arg),*);
                $row += $rows;
            }
            while $row < $place.rows {
                $tile::<R, 1, $lanes, PARTIAL>($($arg),*);
                $row += 1;
            }
        }
    };
}

impl<R: Real> Product<'_, R> {
    #[inline(always)]
    fn tiles<const ROWS: usize, const LANES: usize>(self) {
        let Self { a, b, start, c, transposed, rows, depth, columns } = self;
        let mut panel = [[R::ZERO; LANES]; DEPTH];
        each_panel!(rows, depth, columns, LANES, |place, terms| {
            let Place { k, column, lanes, .. } = place;
            let panel = &mut panel[..terms];
            match b {
                Right::ByDepth(w) => pack(panel, &w[k * columns + column..], columns, lanes),
                Right::ByColumn(w) => pack_columns(panel, &w[column * depth + k..], depth, lanes),
            }
            each_tile!(ROWS, LANES, transposed, place, row, tile(a, depth, panel, start, place, row, c));
        });
    }
}

/// `ROWS` rows of A from `row` past a panel of B.
///
/// Sums travel by value: what is borrowed would end up in memory instead of in registers.
#[inline(always)]
fn tile<R: Real, const ROWS: usize, const LANES: usize, const SHAPE: u8>(
    a: Left<'_, R>,
    depth: usize,
    panel: &[[R; LANES]],
    start: Start<'_, R>,
    place: Place,
    row: usize,
    c: &mut [R],
) {
    let mut sums = begin::<R, ROWS, LANES, SHAPE>(start, place, row, c);
    match a {
        Left::ByRow(a) => {
            let a = &a[row * depth..][..ROWS * depth];
            let mut rows: [&[R]; ROWS] = [&[]; ROWS];
            for r in 0..ROWS {
                rows[r] = &a[r * depth + place.k..][..panel.len()];
            }
            for (k, b) in panel.iter().enumerate() {
                for r in 0..ROWS {
                    sums[r] = add_term(sums[r], rows[r][k], b);
                }
            }
        }
        Left::ByDepth(a) => {
            for (a, b) in a[place.k * place.rows..].chunks_exact(place.rows).zip(panel) {
                let a = &a[row..][..ROWS];
                for r in 0..ROWS {
                    sums[r] = add_term(sums[r], a[r], b);
                }
            }
        }
    }
    end::<R, ROWS, LANES, SHAPE>(sums, place, row, c);
}

impl<R: Real> PairedProduct<'_, R> {
    #[inline(always)]
    fn tiles<const ROWS: usize, const LANES: usize>(self) {
        let Self { a, b, c, transposed, rows, columns } = self;
        let depth = b[0].len() / columns;
        let (mut first, mut second) = ([[R::ZERO; LANES]; DEPTH], [[R::ZERO; LANES]; DEPTH]);
        each_panel!(rows, depth, columns, LANES, |place, terms| {
            let Place { k, column, lanes, .. } = place;
            let (first, second) = (&mut first[..terms], &mut second[..terms]);
            pack(first, &b[0][k * columns + column..], columns, lanes);
            pack(second, &b[1][k * columns + column..], columns, lanes);
            each_tile!(ROWS, LANES, transposed, place, row, paired_tile(a, first, second, place, row, c));
        });
    }
}

/// The same as [`tile`] with two pairs of operands, their terms taking turns.
#[inline(always)]
fn paired_tile<R: Real, const ROWS: usize, const LANES: usize, const SHAPE: u8>(
    a: [&[R]; 2],
    first: &[[R; LANES]],
    second: &[[R; LANES]],
    place: Place,
    row: usize,
    c: &mut [R],
) {
    let mut sums = begin::<R, ROWS, LANES, SHAPE>(Start::Result, place, row, c);
    let [a, then] = a.map(|a| a[place.k * place.rows..].chunks_exact(place.rows));
    for ((a, then), (b, b_then)) in a.zip(then).zip(first.iter().zip(second)) {
        let (a, then) = (&a[row..][..ROWS], &then[row..][..ROWS]);
        for r in 0..ROWS {
            sums[r] = add_term(add_term(sums[r], a[r], b), then[r], b_then);
        }
    }
    end::<R, ROWS, LANES, SHAPE>(sums, place, row, c);
}

/// Where the sums of `ROWS` rows begin, or how far they have come.
#[inline(always)]
fn begin<R: Real, const ROWS: usize, const LANES: usize, const SHAPE: u8>(
    start: Start<'_, R>,
    place: Place,
    row: usize,
    c: &[R],
) -> [[R; LANES]; ROWS] {
    let Place { k, column, lanes, rows, columns } = place;
    let lanes = if SHAPE == FULL { LANES } else { lanes };
    let mut sums = [[R::ZERO; LANES]; ROWS];
    match start {
        Start::Zero if k == 0 => {}
        Start::Columns(start) if k == 0 => sums = [load(&start[column..], lanes); ROWS],
        Start::Rows(start) if k == 0 => {
            let start = &start[row..][..ROWS];
            for r in 0..ROWS {
                sums[r] = [start[r]; LANES];
            }
        }
        _ if SHAPE == TRANSPOSED => {
            for (l, c) in c[column * rows..].chunks_exact(rows).take(lanes).enumerate() {
                let c = &c[row..][..ROWS];
                for r in 0..ROWS {
                    sums[r][l] = c[r];
                }
            }
        }
        _ => {
            let c = &c[row * columns..][..ROWS * columns];
            for r in 0..ROWS {
                sums[r] = load(&c[r * columns + column..], lanes);
            }
        }
    }
    sums
}

/// Puts the sums of `ROWS` rows where they belong.
#[inline(always)]
fn end<R: Real, const ROWS: usize, const LANES: usize, const SHAPE: u8>(
    sums: [[R; LANES]; ROWS],
    place: Place,
    row: usize,
    c: &mut [R],
) {
    let Place { column, lanes, rows, columns, .. } = place;
    let lanes = if SHAPE == FULL { LANES } else { lanes };
    if SHAPE == TRANSPOSED {
        for (l, c) in c[column * rows..].chunks_exact_mut(rows).take(lanes).enumerate() {
            let c = &mut c[row..][..ROWS];
            for r in 0..ROWS {
                c[r] = sums[r][l];
            }
        }
    } else {
        let c = &mut c[row * columns..][..ROWS * columns];
        for r in 0..ROWS {
            store(sums[r], &mut c[r * columns + column..], lanes);
        }
    }
}

/// `sum + a b`, lane by lane.
#[inline(always)]
fn add_term<R: Real, const LANES: usize>(mut sum: [R; LANES], a: R, b: &[R; LANES]) -> [R; LANES] {
    for l in 0..LANES {
        sum[l] += a * b[l];
    }
    sum
}

/// `panel[k][l] = w[k · stride + l]`.
#[inline(always)]
fn pack<R: Real, const LANES: usize>(panel: &mut [[R; LANES]], w: &[R], stride: usize, lanes: usize) {
    for (k, p) in panel.iter_mut().enumerate() {
        *p = load(&w[k * stride..], lanes);
    }
}

/// `panel[k][l] = w[l · stride + k]`; lanes beyond `lanes` keep what they hold, and are dropped in the end.
#[inline(always)]
fn pack_columns<R: Real, const LANES: usize>(panel: &mut [[R; LANES]], w: &[R], stride: usize, lanes: usize) {
    let terms = panel.len();
    for l in 0..lanes {
        for (p, &w) in panel.iter_mut().zip(&w[l * stride..][..terms]) {
            p[l] = w;
        }
    }
}

/// `sum[j] += Σₛ d[s][j]`.
pub(super) struct ColumnSum<'a, R> {
    /// rows × columns.
    pub(super) d: &'a [R],
    pub(super) sum: &'a mut [R],
}

impl<R: Real> Kernel for ColumnSum<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<const BYTES: usize>(self) {
        const LANES: usize = 8;
        let columns = self.sum.len();
        for (j, own) in self.sum.chunks_mut(LANES).enumerate() {
            let lanes = own.len();
            let mut sum = load::<R, LANES>(own, lanes);
            for d in self.d.chunks_exact(columns) {
                sum = add_term(sum, R::ONE, &load(&d[j * LANES..], lanes));
            }
            store(sum, own, lanes);
        }
    }
}

/// Reads `lanes` lanes, zeros for the rest.
#[inline(always)]
fn load<R: Real, const LANES: usize>(from: &[R], lanes: usize) -> [R; LANES] {
    match from.first_chunk::<LANES>() {
        Some(from) if lanes == LANES => *from,
        _ => {
            let mut to = [R::ZERO; LANES];
            copy_part(&mut to, from, lanes);
            to
        }
    }
}

/// Writes `lanes` lanes.
#[inline(always)]
fn store<R: Real, const LANES: usize>(from: [R; LANES], to: &mut [R], lanes: usize) {
    match to.first_chunk_mut::<LANES>() {
        Some(to) if lanes == LANES => *to = from,
        _ => copy_part(to, &from, lanes),
    }
}

/// Copies fewer than 16 numbers in pieces of 8, 4, 2 and 1: a call to copy a few would cost more.
#[inline(always)]
fn copy_part<R: Real>(mut to: &mut [R], mut from: &[R], lanes: usize) {
    macro_rules! piece {
        ($size:expr) => {
            if lanes & $size != 0 {
                let (a, b) = (to.split_at_mut($size), from.split_at($size));
                a.0.copy_from_slice(b.0);
                (to, from) = (a.1, b.1);
            }
        };
    }
    piece!(8);
    piece!(4);
    piece!(2);
    piece!(1);
    let _ = (to, from);
}
