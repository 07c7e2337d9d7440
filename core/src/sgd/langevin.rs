//! Langevin dynamics.

use super::saved::tag;
use super::{Halt, LearningRate, Persist, Schedule, Settings, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::elementary::sqrt;
use crate::base::finite::all_finite;
use crate::base::random::{Rng, add_normal};
use crate::{ArgError, Real};

/// Unadjusted Langevin dynamics: scales the update by the learning rate and adds noise of temperature T, whose size
/// follows the rate.
///
/// ```text
/// u ← C(η(k) u) + √(2 η(k) T) z,    z ~ N(0, I),    C: the chain inside
/// ```
///
/// With the empty chain `()` inside, it turns gradient descent into the Euler–Maruyama scheme of `dx = −∇f dt + √(2T) dW`
/// with time step η. A chain inside, such as a momentum or a weight decay, rewrites `η u` before the noise is added. At
/// temperature zero nothing is drawn. The draws are those of [`fill_normal`](crate::base::random::fill_normal).
///
/// # Cost
/// One normal number per parameter and step, and no memory.
///
/// # Errors
/// [`Sgd::new`](super::Sgd::new) refuses a `temperature` that is negative or not finite, and what the schedule and the chain
/// refuse. The run stops where the noisy update would not be finite.
///
/// # Examples
/// With no gradient, a step is the noise alone, of variance 2 η T = ¼:
///
/// ```
/// use losscape::base::random::{fill_normal, stream};
/// use losscape::sgd::{Langevin, LearningRate, Transform};
///
/// let mut langevin = Langevin::new(LearningRate::constant(0.125f32), (), 1.0);
/// let (mut update, mut z) = ([0.0; 3], [0.0; 3]);
/// langevin.apply(&[0.0; 3], &mut update, &mut stream(1, 0))?;
/// fill_normal(&mut stream(1, 0), &mut z);
/// assert_eq!(update, z.map(|z| 0.5 * z));
/// # Ok::<(), losscape::sgd::Halt>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Langevin<T, R: Real = f32> {
    rate: LearningRate<R>,
    inner: T,
    temperature: R,
}

impl<T, R: Real> Langevin<T, R> {
    /// Creates Langevin noise of a temperature, at least zero, around the steps of a learning rate and a chain.
    #[must_use]
    pub const fn new(rate: LearningRate<R>, inner: T, temperature: R) -> Self {
        Self { rate, inner, temperature }
    }

    /// Switches to another schedule of the learning rate, which the noise follows; the step count is kept.
    ///
    /// # Errors
    /// As [`Schedule::check`]; nothing has changed then.
    pub fn set_schedule(&mut self, schedule: Schedule<R>) -> Result<(), ArgError> {
        self.rate.set_schedule(schedule)
    }

    /// Returns the standard deviation of the noise of the next step, `√(2 η T)`.
    #[must_use]
    pub fn std_dev(&self) -> R {
        let rate = self.rate.rate();
        let variance = R::TWO * rate * self.temperature;
        if variance >= R::MIN_POSITIVE && variance.is_finite() {
            sqrt(variance)
        } else {
            sqrt(R::TWO) * (sqrt(rate) * sqrt(self.temperature))
        }
    }
}

impl<R: Real, T: Transform<R>> Transform<R> for Langevin<T, R> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        ArgError::check_non_negative("temperature", self.temperature)?;
        self.rate.check(dim)?;
        self.inner.check(dim)
    }

    fn reset(&mut self) {
        self.rate.reset();
        self.inner.reset();
    }

    fn ready(&self, dim: usize) -> Result<(), Halt> {
        self.inner.ready(dim)
    }

    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> Result<&'s [R], Halt> {
        self.inner.evaluate_at(params)
    }

    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G) -> Result<(), Halt> {
        let std_dev = self.std_dev();
        self.rate.apply(params, update, rng)?;
        self.inner.apply(params, update, rng)?;
        if self.temperature > R::ZERO {
            add_normal(rng, std_dev, update);
        }
        if all_finite(update) { Ok(()) } else { Err(Halt::NotFinite) }
    }
}

impl<R: Real, T: Persist> Persist for Langevin<T, R> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::LANGEVIN);
        settings.real("temperature", self.temperature);
        self.rate.settings(settings);
        self.inner.settings(settings);
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        self.rate.save_state(writer);
        self.inner.save_state(writer);
    }

    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.rate.check_state(dim, reader)?;
        self.inner.check_state(dim, reader)
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.rate.load_state(reader)?;
        self.inner.load_state(reader)
    }
}
