//! The simplified string method.

mod spline;

use self::spline::{Corner, column, natural_spline};
use super::band::BandStep;
use super::polyline::{between, check_ends, count_rows, length, segments, too_far};
use crate::base::layout::{room, take};
use crate::base::rows::{copy, row, row_mut, rows, rows_mut};
use crate::base::vector::distance;
use crate::objective::Evaluations;
use crate::{ArgError, Objective, Real};

/// How a string is drawn through its images when they are laid out anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Interpolation {
    /// Straight segments: cuts corners, and costs one order of accuracy.
    Linear,
    /// A natural cubic spline over the chord lengths.
    #[default]
    Cubic,
}

/// How a [`StringMethod`] moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StringConfig<R: Real = f32> {
    /// The length of a step along the gradient.
    pub learning_rate: R,
    /// How the string is drawn.
    pub interpolation: Interpolation,
    /// Whether the ends follow their gradients into the minima too.
    pub ends_slide: bool,
}

/// The simplified string method (E, Ren & Vanden-Eijnden 2007): all images take a full gradient step, then
/// they are laid out anew at equal distances along the string. No tangent, no projection, no spring.
///
/// ```text
/// θᵢ* = θᵢ − η ∇f(θᵢ),      θᵢ ← point at the fraction i / m of the length of the string through all θ*
/// ```
///
/// The residual told by [`step`](Self::step) is `max ‖Δθᵢ‖ / η` over the whole sweep: zero where the string
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
/// | argument    | length                                        | layout                             |
/// |-------------|-----------------------------------------------|------------------------------------|
/// | `images`    | `(m + 1) · n`                                 | row `i` is image `i`, m ≥ 2        |
/// | `workspace` | `StringMethod::workspace_len(m + 1, n, s)`    | need not be initialised            |
///
/// # Cost
///
/// A step is one gradient (or, for ends that stay, nothing), or one `O(m · n)` move.
///
/// # Examples
///
/// ```
/// use losscape::models::surfaces::DoubleWell;
/// use losscape::path::{BandStep, Interpolation, StringConfig, StringMethod};
///
/// let f = DoubleWell::<f64>::new(2)?;
/// let mut images = [-0.9, 0.3, -0.4, 0.6, 0.1, 0.5, 0.4, 0.4, 1.1, 0.2];
/// let mut workspace = [0.0; StringMethod::<f64>::workspace_len(5, 2, 0)];
/// let config =
///     StringConfig { learning_rate: 0.2, interpolation: Interpolation::Cubic, ends_slide: true };
/// let mut string = StringMethod::new(&f, config, &mut images, &mut workspace)?;
/// while !matches!(string.step(&f), BandStep::Moved { residual, .. } if residual < 1e-9) {}
/// assert!((string.images()[0] + 1.0).abs() < 1e-8); // the ends have found the minima
/// assert!(string.images()[4].abs() < 1e-8); // and the middle the saddle
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct StringMethod<'a, R: Real = f32> {
    config: StringConfig<R>,
    dim: usize,
    count: usize,
    images: &'a mut [R],
    grads: &'a mut [R], // (m + 1) × n; during the move, the images after their gradient step
    values: &'a mut [R], // m + 1
    knots: &'a mut [R], // m + 1: where each moved image lies on the string, from 0 to 1
    bends: &'a mut [R], // m + 1: second derivatives of a coordinate
    placed: &'a mut [R], // m + 1: a coordinate laid out anew; before, the sweep of elimination for its spline
    scratch: &'a mut [R],
    cursor: usize,
    sweep: u32,
    evaluations: Evaluations,
}

impl<'a, R: Real> StringMethod<'a, R> {
    /// The length of the workspace.
    #[must_use]
    pub const fn workspace_len(images: usize, dim: usize, scratch: usize) -> usize {
        room([[images, dim], [4, images], [1, scratch]])
    }

    /// A string through the rows of `images`.
    ///
    /// # Errors
    /// [`ArgError`] naming `images` (fewer than 3 rows, not a whole number, not finite, ends equal),
    /// `workspace` or `learning_rate`; nothing has been changed then.
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        config: StringConfig<R>,
        images: &'a mut [R],
        workspace: &'a mut [R],
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        let count = count_rows("images", images, dim, 3)?;
        ArgError::check_finite("images", images)?;
        check_ends("images", images, dim, count - 1)?;
        let needed = Self::workspace_len(count, dim, f.scratch_len());
        ArgError::check_min_len("workspace", needed, workspace.len())?;
        ArgError::check_positive("learning_rate", config.learning_rate)?;
        let mut scratch = workspace;
        let grads = take(&mut scratch, count * dim)?;
        let values = take(&mut scratch, count)?;
        let knots = take(&mut scratch, count)?;
        let bends = take(&mut scratch, count)?;
        let placed = take(&mut scratch, count)?;
        Ok(Self {
            config,
            dim,
            count,
            images,
            grads,
            values,
            knots,
            bends,
            placed,
            scratch,
            cursor: 0,
            sweep: 0,
            evaluations: Evaluations::default(),
        })
    }

    /// One bounded unit of work: one gradient of one image, or one move of the string.
    ///
    /// Ends that stay are evaluated once, by value.
    pub fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> BandStep<R> {
        debug_assert_eq!(f.dim(), self.dim, "dimension");
        if self.sweep > 0 && self.stays(self.cursor) {
            self.cursor += 1;
        }
        let image = self.cursor;
        if image >= self.count {
            return self.advance();
        }
        if self.evaluate(f, image).is_none() {
            return BandStep::NotFinite { image };
        }
        self.cursor += 1;
        BandStep::Evaluated(image)
    }

    /// Whether an image is an end that does not move.
    const fn stays(&self, image: usize) -> bool {
        !self.config.ends_slide && (image == 0 || image + 1 == self.count)
    }

    /// Evaluates an image, one that stays by value; nothing if something is not finite.
    fn evaluate(&mut self, f: &(impl Objective<R> + ?Sized), image: usize) -> Option<()> {
        let stays = self.stays(image);
        let params = row(self.images, self.dim, image)?;
        let grad = row_mut(self.grads, self.dim, image)?;
        let value = self.values.get_mut(image)?;
        *value = if stays {
            self.evaluations.count_value();
            grad.fill(R::ZERO);
            f.value(params, self.scratch)
        } else {
            self.evaluations.count_gradient();
            f.value_grad(params, grad, self.scratch)
        };
        (value.is_finite() && grad.iter().all(|g| g.is_finite())).then_some(())
    }

    fn advance(&mut self) -> BandStep<R> {
        let (dim, eta) = (self.dim, self.config.learning_rate);
        self.cursor = 0;
        // The moved images take the place of the gradients.
        for (i, image) in rows(self.images, dim).enumerate() {
            let stays = self.stays(i);
            let Some(moved) = row_mut(self.grads, dim, i) else { continue };
            if stays {
                copy(image, moved);
            } else {
                for (m, x) in moved.iter_mut().zip(image) {
                    *m = *x - eta * *m;
                }
            }
        }
        if let Some(image) = too_far(self.grads, dim) {
            return BandStep::NotFinite { image };
        }
        self.measure();
        // Images that coincide have no spline through them, and stay as they have moved.
        if self.knots.iter().zip(self.knots.iter().skip(1)).all(|(a, b)| b > a) {
            // Coordinates are independent once the knots are known: a column at a time needs little memory.
            for k in 0..dim {
                self.lay_out(k);
            }
        }
        let mut residual = R::ZERO;
        for (image, (old, new)) in rows(self.images, dim).zip(rows(self.grads, dim)).enumerate() {
            if !new.iter().all(|x| x.is_finite()) {
                return BandStep::NotFinite { image };
            }
            residual = residual.or_larger(distance(new, old) / eta);
        }
        copy(self.grads, self.images);
        self.sweep = self.sweep.saturating_add(1);
        BandStep::Moved { sweep: self.sweep, residual }
    }

    /// Notes at which fraction of the string each moved image lies.
    fn measure(&mut self) {
        let total = length(self.grads, self.dim);
        let mut before = R::ZERO;
        let mut knots = self.knots.iter_mut();
        if let Some(first) = knots.next() {
            *first = R::ZERO;
        }
        for (knot, (a, b)) in knots.zip(segments(self.grads, self.dim)) {
            before += distance(a, b);
            *knot = before / total;
        }
    }

    /// Puts coordinate `k` of the inner moved images where the string is divided equally.
    fn lay_out(&mut self, k: usize) {
        let (dim, interpolation) = (self.dim, self.config.interpolation);
        let segments = R::from_usize(self.count - 1);
        if interpolation == Interpolation::Cubic {
            natural_spline(self.knots, column(self.grads, dim, k), self.bends, self.placed);
        }
        let corners = self.knots.iter().zip(column(self.grads, dim, k)).zip(&*self.bends);
        let mut corners = corners.map(|((&knot, value), &bend)| Corner { knot, value, bend });
        let (Some(mut a), Some(mut b)) = (corners.next(), corners.next()) else { return };
        for (i, placed) in self.placed.iter_mut().enumerate() {
            let target = R::from_usize(i) / segments;
            while b.knot < target
                && let Some(next) = corners.next()
            {
                (a, b) = (b, next);
            }
            *placed = a.towards(b, target, interpolation);
        }
        drop(corners);
        let mut inner = rows_mut(self.grads, dim).zip(&*self.placed);
        let _ends = (inner.next(), inner.next_back());
        for (image, placed) in inner {
            if let Some(x) = image.get_mut(k) {
                *x = *placed;
            }
        }
    }

    /// Lays all images on the straight line between the ends, equally spaced.
    pub fn interpolate(&mut self) {
        let segments = R::from_usize(self.count - 1);
        let mut images = rows_mut(self.images, self.dim);
        if let (Some(first), Some(last)) = (images.next(), images.next_back()) {
            for (i, image) in images.enumerate() {
                between(first, last, R::from_usize(i + 1) / segments, image);
            }
        }
        self.cursor = 0;
    }

    /// All images, `(m + 1) × n`.
    #[must_use]
    pub const fn images(&self) -> &[R] {
        self.images
    }

    /// The objective at the images, as of the last sweep (before its move).
    #[must_use]
    pub const fn values(&self) -> &[R] {
        self.values
    }

    /// How many times the string has moved.
    #[must_use]
    pub const fn sweep(&self) -> u32 {
        self.sweep
    }

    /// Evaluations spent since the string was made.
    #[must_use]
    pub const fn evaluations(&self) -> Evaluations {
        self.evaluations
    }
}

#[cfg(test)]
mod tests;
