//! Classes that outputs name.

use super::Mlp;
use super::answers::Answers;
use crate::Real;
use crate::base::rows::rows;

/// The index of the first of the largest numbers. NaN in front counts as the largest; elsewhere it is passed over.
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
    /// The class that the outputs of one sample name: the first of the largest; of a single output,
    /// whether it lies above `threshold` (0 for a logit, ½ for a value between 0 and 1).
    ///
    /// NaN in front counts as the largest output; elsewhere it is passed over.
    #[must_use]
    pub fn classify<R: Real>(&self, outputs: &[R], threshold: R) -> usize {
        classify(outputs, threshold)
    }
}

fn classify<R: Real>(outputs: &[R], threshold: R) -> usize {
    if let [output] = outputs { usize::from(*output > threshold) } else { first_largest(outputs) }
}

/// How many rows of outputs name the class of their target.
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
