//! Sources of gradients.

use super::saved::tag;
use super::{Halt, Persist, Settings};
use crate::base::random::Rng;
use crate::{ArgError, Objective, Real};

/// A source of gradients, one per step, for objectives of type `F`.
///
/// # Contract
///
/// Caller: call [`check`](Self::check) and [`reset`](Self::reset) before a run, then, in each step,
/// [`ready`](Self::ready) and [`value_grad`](Self::value_grad) with that objective and slices as
/// for [`Objective::value_grad`], except that the scratch has length
/// [`scratch_len`](Self::scratch_len). Implementor: [`draw`](Self::draw) takes random numbers from `rng`
/// alone, and at most one batch per call.
pub trait GradientSource<R: Real, F: ?Sized> {
    /// Checks that the objective fits this source.
    ///
    /// # Errors
    /// [`ArgError`] naming the setting that does not fit.
    fn check(&self, objective: &F) -> Result<(), ArgError>;

    /// Returns the scratch length of [`value_grad`](Self::value_grad) on this objective.
    fn scratch_len(&self, objective: &F) -> usize;

    /// Restarts at the first step.
    fn reset(&mut self);

    /// Checks that the source can supply one more gradient.
    ///
    /// # Errors
    /// [`Halt`] if it cannot.
    fn ready(&self) -> Result<(), Halt> {
        Ok(())
    }

    /// Draws this step's batch and returns a function `(objective, params, grad, scratch) → value` that evaluates it and
    /// writes its gradient. All calls of the function use the same batch.
    fn draw<G: Rng + ?Sized>(&mut self, rng: &mut G) -> impl Fn(&F, &[R], &mut [R], &mut [R]) -> R;

    /// Returns the value for this step and writes its gradient.
    fn value_grad<G: Rng + ?Sized>(
        &mut self,
        objective: &F,
        params: &[R],
        grad: &mut [R],
        scratch: &mut [R],
        rng: &mut G,
    ) -> R {
        self.draw(rng)(objective, params, grad, scratch)
    }
}

/// The objective's own gradient, without randomness; works on any [`Objective`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FullBatch;

impl<R: Real, F: Objective<R> + ?Sized> GradientSource<R, F> for FullBatch {
    fn check(&self, _objective: &F) -> Result<(), ArgError> {
        Ok(())
    }

    fn scratch_len(&self, objective: &F) -> usize {
        objective.scratch_len()
    }

    fn reset(&mut self) {}

    fn draw<G: Rng + ?Sized>(&mut self, _rng: &mut G) -> impl Fn(&F, &[R], &mut [R], &mut [R]) -> R {
        |objective: &F, params: &[R], grad: &mut [R], scratch: &mut [R]| {
            objective.value_grad(params, grad, scratch)
        }
    }
}

impl Persist for FullBatch {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("source", tag::FULL_BATCH);
    }
}
