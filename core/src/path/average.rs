//! The running average of weights.

use crate::{ArgError, Real};

/// Averages the iterates of a run: `w̄ ← (n w̄ + w) / (n + 1)` (stochastic weight averaging, Izmailov et al.
/// 2018), taken at the ends of cycles or at a constant, high rate.
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
pub struct RunningAverage<'a, R: Real = f32> {
    mean: &'a mut [R],
    count: u32,
}

impl<'a, R: Real> RunningAverage<'a, R> {
    /// No iterates yet; `mean` has one element per parameter.
    #[must_use]
    pub const fn new(mean: &'a mut [R]) -> Self {
        Self { mean, count: 0 }
    }

    /// Takes an iterate into the average.
    ///
    /// # Errors
    /// [`ArgError`] if it has another length, or is not finite; the average is as it was.
    pub fn add(&mut self, params: &[R]) -> Result<(), ArgError> {
        ArgError::check_len("params", self.mean.len(), params.len())?;
        ArgError::check_finite("params", params)?;
        if self.count == 0 {
            self.mean.copy_from_slice(params);
        } else {
            let n = R::from_u32(self.count);
            for (mean, x) in self.mean.iter_mut().zip(params) {
                *mean = (n * *mean + *x) / (n + R::ONE);
            }
        }
        self.count = self.count.saturating_add(1);
        Ok(())
    }

    /// The average; meaningless before the first iterate.
    #[must_use]
    pub const fn mean(&self) -> &[R] {
        self.mean
    }

    /// How many iterates are in it.
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
}
