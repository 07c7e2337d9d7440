//! Sources of gradients.

use super::saved::tag;
use super::{Halt, Persist, Settings};
use crate::base::random::Rng;
use crate::{ArgError, Objective, Real};

/// Supplies the gradient of a step for objectives of type `F`.
///
/// # Contract
///
/// Caller: calls [`check`](Self::check) and [`reset`](Self::reset) before a run, then, each step,
/// [`ready`](Self::ready) and [`value_grad`](Self::value_grad) with that objective and slices as
/// [`Objective::value_grad`] wants them, except that the scratch has [`scratch_len`](Self::scratch_len).
/// Implementor: draws only from `rng`, at most one batch a call.
pub trait GradientSource<R: Real, F: ?Sized> {
    /// Refuses an objective that does not fit.
    ///
    /// # Errors
    /// [`ArgError`] naming the setting that does not fit.
    fn check(&self, objective: &F) -> Result<(), ArgError>;

    /// The scratch that [`value_grad`](Self::value_grad) needs on this objective.
    fn scratch_len(&self, objective: &F) -> usize;

    /// Starts over with the first step.
    fn reset(&mut self);

    /// Whether the source can supply one more gradient.
    ///
    /// # Errors
    /// [`Halt`] if it cannot.
    fn ready(&self) -> Result<(), Halt> {
        Ok(())
    }

    /// The value and gradient of this step.
    fn value_grad<G: Rng + ?Sized>(
        &mut self,
        objective: &F,
        params: &[R],
        grad: &mut [R],
        scratch: &mut [R],
        rng: &mut G,
    ) -> R;
}

/// The objective's own gradient: no randomness, any [`Objective`].
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

    fn value_grad<G: Rng + ?Sized>(
        &mut self,
        objective: &F,
        params: &[R],
        grad: &mut [R],
        scratch: &mut [R],
        _rng: &mut G,
    ) -> R {
        objective.value_grad(params, grad, scratch)
    }
}

impl Persist for FullBatch {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("source", tag::FULL_BATCH);
    }
}
