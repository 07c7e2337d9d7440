//! Weights of samples and classes.

use super::answers::Answers;
use super::tile::Rows;
use super::{Loss, Mlp};
use crate::base::fingerprint::Fingerprint;
use crate::base::rows::{rows, rows_mut};
use crate::base::vector::{LaneSum, scale, unit_scale};
use crate::models::data::{Dataset, Targets};
use crate::{ArgError, Real, Reason};

/// Weights of the samples in a loss: finite, non-negative, and at least one of them positive. Only their ratios matter.
///
/// [`MlpObjective::with_weights`](super::MlpObjective::with_weights) defines their meaning.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Weights<'a, R: Real = f32> {
    /// One weight per sample, N in all.
    PerSample(&'a [R]),
    /// One weight per class that labels can name: one per output, or two for a single output.
    PerClass(&'a [R]),
}

/// How the samples of an objective are weighted: [`Equal`] or [`Weighted`].
pub trait Weighting<R: Real>: sealed::Sealed + Copy + core::fmt::Debug {
    /// Returns the divisor of the weighted sum over `rows` samples: the sum of all weights, or of `rows` average
    /// weights.
    #[doc(hidden)]
    fn mass(&self, rows: usize) -> R;

    /// [`Loss::head`] for weighted rows.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn head(
        &self,
        loss: Loss,
        a: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        sum: &mut LaneSum<R>,
    ) -> Option<()>;

    /// [`Loss::keep`] for weighted rows.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn keep(&self, loss: Loss, a: &[R], answers: &Answers<'_, R>, u: &mut [R], kept: &mut [R]) -> Option<()>;

    /// [`Loss::head_direction`] for weighted rows.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn head_direction<const K: usize>(
        &self,
        loss: Loss,
        kept: &[R],
        ra: &[R],
        answers: &Answers<'_, R>,
        ru: &mut [R],
    ) -> Option<()>;

    /// Adds everything that determines the weights to a digest.
    #[doc(hidden)]
    fn digest(&self, digest: &mut Fingerprint);
}

mod sealed {
    #![expect(unnameable_types, reason = "a sealed trait cannot be named outside its crate")]
    pub trait Sealed {}
}

/// A mean loss over samples.
#[derive(Clone, Copy)]
pub(super) struct Mean<R> {
    pub(super) loss: R,
    /// [`Weighting::mass`], which is the number of samples if all weights are equal.
    pub(super) mass: R,
}

/// Counts each sample once. It takes neither memory nor time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Equal;

impl sealed::Sealed for Equal {}

#[expect(private_interfaces, reason = "the trait is sealed")]
impl<R: Real> Weighting<R> for Equal {
    #[inline(always)]
    fn mass(&self, rows: usize) -> R {
        R::from_usize(rows)
    }

    #[inline(always)]
    fn head(
        &self,
        loss: Loss,
        a: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        sum: &mut LaneSum<R>,
    ) -> Option<()> {
        loss.head(a, answers, u, sum)
    }

    #[inline(always)]
    fn keep(&self, loss: Loss, a: &[R], answers: &Answers<'_, R>, u: &mut [R], kept: &mut [R]) -> Option<()> {
        loss.keep(a, answers, u, kept)
    }

    #[inline(always)]
    fn head_direction<const K: usize>(
        &self,
        loss: Loss,
        kept: &[R],
        ra: &[R],
        answers: &Answers<'_, R>,
        ru: &mut [R],
    ) -> Option<()> {
        loss.head_direction::<R, K>(kept, ra, answers, ru)
    }

    #[inline(always)]
    fn digest(&self, _: &mut Fingerprint) {}
}

/// Counts each sample by its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted<'a, R: Real = f32> {
    weights: Weights<'a, R>,
    /// A power of two that scales the largest weight of a sample to about one.
    unit: R,
    /// N, the number of samples.
    samples: usize,
    /// The sum of all scaled weights.
    total: R,
    /// The mean of the scaled weights.
    mean: R,
}

impl<'a, R: Real> Weighted<'a, R> {
    /// Creates the weights for these samples.
    pub(super) fn new(weights: Weights<'a, R>, net: &Mlp, data: &Dataset<'_, R>) -> Result<Self, ArgError> {
        let (expected, all) = match (weights, data.targets()) {
            (Weights::PerSample(all), _) => (data.len(), all),
            (Weights::PerClass(all), Targets::Labels(_)) => (net.outputs().max(2), all),
            // Values do not name classes.
            (Weights::PerClass(all), Targets::Values(_)) => (0, all),
        };
        ArgError::check_len("weights", expected, all.len())?;
        if let Some((index, w)) = all.iter().enumerate().find(|(_, w)| !(w.is_finite() && **w >= R::ZERO)) {
            let reason = Reason::Element { index, value: w.to_f64(), range: "finite and at least 0" };
            return Err(ArgError::new("weights", reason));
        }
        let samples = data.len();
        let mut weighted = Self { weights, unit: R::ONE, samples, total: R::ZERO, mean: R::ZERO };
        let answers =
            Answers { rows: Rows::new(samples, None), targets: data.targets(), outputs: net.outputs() };
        let of = |weighted: &Self, row| weighted.weight(&answers, row).unwrap_or(R::ZERO);
        // The weight of a class without samples does not matter.
        let largest = (0..samples).fold(R::ZERO, |largest, row| largest.or_larger(of(&weighted, row)));
        ArgError::check_range("weights", largest, largest > R::ZERO, "above 0 for at least one sample")?;
        weighted.unit = unit_scale(&[largest]);
        let mut total = LaneSum::default();
        (0..samples).for_each(|row| total.push(of(&weighted, row)));
        weighted.total = total.total();
        weighted.mean = weighted.total / R::from_usize(samples);
        Ok(weighted)
    }

    /// Returns the scaled weight of a row.
    fn weight(&self, answers: &Answers<'_, R>, row: usize) -> Option<R> {
        let weight = match self.weights {
            Weights::PerSample(weights) => weights.get(answers.rows.sample(row)?)?,
            Weights::PerClass(weights) => weights.get(answers.label(row)?)?,
        };
        Some(self.unit * *weight)
    }

    /// Multiplies each row of a matrix of `width` columns by its weight. A row of weight zero becomes zero, whatever it
    /// held.
    fn weigh(&self, answers: &Answers<'_, R>, matrix: &mut [R], width: usize) -> Option<()> {
        for (r, row) in rows_mut(matrix, width).enumerate() {
            let weight = self.weight(answers, r)?;
            if weight > R::ZERO {
                scale(weight, row);
            } else {
                row.fill(R::ZERO);
            }
        }
        Some(())
    }
}

impl<R: Real> sealed::Sealed for Weighted<'_, R> {}

#[expect(private_interfaces, reason = "the trait is sealed")]
impl<R: Real> Weighting<R> for Weighted<'_, R> {
    fn mass(&self, rows: usize) -> R {
        // So equal weights give the same bits as no weights, and a sum over all samples gives their weighted mean.
        if rows == self.samples { self.total } else { self.mean * R::from_usize(rows) }
    }

    fn head(
        &self,
        loss: Loss,
        a: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        sum: &mut LaneSum<R>,
    ) -> Option<()> {
        let outputs = answers.outputs;
        // One row at a time, because a loss is pushed as soon as it is computed.
        for (r, (a, u)) in rows(a, outputs).zip(rows_mut(u, outputs)).enumerate() {
            let mut own = LaneSum::default();
            loss.head(a, &answers.one(r), u, &mut own)?;
            let weight = self.weight(answers, r)?;
            sum.push(if weight > R::ZERO { weight * own.total() } else { R::ZERO });
        }
        self.weigh(answers, u, outputs)
    }

    fn keep(&self, loss: Loss, a: &[R], answers: &Answers<'_, R>, u: &mut [R], kept: &mut [R]) -> Option<()> {
        loss.keep(a, answers, u, kept)?;
        self.weigh(answers, u, answers.outputs)
    }

    fn head_direction<const K: usize>(
        &self,
        loss: Loss,
        kept: &[R],
        ra: &[R],
        answers: &Answers<'_, R>,
        ru: &mut [R],
    ) -> Option<()> {
        loss.head_direction::<R, K>(kept, ra, answers, ru)?;
        self.weigh(answers, ru, answers.outputs * K)
    }

    fn digest(&self, digest: &mut Fingerprint) {
        // Tags 0 and 1 belonged to versions that divided a minibatch by its own weights.
        let (tag, weights) = match self.weights {
            Weights::PerSample(weights) => (2, weights),
            Weights::PerClass(weights) => (3, weights),
        };
        digest.word(tag);
        digest.reals(weights);
    }
}
