//! Register tiles: a few rows times a few lanes of a product, all their sums in flight at once.
//!
//! The lanes are columns of the result. A *panel* of the second operand, as wide as a tile, is copied to the stack,
//! unless its rows are as wide as the tile already, few rows use it, or, with masked loads, one tile spans all columns.
//! Every row of the first operand is then multiplied with it. So the loop over the terms of a copied panel reads whole
//! rows one after the other, at a distance known at compile time, and needs no comparison. A sum that is longer than a panel is stored in the result between panels, which
//! rounds nothing, so neither panels nor tiles affect the bits.
#![expect(
    clippy::needless_range_loop,
    reason = "an index names a register; borrowing them would keep them in memory"
)]

use losscape_dispatch::{Simd, Task, Vector};

use super::panel::{DEPTH, Panel};
use crate::Real;

/// How a matrix lies in memory, known at compile time.
pub(super) const ROW_MAJOR: u8 = 0;
pub(super) const COLUMN_MAJOR: u8 = 1;

/// Whether code should be small: one way to read a panel for each kind of product, and two or three tile heights.
pub(super) const SMALL: bool = cfg!(target_family = "wasm");

/// How the rows of a panel lie in memory: one directly after the other; at a distance known at run time; or at such a
/// distance and narrower than the tile.
const DENSE: u8 = 0;
const APART: u8 = 1;
const PART: u8 = 2;

/// The initial values of the sums.
#[derive(Clone, Copy)]
pub(super) enum Start<'a, R> {
    /// Zero.
    Zero,
    /// One number per column.
    Columns(&'a [R]),
    /// The contents of the result.
    Result,
}

/// `C[r][c] = start + Σₖ A[r][k] B[k][c]`, in the order of k; with several pairs A, B, all terms of one k precede those
/// of the next.
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

    /// Chooses the tile: rows × vectors, and the width of its rows. Eight registers of sums hide the latency of an
    /// addition; more of them read less per term, as long as there is room for the operands.
    #[inline(always)]
    fn run<S: Simd>(self) {
        let lanes = <R::Vector<S> as Vector<R>>::LANES;
        match (S::REGISTERS, lanes * R::BYTES, lanes) {
            // Two registers need no panel if they span all columns. A packed panel is two registers wide only if they
            // divide the columns.
            (32, 64, 16) if self.columns.is_multiple_of(32) => self.tiles::<R::Vector<S>, 8, 2, 32, true>(),
            (32, 64, 16) => self.tiles::<R::Vector<S>, 8, 1, 16, true>(),
            (32, 64, 8) if self.columns.is_multiple_of(16) || self.columns > 8 && self.columns < 16 => {
                self.tiles::<R::Vector<S>, 8, 2, 16, true>()
            }
            (32, 64, 8) => self.tiles::<R::Vector<S>, 8, 1, 8, true>(),
            (_, 32, 8) => self.tiles::<R::Vector<S>, 6, 2, 16, false>(),
            (_, 32, 4) => self.tiles::<R::Vector<S>, 6, 2, 8, false>(),
            (_, _, 4) => self.tiles::<R::Vector<S>, 4, 2, 8, false>(),
            (_, _, 2) => self.tiles::<R::Vector<S>, 4, 2, 4, false>(),
            _ => self.tiles::<R::Vector<S>, 4, 2, 2, false>(),
        }
    }
}

/// The position of a panel's sums in the result.
#[derive(Clone, Copy)]
struct Place {
    /// The first term of the panel, and the number of its terms.
    k: usize,
    terms: usize,
    /// The first column, and the number of columns within the width.
    column: usize,
    width: usize,
    /// The distance between the panel's rows, and where the columns begin in them.
    stride: usize,
    from: usize,
}

impl Place {
    /// Returns how many lanes of vector `v` are columns.
    #[inline(always)]
    fn lanes<R: Real, V: Vector<R>>(&self, v: usize) -> usize {
        let left = self.width.saturating_sub(v * V::LANES);
        if left < V::LANES { left } else { V::LANES }
    }
}

impl<R: Real, const PAIRS: usize, const A: u8, const B: u8, const C: u8> Product<'_, R, PAIRS, A, B, C> {
    /// Visits all panels in order, columns in steps of the width and terms in equal steps of at most [`DEPTH`], and
    /// multiplies each panel with all rows. `MASKS`: loading part of a register costs as much as
    /// loading all of it.
    #[inline(always)]
    fn tiles<V: Vector<R>, const ROWS: usize, const VECTORS: usize, const WIDTH: usize, const MASKS: bool>(
        mut self,
    ) {
        let step =
            if self.depth <= DEPTH { self.depth } else { self.depth.div_ceil(self.depth.div_ceil(DEPTH)) };
        // One by one: an array of a constant would be copied as a whole.
        let mut storage: [Panel<R, WIDTH>; PAIRS] = core::array::from_fn(|_| Panel::new());
        let part = MASKS && B == ROW_MAJOR && self.columns < WIDTH;
        let mut column = 0;
        while column < self.columns {
            let width = if self.columns - column < WIDTH { self.columns - column } else { WIDTH };
            let mut k = 0;
            while k < self.depth {
                let terms = if self.depth - k < step { self.depth - k } else { step };
                let mut place = Place { k, terms, column, width, stride: self.columns, from: column };
                let mut panels: [&[R]; PAIRS] = [&[]; PAIRS];
                let in_place = part || B == ROW_MAJOR && self.in_place(place, WIDTH, ROWS);
                if in_place {
                    for pair in 0..PAIRS {
                        panels[pair] = &self.b[pair][k * self.columns..];
                    }
                } else {
                    (place.stride, place.from) = (WIDTH, 0);
                    for pair in 0..PAIRS {
                        let b = self.b[pair];
                        if B == ROW_MAJOR {
                            let (b, stride) = (&b[k * self.columns + column..], self.columns);
                            storage[pair].pack::<V>(terms, b, stride, width);
                        } else {
                            let (b, stride) = (&b[column * self.depth + k..], self.depth);
                            storage[pair].turn::<V::Four>(terms, b, stride, width);
                        }
                    }
                    for pair in 0..PAIRS {
                        panels[pair] = storage[pair].numbers();
                    }
                }
                let apart = if SMALL { A == COLUMN_MAJOR } else { in_place && self.columns != WIDTH };
                if part {
                    self.all_rows::<V, ROWS, VECTORS, WIDTH, PART>(panels, place);
                } else if apart {
                    self.all_rows::<V, 4, VECTORS, WIDTH, APART>(panels, place);
                } else if SMALL {
                    self.all_rows::<V, 4, VECTORS, WIDTH, DENSE>(panels, place);
                } else {
                    self.all_rows::<V, ROWS, VECTORS, WIDTH, DENSE>(panels, place);
                }
                k += step;
            }
            column += WIDTH;
        }
    }

    /// Returns whether a panel is read in place without masks. It is if its rows are as wide as a tile, or if few rows use it (any
    /// number of rows in a column-major product of small code) and each of its own rows has all lanes. Lanes beyond the
    /// last column then hold the beginning of the next row and are dropped at the end; in small code, a single
    /// column-major product allows no such lanes.
    #[inline(always)]
    fn in_place(&self, place: Place, width: usize, most: usize) -> bool {
        let last = (place.k + place.terms - 1) * self.columns + place.column;
        let few = if SMALL { A == COLUMN_MAJOR } else { self.rows < 2 * most };
        let whole = if SMALL && A == COLUMN_MAJOR && PAIRS == 1 {
            place.width == width
        } else {
            last + width <= self.b[0].len()
        };
        self.columns == width || few && whole
    }

    /// Multiplies all rows with a panel: `ROWS` at a time, then the remaining rows in tiles of four, two and one.
    #[inline(always)]
    fn all_rows<
        V: Vector<R>,
        const ROWS: usize,
        const VECTORS: usize,
        const WIDTH: usize,
        const LAYOUT: u8,
    >(
        &mut self,
        panels: [&[R]; PAIRS],
        place: Place,
    ) {
        let mut row = 0;
        // A column-major result has few rows.
        if C == ROW_MAJOR {
            // Two tiles of four rows are faster than one of six and one of two.
            let kept = if ROWS == 6 && self.rows % 6 == 2 && self.rows > 2 { 8 } else { self.rows % ROWS };
            while ROWS > 4 && row < self.rows - kept {
                self.tile::<V, ROWS, VECTORS, WIDTH, LAYOUT>(panels, place, row);
                row += ROWS;
            }
            while row + 4 <= self.rows {
                self.tile::<V, 4, VECTORS, WIDTH, LAYOUT>(panels, place, row);
                row += 4;
            }
        }
        // In small code, only for two inputs.
        if (!SMALL || A == COLUMN_MAJOR && PAIRS == 1) && row + 2 <= self.rows {
            self.tile::<V, 2, VECTORS, WIDTH, LAYOUT>(panels, place, row);
            row += 2;
        }
        while row < self.rows {
            self.tile::<V, 1, VECTORS, WIDTH, LAYOUT>(panels, place, row);
            row += 1;
        }
    }

    /// Computes the sums of `ROWS` rows, starting at `row`, over the terms of a panel, whose rows are laid out as
    /// `LAYOUT` says.
    #[inline(always)]
    fn tile<V: Vector<R>, const ROWS: usize, const VECTORS: usize, const WIDTH: usize, const LAYOUT: u8>(
        &mut self,
        panels: [&[R]; PAIRS],
        place: Place,
        row: usize,
    ) {
        let mut sums = self.begin::<V, ROWS, VECTORS, WIDTH>(place, row);
        let rows_of = panels.map(|panel| Rows::<R, WIDTH, LAYOUT>::new(panel, place));
        if A == ROW_MAJOR {
            let mut a: [&[R]; ROWS] = [&[]; ROWS];
            for r in 0..ROWS {
                a[r] = &self.a[0][(row + r) * self.depth + place.k..][..place.terms];
            }
            // One at a time: with several, V8 keeps more numbers than it has registers.
            for t in 0..place.terms {
                sums = add_term(sums, |r| &a[r][t], rows_of[0].load(t));
            }
        } else if SMALL && PAIRS == 1 {
            // Rows of known lengths: the loop needs no bounds checks.
            let a = self.a[0][place.k * self.rows..][..place.terms * self.rows].chunks_exact(self.rows);
            if LAYOUT == DENSE {
                for (a, b) in a.zip(rows_of[0].dense) {
                    let a = &a[row..][..ROWS];
                    sums = add_term(sums, |r| &a[r], registers(b));
                }
            } else {
                for (a, b) in a.zip(panels[0].chunks_exact(place.stride)) {
                    let a = &a[row..][..ROWS];
                    sums = add_term(sums, |r| &a[r], registers(&b[place.from..].as_chunks::<WIDTH>().0[0]));
                }
            }
        } else {
            let mut at = place.k * self.rows + row;
            for t in 0..place.terms {
                for pair in 0..PAIRS {
                    let a = &self.a[pair][at..][..ROWS];
                    sums = add_term(sums, |r| &a[r], rows_of[pair].load(t));
                }
                at += self.rows;
            }
        }
        self.end::<V, ROWS, VECTORS, WIDTH>(sums, place, row);
    }

    /// Returns the initial sums of `ROWS` rows, or the sums accumulated so far.
    ///
    /// Here and in [`end`](Self::end), the code that touches the sums is written out for each: a loop over them would
    /// keep them in memory.
    #[inline(always)]
    fn begin<V: Vector<R>, const ROWS: usize, const VECTORS: usize, const WIDTH: usize>(
        &self,
        place: Place,
        row: usize,
    ) -> [[V; VECTORS]; ROWS] {
        let mut sums = [[V::splat(R::ZERO); VECTORS]; ROWS];
        let Place { k, column, width, .. } = place;
        match self.start {
            Start::Zero if k == 0 => {}
            Start::Columns(start) if k == 0 => {
                sums = [read_part::<R, V, VECTORS, false>(&start[column..], place); ROWS];
            }
            _ if C == COLUMN_MAJOR => {
                let mut lines = [[R::ZERO; WIDTH]; ROWS];
                for (r, line) in lines.iter_mut().enumerate() {
                    let apart = self.c[column * self.rows + row + r..].iter().step_by(self.rows);
                    line.iter_mut().zip(apart).take(width).for_each(|(line, c)| *line = *c);
                }
                for r in 0..ROWS {
                    sums[r] = registers(&lines[r]);
                }
            }
            _ if width == WIDTH => {
                for r in 0..ROWS {
                    let line = &self.c[(row + r) * self.columns + column..][..WIDTH];
                    for v in 0..VECTORS {
                        sums[r][v] = V::load(&line[v * V::LANES..]);
                    }
                }
            }
            _ => {
                for r in 0..ROWS {
                    sums[r] = read_part::<R, V, VECTORS, false>(
                        &self.c[(row + r) * self.columns + column..],
                        place,
                    );
                }
            }
        }
        sums
    }

    /// Stores the sums of `ROWS` rows in the result.
    #[inline(always)]
    fn end<V: Vector<R>, const ROWS: usize, const VECTORS: usize, const WIDTH: usize>(
        &mut self,
        sums: [[V; VECTORS]; ROWS],
        place: Place,
        row: usize,
    ) {
        let Place { column, width, .. } = place;
        if C == COLUMN_MAJOR {
            let mut lines = [[R::ZERO; WIDTH]; ROWS];
            for r in 0..ROWS {
                for v in 0..VECTORS {
                    sums[r][v].store(&mut lines[r][v * V::LANES..]);
                }
            }
            for (r, line) in lines.iter().enumerate() {
                let apart = self.c[column * self.rows + row + r..].iter_mut().step_by(self.rows);
                line.iter().zip(apart).take(width).for_each(|(line, c)| *c = *line);
            }
        } else if width == WIDTH {
            for r in 0..ROWS {
                let line = &mut self.c[(row + r) * self.columns + column..][..WIDTH];
                for v in 0..VECTORS {
                    sums[r][v].store(&mut line[v * V::LANES..]);
                }
            }
        } else {
            for r in 0..ROWS {
                let line = &mut self.c[(row + r) * self.columns + column..][..width];
                for v in 0..VECTORS {
                    let lanes = place.lanes::<R, V>(v);
                    if lanes > 0 {
                        sums[r][v].store_part(&mut line[v * V::LANES..], lanes);
                    }
                }
            }
        }
    }
}

/// The rows of a panel.
#[derive(Clone, Copy)]
struct Rows<'a, R, const WIDTH: usize, const LAYOUT: u8> {
    dense: &'a [[R; WIDTH]],
    apart: &'a [R],
    place: Place,
}

impl<'a, R: Real, const WIDTH: usize, const LAYOUT: u8> Rows<'a, R, WIDTH, LAYOUT> {
    #[inline(always)]
    fn new(panel: &'a [R], place: Place) -> Self {
        if LAYOUT == DENSE {
            Self { dense: &panel.as_chunks().0[..place.terms], apart: &[], place }
        } else {
            Self { dense: &[], apart: &panel[place.from..], place }
        }
    }

    /// Loads row t.
    #[inline(always)]
    fn load<V: Vector<R>, const VECTORS: usize>(&self, t: usize) -> [V; VECTORS] {
        match LAYOUT {
            DENSE => registers(&self.dense[t]),
            APART => registers(&self.apart[t * self.place.stride..].as_chunks::<WIDTH>().0[0]),
            _ => read_part::<R, V, VECTORS, true>(&self.apart[t * self.place.stride..], self.place),
        }
    }
}

/// Loads as many numbers into the registers of a tile's row as there are columns.
#[inline(always)]
fn read_part<R: Real, V: Vector<R>, const VECTORS: usize, const WHOLE: bool>(
    from: &[R],
    place: Place,
) -> [V; VECTORS] {
    let mut row = [V::splat(R::ZERO); VECTORS];
    for v in 0..VECTORS {
        let lanes = place.lanes::<R, V>(v);
        if WHOLE && v + 1 < VECTORS {
            row[v] = V::load(&from[v * V::LANES..]);
        } else if WHOLE || lanes > 0 {
            row[v] = V::load_part(&from[v * V::LANES..], lanes);
        }
    }
    row
}

/// Adds a term to the sums: `a(r)`, the number of row r, times a row of a panel.
#[inline(always)]
fn add_term<'a, R: Real, V: Vector<R>, const ROWS: usize, const VECTORS: usize>(
    mut sums: [[V; VECTORS]; ROWS],
    a: impl Fn(usize) -> &'a R,
    b: [V; VECTORS],
) -> [[V; VECTORS]; ROWS] {
    for r in 0..ROWS {
        let a = a(r);
        for v in 0..VECTORS {
            // The compiler multiplies with a number in memory where it is used once.
            let term = if VECTORS == 1 { V::splat(*a).mul(b[v]) } else { b[v].times(a) };
            sums[r][v] = sums[r][v].add(term);
        }
    }
    sums
}

/// Loads a row of a tile into registers.
#[inline(always)]
fn registers<R: Real, V: Vector<R>, const VECTORS: usize, const WIDTH: usize>(
    from: &[R; WIDTH],
) -> [V; VECTORS] {
    let mut row = [V::splat(R::ZERO); VECTORS];
    for v in 0..VECTORS {
        row[v] = V::load(&from[v * V::LANES..]);
    }
    row
}
