//! Classification by the outputs.

use super::Mlp;
use super::answers::Answers;
use super::softmax;
use crate::Real;
use crate::base::elementary::sigmoid;
use crate::base::rows::{rows, rows_mut};

/// Returns the index of the largest number, the first on a tie. A NaN in first place counts as the largest; other NaNs
/// are ignored.
pub(super) fn first_largest<R: Real>(row: &[R]) -> usize {
    let (mut best, mut most) = (0, row.first().copied().unwrap_or_default());
    for (j, &x) in row.iter().enumerate() {
        if x > most {
            (best, most) = (j, x);
        }
    }
    best
}

impl Mlp {
    /// Returns the class predicted by the outputs of one sample: the index of the largest output, the first on a tie.
    /// For a single output the class is 1 if the output exceeds `threshold` (0 for a logit, ½ for a value between 0 and
    /// 1), else 0.
    ///
    /// A NaN in first place counts as the largest output; other NaNs are ignored.
    #[must_use]
    pub fn classify<R: Real>(&self, outputs: &[R], threshold: R) -> usize {
        classify(outputs, threshold)
    }

    /// Converts the logits of any number of samples, row by row, into probabilities: by the sigmoid for a single
    /// output, by [`softmax`] for several outputs.
    ///
    /// ```
    /// use losscape::models::mlp::Mlp;
    /// let mut outputs = [3.0f32.ln(), 0.0];
    /// Mlp::from_widths(&[2, 1]).probabilities(&mut outputs); // two samples
    /// assert_eq!(outputs, [0.75, 0.5]);
    /// Mlp::from_widths(&[2, 2]).probabilities(&mut outputs); // one sample of two classes
    /// assert_eq!(outputs[0] + outputs[1], 1.0);
    /// ```
    pub fn probabilities<R: Real>(&self, outputs: &mut [R]) {
        for row in rows_mut(outputs, self.outputs()) {
            match row {
                [logit] => *logit = sigmoid(*logit),
                _ => softmax(row),
            }
        }
    }

    /// Returns the fraction of samples for which two sets of outputs, row by row, predict different
    /// [classes](Self::classify); NaN if there are no samples. Rows beyond the shorter set are ignored.
    ///
    /// ```
    /// use losscape::models::mlp::Mlp;
    /// let net = Mlp::from_widths(&[2, 2]);
    /// let (ours, theirs) = ([1.0f32, 0.0, 0.0, 3.0], [2.0, 1.0, 4.0, 3.0]);
    /// assert_eq!(net.disagreement(&ours, &theirs, 0.0), 0.5);
    /// ```
    #[must_use]
    pub fn disagreement<R: Real>(&self, ours: &[R], theirs: &[R], threshold: R) -> R {
        let (mut samples, mut differ) = (0, 0);
        for (ours, theirs) in rows(ours, self.outputs()).zip(rows(theirs, self.outputs())) {
            samples += 1;
            differ += u32::from(classify(ours, threshold) != classify(theirs, threshold));
        }
        R::from_u32(differ) / R::from_u32(samples)
    }
}

fn classify<R: Real>(outputs: &[R], threshold: R) -> usize {
    if let [output] = outputs { usize::from(*output > threshold) } else { first_largest(outputs) }
}

/// Returns the number of rows of outputs that predict the class of their target.
pub(super) fn correct<R: Real>(a: &[R], answers: &Answers<'_, R>, threshold: R) -> Option<u32> {
    let mut count = 0;
    for (r, a) in rows(a, answers.outputs).enumerate() {
        #[cfg(feature = "soft-labels")]
        let probable = answers.values(r).map(|y| classify(y, R::HALF));
        #[cfg(not(feature = "soft-labels"))]
        let probable = None;
        let class = probable.or_else(|| answers.label(r))?;
        let named = classify(a, threshold) == class && !a.iter().any(|a| a.is_nan());
        count += u32::from(named);
    }
    Some(count)
}
