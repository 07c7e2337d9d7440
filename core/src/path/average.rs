//! Running averages of weights.

use core::marker::PhantomData;

use crate::base::rows::copy;
use crate::{ArgError, Real};

/// The average of the iterates of a run, `w̄ ← w̄ + (w − w̄) / (n + 1)` (stochastic weight averaging,
/// Izmailov et al. 2018), taken at the ends of cycles or at a constant, high learning rate.
///
/// The mean of equal iterates is exact for any number of them. In `f32`, a late iterate of a long run changes
/// the mean only if the two differ by more than `n ε / 2` times their size, so use `f64` beyond 10⁶ iterates.
///
/// # Examples
///
/// ```
/// use losscape::path::RunningAverage;
/// let mut memory = [0.0f32; 2];
/// let mut average = RunningAverage::new(&mut memory);
/// average.add(&[1.0, 0.0])?;
/// average.add(&[2.0, 4.0])?;
/// average.add(&[6.0, 2.0])?;
/// assert_eq!(average.mean(), [3.0, 2.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct RunningAverage<R: Real, M> {
    mean: M,
    count: u32,
    scalar: PhantomData<R>,
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>> RunningAverage<R, M> {
    /// Creates an average of no iterates; `mean` has one element per parameter.
    ///
    /// The memory is owned or lent: an array, a vector, or a mutable borrow of one.
    #[must_use]
    pub const fn new(mean: M) -> Self {
        Self { mean, count: 0, scalar: PhantomData }
    }

    /// Adds an iterate to the average.
    ///
    /// # Errors
    /// [`ArgError`] if the iterate has the wrong length or is not finite; the average is unchanged in these
    /// cases.
    pub fn add(&mut self, params: &[R]) -> Result<(), ArgError> {
        let mean = self.mean.as_mut();
        ArgError::check_len("params", mean.len(), params.len())?;
        ArgError::check_finite("params", params)?;
        if self.count == 0 {
            copy(params, mean);
        } else {
            let n = R::from_u32(self.count) + R::ONE;
            for (mean, x) in mean.iter_mut().zip(params) {
                let apart = *x - *mean;
                // The difference of numbers of opposite signs may overflow.
                *mean += if apart.is_finite() { apart / n } else { *x / n - *mean / n };
            }
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// Returns the average; meaningless before the first iterate.
    #[must_use]
    pub fn mean(&self) -> &[R] {
        self.mean.as_ref()
    }

    /// Returns the memory of the average.
    #[must_use]
    pub fn into_mean(self) -> M {
        self.mean
    }

    /// Returns the number of iterates in the average.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_finite_stays_out() {
        let mut memory = [f64::NAN; 2];
        let mut average = RunningAverage::new(&mut memory);
        assert!(average.add(&[1.0]).is_err());
        assert!(average.add(&[1.0, 3.0]).is_ok());
        assert!(average.add(&[f64::NAN, 3.0]).is_err());
        assert_eq!((average.mean(), average.count()), (&[1.0, 3.0][..], 1));
    }

    /// Returns the mean of `n` copies of each of these numbers.
    fn mean_of_equal<const K: usize>(iterate: [f32; K], n: u32) -> [f32; K] {
        let mut mean = [0.0; K];
        let mut average = RunningAverage::new(&mut mean);
        for _ in 0..n {
            average.add(&iterate).unwrap();
        }
        mean
    }

    #[test]
    fn the_mean_of_equal_iterates_is_exact() {
        let iterate = [0.1, -1.0 / 3.0, 1e38, f32::MAX, 1e-40];
        assert_eq!(mean_of_equal(iterate, 4), iterate);
        assert_eq!(mean_of_equal(iterate, 1_000_000), iterate);
    }

    #[test]
    #[ignore = "a minute without optimisation"]
    fn exhaustive_the_mean_of_as_many_iterates_as_a_data_set_may_have() {
        assert_eq!(mean_of_equal([0.1], 20_000_000), [0.1]);
    }

    #[test]
    fn iterates_that_lie_farther_apart_than_any_number() {
        let mut mean = [0.0f32];
        let mut average = RunningAverage::new(&mut mean);
        for x in [f32::MAX, -f32::MAX, f32::MAX, -f32::MAX] {
            average.add(&[x]).unwrap();
        }
        assert!((average.mean()[0] / f32::MAX).abs() < 1e-6, "{:?}", average.mean());
    }
}
