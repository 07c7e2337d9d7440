//! Cross-entropy of labels for groups of rows abreast: each row is a lane, so a sum over a row's outputs adds registers.
//!
//! A group of [`ROWS`] rows is turned into columns, and the results are turned back. Lane `r` has the bits of row `r` by
//! itself; the names are those of [`Numerators`](super::Numerators).

use losscape_dispatch::{Four, Simd, Task, Vector};

use crate::Real;
use crate::base::elementary::ln;
use crate::base::rows::{rows, rows_mut};
use crate::base::vector::LaneSum;
use crate::models::mlp::answers::Answers;
use crate::models::mlp::loss::softmax::exp_of_difference;

/// The number of rows abreast: the lanes of the widest registers.
pub(super) const ROWS: usize = 16;

/// The largest number of outputs; the columns are on the stack.
pub(super) const MOST: usize = 32;

/// One output, or one other number, of each row.
pub(super) type Column<R> = [R; ROWS];

/// Columns that begin at a line of the cache: a register as wide takes longer to read or write across the end of one.
#[repr(align(64))]
struct Columns<R>([Column<R>; MOST]);

impl<R: Real> Columns<R> {
    #[inline(always)]
    const fn new() -> Self {
        Self([[R::ZERO; ROWS]; MOST])
    }
}

/// [`head`](super::head) for whole groups.
pub(super) struct Head<'a, R: Real> {
    pub(super) a: &'a [R],
    pub(super) answers: &'a Answers<'a, R>,
    pub(super) u: &'a mut [R],
    pub(super) sum: &'a mut LaneSum<R>,
}

impl<R: Real> Task for Head<'_, R> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Option<()> {
        let outputs = self.answers.outputs;
        let (mut a, mut e) = (Columns::new(), Columns::new());
        let (a, e) = (a.0.get_mut(..outputs)?, e.0.get_mut(..outputs)?);
        let groups = rows(self.a, ROWS * outputs).zip(rows_mut(self.u, ROWS * outputs));
        for (group, (from, u)) in groups.enumerate() {
            turn::<R, <R::Vector<S> as Vector<R>>::Four>(from, a);
            let sums = Sums::new::<R::Vector<S>>(a, e);
            let labels = self.answers.labels(group * ROWS)?;
            for half in sums.losses(a, &labels)?.as_chunks().0 {
                self.sum.push_all(half);
            }
            sums.gradient::<R::Vector<S>>(e, &labels)?;
            turn_back::<R, <R::Vector<S> as Vector<R>>::Four>(e, u);
        }
        Some(())
    }
}

/// [`keep`](super::keep) for whole groups; the probabilities of a group are kept as columns.
pub(super) struct Keep<'a, R: Real> {
    pub(super) a: &'a [R],
    pub(super) answers: &'a Answers<'a, R>,
    pub(super) u: &'a mut [R],
    pub(super) kept: &'a mut [R],
}

impl<R: Real> Task for Keep<'_, R> {
    type Output = Option<()>;

    #[inline(always)]
    fn run<S: Simd>(self) -> Option<()> {
        let outputs = self.answers.outputs;
        let (mut a, mut e) = (Columns::new(), Columns::new());
        let (a, e) = (a.0.get_mut(..outputs)?, e.0.get_mut(..outputs)?);
        let len = ROWS * outputs;
        let groups = rows(self.a, len).zip(rows_mut(self.u, len)).zip(rows_mut(self.kept, len));
        for (group, ((from, u), kept)) in groups.enumerate() {
            turn::<R, <R::Vector<S> as Vector<R>>::Four>(from, a);
            let sums = Sums::new::<R::Vector<S>>(a, e);
            sums.probabilities::<R::Vector<S>>(a, e, kept.as_chunks_mut().0);
            sums.gradient::<R::Vector<S>>(e, &self.answers.labels(group * ROWS)?)?;
            turn_back::<R, <R::Vector<S> as Vector<R>>::Four>(e, u);
        }
        Some(())
    }
}

/// [`head_direction`](super::head_direction) of one direction for whole groups.
pub(super) struct HeadDirection<'a, R> {
    pub(super) kept: &'a [R],
    pub(super) ra: &'a [R],
    pub(super) ru: &'a mut [R],
    pub(super) outputs: usize,
}

impl<R: Real> Task for HeadDirection<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let mut columns = Columns::new();
        let Some(columns) = columns.0.get_mut(..self.outputs) else { return };
        let len = ROWS * self.outputs;
        for ((kept, ra), ru) in rows(self.kept, len).zip(rows(self.ra, len)).zip(rows_mut(self.ru, len)) {
            turn::<R, <R::Vector<S> as Vector<R>>::Four>(ra, columns);
            gradient_direction::<R, R::Vector<S>>(kept.as_chunks().0, columns);
            turn_back::<R, <R::Vector<S> as Vector<R>>::Four>(columns, ru);
        }
    }
}

/// Overwrites `ra` with the derivatives of the gradients. `p` holds the marked probabilities.
#[inline(always)]
fn gradient_direction<R: Real, V: Vector<R>>(p: &[Column<R>], ra: &mut [Column<R>]) {
    let zero = V::splat(R::ZERO);
    for lane in (0..ROWS).step_by(V::LANES) {
        let mut at = zero;
        for (p, ra) in p.iter().zip(&*ra) {
            at = V::select(V::load(&p[lane..]).at_least(zero), at, V::load(&ra[lane..]));
        }
        let mut mean = zero;
        for (p, ra) in p.iter().zip(&mut *ra) {
            let difference = V::load(&ra[lane..]).sub(at);
            difference.store(&mut ra[lane..]);
            mean = mean.add(V::load(&p[lane..]).abs().mul(difference));
        }
        for (p, ra) in p.iter().zip(&mut *ra) {
            V::load(&p[lane..]).abs().mul(V::load(&ra[lane..]).sub(mean)).store(&mut ra[lane..]);
        }
    }
}

/// What a group's rows need besides their numerators.
#[repr(align(64))]
struct Sums<R> {
    shift: Column<R>,
    rest: Column<R>,
    total: Column<R>,
    share: Column<R>,
}

impl<R: Real> Sums<R> {
    /// Writes the numerators of the outputs `a` to `e`.
    #[inline(always)]
    fn new<V: Vector<R>>(a: &[Column<R>], e: &mut [Column<R>]) -> Self {
        let (zero, one) = (V::splat(R::ZERO), V::splat(R::ONE));
        let mut shift = *a.first().unwrap_or(&[R::ZERO; ROWS]);
        for lane in (0..ROWS).step_by(V::LANES) {
            let mut largest = V::load(&shift[lane..]);
            for a in a {
                largest = largest.or_larger(V::load(&a[lane..]));
            }
            largest.store(&mut shift[lane..]);
        }
        for (e, a) in e.iter_mut().zip(a) {
            for r in 0..ROWS {
                e[r] = exp_of_difference(a[r], shift[r]);
            }
        }
        let (mut rest, mut total) = ([R::ZERO; ROWS], [R::ZERO; ROWS]);
        for lane in (0..ROWS).step_by(V::LANES) {
            let (mut ones, mut small) = (zero, zero);
            for e in &*e {
                let e = V::load(&e[lane..]);
                let is_one = e.at_least(one);
                ones = ones.add(V::select(is_one, one, zero));
                small = small.add(V::select(is_one, zero, e));
            }
            let sum = ones.sub(one).add(small);
            sum.store(&mut rest[lane..]);
            one.add(sum).store(&mut total[lane..]);
        }
        Self { shift, rest, total, share: total.map(|total| R::ONE / total) }
    }

    /// Computes the losses of rows with these labels.
    #[inline(always)]
    fn losses(&self, a: &[Column<R>], labels: &[usize; ROWS]) -> Option<Column<R>> {
        let mut losses = self.total;
        for loss in &mut losses {
            *loss = ln(*loss);
        }
        for (r, loss) in losses.iter_mut().enumerate() {
            let ln_total = *loss + (self.rest[r] - (self.total[r] - R::ONE)) * self.share[r];
            *loss = (self.shift[r] - a.get(labels[r])?[r]) + ln_total;
        }
        Some(losses)
    }

    /// Writes the probabilities to `p`; the first of the largest is negated.
    #[inline(always)]
    fn probabilities<V: Vector<R>>(&self, a: &[Column<R>], e: &[Column<R>], p: &mut [Column<R>]) {
        for lane in (0..ROWS).step_by(V::LANES) {
            let (shift, share) = (V::load(&self.shift[lane..]), V::load(&self.share[lane..]));
            let mut of_largest = V::splat(-R::ONE).mul(share);
            for ((a, e), p) in a.iter().zip(e).zip(&mut *p) {
                let a = V::load(&a[lane..]);
                let is_largest = a.at_least(shift);
                V::load(&e[lane..]).mul(V::select(is_largest, of_largest, share)).store(&mut p[lane..]);
                of_largest = V::select(is_largest, share, of_largest);
            }
        }
    }

    /// Overwrites the numerators of rows with these labels with the gradients.
    #[inline(always)]
    fn gradient<V: Vector<R>>(&self, e: &mut [Column<R>], labels: &[usize; ROWS]) -> Option<()> {
        let mut others = self.rest;
        for r in 0..ROWS {
            let e = e.get(labels[r])?[r];
            others[r] = if e >= R::ONE { self.rest[r] } else { self.total[r] - e };
        }
        for lane in (0..ROWS).step_by(V::LANES) {
            let share = V::load(&self.share[lane..]);
            for e in &mut *e {
                V::load(&e[lane..]).mul(share).store(&mut e[lane..]);
            }
        }
        for r in 0..ROWS {
            e.get_mut(labels[r])?[r] = -(others[r] * self.share[r]);
        }
        Some(())
    }
}

/// Turns a group of rows into columns.
#[inline(always)]
fn turn<R: Real, F: Four<R>>(rows: &[R], columns: &mut [Column<R>]) {
    let outputs = columns.len();
    let (fours, rest) = columns.as_chunks_mut::<4>();
    let first = 4 * fours.len();
    for (row, lines) in (0..ROWS).step_by(4).zip(rows.chunks_exact(4 * outputs)) {
        let (a, lines) = lines.split_at(outputs);
        let (b, lines) = lines.split_at(outputs);
        let (c, d) = lines.split_at(outputs);
        for (k, columns) in fours.iter_mut().enumerate() {
            let k = 4 * k;
            let turned =
                F::transpose([F::load(&a[k..]), F::load(&b[k..]), F::load(&c[k..]), F::load(&d[k..])]);
            for (column, turned) in columns.iter_mut().zip(turned) {
                turned.store(&mut column[row..]);
            }
        }
        for (k, column) in (first..).zip(&mut *rest) {
            column[row..][..4].copy_from_slice(&[a[k], b[k], c[k], d[k]]);
        }
    }
}

/// Turns columns into a group of rows.
#[inline(always)]
fn turn_back<R: Real, F: Four<R>>(columns: &[Column<R>], rows: &mut [R]) {
    let outputs = columns.len();
    let (fours, rest) = columns.as_chunks::<4>();
    let first = 4 * fours.len();
    for (row, lines) in (0..ROWS).step_by(4).zip(rows.chunks_exact_mut(4 * outputs)) {
        let (a, lines) = lines.split_at_mut(outputs);
        let (b, lines) = lines.split_at_mut(outputs);
        let (c, d) = lines.split_at_mut(outputs);
        for (k, [w, x, y, z]) in fours.iter().enumerate() {
            let k = 4 * k;
            let turned = F::transpose([
                F::load(&w[row..]),
                F::load(&x[row..]),
                F::load(&y[row..]),
                F::load(&z[row..]),
            ]);
            turned[0].store(&mut a[k..]);
            turned[1].store(&mut b[k..]);
            turned[2].store(&mut c[k..]);
            turned[3].store(&mut d[k..]);
        }
        for (k, column) in (first..).zip(rest) {
            (a[k], b[k], c[k], d[k]) = (column[row], column[row + 1], column[row + 2], column[row + 3]);
        }
    }
}
