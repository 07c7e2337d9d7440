//! An elementwise function of a batch, with the sums of its columns.

use losscape_dispatch::{Simd, Task, run};

use super::column_sum;
use crate::base::elementwise::pair;
use crate::base::real::Real;
use crate::base::target::TILES;

/// `a ← f(a, u)`, elementwise, and `sum[j] += Σₛ a[s][j]` over the rows of as many columns as there are sums, in order.
///
/// Both in one pass if the columns are whole blocks: a sum waits for the one before it, and the function fills that time.
#[inline(always)]
pub(crate) fn pair_columns<R: Real>(a: &mut [R], u: &[R], sum: &mut [R], f: impl Fn(R, R) -> R) {
    // A layer without biases has no sums.
    if TILES && !sum.is_empty() && sum.len().is_multiple_of(BLOCK) {
        run(PairColumns { a, u, sum, f });
    } else {
        pair(a, u, f);
        column_sum(a, sum);
    }
}

/// Columns of [`pair_columns`] whose sums are in flight together.
const BLOCK: usize = 16;

struct PairColumns<'a, R, F> {
    a: &'a mut [R],
    u: &'a [R],
    sum: &'a mut [R],
    f: F,
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
                // Copies, which become registers: the compiler need not ask whether `a` and `u` overlap.
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

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;
    use std::vec::Vec;

    use super::*;

    /// The bits of one pass after the other, whole blocks or not, and sums that begin somewhere.
    #[test]
    fn columns_are_summed_as_they_are_made() {
        let numbers = |n: u16, a: f32| -> Vec<f32> {
            (0..n).map(|k| crate::base::elementary::sin(a * f32::from(k))).collect()
        };
        for columns in [1, 2, 10, 16, 17, 32, 48] {
            for rows in [0, 1, 2, 33] {
                let (mut a, u) = (numbers(rows * columns, 0.7), numbers(rows * columns, 1.3));
                let mut sum = numbers(columns, 0.3);
                let (mut a2, mut sum2) = (a.clone(), sum.clone());
                pair_columns(&mut a, &u, &mut sum, |a, u| (1.0 - a * a) * u);
                for (k, (a, u)) in a2.iter_mut().zip(&u).enumerate() {
                    *a = (1.0 - *a * *a) * u;
                    sum2[k % usize::from(columns)] += *a;
                }
                let bits = |x: &[f32]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&a), bits(&a2), "{rows} rows of {columns}");
                assert_eq!(bits(&sum), bits(&sum2), "{rows} rows of {columns}");
            }
        }
        let mut sum = vec![2.0f32; 16];
        pair_columns(&mut [3.0; 32], &[1.0; 32], &mut sum, |a, u| a + u);
        assert_eq!(sum, [10.0; 16]);
        let mut a = [3.0f32; 2];
        pair_columns(&mut a, &[1.0; 2], &mut [], |a, u| a + u);
        assert_eq!(a, [4.0; 2], "a layer without biases");
    }
}
