//! The simplified string method.

use super::band::{BandStep, Evaluations};
use super::polyline::{between, check_ends, row, row_mut, rows};
use crate::base::elementary::sqrt;
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
/// rests. The gradient along the string is undone by the layout, not projected out: only for steps that are
/// short against the spacing, `η ‖∇f‖ ≪ ‖θᵢ₊₁ − θᵢ‖`, does a linear string rest where a
/// [`Band`](super::Band) does.
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
        images * dim + 5 * images + scratch
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

/// One coordinate of all images.
struct Column<'a, R> {
    rows: &'a [R],
    dim: usize,
    k: usize,
}

impl<R: Real> Column<'_, R> {
    fn at(&self, i: usize) -> R {
        self.rows[i * self.dim + self.k]
    }
}

/// Second derivatives `bends` of the natural cubic spline through `(knots, column)`, by elimination.
fn natural_spline<R: Real>(knots: &[R], column: &Column<'_, R>, bends: &mut [R], upper: &mut [R]) {
    let last = knots.len() - 1;
    (bends[0], upper[0], bends[last]) = (R::ZERO, R::ZERO, R::ZERO);
    for i in 1..last {
        let (before, after) = (knots[i] - knots[i - 1], knots[i + 1] - knots[i]);
        let slope_change =
            (column.at(i + 1) - column.at(i)) / after - (column.at(i) - column.at(i - 1)) / before;
        let pivot = R::TWO * (before + after) - before * upper[i - 1];
        upper[i] = after / pivot;
        bends[i] = (R::from_u32(6) * slope_change - before * bends[i - 1]) / pivot;
    }
    for i in (1..last).rev() {
        bends[i] -= upper[i] * bends[i + 1];
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]
    extern crate std;
    use super::*;
    use crate::models::surfaces::{EggCarton, MuellerBrown};
    use crate::path::length;
    use std::vec;
    use std::vec::Vec;

    fn config(learning_rate: f64, interpolation: Interpolation) -> StringConfig<f64> {
        StringConfig { learning_rate, interpolation, ends_slide: false }
    }

    fn relax(config: StringConfig<f64>, n: usize) -> (Vec<f64>, Vec<f64>) {
        let f = MuellerBrown::<f64>::default();
        let [a, b, _] = MuellerBrown::<f64>::MINIMA;
        let mut images = vec![0.0; 2 * n];
        images[..2].copy_from_slice(&a);
        images[2 * n - 2..].copy_from_slice(&b);
        let mut workspace = vec![f64::NAN; StringMethod::<f64>::workspace_len(n, 2, 0)];
        let mut string = StringMethod::new(&f, config, &mut images, &mut workspace).unwrap();
        string.interpolate();
        loop {
            match string.step(&f) {
                BandStep::Moved { residual, .. } if residual < 1e-6 => break,
                BandStep::Moved { sweep, residual } => assert!(sweep < 20_000, "{residual}"),
                BandStep::NotFinite { image } => panic!("image {image}"),
                BandStep::Evaluated(_) => (),
            }
        }
        (string.images().to_vec(), string.values().to_vec())
    }

    #[test]
    fn spline_reproduces_a_natural_cubic() {
        // x³ on [−1, 0], its continuation with zero end curvature: take knots of a known natural spline.
        let knots = [0.0, 1.0, 2.0, 3.0f64];
        let rows = [0.0, 1.0, 0.0, 1.0f64];
        let (mut bends, mut upper) = ([f64::NAN; 4], [f64::NAN; 4]);
        natural_spline(&knots, &Column { rows: &rows, dim: 1, k: 0 }, &mut bends, &mut upper);
        // 4 m₁ + m₂ = −12, m₁ + 4 m₂ = 12.
        for (found, expected) in bends.iter().zip([0.0, -4.0, 4.0, 0.0]) {
            assert!((found - expected).abs() < 1e-15, "{bends:?}");
        }
    }

    #[test]
    fn rests_on_the_minimum_energy_path() {
        let top = |values: &[f64]| values.iter().fold(f64::NEG_INFINITY, |a, v| a.or_larger(*v));
        // With a small step the linear string rests where the band with redistribution does: −41.103855.
        let (images, values) = relax(config(1e-5, Interpolation::Linear), 31);
        assert!((top(&values) + 41.103_855).abs() < 5e-4, "{}", top(&values));
        let chords: Vec<f64> =
            (0..30).map(|i| distance(row(&images, 2, i), row(&images, 2, i + 1))).collect();
        assert!(chords.iter().all(|c| (c / chords[0] - 1.0).abs() < 1e-2), "{chords:?}");
        // The path is 2.698828 long: straight pieces cut its corners, the spline hardly.
        let linear = length(&images, 2);
        let cubic = length(&relax(config(1e-5, Interpolation::Cubic), 31).0, 2);
        assert!((linear - 2.6567).abs() < 1e-3 && (cubic - 2.6988).abs() < 5e-3, "{linear} {cubic}");
    }

    #[test]
    fn ends_keep_their_bits_unless_they_slide() {
        let (images, _) = relax(config(2e-4, Interpolation::Cubic), 9);
        let [a, b, _] = MuellerBrown::<f64>::MINIMA;
        assert_eq!((&images[..2], &images[16..]), (&a[..], &b[..]));
    }

    #[test]
    fn neighbours_of_the_egg_carton() {
        let f = EggCarton::<f64>::new(2).unwrap();
        let mut images = [0.0; 18];
        images[..2].copy_from_slice(&[0.5, 0.5]);
        images[16..].copy_from_slice(&[1.5, 0.5]);
        let mut workspace = [f64::NAN; StringMethod::<f64>::workspace_len(9, 2, 0)];
        let mut string =
            StringMethod::new(&f, config(2e-3, Interpolation::Cubic), &mut images, &mut workspace).unwrap();
        string.interpolate();
        while string.sweep() < 1000 {
            assert!(!matches!(string.step(&f), BandStep::NotFinite { .. }));
        }
        assert!((string.values()[4]).abs() < 1e-9);
        assert!((length(string.images(), 2) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn bad_input_is_refused() {
        let f = EggCarton::<f64>::new(2).unwrap();
        let mut workspace = [0.0; 100];
        let good = config(0.1, Interpolation::Linear);
        let mut refused = |images: &mut [f64], config| {
            StringMethod::new(&f, config, images, &mut workspace).err().map(|e| e.arg)
        };
        assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], good), None);
        assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0], good), Some("images"));
        assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 0.0, 0.0], good), Some("images"));
        let zero = config(0.0, Interpolation::Linear);
        assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], zero), Some("learning_rate"));
    }
}
