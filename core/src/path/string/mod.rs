//! The simplified string method.

mod layout;
mod spline;
mod sweep;

pub use layout::StringLayout;

use sweep::{Chain, StringState};

use super::polyline::{check_ends, count_rows};
use crate::objective::Evaluations;
use crate::{ArgError, Objective, Real};

/// The interpolation of a string between its images when they are redistributed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// Straight segments: cuts corners, and costs one order of accuracy.
    Linear,
    /// A natural cubic spline over the chord lengths.
    #[default]
    Cubic,
}

/// The configuration of a [`StringMethod`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StringConfig<R: Real = f32> {
    /// The length of a step along the gradient.
    pub learning_rate: R,
    /// The interpolation of the string.
    pub interpolation: Interpolation,
    /// Whether the ends follow their gradients into the minima too.
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
        /// The number of times the string has moved.
        sweep: u32,
        /// `max ‖Δθᵢ‖ / η` of this sweep.
        residual: R,
    },
    /// The objective was infinite or NaN at this image, or its gradient was, or the move would take this image out of the
    /// finite numbers. Nothing has moved, and the next step evaluates again.
    NotFinite {
        /// Which.
        image: usize,
    },
    /// A memory has changed length since the string was made, or the objective is not the one it was
    /// made for: a different dimension, or more scratch. Nothing was done.
    MemoryChanged,
}

/// The simplified string method (E, Ren & Vanden-Eijnden 2007): all images take a full gradient step, then
/// they are redistributed at equal distances along the string. No tangent, no projection, no spring.
///
/// ```text
/// θᵢ* = θᵢ − η ∇f(θᵢ),      θᵢ ← point at the fraction i / m of the length of the string through all θ*
/// ```
///
/// The residual that [`step`](Self::step) reports is `max ‖Δθᵢ‖ / η` over the whole sweep: zero where the string
/// rests. The gradient along the string is undone by the layout, not projected out, which costs two things. The
/// string bulges by a length in the order of `η ‖∇f‖`, so steps must be short against the spacing. And which
/// neighbour an image is pushed towards is decided by the lengths of the whole string, not by the heights
/// beside it as in a [`Band`](super::Band): near a top a linear string rests elsewhere than a band of as
/// many images, by a term of first order in the spacing (on the Müller–Brown surface −41.57 instead of −43.12 with 7
/// images, −41.093 instead of −41.104 with 31). A cubic string needs enough images to draw its bends: nine are too
/// few there, and it never comes to rest.
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
/// A step is one gradient (or, for ends that stay, nothing), or one `O(m · n)` move.
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
    /// A string through the rows of `images`.
    ///
    /// # Errors
    /// [`ArgError`] naming `images` (fewer than 3 rows, not a whole number, not finite, ends equal or infinitely far
    /// apart), `workspace` or `learning_rate`; nothing has been changed then.
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

    /// One bounded unit of work: one gradient of one image, or one move of the string.
    ///
    /// Ends that stay are evaluated once, by value. `f` has the dimension of the objective the string was made with, and
    /// needs no more scratch.
    pub fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> StringStep<R> {
        let fits = f.dim() == self.state.dim && f.scratch_len() <= self.layout.scratch_len();
        match self.chain() {
            Some(mut chain) if fits => chain.step(f),
            _ => StringStep::MemoryChanged,
        }
    }

    /// The string with its memory in parts.
    fn chain(&mut self) -> Option<Chain<'_, R>> {
        let parts = self.layout.split(self.images.as_mut(), self.workspace.as_mut())?;
        Some(Chain { state: &mut self.state, parts })
    }

    /// Lays all images on the straight line between the ends, equally spaced.
    ///
    /// Nothing happens if a memory has changed length.
    pub fn interpolate(&mut self) {
        if let Some(mut chain) = self.chain() {
            chain.interpolate();
        }
    }

    /// All images, `(m + 1) × n`.
    #[must_use]
    pub fn images(&self) -> &[R] {
        self.images.as_ref()
    }

    /// The objective at the images, as of the last sweep (before its move).
    #[must_use]
    pub fn values(&self) -> &[R] {
        self.layout.values(self.workspace.as_ref()).unwrap_or_default()
    }

    /// The number of times the string has moved.
    #[must_use]
    pub const fn sweep(&self) -> u32 {
        self.state.sweep
    }

    /// Evaluations spent since the string was made.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.state.evaluations
    }

    /// The images and the workspace, given back.
    #[must_use]
    pub fn into_parts(self) -> (I, W) {
        (self.images, self.workspace)
    }
}

#[cfg(test)]
mod tests;
