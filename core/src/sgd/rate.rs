//! Scaling of the update, and weight decay.

use super::saved::tag;
use super::{Halt, Persist, Schedule, Settings, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::random::Rng;
use crate::base::vector::{axpy, scale};
use crate::{ArgError, Real};

/// Multiplies the update by a factor, `u ← factor · u`.
///
/// ```
/// use losscape::{base::random::stream, sgd::{Scale, Transform}};
/// let mut update = [8.0f32, -2.0];
/// Scale { factor: 0.5 }.apply(&[0.0; 2], &mut update, &mut stream(1, 0))?;
/// assert_eq!(update, [4.0, -1.0]);
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Scale<R: Real = f32> {
    /// The factor, which must be finite.
    pub factor: R,
}

impl<R: Real> Transform<R> for Scale<R> {
    fn check(&self, _dim: usize) -> Result<(), ArgError> {
        ArgError::check_finite("factor", &[self.factor])
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) -> Result<(), Halt> {
        scale(self.factor, update);
        Ok(())
    }
}

impl<R: Real> Persist for Scale<R> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::SCALE);
        settings.real("factor", self.factor);
    }
}

/// Multiplies the update by a learning rate, `u ← η(k) · u`, given by a [`Schedule`] at step `k`;
/// it counts the steps.
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::sgd::{LearningRate, Schedule, Transform};
/// let mut rate = LearningRate::new(Schedule::WarmUp { rate: 1.0f32, steps: 4 });
/// let mut update = [8.0];
/// rate.apply(&[0.0], &mut update, &mut stream(1, 0))?;
/// assert_eq!((update, rate.rate()), ([2.0], 0.5));
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LearningRate<R: Real = f32> {
    schedule: Schedule<R>,
    step: u32,
}

impl<R: Real> LearningRate<R> {
    /// Creates the rates of a schedule, starting at its step 0.
    #[must_use]
    pub const fn new(schedule: Schedule<R>) -> Self {
        Self { schedule, step: 0 }
    }

    /// Creates a constant rate.
    #[must_use]
    pub const fn constant(rate: R) -> Self {
        Self::new(Schedule::Constant { rate })
    }

    /// Switches to another schedule; the step count is kept.
    ///
    /// # Errors
    /// As [`Schedule::check`]; nothing has changed then.
    pub fn set_schedule(&mut self, schedule: Schedule<R>) -> Result<(), ArgError> {
        schedule.check()?;
        self.schedule = schedule;
        Ok(())
    }

    /// Returns the rate of the next step.
    #[must_use]
    pub fn rate(&self) -> R {
        self.schedule.at(self.step)
    }
}

impl<R: Real> Transform<R> for LearningRate<R> {
    fn check(&self, _dim: usize) -> Result<(), ArgError> {
        self.schedule.check()
    }

    fn reset(&mut self) {
        self.step = 0;
    }

    fn apply<G: Rng + ?Sized>(&mut self, _params: &[R], update: &mut [R], _rng: &mut G) -> Result<(), Halt> {
        scale(self.rate(), update);
        self.step = self.step.saturating_add(1);
        Ok(())
    }
}

impl<R: Real> Persist for LearningRate<R> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::LEARNING_RATE);
        self.schedule.settings(settings);
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u32(self.step);
    }

    fn check_state(&self, _dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        reader.u32().map(|_| ())
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.step = reader.u32()?;
        Ok(())
    }
}

/// Adds a multiple of the parameters, `u ← u + decay · x`. After the rate and the momentum, this is
/// the decoupled weight decay of Loshchilov & Hutter (2019), `x ← (1 − decay) x − u`.
///
/// `decay` is per step: if a paper multiplies rate and coefficient, it is their product. Unlike an
/// L2 term of the objective, it is not part of the reported value; placed before the rate, it is
/// the gradient of an L2 term.
///
/// ```
/// use losscape::{base::random::stream, sgd::{Transform, WeightDecay}};
/// let mut update = [1.0f32, 1.0];
/// WeightDecay { decay: 0.25 }.apply(&[4.0, -8.0], &mut update, &mut stream(1, 0))?;
/// assert_eq!(update, [2.0, -1.0]);
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightDecay<R: Real = f32> {
    /// The fraction by which parameters shrink in a step, in [0, 1).
    pub decay: R,
}

impl<R: Real> Transform<R> for WeightDecay<R> {
    fn check(&self, _dim: usize) -> Result<(), ArgError> {
        ArgError::check_fraction("decay", self.decay)
    }

    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], _rng: &mut G) -> Result<(), Halt> {
        axpy(self.decay, params, update);
        Ok(())
    }
}

impl<R: Real> Persist for WeightDecay<R> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::WEIGHT_DECAY);
        settings.real("decay", self.decay);
    }
}
