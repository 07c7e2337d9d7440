//! Samples: inputs and targets, borrowed from the caller.

use crate::base::fingerprint::Fingerprint;
use crate::base::rows::count_whole;
use crate::{ArgError, Real, Reason};

/// The targets of the samples.
#[derive(Clone, Copy, Debug)]
pub enum Targets<'a, R: Real = f32> {
    /// Numbers, one row per sample: `N × outputs`.
    Values(&'a [R]),
    /// Class labels, one per sample, each below the number of outputs (0 or 1 for a single output).
    Labels(&'a [u8]),
}

/// A dataset of N samples: inputs as rows, `N × width`, and their targets.
///
/// ```
/// use losscape::models::data::{Dataset, Targets};
/// let xor = Dataset::new(&[0.0f32, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], 2, Targets::Labels(&[0, 1, 1, 0]))?;
/// assert_eq!(xor.len(), 4);
/// assert_eq!(xor.input(2), [1.0, 0.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dataset<'a, R: Real = f32> {
    inputs: &'a [R],
    width: usize,
    samples: usize,
    targets: Targets<'a, R>,
}

impl<'a, R: Real> Dataset<'a, R> {
    /// Borrows samples of `width` inputs each.
    ///
    /// # Errors
    /// [`ArgError`] naming `width` (zero), `inputs` (empty, not a whole number of rows, not finite, or more
    /// than `u32::MAX` rows) or `targets` (wrong number of samples, or not finite).
    pub fn new(inputs: &'a [R], width: usize, targets: Targets<'a, R>) -> Result<Self, ArgError> {
        ArgError::check_count("width", width)?;
        let samples = count_whole("inputs", width, inputs.len())?;
        if u32::try_from(samples).is_err() {
            return Err(ArgError::new(
                "inputs",
                Reason::TooMany { limit: u32::MAX as usize, found: samples },
            ));
        }
        ArgError::check_finite("inputs", inputs)?;
        match targets {
            Targets::Labels(labels) => ArgError::check_len("targets", samples, labels.len())?,
            Targets::Values(values) => {
                let outputs = values.len() / samples;
                if outputs == 0 {
                    return Err(ArgError::new(
                        "targets",
                        Reason::TooShort { needed: samples, found: values.len() },
                    ));
                }
                ArgError::check_len("targets", samples * outputs, values.len())?;
                ArgError::check_finite("targets", values)?;
            }
        }
        Ok(Self { inputs, width, samples, targets })
    }

    /// Returns N, the number of samples.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a dataset has at least one sample")]
    pub const fn len(&self) -> usize {
        self.samples
    }

    /// Returns the number of inputs per sample.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Returns all inputs, `N × width`.
    #[must_use]
    pub const fn inputs(&self) -> &'a [R] {
        self.inputs
    }

    /// Returns all targets.
    #[must_use]
    pub const fn targets(&self) -> Targets<'a, R> {
        self.targets
    }

    /// Adds all data on which a loss depends.
    pub(crate) fn digest(&self, digest: &mut Fingerprint) {
        let Self { inputs, width, samples, targets } = self;
        digest.word(*width as u64);
        digest.word(*samples as u64);
        digest.reals(inputs);
        match targets {
            Targets::Values(values) => {
                digest.word(0);
                digest.reals(values);
            }
            Targets::Labels(labels) => {
                digest.word(1);
                labels.iter().for_each(|&label| digest.word(label.into()));
            }
        }
    }

    /// Returns the inputs of a sample, or `None` if the index is out of range.
    pub(crate) fn get(&self, sample: usize) -> Option<&'a [R]> {
        self.inputs.get(sample.checked_mul(self.width)?..)?.get(..self.width)
    }

    /// Returns the inputs of one sample.
    ///
    /// # Panics
    /// If `sample` is not below [`len`](Self::len).
    #[must_use]
    pub fn input(&self, sample: usize) -> &'a [R] {
        assert!(sample < self.samples, "no such sample");
        &self.inputs[sample * self.width..][..self.width]
    }
}

#[cfg(test)]
mod tests {
    use super::{Dataset, Targets};
    use crate::Reason;

    /// One number is not a whole sample of two inputs, but the slice is not empty either.
    #[test]
    fn half_a_sample_is_not_empty() {
        let reason = |inputs: &[f32]| {
            Dataset::new(inputs, 2, Targets::Labels(&[0])).map_err(|e| (e.arg, e.reason)).err()
        };
        assert_eq!(reason(&[1.0]), Some(("inputs", Reason::Length { expected: 2, found: 1 })));
        assert_eq!(reason(&[]), Some(("inputs", Reason::Empty)));
    }

    /// On 32-bit targets, a u32 times the width can wrap around to an existing sample.
    #[test]
    fn a_number_that_wraps_names_no_sample() {
        let data = Dataset::new(&[1.0f32, 2.0, 3.0, 4.0], 2, Targets::Labels(&[0, 1])).expect("data");
        assert_eq!(data.get(1), Some(&[3.0, 4.0][..]));
        for sample in [2, usize::MAX, 1 << (usize::BITS - 1), (1 << (usize::BITS - 1)) + 1] {
            assert_eq!(data.get(sample), None, "{sample}");
        }
    }
}
