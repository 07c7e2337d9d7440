//! An elementwise function of a batch, with the sums of its columns.

use losscape_dispatch::{Simd, Task};

use crate::base::real::Real;

/// The number of columns whose sums are in flight together.
pub(super) const BLOCK: usize = 16;

/// [`pair_columns`](super::pair_columns) for whole blocks of columns, in one pass.
pub(super) struct PairColumns<'a, R, F> {
    pub(super) a: &'a mut [R],
    pub(super) u: &'a [R],
    pub(super) sum: &'a mut [R],
    pub(super) f: F,
}

impl<R: Real, F: Fn(R, R) -> R> Task for PairColumns<'_, R, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { a, u, sum, f } = self;
        let columns = sum.len();
        for (block, sum) in sum.as_chunks_mut::<BLOCK>().0.iter_mut().enumerate() {
            let (mut sums, mut a, mut u) = (*sum, &mut *a, u);
            while let (Some(a), Some(u)) = (a.split_off_mut(..columns), u.split_off(..columns)) {
                let (a, u) = (&mut a.as_chunks_mut::<BLOCK>().0[block], &u.as_chunks::<BLOCK>().0[block]);
                // Copies end up in registers: the compiler need not check whether `a` and `u` overlap.
                let (mut x, y) = (*a, *u);
                for j in 0..BLOCK {
                    x[j] = f(x[j], y[j]);
                    sums[j] += x[j];
                }
                *a = x;
            }
            *sum = sums;
        }
    }
}
