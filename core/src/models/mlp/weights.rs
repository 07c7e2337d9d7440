//! How much each sample counts.

use super::answers::Answers;
use super::tile::Rows;
use super::{Loss, Mlp};
use crate::base::fingerprint::Fingerprint;
use crate::base::rows::{rows, rows_mut};
use crate::base::vector::{LaneSum, scale, unit_scale};
use crate::models::data::{Dataset, Targets};
use crate::{ArgError, Real, Reason};

/// Weights of the samples of a loss: finite, at least zero, and one of them above. Only their ratios count.
///
/// What they mean is said at [`MlpObjective::with_weights`](super::MlpObjective::with_weights).
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Weights<'a, R: Real = f32> {
    /// One of each sample, N.
    PerSample(&'a [R]),
    /// One of each class that labels can name: as many as outputs, two for a single output.
    PerClass(&'a [R]),
}

/// How the samples of an objective are weighed: [`Equal`] or [`Weighted`].
pub trait Weighting<R: Real>: sealed::Sealed + Copy + core::fmt::Debug {
    /// The sum of the weights of these samples; 1 if none counts, so that their mean is 0. `None` if one has no weight.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn mass(&self, rows: Rows<'_>, targets: Targets<'_, R>) -> Option<R>;

    /// [`Loss::head`] of weighted rows.
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

    /// [`Loss::head_direction`] of weighted rows.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn head_direction(
        &self,
        loss: Loss,
        a: &[R],
        ra: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        ru: &mut [R],
    ) -> Option<()>;

    /// Adds what decides the weights to a digest.
    #[doc(hidden)]
    fn digest(&self, digest: &mut Fingerprint);
}

mod sealed {
    #![expect(unnameable_types, reason = "a sealed trait is one that nobody can name")]
    pub trait Sealed {}
}

/// A mean over samples.
#[derive(Clone, Copy)]
pub(super) struct Mean<R> {
    pub(super) loss: R,
    /// The sum of their weights: how many they are, if all are equal.
    pub(super) mass: R,
}

/// Each sample counts once. It takes neither memory nor time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Equal;

impl sealed::Sealed for Equal {}

#[expect(private_interfaces, reason = "the trait is sealed")]
impl<R: Real> Weighting<R> for Equal {
    #[inline(always)]
    fn mass(&self, rows: Rows<'_>, _: Targets<'_, R>) -> Option<R> {
        Some(R::from_usize(rows.len()))
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
    fn head_direction(
        &self,
        loss: Loss,
        a: &[R],
        ra: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        ru: &mut [R],
    ) -> Option<()> {
        loss.head_direction(a, ra, answers, u, ru)
    }

    #[inline(always)]
    fn digest(&self, _: &mut Fingerprint) {}
}

/// Each sample counts by its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted<'a, R: Real = f32> {
    weights: Weights<'a, R>,
    /// Brings the largest weight near one.
    unit: R,
}

impl<'a, R: Real> Weighted<'a, R> {
    /// Weights for these samples.
    pub(super) fn new(weights: Weights<'a, R>, net: &Mlp, data: &Dataset<'_, R>) -> Result<Self, ArgError> {
        let (expected, all) = match (weights, data.targets()) {
            (Weights::PerSample(all), _) => (data.len(), all),
            (Weights::PerClass(all), Targets::Labels(_)) => (net.outputs().max(2), all),
            // Values name no class.
            (Weights::PerClass(all), Targets::Values(_)) => (0, all),
        };
        ArgError::check_len("weights", expected, all.len())?;
        if let Some((index, w)) = all.iter().enumerate().find(|(_, w)| !(w.is_finite() && **w >= R::ZERO)) {
            let reason = Reason::Element { index, value: w.to_f64(), range: "finite and at least 0" };
            return Err(ArgError::new("weights", reason));
        }
        let weighted = Self { weights, unit: unit_scale(all) };
        let answers =
            Answers { rows: Rows::new(data.len(), None), targets: data.targets(), outputs: net.outputs() };
        let counts = (0..data.len()).any(|row| weighted.weight(&answers, row).is_some_and(|w| w > R::ZERO));
        ArgError::check_range("weights", R::ZERO, counts, "above 0 for one sample at least")?;
        Ok(weighted)
    }

    /// The weight of a row, in units of about the largest.
    fn weight(&self, answers: &Answers<'_, R>, row: usize) -> Option<R> {
        let weight = match self.weights {
            Weights::PerSample(weights) => weights.get(answers.rows.sample(row)?)?,
            Weights::PerClass(weights) => weights.get(answers.label(row)?)?,
        };
        Some(self.unit * *weight)
    }

    /// Multiplies each row of a matrix by its weight. A row of weight zero becomes zero, whatever it was.
    fn weigh(&self, answers: &Answers<'_, R>, matrix: &mut [R]) -> Option<()> {
        for (r, row) in rows_mut(matrix, answers.outputs).enumerate() {
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
    fn mass(&self, rows: Rows<'_>, targets: Targets<'_, R>) -> Option<R> {
        let answers = Answers { rows, targets, outputs: 1 };
        let mut sum = LaneSum::default();
        for row in 0..rows.len() {
            sum.push(self.weight(&answers, row)?);
        }
        let mass = sum.total();
        // No samples at all have no mean.
        Some(if mass > R::ZERO || rows.len() == 0 { mass } else { R::ONE })
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
        // A row at a time, because a loss is pushed as soon as it is known.
        for (r, (a, u)) in rows(a, outputs).zip(rows_mut(u, outputs)).enumerate() {
            let mut own = LaneSum::default();
            loss.head(a, &answers.one(r), u, &mut own)?;
            let weight = self.weight(answers, r)?;
            sum.push(if weight > R::ZERO { weight * own.total() } else { R::ZERO });
        }
        self.weigh(answers, u)
    }

    fn head_direction(
        &self,
        loss: Loss,
        a: &[R],
        ra: &[R],
        answers: &Answers<'_, R>,
        u: &mut [R],
        ru: &mut [R],
    ) -> Option<()> {
        loss.head_direction(a, ra, answers, u, ru)?;
        self.weigh(answers, u)?;
        self.weigh(answers, ru)
    }

    fn digest(&self, digest: &mut Fingerprint) {
        let (tag, weights) = match self.weights {
            Weights::PerSample(weights) => (0, weights),
            Weights::PerClass(weights) => (1, weights),
        };
        digest.word(tag);
        digest.reals(weights);
    }
}
