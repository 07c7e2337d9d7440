//! Householder reflections that make a symmetric matrix tridiagonal (Golub & Van Loan, section 8.3.1).
//!
//! Each step multiplies by the matrix and applies an update by two vectors. On a small core, the two passes
//! follow each other. With vector units, one pass updates each row and multiplies it by the next reflection's
//! vector, so that a matrix too large for the cache (n above a few hundred) is read and written once per
//! step. Sums run in the same order, so the bits are the same.

#![expect(
    clippy::needless_range_loop,
    reason = "an index names a register; borrows would force registers into memory"
)]

use losscape_dispatch::{Simd, Task, Vector, run};

use super::tridiagonal::hypot;
use crate::Real;
use crate::base::target::TILES;
use crate::base::vector::{Compensated, LANES, RUN, axpy, dot, norm, scale, unit_scale};

/// Computes `A = Q T Qᵀ` with `Q = H₀ H₁ …`, `Hₖ = I − τ v vᵀ`.
///
/// T's diagonal is written to `diagonal`, its off-diagonal to `off_diagonal` (the last element is zero). Row
/// k of the matrix holds τₖ on the diagonal and vₖ to the right of it; the lower triangle is meaningless.
pub(super) fn tridiagonalise<R: Real>(
    matrix: &mut [R],
    diagonal: &mut [R],
    off_diagonal: &mut [R],
    direction: &mut [R],
) {
    if TILES {
        in_one_go(matrix, diagonal, off_diagonal, direction);
    } else {
        in_turn(matrix, diagonal, off_diagonal, direction);
    }
}

/// Multiplies first, then updates, in two passes.
fn in_turn<R: Real>(matrix: &mut [R], diagonal: &mut [R], off_diagonal: &mut [R], direction: &mut [R]) {
    let n = diagonal.len();
    for k in 0..n {
        diagonal[k] = matrix[k * n + k];
        let (done, below) = matrix.split_at_mut((k + 1) * n);
        let (tau, v) = done[k * n + k..].split_at_mut(1);
        if v.is_empty() {
            (tau[0], off_diagonal[k]) = (R::ZERO, R::ZERO);
            break;
        }
        (tau[0], off_diagonal[k]) = reflector(v);
        if tau[0] == R::ZERO {
            continue;
        }
        // p = τ A₂₂ v,  w = p − ½ τ (p·v) v,  A₂₂ ← A₂₂ − v wᵀ − w vᵀ
        let w = &mut direction[..v.len()];
        for (w, row) in w.iter_mut().zip(below.chunks_exact(n)) {
            *w = tau[0] * dot(&row[k + 1..], v);
        }
        axpy(-(R::HALF * tau[0] * dot(w, v)), v, w);
        for (i, row) in below.chunks_exact_mut(n).enumerate() {
            for ((a, v_j), w_j) in row[k + 1..].iter_mut().zip(&*v).zip(&*w) {
                *a -= v[i] * *w_j + w[i] * *v_j;
            }
        }
    }
}

/// Applies the update of one step and computes the product of the next in one pass.
fn in_one_go<R: Real>(matrix: &mut [R], diagonal: &mut [R], off_diagonal: &mut [R], direction: &mut [R]) {
    let n = diagonal.len();
    // Whether the reflection of row k − 1 has yet to be applied to the rows from k on.
    let mut due = false;
    for k in 0..n {
        let (done, rows) = matrix.split_at_mut(k * n);
        let (row, below) = rows.split_at_mut(n);
        let row = &mut row[k..];
        // v and w of that row, from column k on.
        let (v, w) = if due { (&done[(k - 1) * n + k..], &direction[..n - k]) } else { (&[][..], &[][..]) };
        if due {
            run(Update { rows: row, width: n - k, from: 0, v, w, next: &[], products: &mut [] });
        }
        let (tau, next) = row.split_at_mut(1);
        diagonal[k] = tau[0];
        if next.is_empty() {
            (tau[0], off_diagonal[k]) = (R::ZERO, R::ZERO);
            break;
        }
        let (_, beside) = off_diagonal.split_at_mut(k);
        let (beside, products) = beside.split_at_mut(1);
        (tau[0], beside[0]) = reflector(next);
        let reflects = tau[0] != R::ZERO;
        // v and w of the rows below, from the next column on; the products wait until the off-diagonal is
        // known.
        let (v, w) = if due { (&v[1..], &w[1..]) } else { (v, w) };
        let (multiplied, products) = if reflects { (&*next, products) } else { (&[][..], &mut [][..]) };
        if due || reflects {
            run(Update { rows: below, width: n, from: k + 1, v, w, next: multiplied, products });
        }
        due = reflects;
        if due {
            // p = τ A₂₂ v,  w = p − ½ τ (p·v) v,  A₂₂ ← A₂₂ − v wᵀ − w vᵀ
            let w = &mut direction[..next.len()];
            w.iter_mut().zip(&off_diagonal[k + 1..]).for_each(|(w, p)| *w = tau[0] * *p);
            axpy(-(R::HALF * tau[0] * dot(w, next)), next, w);
        }
    }
}

/// `A ← A − v wᵀ − w vᵀ` and `products ← A next` for rows of A of `width` numbers, from column `from` on. An
/// empty `v` omits the update, an empty `next` the products.
struct Update<'a, R> {
    rows: &'a mut [R],
    width: usize,
    from: usize,
    v: &'a [R],
    w: &'a [R],
    next: &'a [R],
    products: &'a mut [R],
}

impl<R: Real> Task for Update<'_, R> {
    type Output = ();

    /// Takes as many rows at a time as there are registers for their eight accumulators.
    #[inline(always)]
    fn run<S: Simd>(self) {
        match <R::Vector<S> as Vector<R>>::LANES {
            16 => self.all::<<R::Vector<S> as Vector<R>>::Four, 2, 4>(),
            8 => self.all::<R::Vector<S>, 1, 4>(),
            4 => self.all::<R::Vector<S>, 2, 2>(),
            2 => self.all::<R::Vector<S>, 4, 1>(),
            _ => self.all::<R::Vector<S>, 8, 1>(),
        }
    }
}

impl<R: Real> Update<'_, R> {
    /// Processes all rows; `PARTS` registers hold the accumulators of a row.
    #[inline(always)]
    fn all<V: Vector<R>, const PARTS: usize, const ROWS: usize>(mut self) {
        let (width, from) = (self.width, self.from);
        let mut all = core::mem::take(&mut self.rows).chunks_exact_mut(width).map(|row| &mut row[from..]);
        let mut row = 0;
        loop {
            let mut rows: [&mut [R]; ROWS] = core::array::from_fn(|_| all.next().unwrap_or_default());
            if rows[ROWS - 1].is_empty() {
                for rest in rows {
                    if !rest.is_empty() {
                        self.some::<V, PARTS, 1>(row, [rest]);
                        row += 1;
                    }
                }
                break;
            }
            self.some::<V, PARTS, ROWS>(row, rows.each_mut().map(|row| &mut **row));
            row += ROWS;
        }
    }

    /// Processes the rows from `row` on.
    #[inline(always)]
    fn some<V: Vector<R>, const PARTS: usize, const ROWS: usize>(
        &mut self,
        row: usize,
        rows: [&mut [R]; ROWS],
    ) {
        let (updates, multiplies) = (!self.v.is_empty(), !self.next.is_empty());
        let mut own = [[V::splat(R::ZERO); 2]; ROWS];
        if updates {
            for r in 0..ROWS {
                own[r] = [V::splat(self.v[row + r]), V::splat(self.w[row + r])];
            }
        }
        let mut totals = [Compensated::ZERO; ROWS];
        let (columns, mut column) = (rows[0].len(), 0);
        while column < columns {
            let end = if columns - column < RUN { columns } else { column + RUN };
            let mut sums = [[V::splat(R::ZERO); PARTS]; ROWS];
            while column < end {
                for part in 0..PARTS {
                    let at = column + part * V::LANES;
                    let lanes = if at < end && end - at < V::LANES { end - at } else { V::LANES };
                    if at >= end {
                        break;
                    }
                    let (mut v, mut w, mut next) = (V::splat(R::ZERO), V::splat(R::ZERO), V::splat(R::ZERO));
                    if updates {
                        (v, w) = (V::load_part(&self.v[at..], lanes), V::load_part(&self.w[at..], lanes));
                    }
                    if multiplies {
                        next = V::load_part(&self.next[at..], lanes);
                    }
                    for r in 0..ROWS {
                        let row = &mut rows[r][at..];
                        let mut a = V::load_part(row, lanes);
                        if updates {
                            let both = own[r][0].mul(w).add(own[r][1].mul(v));
                            // a − both: a register has no subtraction, and multiplying by −1 rounds nothing.
                            a = a.add(both.mul(V::splat(-R::ONE)));
                            a.store_part(row, lanes);
                        }
                        if multiplies {
                            sums[r][part] = sums[r][part].add(a.mul(next));
                        }
                    }
                }
                column += LANES;
            }
            column = end;
            for r in 0..ROWS {
                let mut lanes = [R::ZERO; LANES];
                for part in 0..PARTS {
                    sums[r][part].store(&mut lanes[part * V::LANES..]);
                }
                totals[r].add(&lanes);
            }
        }
        if multiplies {
            for r in 0..ROWS {
                self.products[row + r] = totals[r].total;
            }
        }
    }
}

/// Turns x into the vector v of the reflection that maps x to (β, 0, …), scaled to v₀ = 1; returns (τ, β).
fn reflector<R: Real>(x: &mut [R]) -> (R, R) {
    // The squares of a column far smaller than the others would vanish, and orthogonality would be lost.
    let unit = unit_scale(x);
    scale(unit, x);
    let alpha = x[0];
    let below = norm(&x[1..]);
    if below == R::ZERO {
        return (R::ZERO, alpha / unit);
    }
    let length = hypot(alpha, below);
    // This sign adds magnitudes, so α − β does not cancel.
    let beta = if alpha > R::ZERO { -length } else { length };
    for x in &mut x[1..] {
        *x /= alpha - beta;
    }
    x[0] = R::ONE;
    ((beta - alpha) / beta, beta / unit)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::base::random::{stream, uniform};
    use std::vec;
    use std::vec::Vec;

    type Way<R> = fn(&mut [R], &mut [R], &mut [R], &mut [R]);

    /// Asserts that both ways give the same bits where these have a meaning, for rows shorter and longer than
    /// one run of a sum and for matrices some of whose rows need no reflection.
    fn same<R: Real>(n: usize, empty: usize) {
        let mut rng = stream(n as u64, 0);
        let mut matrix = vec![R::ZERO; n * n];
        for i in 0..n {
            for j in 0..=i {
                if empty == 0 || i % empty != 0 && j % empty != 0 {
                    let x = R::from_f64(uniform::<f64, _>(&mut rng) - 0.5);
                    (matrix[i * n + j], matrix[j * n + i]) = (x, x);
                }
            }
        }
        let run = |way: Way<R>| -> Vec<u64> {
            let nan = R::from_f64(f64::NAN);
            let (mut a, mut d, mut e, mut w) = (matrix.clone(), vec![nan; n], vec![nan; n], vec![nan; n]);
            way(&mut a, &mut d, &mut e, &mut w);
            let right = (0..n).flat_map(|i| a[i * n + i..(i + 1) * n].to_vec());
            d.into_iter().chain(e).chain(right).map(|x| x.to_bits64()).collect()
        };
        assert_eq!(run(in_one_go), run(in_turn), "{n} rows, every {empty}th empty");
    }

    #[test]
    fn both_ways_leave_the_same_bits() {
        for n in 1..20 {
            for empty in [0, 1, 2, 3, 5] {
                same::<f64>(n, empty);
                same::<f32>(n, empty);
            }
        }
        same::<f64>(61, 0);
        same::<f32>(61, 7);
    }

    /// Compares the product of the first step alone, for rows that take two runs.
    #[test]
    fn a_long_row_starts_its_sum_again() {
        let n = RUN + 77;
        let next: Vec<f64> = (0..n).map(|k| crate::base::elementary::cos(f64::from_usize(k))).collect();
        let mut rows: Vec<f64> =
            (0..6 * n).map(|k| crate::base::elementary::sin(f64::from_usize(k))).collect();
        let want: Vec<u64> = rows.chunks(n).map(|row| dot(row, &next).to_bits()).collect();
        let mut products = vec![0.0; 6];
        run(Update {
            rows: &mut rows,
            width: n,
            from: 0,
            v: &[],
            w: &[],
            next: &next,
            products: &mut products,
        });
        assert_eq!(products.iter().map(|x| x.to_bits()).collect::<Vec<_>>(), want);
    }
}
