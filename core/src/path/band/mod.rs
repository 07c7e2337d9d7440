//! The nudged elastic band.

mod chain;
mod config;
mod layout;
mod place;

pub use config::{BandConfig, BandStep, Spacing};
pub use layout::BandLayout;

pub(super) use chain::BandChain;
use chain::{BandState, highest};

use super::location::Location;
use super::polyline::{check_ends, count_rows};
use super::relax::{RelaxState, Relaxer};
use crate::base::random::Rng;
use crate::base::rows::front;
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
/// where `τᵢ` is the [tangent](super::Tangent) and `k` the spring constant; with [`Spacing::Redistribute`]
/// there is no spring term. When [climbing](BandConfig::climb_below), the highest image `c` follows
/// `∇f − 2 (∇f·τ) τ` instead, so that it converges to the saddle (Henkelman, Uberuaga & Jónsson 2000,
/// equation 5). It stays in place when the images on its two sides are redistributed. `G` is a *gradient*:
/// the negative of the papers' force.
///
/// A straight band through a symmetric landscape can stay on a ridge forever, because no force points
/// sideways: see [`perturb`](Self::perturb). The highest image is not the highest point of the path: see
/// [`DenseScan`](super::DenseScan).
///
/// Between networks, a climbing image rarely converges. On bands between 2-8-8-1 networks that separate two
/// moons, the Hessian at the top had 8 to 24 negative eigenvalues, the cosine between the band's tangent and
/// the lowest eigenvector was 0.02 to 0.6, and curvatures differed by a factor of up to a thousand. Certify
/// first the ends and then the saddle with [`EigenvectorFollowing`](crate::curvature::EigenvectorFollowing).
///
/// # Shapes
///
/// | argument    | length                                   | layout                                  |
/// |-------------|------------------------------------------|-----------------------------------------|
/// | `images`    | `capacity · n`                           | row `i` is image `i`, `capacity` ≥ 3    |
/// | `workspace` | `BandLayout::new(capacity, n, s).len()`  | need not be initialised                 |
///
/// with `n = f.dim()`, `s = f.scratch_len()`. The two end images never move. Both memories are owned or lent: an array, a
/// vector, or a mutable borrow of one.
///
/// # Cost
///
/// A step is at most one gradient of one image, or one `O(images · n)` move of the band.
///
/// # Examples
///
/// The double well's minima, `x = ±1`, are connected across a saddle of height ¼ at the origin:
///
/// ```
/// use losscape::models::surfaces::DoubleWell;
/// use losscape::path::{Band, BandConfig, BandLayout, BandStep, Relaxer};
///
/// let f = DoubleWell::<f64>::new(2)?;
/// let mut images = [0.0; 5 * 2];
/// images[..2].copy_from_slice(&[-1.0, 0.0]);
/// images[8..].copy_from_slice(&[1.0, 0.0]);
/// let mut workspace = [0.0; BandLayout::new(5, 2, 0).len()];
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
pub struct Band<R: Real, I, W> {
    state: BandState<R>,
    layout: BandLayout,
    images: I,
    workspace: W,
}

impl<R: Real, I: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> Band<R, I, W> {
    /// Creates a band through all rows of `images`; the first and the last row are its ends.
    ///
    /// # Errors
    /// As [`with_count`](Self::with_count).
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        config: BandConfig<R>,
        images: I,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let count = images.as_ref().len() / f.dim().max(1);
        Self::with_count(f, config, count, images, workspace)
    }

    /// Creates a band through the first `count` rows of `images`; the remaining rows are room to grow.
    ///
    /// # Errors
    /// [`ArgError`] naming `images` (fewer than 3 rows, not a whole number of rows, more rows than a `u32`
    /// can count, an end not finite, ends equal or infinitely far apart), `count` (below 2 or above the
    /// capacity), `workspace` (too short), or a field of the configuration; nothing has been changed in these
    /// cases.
    pub fn with_count(
        f: &(impl Objective<R> + ?Sized),
        config: BandConfig<R>,
        count: usize,
        images: I,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let capacity = images.as_ref().len() / f.dim().max(1);
        let layout = BandLayout::new(capacity, f.dim(), f.scratch_len());
        Self::with_layout(layout, config, count, images, workspace)
    }

    /// As [`with_count`](Self::with_count), with this layout.
    pub(super) fn with_layout(
        layout: BandLayout,
        config: BandConfig<R>,
        count: usize,
        images: I,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let dim = layout.dim;
        let rows = images.as_ref();
        let capacity = count_rows("images", rows, dim, 3)?;
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
        check_ends("images", rows, dim, count - 1)?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        config.check()?;
        let state = BandState {
            config,
            dim,
            count,
            relax: RelaxState::new(),
            cursor: 0,
            ends_known: false,
            climbing: false,
            sweep: 0,
            evaluations: Evaluations::default(),
        };
        let mut band = Self { state, layout, images, workspace };
        let mut chain = band.chain()?;
        chain.equalise();
        chain.restart(config.relaxer);
        Ok(band)
    }

    /// Returns the band with its memory split into parts.
    ///
    /// # Errors
    /// [`ArgError`] naming the memory that has changed length.
    fn chain(&mut self) -> Result<BandChain<'_, R>, ArgError> {
        let (images, workspace) = (self.images.as_mut(), self.workspace.as_mut());
        ArgError::check_len("images", self.layout.images_len(), images.len())?;
        let short = ArgError::new(
            "workspace",
            Reason::TooShort { needed: self.layout.len(), found: workspace.len() },
        );
        let (parts, _) = self.layout.split(images, workspace).ok_or(short)?;
        Ok(BandChain { state: &mut self.state, parts })
    }

    /// Starts a new phase: the relaxer is at rest, and all images must be evaluated again.
    ///
    /// # Errors
    /// [`ArgError`] naming a field of the relaxer, or the memory that has changed length; the band is
    /// unchanged in these cases.
    pub fn restart(&mut self, relaxer: Relaxer<R>) -> Result<(), ArgError> {
        relaxer.check()?;
        self.chain()?.restart(relaxer);
        Ok(())
    }

    /// Does one bounded unit of work: at most one gradient of one image, or one move of the band.
    ///
    /// `f` must have the dimension of the objective that the band was created with, and must not need more
    /// scratch.
    pub fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> BandStep<R> {
        if f.dim() != self.layout.dim || f.scratch_len() > self.layout.scratch_len {
            return BandStep::MemoryChanged;
        }
        self.open().map_or(BandStep::MemoryChanged, |(mut band, _)| band.step(f))
    }

    /// Places all images on the straight line between the ends, equally spaced.
    ///
    /// If a memory has changed length, nothing happens.
    pub fn interpolate(&mut self) {
        if let Ok(mut chain) = self.chain() {
            chain.interpolate();
        }
    }

    /// Bends the band sideways by a random vector.
    ///
    /// Image `i` moves by `sin(π i / (images − 1))` times a vector of length `amplitude` that is
    /// perpendicular to the line between the ends. In one dimension there is no perpendicular direction, and
    /// nothing moves.
    ///
    /// Without a perturbation, a straight band on a symmetric ridge stays there.
    ///
    /// # Errors
    /// [`ArgError`] naming `amplitude` if it is not finite, or so large that an image would not be finite;
    /// the band is unchanged in these cases.
    pub fn perturb<G: Rng + ?Sized>(&mut self, amplitude: R, rng: &mut G) -> Result<(), ArgError> {
        self.chain()?.perturb(amplitude, rng)
    }

    /// Moves an inner image to `params`, for example after it was dragged; the images are then evaluated
    /// again.
    ///
    /// # Errors
    /// [`ArgError`] naming `image` if it is not an inner image (the ends never move), or `params` (wrong
    /// length, not finite); the band is unchanged in these cases.
    pub fn set_image(&mut self, image: usize, params: &[R]) -> Result<(), ArgError> {
        self.chain()?.set_image(image, params)
    }

    /// Inserts a new image on segment `at.segment`, at the fraction `at.alpha` of its length.
    ///
    /// The indices of later images increase by one. The neighbours keep their target fractions, and the
    /// relaxer is at rest afterwards.
    ///
    /// # Errors
    /// [`Reason::TooMany`] if the band is full; [`Reason::Index`] or [`Reason::OutOfRange`] if the location
    /// does not exist. The band is unchanged in these cases.
    pub fn insert(&mut self, at: Location<R>) -> Result<(), ArgError> {
        self.chain()?.insert(at)
    }

    /// Returns the index of the highest inner image, by the values of the last sweep.
    #[must_use]
    pub fn highest(&self) -> usize {
        highest(self.values())
    }

    /// Returns whether an image is climbing.
    #[must_use]
    pub const fn climbing(&self) -> bool {
        self.state.climbing
    }

    /// Returns the number of images, including the ends.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a band has at least its two ends")]
    pub const fn len(&self) -> usize {
        self.state.count
    }

    /// Returns the number of images that fit.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.layout.capacity
    }

    /// Returns n, the number of parameters of an image.
    #[must_use]
    pub const fn dim(&self) -> usize {
        self.layout.dim
    }

    /// Returns all images, `len() × n`.
    #[must_use]
    pub fn images(&self) -> &[R] {
        front(self.images.as_ref(), self.state.count * self.layout.dim)
    }

    /// Returns the objective at the images, as of the last sweep (before its move).
    #[must_use]
    pub fn values(&self) -> &[R] {
        let (values, _) = self.layout.records(self.workspace.as_ref()).unwrap_or_default();
        front(values, self.state.count)
    }

    /// Returns the target fractions of the images along the band, from 0 to 1.
    #[must_use]
    pub fn fractions(&self) -> &[R] {
        let (_, fractions) = self.layout.records(self.workspace.as_ref()).unwrap_or_default();
        front(fractions, self.state.count)
    }

    /// Returns the number of moves.
    #[must_use]
    pub const fn sweep(&self) -> u32 {
        self.state.sweep
    }

    /// Returns the number of evaluations since the band was created.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.state.evaluations
    }

    /// Returns the configuration.
    #[must_use]
    pub const fn config(&self) -> &BandConfig<R> {
        &self.state.config
    }

    /// Returns the images and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (I, W) {
        (self.images, self.workspace)
    }

    /// Returns the band with its memory split into parts, and the rest of the workspace.
    pub(super) fn open(&mut self) -> Option<(BandChain<'_, R>, &mut [R])> {
        let (parts, rest) = self.layout.split(self.images.as_mut(), self.workspace.as_mut())?;
        Some((BandChain { state: &mut self.state, parts }, rest))
    }

    /// Returns the workspace behind the band's own part.
    pub(super) fn rest(&self) -> &[R] {
        self.workspace.as_ref().get(self.layout.len()..).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
