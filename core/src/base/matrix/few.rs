//! Products of few terms: the second operand stays in registers while the rows of the first pass it.

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
    fn run<S: Simd>(self) {
        let Self { a, b, start, c, columns } = self;
        let most = <R::Vector<S> as Vector<R>>::LANES;
        let rows = a.as_chunks::<TERMS>().0;
        let mut column = 0;
        while column < columns {
            let lanes = if columns - column < most { columns - column } else { most };
            let mut terms = [<R::Vector<S>>::splat(R::ZERO); TERMS];
            for (term, b) in terms.iter_mut().zip(b.chunks_exact(columns)) {
                *term = <R::Vector<S>>::load_part(&b[column..], lanes);
            }
            let first = match start {
                Start::Columns(start) => <R::Vector<S>>::load_part(&start[column..], lanes),
                _ => <R::Vector<S>>::splat(R::ZERO),
            };
            for (a, c) in rows.iter().zip(c.chunks_exact_mut(columns)) {
                let c = &mut c[column..][..lanes];
                let mut sum =
                    if matches!(start, Start::Result) { <R::Vector<S>>::load_part(c, lanes) } else { first };
                for (a, term) in a.iter().zip(terms) {
                    sum = sum.add(<R::Vector<S>>::splat(*a).mul(term));
                }
                sum.store_part(c, lanes);
            }
            column += most;
        }
    }
}
