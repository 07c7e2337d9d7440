//! The nudged elastic band.

mod config;
mod layout;

pub use config::{BandConfig, BandStep, Spacing};

use super::polyline::{check_ends, count_rows};
use super::relax::{RelaxState, Relaxer};
use super::tangent::tangent;

use crate::base::layout::{room, take};
use crate::base::rows::{front, row, row_mut};
use crate::base::vector::{axpy, distance, dot, norm};
use crate::objective::Evaluations;
use crate::{ArgError, Objective, Real, Reason};

/// Relaxes a chain of images onto a minimum-energy path with the nudged elastic band method.
///
/// Inner image `i` follows the gradient
///
/// ```text
/// Gᵢ = ∇f(θᵢ) − (∇f(θᵢ)·τᵢ) τᵢ − k (‖θᵢ₊₁ − θᵢ‖ − ‖θᵢ − θᵢ₋₁‖) τᵢ
/// ```
///
/// where `τᵢ` is the [tangent](super::Tangent) and `k` the spring constant; with [`Spacing::Redistribute`] there is
/// no spring term. When [climbing](BandConfig::climb_below), the highest image `c` follows
/// `∇f − 2 (∇f·τ) τ` instead, so that it settles on the saddle (Henkelman, Uberuaga & Jónsson 2000,
/// equation 5), and is left where it is when images are redistributed on its two sides. `G` is a *gradient*:
/// the negative of the papers' force.
///
/// A straight band through a symmetric landscape can sit on a ridge for ever, because no force points
/// across: see [`perturb`](Self::perturb). A path's height is not its highest image's: see
/// [`DenseScan`](super::DenseScan).
///
/// Between networks a climbing image rarely comes to rest. On bands between 2-8-8-1 networks that tell two moons apart,
/// the Hessian at the top had 8 to 24 negative eigenvalues, the cosine between the band's tangent and the lowest
/// eigenvector was 0.02 to 0.6, and curvatures differed by a factor of up to a thousand. Certify the ends, and then the
/// saddle, by [`EigenvectorFollowing`](crate::curvature::EigenvectorFollowing).
///
/// # Shapes
///
/// | argument    | length                                | layout                                  |
/// |-------------|---------------------------------------|-----------------------------------------|
/// | `images`    | `capacity · n`                        | row `i` is image `i`, `capacity` ≥ 3    |
/// | `workspace` | `Band::workspace_len(capacity, n, s)` | need not be initialised                 |
///
/// with `n = f.dim()`, `s = f.scratch_len()`. The two end images never move.
///
/// # Cost
///
/// A step is at most one gradient of one image, or one `O(images · n)` move of the band.
///
/// # Examples
///
/// The double well's minima, `x = ±1`, are joined over a saddle of height ¼ at the origin:
///
/// ```
/// use losscape::models::surfaces::DoubleWell;
/// use losscape::path::{Band, BandConfig, BandStep, Relaxer};
///
/// let f = DoubleWell::<f64>::new(2)?;
/// let mut images = [0.0; 5 * 2];
/// images[..2].copy_from_slice(&[-1.0, 0.0]);
/// images[8..].copy_from_slice(&[1.0, 0.0]);
/// let mut workspace = [0.0; Band::<f64>::workspace_len(5, 2, 0)];
/// let config = BandConfig::new(Relaxer::descent(0.2, 0.5));
/// let mut band = Band::new(&f, config, &mut images, &mut workspace)?;
/// band.interpolate();
/// band.set_image(1, &[-0.5, 0.5])?;
/// let sweeps = loop {
///     match band.step(&f) {
///         BandStep::Moved { residual, sweep } if residual < 1e-6 => break sweep,
///         _ => (),
///     }
/// };
/// assert!((band.values()[2] - 0.25).abs() < 1e-10);
/// assert!(sweeps < 100);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct Band<'a, R: Real = f32> {
    config: BandConfig<R>,
    dim: usize,
    count: usize,
    images: &'a mut [R],    // capacity × n
    grads: &'a mut [R],     // capacity × n; between sweeps, a copy of the images
    memory: &'a mut [R],    // capacity × n, the relaxer's
    direction: &'a mut [R], // n: a tangent, or a point to be placed
    values: &'a mut [R],    // capacity
    fractions: &'a mut [R], // capacity: targets along the band, from 0 to 1
    scratch: &'a mut [R],
    state: RelaxState<R>,
    cursor: usize, // position in the order of evaluation
    ends_known: bool,
    climbing: bool,
    sweep: u32,
    evaluations: Evaluations,
}

impl<'a, R: Real> Band<'a, R> {
    /// The length of the workspace.
    #[must_use]
    pub const fn workspace_len(capacity: usize, dim: usize, scratch: usize) -> usize {
        room([[2, room([[capacity, dim]])], [1, dim], [2, capacity], [1, scratch]])
    }

    /// A band through all rows of `images`; the first and the last are its ends.
    ///
    /// # Errors
    /// As [`with_count`](Self::with_count).
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        config: BandConfig<R>,
        images: &'a mut [R],
        workspace: &'a mut [R],
    ) -> Result<Self, ArgError> {
        let count = images.len() / f.dim().max(1);
        Self::with_count(f, config, count, images, workspace)
    }

    /// A band through the first `count` rows of `images`; the others are room to grow.
    ///
    /// # Errors
    /// [`ArgError`] naming `images` (room for fewer than 3, not a whole number, more than a `u32` counts, an
    /// end not finite, ends equal), `count` (below 2 or above the capacity), `workspace` (too short), or a
    /// field of the configuration; nothing has been changed then.
    pub fn with_count(
        f: &(impl Objective<R> + ?Sized),
        config: BandConfig<R>,
        count: usize,
        images: &'a mut [R],
        workspace: &'a mut [R],
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        let capacity = count_rows("images", images, dim, 3)?;
        if u32::try_from(capacity).is_err() {
            return Err(ArgError::new(
                "images",
                Reason::TooMany { limit: u32::MAX as usize, found: capacity },
            ));
        }
        if count < 2 {
            return Err(ArgError::new("count", Reason::TooShort { needed: 2, found: count }));
        }
        if count > capacity {
            return Err(ArgError::new("count", Reason::TooMany { limit: capacity, found: count }));
        }
        check_ends("images", images, dim, count - 1)?;
        let needed = Self::workspace_len(capacity, dim, f.scratch_len());
        ArgError::check_min_len("workspace", needed, workspace.len())?;
        config.check()?;

        let mut scratch = workspace;
        let grads = take(&mut scratch, capacity * dim)?;
        let memory = take(&mut scratch, capacity * dim)?;
        let direction = take(&mut scratch, dim)?;
        let values = take(&mut scratch, capacity)?;
        let fractions = take(&mut scratch, capacity)?;
        let mut band = Self {
            config,
            dim,
            count,
            images,
            grads,
            memory,
            direction,
            values,
            fractions,
            scratch,
            state: RelaxState::new(),
            cursor: 0,
            ends_known: false,
            climbing: false,
            sweep: 0,
            evaluations: Evaluations::default(),
        };
        band.equalise();
        band.restart(config.relaxer);
        Ok(band)
    }

    /// Starts a new phase: a relaxer at rest, all images to be evaluated.
    pub fn restart(&mut self, relaxer: Relaxer<R>) {
        self.config.relaxer = relaxer;
        self.state = RelaxState::new();
        self.memory.fill(R::ZERO);
        self.cursor = 0;
        self.climbing = false;
    }

    /// One bounded unit of work: at most one gradient of one image, or one move of the band.
    ///
    /// `f` has the dimension of the objective the band was made with, and needs no more scratch.
    pub fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> BandStep<R> {
        debug_assert_eq!(f.dim(), self.dim, "dimension");
        debug_assert!(f.scratch_len() <= self.scratch.len(), "scratch");
        let last = self.count - 1;
        // Order of evaluation: first image, last image, then the inner ones.
        if self.cursor == 0 && self.ends_known && !self.config.minibatches {
            self.cursor = 2;
        }
        if self.cursor > last {
            return self.advance();
        }
        let image = match self.cursor {
            0 => 0,
            1 => last,
            inner => inner - 1,
        };
        if self.evaluate(f, image).is_none() {
            return BandStep::NotFinite { image };
        }
        self.cursor += 1;
        self.ends_known |= self.cursor == 2;
        BandStep::Evaluated(image)
    }

    /// Evaluates an image, an end by value; nothing if something is not finite.
    fn evaluate(&mut self, f: &(impl Objective<R> + ?Sized), image: usize) -> Option<()> {
        let params = row(self.images, self.dim, image)?;
        let value = self.values.get_mut(image)?;
        let mut finite = true;
        if self.cursor < 2 {
            self.evaluations.count_value();
            *value = f.value(params, self.scratch);
        } else {
            self.evaluations.count_gradient();
            let grad = row_mut(self.grads, self.dim, image)?;
            *value = f.value_grad(params, grad, self.scratch);
            finite = grad.iter().all(|g| g.is_finite());
        }
        (finite && value.is_finite()).then_some(())
    }

    /// The move at the end of a sweep.
    fn advance(&mut self) -> BandStep<R> {
        let last = self.count - 1;
        let top = self.highest();
        let mut residual = R::ZERO;
        for i in 1..last {
            match self.nudge(i, self.climbing && i == top) {
                Some(length) if length.is_finite() => residual = residual.or_larger(length),
                _ => return self.refuse(i),
            }
        }
        if !self.climbing && residual < self.config.climb_below {
            // A climbing image follows another field: what the relaxer remembers is void.
            self.memory.fill(R::ZERO);
            self.state.forget();
            self.climbing = true;
        }
        // The moved images take the place of the gradients, and the ends join them.
        let inner = self.dim..last * self.dim;
        let (Some(grads), Some(memory), Some(images)) =
            (self.grads.get_mut(inner.clone()), self.memory.get_mut(inner.clone()), self.images.get(inner))
        else {
            return self.refuse(last);
        };
        // Springs make all images one body.
        let laid_out = self.config.spacing == Spacing::Redistribute;
        let body = if laid_out { self.dim } else { grads.len() };
        let moved = self.state.apply(&self.config.relaxer, residual, body, grads, memory, images);
        if let Err(place) = moved {
            return self.refuse(place / self.dim + 1);
        }
        if let Err(image) = self.settle(if self.climbing { top } else { last }) {
            return self.refuse(image);
        }
        self.cursor = 0;
        self.sweep = self.sweep.saturating_add(1);
        BandStep::Moved { sweep: self.sweep, residual }
    }

    /// Leaves the images as they are and has them evaluated again.
    const fn refuse(&mut self, image: usize) -> BandStep<R> {
        self.cursor = 2;
        BandStep::NotFinite { image }
    }

    /// Turns the gradient of inner image `i` into that of the band, and returns its length.
    fn nudge(&mut self, i: usize, climb: bool) -> Option<R> {
        let image = |i| row(self.images, self.dim, i);
        let (before, here, after) = (image(i - 1)?, image(i)?, image(i + 1)?);
        let values = *self.values.get(i - 1..)?.first_chunk()?;
        tangent(self.config.tangent, before, here, after, values, self.direction);
        let grad = row_mut(self.grads, self.dim, i)?;
        let mut along = dot(grad, self.direction);
        if climb {
            along *= R::TWO;
        } else if let Spacing::Springs(spring) = self.config.spacing {
            // Segments are measured against their target lengths; with equal targets the factors are 1.
            let segments = R::from_usize(self.count - 1);
            let [low, middle, high] = *self.fractions.get(i - 1..)?.first_chunk()?;
            let ahead = distance(after, here) / (segments * (high - middle));
            along += spring * (ahead - distance(here, before) / (segments * (middle - low)));
        }
        axpy(-along, self.direction, grad);
        Some(norm(grad))
    }

    /// The index of the highest inner image, by the values of the last sweep.
    #[must_use]
    pub fn highest(&self) -> usize {
        let mut top = None;
        for (i, value) in self.values().iter().enumerate().take(self.count - 1).skip(1) {
            if top.is_none_or(|(_, highest)| value > highest) {
                top = Some((i, value));
            }
        }
        top.map_or(1, |(i, _)| i)
    }

    /// Whether an image is climbing.
    #[must_use]
    pub const fn climbing(&self) -> bool {
        self.climbing
    }

    /// The number of images, ends included.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a band has at least its two ends")]
    pub const fn len(&self) -> usize {
        self.count
    }

    /// How many images fit.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.values.len()
    }

    /// n, the number of parameters of an image.
    #[must_use]
    pub const fn dim(&self) -> usize {
        self.dim
    }

    /// All images, `len() × n`.
    #[must_use]
    pub fn images(&self) -> &[R] {
        front(self.images, self.count * self.dim)
    }

    /// The objective at the images, as of the last sweep (before its move).
    #[must_use]
    pub fn values(&self) -> &[R] {
        front(self.values, self.count)
    }

    /// Target places of the images along the band, from 0 to 1.
    #[must_use]
    pub fn fractions(&self) -> &[R] {
        front(self.fractions, self.count)
    }

    /// How many times the band has moved.
    #[must_use]
    pub const fn sweep(&self) -> u32 {
        self.sweep
    }

    /// Evaluations spent since the band was made.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.evaluations
    }

    /// The images, a row to write a point to, and the scratch; valid between steps.
    pub(super) fn parts(&mut self) -> (&[R], &mut [R], &mut [R]) {
        (front(self.images, self.count * self.dim), self.direction, self.scratch)
    }

    /// The configuration.
    #[must_use]
    pub const fn config(&self) -> &BandConfig<R> {
        &self.config
    }
}

#[cfg(test)]
mod tests;
