//! One minibatch as an objective.

use crate::{Objective, Real, SampledObjective};

/// A sampled objective restricted to one batch of its samples.
///
/// The images of a band must be evaluated on the same function within a sweep, or their heights cannot
/// be compared. So draw a batch, run one sweep on it, and draw the next. If weight decay is part of the
/// objective, it is also part of every batch and enters before the band's projection.
///
/// # Examples
///
/// ```
/// # use losscape::{Objective, Real, SampledObjective};
/// use losscape::objective::OnBatch;
/// struct Mean<'a>(&'a [f32]); // f(θ) = mean of ½ (θ − cₖ)²
/// # impl Objective for Mean<'_> {
/// #     fn dim(&self) -> usize { 1 }
/// #     fn scratch_len(&self) -> usize { 0 }
/// #     fn value(&self, p: &[f32], _: &mut [f32]) -> f32 {
/// #         self.0.iter().fold(0.0, |s, c| s + 0.5 * (p[0] - c) * (p[0] - c)) / self.0.len() as f32
/// #     }
/// #     fn value_grad(&self, p: &[f32], g: &mut [f32], s: &mut [f32]) -> f32 {
/// #         g[0] = self.0.iter().fold(0.0, |s, c| s + p[0] - c) / self.0.len() as f32;
/// #         self.value(p, s)
/// #     }
/// # }
/// # impl SampledObjective for Mean<'_> {
/// #     fn samples(&self) -> usize { self.0.len() }
/// #     fn batch_value_grad(&self, p: &[f32], batch: &[u32], g: &mut [f32], _: &mut [f32]) -> f32 {
/// #         let (mut value, n) = (0.0, batch.len() as f32);
/// #         g[0] = 0.0;
/// #         for k in batch {
/// #             let d = p[0] - self.0[*k as usize];
/// #             g[0] += d / n;
/// #             value += 0.5 * d * d / n;
/// #         }
/// #         value
/// #     }
/// # }
/// let data = Mean(&[1.0, 3.0, 8.0]);
/// let batch = OnBatch::new(&data, &[0, 1]);
/// let (mut grad, mut scratch) = ([0.0], [0.0]);
/// assert_eq!(batch.value_grad(&[0.0], &mut grad, &mut scratch), 2.5);
/// assert_eq!(grad, [-2.0]);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct OnBatch<'a, F: ?Sized> {
    objective: &'a F,
    batch: &'a [u32],
}

impl<'a, F: ?Sized> OnBatch<'a, F> {
    /// Creates the mean over the samples in `batch`: at least one index, each below the objective's
    /// `samples()`.
    #[must_use]
    pub const fn new(objective: &'a F, batch: &'a [u32]) -> Self {
        debug_assert!(!batch.is_empty(), "a batch has at least one sample");
        Self { objective, batch }
    }
}

impl<R: Real, F: SampledObjective<R> + ?Sized> Objective<R> for OnBatch<'_, F> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }

    /// The objective's scratch for the batch, and room for a gradient, which a value alone computes too;
    /// with less, a value is +∞.
    fn scratch_len(&self) -> usize {
        self.objective.batch_scratch_len(self.batch.len()).saturating_add(self.objective.dim())
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        let Some((grad, scratch)) = scratch.split_at_mut_checked(self.objective.dim()) else {
            return R::INFINITY;
        };
        self.value_grad(params, grad, scratch)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.objective.batch_value_grad(params, self.batch, grad, scratch)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::data::{Dataset, Targets};
    use crate::models::mlp::{Loss, Mlp, MlpObjective};

    #[test]
    fn a_value_without_room_for_a_gradient_is_refused() {
        let data = Dataset::new(&[1.0f32, 2.0], 1, Targets::Values(&[1.0, 0.0])).unwrap();
        let net = Mlp::new(&[1, 1]).unwrap();
        let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0).unwrap();
        let batch = OnBatch::new(&f, &[0, 1]);
        let mut scratch = [0.0; 1000];
        let enough = batch.value(&[1.0, 0.0], &mut scratch[..batch.scratch_len()]);
        assert_eq!(enough, f.value(&[1.0, 0.0], &mut scratch));
        assert_eq!(batch.value(&[1.0, 0.0], &mut scratch[..1]), f32::INFINITY);
    }
}
