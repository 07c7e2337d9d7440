//! Gradients for sharpness-aware minimisation.

use super::saved::tag;
use super::{GradientSource, Halt, Persist, Settings};
use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::random::Rng;
use crate::base::vector::{norm, normalise};
use crate::{ArgError, Objective, Real};

/// Sharpness-aware minimisation (SAM) as a source of gradients: the gradient at the approximate maximum of the batch
/// loss within a ball (Foret et al. 2021, eq. 2 and 3).
///
/// ```text
/// g = ∇f_B(θ + ρ ∇f_B(θ) / ‖∇f_B(θ)‖)
/// ```
///
/// Both gradients are of one batch B. The reported value is the value at θ. If the first gradient is zero, so is g. If
/// the value at the perturbed point is not finite, the run stops as for any other gradient.
///
/// In general, g is not the gradient of any function. On a bowl ½ λ x², steps with rate η do not converge but end up
/// alternating between ±x with |x| = ηλρ / (2 − ηλ) (Long & Bartlett 2024). ρ has the unit of the parameters, so its
/// meaning depends on the scaling of the network (Dinh et al. 2017); see [`Sharpness`](crate::curvature::Sharpness).
///
/// # Cost
/// A step takes two gradients of one batch, and n more numbers of scratch.
///
/// # Examples
///
/// ```
/// use losscape::Objective;
/// use losscape::base::random::stream;
/// use losscape::models::surfaces::Quadratic;
/// use losscape::sgd::{FullBatch, GradientSource, LearningRate, Sgd, SgdLayout, SgdStep, SharpnessAware};
///
/// let bowl = Quadratic::new(&[1.0f64])?;
/// let source = SharpnessAware::new(FullBatch, 0.1)?;
/// let workspace = vec![0.0; SgdLayout::new(1, source.scratch_len(&bowl)).len()];
/// let mut sgd = Sgd::new(&bowl, [3.0], source, LearningRate::constant(0.5), workspace)?;
/// for _ in 0..200 {
///     assert!(matches!(sgd.step(&bowl, &mut stream(1, 0)), SgdStep::Stepped { .. }));
/// }
/// assert!((sgd.params()[0].abs() - 0.5 * 0.1 / (2.0 - 0.5)).abs() < 1e-12);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SharpnessAware<S, R: Real = f32> {
    source: S,
    radius: R,
}

impl<S, R: Real> SharpnessAware<S, R> {
    /// Perturbs the batches of `source` within radius ρ; the paper uses 0.05.
    ///
    /// # Errors
    /// [`ArgError`] naming `radius` (not above zero, not finite).
    pub fn new(source: S, radius: R) -> Result<Self, ArgError> {
        ArgError::check_positive("radius", radius)?;
        Ok(Self { source, radius })
    }

    /// Returns ρ, the radius of the perturbation.
    #[must_use]
    pub const fn radius(&self) -> R {
        self.radius
    }

    /// Returns the source of batches.
    #[must_use]
    pub const fn source(&self) -> &S {
        &self.source
    }

    /// Returns the source of batches, consuming `self`.
    pub fn into_source(self) -> S {
        self.source
    }
}

/// Computes both gradients of one batch; `evaluate(θ, grad, scratch)` returns its value and writes its gradient.
fn climb<R: Real>(
    radius: R,
    params: &[R],
    grad: &mut [R],
    scratch: &mut [R],
    evaluate: impl Fn(&[R], &mut [R], &mut [R]) -> R,
) -> R {
    let Some((point, scratch)) = scratch.split_at_mut_checked(params.len()) else { return R::INFINITY };
    let value = evaluate(params, grad, scratch);
    if !(value.is_finite() && norm(grad) > R::ZERO) {
        return value;
    }
    normalise(grad);
    for ((x, theta), g) in point.iter_mut().zip(params).zip(&*grad) {
        *x = *theta + radius * *g;
    }
    let above = evaluate(point, grad, scratch);
    if above.is_finite() { value } else { above }
}

impl<R: Real, F: Objective<R> + ?Sized, S: GradientSource<R, F>> GradientSource<R, F>
    for SharpnessAware<S, R>
{
    fn check(&self, objective: &F) -> Result<(), ArgError> {
        self.source.check(objective)
    }

    fn scratch_len(&self, objective: &F) -> usize {
        self.source.scratch_len(objective).saturating_add(objective.dim())
    }

    fn reset(&mut self) {
        self.source.reset();
    }

    fn ready(&self) -> Result<(), Halt> {
        self.source.ready()
    }

    fn draw<G: Rng + ?Sized>(&mut self, rng: &mut G) -> impl Fn(&F, &[R], &mut [R], &mut [R]) -> R {
        // Drawn once for both gradients.
        let (radius, batch) = (self.radius, self.source.draw(rng));
        move |objective: &F, params: &[R], grad: &mut [R], scratch: &mut [R]| {
            climb(radius, params, grad, scratch, |at, grad, scratch| batch(objective, at, grad, scratch))
        }
    }
}

impl<S: Persist, R: Real> Persist for SharpnessAware<S, R> {
    fn settings(&self, settings: &mut Settings<'_, '_>) {
        settings.byte("source", tag::SHARPNESS_AWARE);
        settings.real("radius", self.radius);
        self.source.settings(settings);
    }

    fn save_state(&self, writer: &mut Writer<'_>) {
        self.source.save_state(writer);
    }

    fn check_state(&self, dim: usize, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.source.check_state(dim, reader)
    }

    fn load_state(&mut self, reader: &mut Reader<'_>) -> Result<(), BlobError> {
        self.source.load_state(reader)
    }
}
