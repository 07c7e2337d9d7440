//! Sums of the columns of a batch.

use losscape_dispatch::{Simd, Task, Vector};

use crate::Real;

/// `sum[j] += Σₛ d[s][j]`.
pub(super) struct ColumnSum<'a, R> {
    /// rows × columns.
    pub(super) d: &'a [R],
    pub(super) sum: &'a mut [R],
}

impl<R: Real> Task for ColumnSum<'_, R> {
    type Output = ();

    /// Sums four registers of columns at a time, whose additions overlap, then two, then one.
    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let lanes = <R::Vector<S> as Vector<R>>::LANES;
        let (mut column, columns) = (0, self.sum.len());
        while columns - column >= 4 * lanes {
            self.abreast::<R::Vector<S>, 4>(column, lanes);
            column += 4 * lanes;
        }
        while columns - column >= 2 * lanes {
            self.abreast::<R::Vector<S>, 2>(column, lanes);
            column += 2 * lanes;
        }
        while column < columns {
            let left = columns - column;
            self.abreast::<R::Vector<S>, 1>(column, if left < lanes { left } else { lanes });
            column += lanes;
        }
    }
}

impl<R: Real> ColumnSum<'_, R> {
    /// Sums `N` registers of columns, starting at `column`; the last register has `lanes` lanes.
    #[inline(always)]
    fn abreast<V: Vector<R>, const N: usize>(&mut self, column: usize, lanes: usize) {
        let columns = self.sum.len();
        let own = &mut self.sum[column..];
        let mut sums = [V::splat(R::ZERO); N];
        for v in 0..N {
            sums[v] = V::load_part(&own[v * V::LANES..], lanes);
        }
        for d in self.d.chunks_exact(columns) {
            for v in 0..N {
                sums[v] = sums[v].add(V::load_part(&d[column + v * V::LANES..], lanes));
            }
        }
        for v in 0..N {
            sums[v].store_part(&mut own[v * V::LANES..], lanes);
        }
    }
}
