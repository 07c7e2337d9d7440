//! Perturbations where the gradient is small.

use super::saved::tag;
use super::{Halt, Persist, Settings, Transform};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::random::{Rng, fill_ball};
use crate::base::vector::norm;
use crate::{ArgError, Real};

/// Perturbed gradient descent (Jin, Ge, Netrapalli, Kakade & Jordan 2017, algorithm 2): where the gradient is small, and
/// more than `min_interval` steps (the paper's `t_thres`) have passed since the last perturbation, the step is a
/// perturbation; every other step is that of the chain `T`.
///
/// ```text
/// x ← x + ξ, ξ uniform in the ball of radius r    if ‖g‖ ≤ grad_norm and more than `min_interval` steps since the last
/// x ← x − u,   u = T(g)                           otherwise
/// ```
///
/// It leaves a strict saddle, at which plain descent stays, and adds nothing where the gradient is large. In contrast to
/// [`AddNoise`](super::AddNoise), a run that ends at a minimum comes to rest between two perturbations.
///
/// The paper counts a perturbation and the descent from it as one step; here they are two, and `min_interval` counts
/// steps of descent, so that the iterates are the paper's. The paper ends a run when the loss has not fallen by `f_thres`
/// within `min_interval` steps of a perturbation; a transform does not see the loss, so that is the caller's to check,
/// with [`perturbations`](Self::perturbations).
///
/// It must receive the gradient itself, so whatever else the run does belongs inside `T`: learning rate, momentum, clipping. A
/// perturbation leaves the state of `T`, for example a velocity or a number of steps, as it is. With momentum evaluated ahead
/// ([`Momentum::nesterov`](super::Momentum::nesterov)), the gradient compared is that at the place ahead.
///
/// # Cost
/// One norm of the gradient per step, and no memory.
///
/// # Errors
/// [`Sgd::new`](super::Sgd::new) refuses a `grad_norm` or a `radius` that is negative or not finite, and what `T` refuses.
///
/// # Examples
/// On the ridge of x² − y²/4 plain descent ends at the saddle. One perturbation suffices to leave it:
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::models::surfaces::Quadratic;
/// use losscape::sgd::{FullBatch, LearningRate, Perturbed, Sgd, SgdLayout};
///
/// let f = Quadratic::new(&[2.0f64, -0.5])?;
/// let chain = Perturbed::new(LearningRate::constant(0.1), 1e-3, 1e-2, 100);
/// let workspace = [0.0; SgdLayout::new(2, 4).len()];
/// let (mut sgd, mut rng) = (Sgd::new(&f, [0.7, 0.0], FullBatch, chain, workspace)?, stream(1, 0));
/// for _ in 0..200 {
///     let _ = sgd.step(&f, &mut rng);
/// }
/// assert_eq!(sgd.transforms().perturbations(), 1);
/// assert!(sgd.params()[1].abs() > 1.0);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Perturbed<T, R: Real = f32> {
    inner: T,
    grad_norm: R,
    radius: R,
    min_interval: u32,
    /// Steps since the last perturbation, the largest number if there was none.
    since: u32,
    perturbations: u32,
}

impl<T, R: Real> Perturbed<T, R> {
    /// Creates perturbations of this radius around the steps of a chain, where the gradient's norm is at most `grad_norm` and
    /// more than `min_interval` steps have been made since the last one. All three are at least zero; a `min_interval`
    /// of `u32::MAX` disables them.
    #[must_use]
    pub const fn new(inner: T, grad_norm: R, radius: R, min_interval: u32) -> Self {
        Self { inner, grad_norm, radius, min_interval, since: u32::MAX, perturbations: 0 }
    }

    /// Returns the number of perturbations made.
    #[must_use]
    pub const fn perturbations(&self) -> u32 {
        self.perturbations
    }

    /// Returns the chain that makes the other steps.
    #[must_use]
    pub const fn inner(&self) -> &T {
        &self.inner
    }
}

impl<R: Real, T: Transform<R>> Transform<R> for Perturbed<T, R> {
    fn check(&self, dim: usize) -> Result<(), ArgError> {
        ArgError::check_non_negative("grad_norm", self.grad_norm)?;
        ArgError::check_non_negative("radius", self.radius)?;
        self.inner.check(dim)
    }

    fn reset(&mut self) {
        self.since = u32::MAX;
        self.perturbations = 0;
        self.inner.reset();
    }

    fn ready(&self, dim: usize) -> Result<(), Halt> {
        self.inner.ready(dim)
    }

    fn evaluate_at<'s>(&'s mut self, params: &'s [R]) -> Result<&'s [R], Halt> {
        self.inner.evaluate_at(params)
    }

    fn apply<G: Rng + ?Sized>(&mut self, params: &[R], update: &mut [R], rng: &mut G) -> Result<(), Halt> {
        if self.since > self.min_interval && norm(update) <= self.grad_norm {
            // The update is subtracted: the ball is the same on both sides.
            fill_ball(rng, self.radius, update);
            self.since = 0;
            self.perturbations = self.perturbations.saturating_add(1);
            return Ok(());
        }
        self.inner.apply(params, update, rng)?;
        self.since = self.since.saturating_add(1);
        Ok(())
    }
}

impl<R: Real, T: Persist> Persist for Perturbed<T, R> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("transforms", tag::PERTURBED);
        settings.real("grad_norm", self.grad_norm);
        settings.real("radius", self.radius);
        settings.count("min_interval", self.min_interval);
        self.inner.settings(settings);
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        writer.u32(self.since);
        writer.u32(self.perturbations);
        self.inner.save_state(writer);
    }

    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        reader.u32()?;
        reader.u32()?;
        self.inner.check_state(dim, reader)
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.since = reader.u32()?;
        self.perturbations = reader.u32()?;
        self.inner.load_state(reader)
    }
}
