//! Products of few terms: the second operand stays in registers while the rows of the first are
//! read.

use losscape_dispatch::{Simd, Task, Vector};

use super::tile::Start;
use crate::Real;

/// `C[r][c] = start + Σₖ A[r][k] B[k][c]`, in the order of k.
pub(super) struct FewTerms<'a, R, const TERMS: usize> {
    /// Rows × terms.
    pub(super) a: &'a [R],
    /// Terms × columns.
    pub(super) b: &'a [R],
    pub(super) start: Start<'a, R>,
    /// Rows × columns.
    pub(super) c: &'a mut [R],
    pub(super) columns: usize,
}

impl<R: Real, const TERMS: usize> Task for FewTerms<'_, R, TERMS> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(mut self) {
        let (mut column, lanes) = (0, <R::Vector<S> as Vector<R>>::LANES);
        while self.columns - column >= 2 * lanes {
            self.two::<R::Vector<S>>(column);
            column += 2 * lanes;
        }
        while column < self.columns {
            let left = self.columns - column;
            self.one::<R::Vector<S>>(column, if left < lanes { left } else { lanes });
            column += lanes;
        }
    }
}

impl<R: Real, const TERMS: usize> FewTerms<'_, R, TERMS> {
    /// Two registers of columns, starting at `column`: a row of A is read once for both.
    #[inline(always)]
    fn two<V: Vector<R>>(&mut self, column: usize) {
        let Self { a, b, start, ref mut c, columns } = *self;
        let both = |from: &[R]| {
            let from = &from[column..][..2 * V::LANES];
            [V::load(from), V::load(&from[V::LANES..])]
        };
        let mut terms = [[V::splat(R::ZERO); 2]; TERMS];
        for k in 0..TERMS {
            terms[k] = both(&b[k * columns..]);
        }
        let first = if let Start::Columns(start) = start { both(start) } else { [V::splat(R::ZERO); 2] };
        let (mut rest, onto) = (&mut **c, matches!(start, Start::Result));
        for a in a.as_chunks::<TERMS>().0 {
            let Some(c) = rest.split_off_mut(..columns) else { return };
            let c = &mut c[column..][..2 * V::LANES];
            let [mut low, mut high] = if onto { [V::load(c), V::load(&c[V::LANES..])] } else { first };
            for k in 0..TERMS {
                low = low.add(terms[k][0].times(&a[k]));
                high = high.add(terms[k][1].times(&a[k]));
            }
            low.store(c);
            high.store(&mut c[V::LANES..]);
        }
    }

    /// One register of `lanes` columns.
    #[inline(always)]
    fn one<V: Vector<R>>(&mut self, column: usize, lanes: usize) {
        let Self { a, b, start, ref mut c, columns } = *self;
        let mut terms = [V::splat(R::ZERO); TERMS];
        for k in 0..TERMS {
            terms[k] = V::load_part(&b[k * columns + column..], lanes);
        }
        let first = match start {
            Start::Columns(start) => V::load_part(&start[column..], lanes),
            _ => V::splat(R::ZERO),
        };
        let (mut rest, onto) = (&mut **c, matches!(start, Start::Result));
        for a in a.as_chunks::<TERMS>().0 {
            let Some(c) = rest.split_off_mut(..columns) else { return };
            let c = &mut c[column..][..lanes];
            let mut sum = if onto { V::load_part(c, lanes) } else { first };
            for k in 0..TERMS {
                sum = sum.add(V::splat(a[k]).mul(terms[k]));
            }
            sum.store_part(c, lanes);
        }
    }
}
