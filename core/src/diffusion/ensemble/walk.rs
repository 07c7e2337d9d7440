//! The steps of walkers.

use super::layout::Parts;
use crate::base::elementary::sqrt;
use crate::base::kernel::Kernel;
use crate::base::random::{Rng, add_normal, fill_indices, fill_normal};
use crate::base::refusal::refuse;
use crate::base::rows::copy;
use crate::base::vector::{axpy, scale};
use crate::{ArgError, Objective, Real, SampledObjective};

/// The number of samples of a batch that are evaluated at once; larger batches are split into pieces of this
/// size.
pub const BATCH_PIECE: usize = 32;

/// The step of a walker, shared by all walkers of an [`Ensemble`](super::Ensemble).
///
/// Implemented by [`Langevin`], [`Uneven`], [`Kicked`], [`BatchDescent`] and [`Svag`].
pub trait Walk<R: Real, F: Objective<R> + ?Sized>: sealed::Sealed {
    /// Refuses invalid settings.
    ///
    /// # Errors
    /// [`ArgError`] naming the setting.
    fn check(&self, objective: &F) -> Result<(), ArgError>;
    /// Returns the scratch length that an evaluation needs.
    fn scratch_len(&self, objective: &F) -> usize {
        objective.scratch_len()
    }
    /// Writes the next position and returns the value.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn propose<G: Rng + ?Sized>(
        &self,
        objective: &F,
        position: &[R],
        parts: &mut Parts<'_, R>,
        rng: &mut G,
    ) -> R;
    /// As [`propose`](Self::propose), with kicks drawn beforehand, one per coordinate.
    #[doc(hidden)]
    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn propose_with(&self, objective: &F, position: &[R], parts: &mut Parts<'_, R>, kicks: &[R]) -> R {
        let _ = (objective, position, kicks);
        refuse(parts.next);
        R::INFINITY
    }
    /// Returns the standard deviation of normal kicks, if a step draws nothing else.
    #[doc(hidden)]
    fn kicks(&self) -> Option<R> {
        None
    }
}

mod sealed {
    #![expect(unnameable_types, reason = "a sealed trait must not be nameable")]
    pub trait Sealed {}
}

/// `x ← x − η ∇f(x) + √(2 η T) z`: the Euler–Maruyama scheme of Langevin dynamics with time step η.
///
/// It is also gradient descent with normal gradient noise of variance σ²/b, at `T = η σ² / (2 b)`. For a
/// curvature λ, the stationary variance is `2 T / (λ (2 − η λ))`, whereas that of the diffusion is `T / λ`:
/// half as much at η λ = 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Langevin<R: Real = f32> {
    /// η, the time step.
    pub learning_rate: R,
    /// T, at least zero.
    pub temperature: R,
}

impl<R: Real> sealed::Sealed for Langevin<R> {}

impl<R: Real, F: Objective<R> + ?Sized> Walk<R, F> for Langevin<R> {
    fn check(&self, _: &F) -> Result<(), ArgError> {
        check_langevin(self.learning_rate, self.temperature)
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn propose<G: Rng + ?Sized>(
        &self,
        objective: &F,
        position: &[R],
        parts: &mut Parts<'_, R>,
        rng: &mut G,
    ) -> R {
        let Parts { next, grad, scratch, .. } = parts;
        let value = objective.value_grad(position, grad, scratch);
        copy(position, next);
        axpy(-self.learning_rate, grad, next);
        add_normal(rng, sqrt(R::TWO * self.learning_rate * self.temperature), next);
        value
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    #[inline]
    fn propose_with(&self, objective: &F, position: &[R], parts: &mut Parts<'_, R>, kicks: &[R]) -> R {
        let Parts { next, grad, scratch, .. } = parts;
        let value = objective.value_grad(position, grad, scratch);
        let terms = position.iter().zip(grad.iter()).zip(kicks);
        for (next, ((x, g), kick)) in next.iter_mut().zip(terms) {
            *next = (*x + -self.learning_rate * *g) + *kick;
        }
        value
    }

    fn kicks(&self) -> Option<R> {
        Some(sqrt(R::TWO * self.learning_rate * self.temperature))
    }
}

fn check_langevin<R: Real>(learning_rate: R, temperature: R) -> Result<(), ArgError> {
    ArgError::check_positive("learning_rate", learning_rate)?;
    ArgError::check_non_negative("temperature", temperature)
}

/// [`Langevin`] dynamics with noise that depends on the position before the step (Itô):
///
/// ```text
/// xᵢ ← xᵢ − η ∂ᵢf(x) + √(2 η T Dᵢ(x)) zᵢ
/// ```
///
/// Its density obeys the [equation](crate::diffusion::FokkerPlanck) with [`Diffusion::Places`](crate::diffusion::Diffusion::Places) in
/// [Itô's sense](crate::diffusion::Calculus::Ito).
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::diffusion::{Ensemble, EnsembleLayout, EnsembleStep, Uneven};
/// use losscape::models::surfaces::Quadratic;
///
/// let bowl = Quadratic::new(&[1.0f64])?;
/// let law = |x: &[f64], d: &mut [f64]| d[0] = if x[0] > 0.0 { 1.0 } else { 0.0 };
/// let walk = Uneven { learning_rate: 0.5, temperature: 0.1, diffusion: law };
/// let workspace = [0.0; EnsembleLayout::new(1, 2).len()];
/// let mut cloud = Ensemble::new(&bowl, walk, [-1.0, 1.0], [stream(1, 0), stream(1, 1)], workspace)?;
/// while !matches!(cloud.step(&bowl), EnsembleStep::Round { .. }) {}
/// assert_eq!(cloud.positions()[0], -0.5); // no noise there
/// assert_ne!(cloud.positions()[1], 0.5);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Uneven<R: Real, L> {
    /// η, the time step.
    pub learning_rate: R,
    /// T, at least zero.
    pub temperature: R,
    /// Writes D along each axis at a position. A walker does not move where its D would be negative or NaN.
    pub diffusion: L,
}

impl<R: Real, L> sealed::Sealed for Uneven<R, L> {}

impl<R: Real, L: Fn(&[R], &mut [R]), F: Objective<R> + ?Sized> Walk<R, F> for Uneven<R, L> {
    fn check(&self, _: &F) -> Result<(), ArgError> {
        check_langevin(self.learning_rate, self.temperature)
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn propose<G: Rng + ?Sized>(
        &self,
        objective: &F,
        position: &[R],
        parts: &mut Parts<'_, R>,
        rng: &mut G,
    ) -> R {
        let Parts { next, grad, other, piece, scratch } = parts;
        let value = objective.value_grad(position, grad, scratch);
        (self.diffusion)(position, other);
        fill_normal(rng, piece);
        copy(position, next);
        axpy(-self.learning_rate, grad, next);
        let power = R::TWO * self.learning_rate * self.temperature;
        for ((x, d), z) in next.iter_mut().zip(other.iter()).zip(piece.iter()) {
            *x += sqrt(power * *d) * *z;
        }
        value
    }
}

/// Gradient descent with kicks: `x ← x − η ∇f(x) − ω`, with ω drawn from a kernel.
///
/// Averaged over ω, and observed between the gradient step and the kick, a step is one on the objective
/// convolved with the kernel (Kleinberg, Li & Yuan 2018; see [`smoothing`](crate::smoothing)). With a
/// Gaussian kernel this is [`Langevin`] at `T = s² / (2 η)`; with a bandwidth of zero it is gradient descent.
///
/// ```
/// use losscape::base::kernel::Kernel;
/// use losscape::base::random::stream;
/// use losscape::diffusion::{Ensemble, EnsembleLayout, EnsembleStep, Kicked};
/// use losscape::models::surfaces::Quadratic;
///
/// let bowl = Quadratic::new(&[2.0f64])?;
/// let walk = Kicked { learning_rate: 0.25, kernel: Kernel::Cube { radius: 0.0 } };
/// let workspace = [0.0; EnsembleLayout::new(1, 2).len()];
/// let mut cloud = Ensemble::new(&bowl, walk, [1.0, -2.0], [stream(1, 0), stream(1, 1)], workspace)?;
/// while !matches!(cloud.step(&bowl), EnsembleStep::Round { round: 3, .. }) {}
/// assert_eq!(cloud.positions(), [0.125, -0.25]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kicked<R: Real = f32> {
    /// η.
    pub learning_rate: R,
    /// The distribution of ω.
    pub kernel: Kernel<R>,
}

impl<R: Real> sealed::Sealed for Kicked<R> {}

impl<R: Real, F: Objective<R> + ?Sized> Walk<R, F> for Kicked<R> {
    fn check(&self, _: &F) -> Result<(), ArgError> {
        ArgError::check_positive("learning_rate", self.learning_rate)?;
        self.kernel.check()
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn propose<G: Rng + ?Sized>(
        &self,
        objective: &F,
        position: &[R],
        parts: &mut Parts<'_, R>,
        rng: &mut G,
    ) -> R {
        let Parts { next, grad, other, scratch, .. } = parts;
        let value = objective.value_grad(position, grad, scratch);
        self.kernel.draw(rng, other);
        copy(position, next);
        axpy(-self.learning_rate, grad, next);
        axpy(-R::ONE, other, next);
        value
    }
}

/// Stochastic gradient descent: `x ← x − η g`, with g the mean gradient of a batch drawn with replacement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BatchDescent<R: Real = f32> {
    /// η.
    pub learning_rate: R,
    /// b, the number of samples per batch.
    pub batch_size: u32,
}

impl<R: Real> sealed::Sealed for BatchDescent<R> {}

impl<R: Real, F: SampledObjective<R> + ?Sized> Walk<R, F> for BatchDescent<R> {
    fn check(&self, objective: &F) -> Result<(), ArgError> {
        ArgError::check_positive("learning_rate", self.learning_rate)?;
        ArgError::check_count("batch_size", self.batch_size as usize)?;
        check_samples(objective.samples())
    }

    fn scratch_len(&self, objective: &F) -> usize {
        piece_scratch_len(objective, self.batch_size)
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn propose<G: Rng + ?Sized>(
        &self,
        objective: &F,
        position: &[R],
        parts: &mut Parts<'_, R>,
        rng: &mut G,
    ) -> R {
        let Parts { next, grad, piece, scratch, .. } = parts;
        let value = batch(objective, self.batch_size, position, [&mut *grad, &mut *piece], scratch, rng);
        copy(position, next);
        axpy(-self.learning_rate, grad, next);
        value
    }
}

/// Stochastic variance amplified gradients (Li, Malladi & Arora 2021), with two independently drawn batches:
///
/// ```text
/// x ← x − (η/l) [ (1 + √(2l − 1))/2 · g₁ + (1 − √(2l − 1))/2 · g₂ ]
/// ```
///
/// The mean of the bracket is the gradient, and its noise has l times the covariance. l steps therefore match
/// one step of SGD in mean and covariance, and as l grows, the walker tends to the diffusion at the *same*
/// temperature. On a quadratic of curvature λ with gradient noise of variance σ², the stationary variance is
/// `η σ² / (λ (2 − η λ / l))`. At l = 1 this is SGD.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Svag<R: Real = f32> {
    /// η.
    pub learning_rate: R,
    /// b, the number of samples per batch.
    pub batch_size: u32,
    /// l, the number of steps that replace one step of SGD.
    pub pieces: u32,
}

impl<R: Real> sealed::Sealed for Svag<R> {}

impl<R: Real, F: SampledObjective<R> + ?Sized> Walk<R, F> for Svag<R> {
    fn check(&self, objective: &F) -> Result<(), ArgError> {
        ArgError::check_count("pieces", self.pieces as usize)?;
        let Self { learning_rate, batch_size, .. } = *self;
        Walk::<R, F>::check(&BatchDescent { learning_rate, batch_size }, objective)
    }

    fn scratch_len(&self, objective: &F) -> usize {
        piece_scratch_len(objective, self.batch_size)
    }

    #[expect(private_interfaces, reason = "the trait is sealed")]
    fn propose<G: Rng + ?Sized>(
        &self,
        objective: &F,
        position: &[R],
        parts: &mut Parts<'_, R>,
        rng: &mut G,
    ) -> R {
        let Parts { next, grad, other, piece, scratch } = parts;
        let value = batch(objective, self.batch_size, position, [&mut *grad, &mut *piece], scratch, rng);
        let second = batch(objective, self.batch_size, position, [&mut *other, &mut *piece], scratch, rng);
        let l = R::from_u32(self.pieces);
        let (rate, spread) = (self.learning_rate / l, sqrt(R::TWO * l - R::ONE));
        copy(position, next);
        axpy(-(rate * R::HALF * (R::ONE + spread)), grad, next);
        axpy(-(rate * R::HALF * (R::ONE - spread)), other, next);
        R::HALF * (value + second)
    }
}

fn check_samples(samples: usize) -> Result<(), ArgError> {
    ArgError::check_count("samples", samples)?;
    let countable = u32::try_from(samples).is_ok();
    ArgError::check_range("samples", f64::from(u8::from(countable)), countable, "at most 2³² − 1")
}

fn piece_scratch_len<R: Real, F: SampledObjective<R> + ?Sized>(objective: &F, batch_size: u32) -> usize {
    objective.batch_scratch_len(BATCH_PIECE.min(batch_size as usize))
}

/// Draws a batch and returns its mean value, with the mean gradient in `grad`, piece by piece.
fn batch<R: Real, F: SampledObjective<R> + ?Sized, G: Rng + ?Sized>(
    objective: &F,
    size: u32,
    position: &[R],
    [grad, piece]: [&mut [R]; 2],
    scratch: &mut [R],
    rng: &mut G,
) -> R {
    let mut indices = [0; BATCH_PIECE];
    let samples = u32::try_from(objective.samples()).unwrap_or(u32::MAX);
    let mut value = R::ZERO;
    let mut left = size as usize;
    let mut first = true;
    while left > 0 {
        let count = left.min(BATCH_PIECE);
        let drawn = crate::base::rows::front_mut(&mut indices, count);
        fill_indices(rng, samples, drawn);
        let share = R::from_usize(count) / R::from_u32(size);
        if first {
            value = share * objective.batch_value_grad(position, drawn, grad, scratch);
            scale(share, grad);
        } else {
            value += share * objective.batch_value_grad(position, drawn, piece, scratch);
            axpy(share, piece, grad);
        }
        first = false;
        left -= count;
    }
    value
}
