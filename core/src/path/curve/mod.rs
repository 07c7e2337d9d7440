//! Curves trained to minimise their mean loss.

mod shape;

pub use shape::CurveKind;
use shape::{point_of, weight};

use super::polyline::{check_ends, count_rows};
use crate::base::layout::{area, cut, total};
use crate::base::random::{Rng, uniform};
use crate::base::refusal::refuse;
use crate::base::rows::{rows, rows_mut};
use crate::base::vector::axpy;
use crate::{ArgError, Objective, Real, Reason};

/// The maximum number of control points of a Bézier curve; the binomials of more points overflow in `f32`.
const MOST_CONTROLS: usize = 128;

/// The points at which a [`Curve`] is evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Draw {
    /// `t` is uniform on `[0, 1)`, as in the paper: one draw of the generator per evaluation.
    #[default]
    Random,
    /// The midpoints of equal intervals, in order: the mean loss without noise.
    Midpoints,
}

/// The configuration of a [`Curve`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurveConfig<R: Real = f32> {
    /// The shape of the curve.
    pub kind: CurveKind,
    /// The points at which the curve is evaluated.
    pub draw: Draw,
    /// The number of evaluations per move; 1 in the paper.
    pub draws: u32,
    /// η.
    pub learning_rate: R,
    /// μ, at least 0 and below 1.
    pub momentum: R,
}

/// The outcome of one [`Curve::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum CurveStep<R: Real = f32> {
    /// The curve was evaluated.
    Evaluated {
        /// The parameter of the point on the curve.
        t: R,
        /// The value at that point.
        value: R,
    },
    /// The control points have moved.
    Moved {
        /// The number of moves so far.
        update: u32,
        /// The mean of the values since the last move.
        mean: R,
    },
    /// The objective, its gradient or a running sum was infinite or NaN at this point; nothing has changed.
    NotFinite {
        /// The parameter of the point on the curve.
        t: R,
    },
    /// The move would make this control point non-finite; nothing has changed, and further steps return the
    /// same outcome.
    TooFar {
        /// The index of the control point, counted from the first end.
        control: usize,
    },
    /// A memory has changed length since the curve was created, or the objective has a different dimension or
    /// needs more scratch. Nothing was done.
    MemoryChanged,
}

/// The workspace layout of a [`Curve`]: two numbers per coordinate of the inner control points, a point, a
/// gradient, and scratch for the objective.
///
/// ```
/// use losscape::path::CurveLayout;
/// const WORKSPACE: usize = CurveLayout::new(3, 2, 0).len();
/// assert_eq!(WORKSPACE, 8);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CurveLayout {
    controls: usize,
    dim: usize,
    scratch_len: usize,
}

/// The memory of a curve, split into parts.
struct CurveParts<'w, R> {
    controls: &'w mut [R], // (m + 1) × n
    update: &'w mut [R],   // (m − 1) × n: Σ wⱼ ∇f since the last move
    velocity: &'w mut [R], // (m − 1) × n
    point: &'w mut [R],    // n
    grad: &'w mut [R],     // n
    scratch: &'w mut [R],
}

impl CurveLayout {
    /// Creates the layout for `controls` control points of `dim` parameters, including the two ends, and the
    /// objective's scratch.
    #[must_use]
    pub const fn new(controls: usize, dim: usize, scratch_len: usize) -> Self {
        Self { controls, dim, scratch_len }
    }

    /// Returns the minimum workspace length, for `f32` and `f64` alike, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total(self.parts())
    }

    const fn parts(self) -> [usize; 5] {
        let inner = area(self.controls.saturating_sub(2), self.dim);
        [inner, inner, self.dim, self.dim, self.scratch_len]
    }

    /// Splits the memory; `None` if a length is wrong.
    fn split<'w, R>(self, controls: &'w mut [R], workspace: &'w mut [R]) -> Option<CurveParts<'w, R>> {
        if controls.len() != area(self.controls, self.dim) {
            return None;
        }
        let ([update, velocity, point, grad, scratch], _) = cut(workspace, self.parts())?;
        Some(CurveParts { controls, update, velocity, point, grad, scratch })
    }
}

/// A curve between two minima whose control points minimise the mean loss along it (Garipov et al. 2018).
///
/// ```text
/// φ(t) = Σⱼ wⱼ(t) θⱼ,      minimise  E[f(φ(t))] over t ~ U(0, 1),      ∂f/∂θⱼ = wⱼ(t) ∇f(φ(t))
/// ```
///
/// where `wⱼ` are Bernstein polynomials (Bézier) or hat functions (polygonal chain). The paper's curves have
/// one inner control point. The mean is taken over `t`, not over length. A thin spike may survive in a mean:
/// scan [`trace`](Self::trace) for the highest value. With [`OnBatch`](crate::objective::OnBatch), each `t`
/// uses a minibatch, as in the paper.
///
/// # Shapes
///
/// | argument    | length                                | layout                                     |
/// |-------------|---------------------------------------|--------------------------------------------|
/// | `controls`  | `(m + 1) · n`                         | row `j` is θⱼ; the first and last are ends |
/// | `workspace` | `CurveLayout::new(m + 1, n, s).len()` | need not be initialised                    |
///
/// with `n = f.dim()`, `s = f.scratch_len()`. Both memories are owned or lent: an array, a vector, or a mutable borrow of
/// one.
///
/// # Cost
///
/// A step is one gradient and `O(m · n)`, or one move.
///
/// # Examples
///
/// For the path around the ring's hole from `(−1, 0)` to `(1, 0)`, the best control point is `(0, 3/√2)`:
///
/// ```
/// use losscape::base::random::stream;
/// use losscape::models::surfaces::Ring;
/// use losscape::path::{Curve, CurveConfig, CurveKind, CurveLayout, CurveStep, Draw};
///
/// let f = Ring::<f64>::default();
/// let mut controls = [-1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
/// let mut workspace = [0.0; CurveLayout::new(3, 2, 0).len()];
/// let config = CurveConfig {
///     kind: CurveKind::Bezier,
///     draw: Draw::Midpoints,
///     draws: 100,
///     learning_rate: 0.5,
///     momentum: 0.0,
/// };
/// let mut curve = Curve::new(&f, config, &mut controls, &mut workspace)?;
/// let mut rng = stream(1, 0);
/// while !matches!(curve.step(&f, &mut rng), CurveStep::Moved { update: 200, .. }) {}
/// assert!((curve.controls()[3] - 2.1213).abs() < 1e-3);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Debug)]
pub struct Curve<R: Real, C, W> {
    config: CurveConfig<R>,
    layout: CurveLayout,
    controls: C,
    workspace: W,
    drawn: u32,
    total: R,
    updates: u32,
}

impl<R: Real, C: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> Curve<R, C, W> {
    /// Creates a curve with these control points, at least one of them an inner one.
    ///
    /// # Errors
    /// [`ArgError`] naming `controls` (fewer than 3 rows, not a whole number of rows, not finite, ends equal;
    /// more than 128 rows for a Bézier curve), `workspace`, `draws` (zero), `learning_rate` or `momentum`;
    /// nothing has been changed in these cases.
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        config: CurveConfig<R>,
        controls: C,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        let rows = controls.as_ref();
        let count = count_rows("controls", rows, dim, 3)?;
        ArgError::check_finite("controls", rows)?;
        check_ends("controls", rows, dim, count - 1)?;
        let layout = CurveLayout::new(count, dim, f.scratch_len());
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        if config.kind == CurveKind::Bezier && count > MOST_CONTROLS {
            return Err(ArgError::new("controls", Reason::TooMany { limit: MOST_CONTROLS, found: count }));
        }
        ArgError::check_count("draws", config.draws as usize)?;
        super::relax::Relaxer::descent(config.learning_rate, config.momentum).check()?;
        let mut curve = Self { config, layout, controls, workspace, drawn: 0, total: R::ZERO, updates: 0 };
        if let Some(parts) = curve.layout.split(curve.controls.as_mut(), curve.workspace.as_mut()) {
            parts.update.fill(R::ZERO);
            parts.velocity.fill(R::ZERO);
        }
        Ok(curve)
    }

    /// Writes φ(t) to `out`, or NaN if `out` does not have n elements.
    pub fn point(&self, t: R, out: &mut [R]) {
        point_of(self.config.kind, self.controls.as_ref(), self.layout.dim, t, out);
    }

    /// Fills the rows of `images` with points of the curve at equally spaced `t`, including both ends.
    ///
    /// The result is a polyline for [`DenseScan`](super::DenseScan). The rows are filled with NaN if `images`
    /// is not a whole number of rows.
    pub fn trace(&self, images: &mut [R]) {
        if !images.len().is_multiple_of(self.layout.dim) {
            return refuse(images);
        }
        let images = rows_mut(images, self.layout.dim);
        let count = images.len();
        for (i, image) in images.enumerate() {
            let t = if count > 1 { R::from_usize(i) / R::from_usize(count - 1) } else { R::ZERO };
            self.point(t, image);
        }
    }

    /// Does one bounded unit of work: one gradient on the curve, or one move of its control points.
    ///
    /// With [`Draw::Midpoints`], the generator is not used.
    pub fn step<G: Rng + ?Sized>(&mut self, f: &(impl Objective<R> + ?Sized), rng: &mut G) -> CurveStep<R> {
        let CurveConfig { kind, draw, draws, .. } = self.config;
        let CurveLayout { dim, scratch_len, .. } = self.layout;
        let parts = self.layout.split(self.controls.as_mut(), self.workspace.as_mut());
        let Some(CurveParts { controls, update, velocity, point, grad, scratch }) = parts else {
            return CurveStep::MemoryChanged;
        };
        if f.dim() != dim || f.scratch_len() > scratch_len {
            return CurveStep::MemoryChanged;
        }
        if self.drawn == draws {
            let inner = controls.get_mut(dim..).unwrap_or_default();
            if let Err(place) = advance(&self.config, inner, velocity, update) {
                return CurveStep::TooFar { control: place / dim.max(1) + 1 };
            }
            let mean = self.total / R::from_u32(draws);
            (self.drawn, self.total) = (0, R::ZERO);
            self.updates = self.updates.saturating_add(1);
            return CurveStep::Moved { update: self.updates, mean };
        }
        let t = match draw {
            Draw::Random => uniform(rng),
            Draw::Midpoints => (R::from_u32(self.drawn) + R::HALF) / R::from_u32(draws),
        };
        point_of(kind, controls, dim, t, point);
        let value = f.value_grad(point, grad, scratch);
        let total = self.total + value;
        let degree = rows(update, dim).len() + 1;
        let weight = |j: usize| weight(kind, degree, j + 1, t);
        let finite = |(j, update): (usize, &[R])| {
            let weight = weight(j);
            update.iter().zip(&*grad).all(|(u, g)| (*u + weight * *g).is_finite())
        };
        if !total.is_finite() || !rows(update, dim).enumerate().all(finite) {
            return CurveStep::NotFinite { t };
        }
        for (j, update) in rows_mut(update, dim).enumerate() {
            axpy(weight(j), grad, update);
        }
        self.drawn += 1;
        self.total = total;
        CurveStep::Evaluated { t, value }
    }

    /// Returns the control points, `(m + 1) × n`.
    #[must_use]
    pub fn controls(&self) -> &[R] {
        self.controls.as_ref()
    }

    /// Returns the control points and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (C, W) {
        (self.controls, self.workspace)
    }
}

/// Moves the inner control points.
///
/// # Errors
/// The index of the first number that would not be finite; nothing has been changed in this case.
fn advance<R: Real>(
    config: &CurveConfig<R>,
    inner: &mut [R],
    velocity: &mut [R],
    update: &mut [R],
) -> Result<(), usize> {
    let n = R::from_u32(config.draws);
    let faster = |v: &R, u: &R| config.momentum * *v - config.learning_rate * (*u / n);
    let mut moved = inner.iter().zip(&*velocity).zip(&*update);
    if let Some(place) = moved.position(|((x, v), u)| !(*x + faster(v, u)).is_finite()) {
        return Err(place);
    }
    for ((x, v), u) in inner.iter_mut().zip(velocity).zip(update) {
        *v = faster(v, u);
        *x += *v;
        *u = R::ZERO;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random::stream;
    use crate::models::surfaces::Ring;
    use crate::path::hole::Hole;

    const CONFIG: CurveConfig<f64> = CurveConfig {
        kind: CurveKind::Bezier,
        draw: Draw::Midpoints,
        draws: 20,
        learning_rate: 0.1,
        momentum: 0.5,
    };

    #[test]
    fn ends_stay_and_random_draws_differ() {
        let f = Ring::default();
        let mut controls = [-1.0, 0.0, 0.0, 1.0, 1.0, 0.0];
        let mut workspace = [f64::NAN; CurveLayout::new(3, 2, 0).len()];
        let config = CurveConfig { draw: Draw::Random, draws: 1, ..CONFIG };
        let mut curve = Curve::new(&f, config, &mut controls, &mut workspace).unwrap();
        let mut rng = stream(3, 0);
        let (mut first, mut second) = (None, None);
        while second.is_none() {
            if let CurveStep::Evaluated { t, .. } = curve.step(&f, &mut rng) {
                (first, second) = (Some(t), first);
            }
        }
        assert_ne!(first, second);
        let mut trace = [f64::NAN; 10];
        curve.trace(&mut trace);
        assert_eq!((&trace[..2], &trace[8..]), (&[-1.0, 0.0][..], &[1.0, 0.0][..]));
        assert_eq!((&controls[..2], &controls[4..]), (&[-1.0, 0.0][..], &[1.0, 0.0][..]));
    }

    #[test]
    fn what_is_not_finite_moves_nothing() {
        let f = Hole(0.1);
        let mut controls = [-1.0, 0.0, 0.0, 0.1, 1.0, 0.0];
        let mut workspace = [f64::NAN; CurveLayout::new(3, 2, 0).len()];
        let mut curve = Curve::new(&f, CONFIG, &mut controls, &mut workspace).unwrap();
        let mut rng = stream(3, 0);
        let mut step = curve.step(&f, &mut rng);
        while let CurveStep::Evaluated { .. } = step {
            step = curve.step(&f, &mut rng);
        }
        assert!(matches!(step, CurveStep::NotFinite { .. }), "{step:?}");
        assert_eq!(curve.step(&f, &mut rng), step, "the same place again");
        assert_eq!(curve.controls(), [-1.0, 0.0, 0.0, 0.1, 1.0, 0.0]);
    }

    #[test]
    fn bad_input_is_refused() {
        let f = Ring::<f64>::default();
        let mut workspace = [0.0; 100];
        let mut refused = |controls: &mut [f64], config| {
            Curve::new(&f, config, controls, &mut workspace).err().map(|e| e.arg)
        };
        assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], CONFIG), None);
        assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0], CONFIG), Some("controls"));
        assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 0.0, 0.0], CONFIG), Some("controls"));
        let none = CurveConfig { draws: 0, ..CONFIG };
        assert_eq!(refused(&mut [0.0, 0.0, 1.0, 1.0, 2.0, 2.0], none), Some("draws"));
    }
}
