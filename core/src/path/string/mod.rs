//! The simplified string method.

mod spline;

use self::spline::{Column, natural_spline};
use super::band::{BandStep, Evaluations};
use super::polyline::{between, check_ends, row, row_mut, rows};
use crate::base::elementary::sqrt;
use crate::base::room::room;
use crate::base::vector::distance;
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
    columns: &'a mut [R], // 4 × (m + 1): knots, second derivatives, a sweep of elimination, squared moves
    scratch: &'a mut [R],
    cursor: usize,
    sweep: u32,
    evaluations: Evaluations,
}

impl<'a, R: Real> StringMethod<'a, R> {
    /// The length of the workspace.
    #[must_use]
    pub const fn workspace_len(images: usize, dim: usize, scratch: usize) -> usize {
        room([[images, dim], [5, images], [1, scratch]])
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
        let (dim, scratch) = (f.dim(), f.scratch_len());
        let count = rows("images", images, dim, 3)?;
        ArgError::check_finite("images", images)?;
        check_ends("images", row(images, dim, 0), row(images, dim, count - 1))?;
        ArgError::check_min_len("workspace", Self::workspace_len(count, dim, scratch), workspace.len())?;
        ArgError::check_positive("learning_rate", config.learning_rate)?;
        let (grads, rest) = workspace.split_at_mut(count * dim);
        let (values, rest) = rest.split_at_mut(count);
        let (columns, scratch) = rest.split_at_mut(4 * count);
        Ok(Self {
            config,
            dim,
            count,
            images,
            grads,
            values,
            columns,
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
        let last = self.count - 1;
        let stays = |image: usize| !self.config.ends_slide && (image == 0 || image == last);
        if self.sweep > 0 && stays(self.cursor) {
            self.cursor += 1;
        }
        let image = self.cursor;
        if image > last {
            return self.advance();
        }
        let params = row(self.images, self.dim, image);
        let grad = row_mut(self.grads, self.dim, image);
        self.values[image] = if stays(image) {
            self.evaluations.values += 1;
            grad.fill(R::ZERO);
            f.value(params, self.scratch)
        } else {
            self.evaluations.gradients += 1;
            f.value_grad(params, grad, self.scratch)
        };
        if !self.values[image].is_finite() || !grad.iter().all(|g| g.is_finite()) {
            return BandStep::NotFinite { image };
        }
        self.cursor += 1;
        BandStep::Evaluated(image)
    }

    fn advance(&mut self) -> BandStep<R> {
        let (dim, count, eta) = (self.dim, self.count, self.config.learning_rate);
        let last = count - 1;
        for i in 0..count {
            let moved = row_mut(self.grads, dim, i);
            if !self.config.ends_slide && (i == 0 || i == last) {
                moved.copy_from_slice(row(self.images, dim, i));
            } else {
                for (m, x) in moved.iter_mut().zip(row(self.images, dim, i)) {
                    *m = *x - eta * *m;
                }
            }
        }
        let (knots, rest) = self.columns.split_at_mut(count);
        let (bends, rest) = rest.split_at_mut(count);
        let (sweep, squares) = rest.split_at_mut(count);
        knots[0] = R::ZERO;
        for i in 1..count {
            let here = distance(row(self.grads, dim, i - 1), row(self.grads, dim, i));
            knots[i] = knots[i - 1] + here;
        }
        let total = knots[last];
        self.cursor = 0;
        if !total.is_finite() {
            return BandStep::NotFinite { image: 0 };
        }
        let spread = knots.windows(2).all(|k| k[1] > k[0]);
        squares.fill(R::ZERO);
        // Coordinates are independent once the knots are known: a column at a time needs little memory.
        for k in 0..dim {
            let column = Column { rows: self.grads, dim, k };
            if spread && self.config.interpolation == Interpolation::Cubic {
                natural_spline(knots, &column, bends, sweep);
            }
            let mut segment = 0;
            for (i, square) in squares.iter_mut().enumerate() {
                let target = total * (R::from_usize(i) / R::from_usize(last));
                let new = if i == 0 || i == last || !spread {
                    column.at(i)
                } else {
                    while knots[segment + 1] < target && segment + 1 < last {
                        segment += 1;
                    }
                    let h = knots[segment + 1] - knots[segment];
                    let b = (target - knots[segment]) / h;
                    let a = R::ONE - b;
                    let line = a * column.at(segment) + b * column.at(segment + 1);
                    match self.config.interpolation {
                        Interpolation::Linear => line,
                        Interpolation::Cubic => {
                            let (p, q) = (bends[segment], bends[segment + 1]);
                            let sixth = h * h / R::from_u32(6);
                            line + ((a * a * a - a) * p + (b * b * b - b) * q) * sixth
                        }
                    }
                };
                let old = &mut self.images[i * dim + k];
                let d = new - *old;
                *square += d * d;
                *old = new;
            }
        }
        let mut residual = R::ZERO;
        for square in squares {
            residual = residual.or_larger(sqrt(*square) / eta);
        }
        self.sweep = self.sweep.saturating_add(1);
        BandStep::Moved { sweep: self.sweep, residual }
    }

    /// Lays all images on the straight line between the ends, equally spaced.
    pub fn interpolate(&mut self) {
        let (dim, last) = (self.dim, self.count - 1);
        let (first, rest) = self.images.split_at_mut(dim);
        let (inner, end) = rest.split_at_mut((last - 1) * dim);
        for (i, image) in inner.chunks_exact_mut(dim).enumerate() {
            between(first, end, R::from_usize(i + 1) / R::from_usize(last), image);
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
