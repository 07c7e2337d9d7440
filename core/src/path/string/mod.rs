//! The simplified string method.

mod layout;
mod spline;
mod sweep;

pub use layout::StringLayout;

use sweep::{StringChain, StringState};

use super::polyline::{check_ends, count_rows};
use crate::objective::Evaluations;
use crate::{ArgError, Objective, Real};

/// The interpolation of a string between its images when they are redistributed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// Straight segments, which cut corners and cost one order of accuracy.
    Linear,
    /// A natural cubic spline over the chord lengths.
    #[default]
    Cubic,
}

/// The configuration of a [`StringMethod`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StringConfig<R: Real = f32> {
    /// The learning rate of the gradient steps.
    pub learning_rate: R,
    /// The interpolation of the string.
    pub interpolation: Interpolation,
    /// Whether the ends follow their gradients into the minima as well.
    pub ends_slide: bool,
}

/// The outcome of one [`StringMethod::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum StringStep<R: Real = f32> {
    /// This image was evaluated.
    Evaluated(usize),
    /// All images were evaluated and have moved.
    Moved {
        /// The number of moves so far.
        sweep: u32,
        /// `max ‖Δθᵢ‖ / η` of this sweep.
        residual: R,
    },
    /// The objective or its gradient was infinite or NaN at this image, or the move would make this image
    /// non-finite. Nothing has moved, and the next step evaluates again.
    NotFinite {
        /// The index of the image.
        image: usize,
    },
    /// A memory has changed length since the string was created, or the objective has a different dimension
    /// or needs more scratch. Nothing was done.
    MemoryChanged,
}

/// The simplified string method (E, Ren & Vanden-Eijnden 2007): all images take a full gradient step and are
/// then redistributed at equal distances along the string. There is no tangent, no projection and no spring.
///
/// ```text
/// θᵢ* = θᵢ − η ∇f(θᵢ),      θᵢ ← point at the fraction i / m of the length of the string through all θ*
/// ```
///
/// The residual that [`step`](Self::step) reports is `max ‖Δθᵢ‖ / η` over the whole sweep; it is zero where
/// the string is at rest. The gradient along the string is not projected out but undone by the
/// redistribution, which has two disadvantages. First, the string bulges by a length of order `η ‖∇f‖`, so
/// steps must be short compared with the spacing. Second, the lengths of the whole string, and not the
/// neighbouring heights as in a [`Band`](super::Band), decide towards which neighbour an image is pushed.
/// Near a top, a linear string therefore comes to rest away from a band with the same number of images, by a
/// term of first order in the spacing. On the Müller–Brown surface, its top is at −41.57 instead of −43.12
/// with 7 images, and at −41.093 instead of −41.104 with 31. A cubic string needs enough images to resolve
/// its bends: on that surface, nine are too few, and it never comes to rest.
///
/// # Shapes
///
/// | argument    | length                                  | layout                      |
/// |-------------|-----------------------------------------|-----------------------------|
/// | `images`    | `(m + 1) · n`                           | row `i` is image `i`, m ≥ 2 |
/// | `workspace` | `StringLayout::new(m + 1, n, s).len()`  | need not be initialised     |
///
/// with `n = f.dim()`, `s = f.scratch_len()`. Both memories are owned or lent: an array, a vector, or a mutable borrow of
/// one.
///
/// # Cost
///
/// A step is one gradient (or, for ends that do not slide, nothing), or one `O(m · n)` move.
///
/// # Examples
///
/// ```
/// use losscape::models::surfaces::DoubleWell;
/// use losscape::path::{Interpolation, StringConfig, StringLayout, StringMethod, StringStep};
///
/// let f = DoubleWell::<f64>::new(2)?;
/// let mut images = [-0.9, 0.3, -0.4, 0.6, 0.1, 0.5, 0.4, 0.4, 1.1, 0.2];
/// let mut workspace = [0.0; StringLayout::new(5, 2, 0).len()];
/// let config =
///     StringConfig { learning_rate: 0.2, interpolation: Interpolation::Cubic, ends_slide: true };
/// let mut string = StringMethod::new(&f, config, &mut images, &mut workspace)?;
/// while !matches!(string.step(&f), StringStep::Moved { residual, .. } if residual < 1e-9) {}
/// assert!((string.images()[0] + 1.0).abs() < 1e-8); // the ends have found the minima
/// assert!(string.images()[4].abs() < 1e-8); // and the middle the saddle
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct StringMethod<R: Real, I, W> {
    state: StringState<R>,
    layout: StringLayout,
    images: I,
    workspace: W,
}

impl<R: Real, I: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> StringMethod<R, I, W> {
    /// Creates a string through the rows of `images`.
    ///
    /// # Errors
    /// [`ArgError`] naming `images` (fewer than 3 rows, not a whole number of rows, not finite, ends equal or
    /// infinitely far apart), `workspace` or `learning_rate`; nothing has been changed in these cases.
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        config: StringConfig<R>,
        images: I,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        let rows = images.as_ref();
        let count = count_rows("images", rows, dim, 3)?;
        ArgError::check_finite("images", rows)?;
        check_ends("images", rows, dim, count - 1)?;
        let layout = StringLayout::new(count, dim, f.scratch_len());
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        ArgError::check_positive("learning_rate", config.learning_rate)?;
        let evaluations = Evaluations::default();
        let state = StringState { config, dim, count, cursor: 0, sweep: 0, evaluations };
        Ok(Self { state, layout, images, workspace })
    }

    /// Does one bounded unit of work: one gradient of one image, or one move of the string.
    ///
    /// Ends that do not slide are evaluated once, by value. `f` must have the dimension of the objective that
    /// the string was created with, and must not need more scratch.
    pub fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> StringStep<R> {
        let fits = f.dim() == self.state.dim && f.scratch_len() <= self.layout.scratch_len();
        match self.chain() {
            Some(mut chain) if fits => chain.step(f),
            _ => StringStep::MemoryChanged,
        }
    }

    /// Returns the string with its memory split into parts.
    fn chain(&mut self) -> Option<StringChain<'_, R>> {
        let parts = self.layout.split(self.images.as_mut(), self.workspace.as_mut())?;
        Some(StringChain { state: &mut self.state, parts })
    }

    /// Places all images on the straight line between the ends, equally spaced.
    ///
    /// If a memory has changed length, nothing happens.
    pub fn interpolate(&mut self) {
        if let Some(mut chain) = self.chain() {
            chain.interpolate();
        }
    }

    /// Returns all images, `(m + 1) × n`.
    #[must_use]
    pub fn images(&self) -> &[R] {
        self.images.as_ref()
    }

    /// Returns the objective at the images, as of the last sweep (before its move).
    #[must_use]
    pub fn values(&self) -> &[R] {
        self.layout.values(self.workspace.as_ref()).unwrap_or_default()
    }

    /// Returns the number of moves.
    #[must_use]
    pub const fn sweep(&self) -> u32 {
        self.state.sweep
    }

    /// Returns the number of evaluations since the string was created.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.state.evaluations
    }

    /// Returns the images and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (I, W) {
        (self.images, self.workspace)
    }
}

#[cfg(test)]
mod tests;
