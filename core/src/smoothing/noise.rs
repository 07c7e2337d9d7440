//! Distributions of displacements: kernels, and the noise of minibatches.

use crate::base::kernel::Kernel;
use crate::base::random::{Rng, fill_indices};
use crate::{ArgError, Real, SampledObjective};

/// A distribution of displacements ω.
pub trait Displacement<R: Real> {
    /// Whether −ω has the same distribution as ω, so that both can be used.
    const SYMMETRIC: bool;

    /// Draws ω. `scratch` has the length that the objective being smoothed needs.
    fn draw<G: Rng + ?Sized>(&mut self, rng: &mut G, out: &mut [R], scratch: &mut [R]);
}

impl<R: Real> Displacement<R> for Kernel<R> {
    const SYMMETRIC: bool = true;

    fn draw<G: Rng + ?Sized>(&mut self, rng: &mut G, out: &mut [R], _scratch: &mut [R]) {
        Self::draw(self, rng, out);
    }
}

/// The noise that a minibatch adds to a step of SGD: `ω = η (∇f_B(θ) − ∇f(θ))`, frozen at one θ.
///
/// B consists of `batch.len()` samples drawn with replacement. The noise has mean zero and covariance
/// `η² D / b`; it is neither isotropic nor symmetric, and the rank of its covariance is at most that of the
/// per-sample gradients.
///
/// # Shapes
/// `params` and `grad`, the full gradient there, have the objective's dimension; `batch` is memory for one
/// batch, owned or lent. If `batch` changes its length, displacements are infinite, and the estimate that
/// draws them reports `NotFinite`.
#[derive(Debug)]
pub struct MinibatchNoise<'a, F: ?Sized, R: Real, I> {
    objective: &'a F,
    learning_rate: R,
    params: &'a [R],
    grad: &'a [R],
    batch: I,
    batch_size: usize,
    samples: u32,
}

impl<'a, R: Real, F: SampledObjective<R> + ?Sized, I: AsRef<[u32]> + AsMut<[u32]>>
    MinibatchNoise<'a, F, R, I>
{
    /// Creates the noise of batches of `batch.len()` samples at `params`, where the full gradient is `grad`.
    ///
    /// # Errors
    /// [`ArgError`] naming `learning_rate` (negative or not finite), `params`, `grad` (wrong length, not finite),
    /// `batch` (empty) or `samples` (none, or more than a `u32` counts).
    pub fn new(
        objective: &'a F,
        learning_rate: R,
        params: &'a [R],
        grad: &'a [R],
        batch: I,
    ) -> Result<Self, ArgError> {
        ArgError::check_non_negative("learning_rate", learning_rate)?;
        for (arg, values) in [("params", params), ("grad", grad)] {
            ArgError::check_len(arg, objective.dim(), values.len())?;
            ArgError::check_finite(arg, values)?;
        }
        let batch_size = batch.as_ref().len();
        ArgError::check_count("batch", batch_size)?;
        ArgError::check_count("samples", objective.samples())?;
        let samples = u32::try_from(objective.samples());
        let samples = samples.map_err(|_| {
            let found = objective.samples();
            ArgError::new("samples", crate::Reason::TooMany { limit: u32::MAX as usize, found })
        })?;
        Ok(Self { objective, learning_rate, params, grad, batch, batch_size, samples })
    }
}

impl<R, F, I> Displacement<R> for MinibatchNoise<'_, F, R, I>
where
    R: Real,
    F: SampledObjective<R> + ?Sized,
    I: AsRef<[u32]> + AsMut<[u32]>,
{
    const SYMMETRIC: bool = false;

    fn draw<G: Rng + ?Sized>(&mut self, rng: &mut G, out: &mut [R], scratch: &mut [R]) {
        let batch = self.batch.as_mut();
        if batch.len() != self.batch_size {
            return out.fill(R::INFINITY);
        }
        fill_indices(rng, self.samples, batch);
        let value = self.objective.batch_value_grad(self.params, batch, out, scratch);
        for (omega, g) in out.iter_mut().zip(self.grad) {
            *omega = self.learning_rate * (*omega - *g);
        }
        if !value.is_finite() {
            // The estimate is then not finite and reports so.
            out.fill(R::INFINITY);
        }
    }
}
