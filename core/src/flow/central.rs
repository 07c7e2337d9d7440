//! The flow around which descent oscillates at the edge of stability.

use crate::base::layout::{cut, total};
use crate::base::rows::{copy, row};
use crate::base::vector::{axpy, dot, dot_scaled, norm, scale, unit_scale};
use crate::{ArgError, Curvature, Real};

/// The configuration of a [`CentralFlow`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CentralFlowConfig<R: Real = f32> {
    /// η, the learning rate of the descent that the flow follows.
    pub learning_rate: R,
    /// The number of Euler steps per step of descent, at least one.
    pub pieces: u32,
    /// The number of products that update the unstable direction before each Euler step, at least one.
    pub iterations: u32,
    /// The distance to each side along the unstable direction at which products are taken to compute the
    /// slope of the sharpness, in the unit of the parameters. If it is below their last digits, the slope and
    /// thus σ² are zero, and the flow is the gradient flow: scale it with the parameters.
    pub difference: R,
}

impl<R: Real> CentralFlowConfig<R> {
    /// Creates a configuration with twenty pieces, one product each, and differences over the cube root of
    /// the type's ε, which is meant for parameters of size one.
    #[must_use]
    pub fn new(learning_rate: R) -> Self {
        Self {
            learning_rate,
            pieces: 20,
            iterations: 1,
            difference: crate::base::elementary::exp(
                crate::base::elementary::ln(R::EPSILON) / R::from_f64(3.0),
            ),
        }
    }
}

/// The memory layout of a [`CentralFlow`].
///
/// ```
/// use losscape::flow::CentralFlowLayout;
/// assert_eq!(CentralFlowLayout::new(10, 100).len(), 7 * 10 + 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CentralFlowLayout {
    dim: usize,
    scratch: usize,
}

struct Parts<'w, R> {
    params: &'w mut [R],
    /// The current estimate of the eigenvector of the largest curvature, of length one.
    unstable: &'w mut [R],
    /// The next value of `unstable`, kept only if the step is made.
    direction: &'w mut [R],
    grad: &'w mut [R],
    /// ∇S.
    slope: &'w mut [R],
    point: &'w mut [R],
    product: &'w mut [R],
    scratch: &'w mut [R],
}

impl CentralFlowLayout {
    /// Creates the layout for an objective's `dim` and the larger of its `scratch_len` and
    /// `hess_vec_scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self { dim, scratch }
    }

    /// Creates the layout for an objective.
    pub fn of<R: Real, F: Curvature<R> + ?Sized>(objective: &F) -> Self {
        let (values, products) = (objective.scratch_len(), objective.hess_vec_scratch_len());
        Self::new(objective.dim(), if values > products { values } else { products })
    }

    /// Returns the minimum length of the workspace, 7 n plus the scratch, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        let Self { dim, scratch } = self;
        total([dim, dim, dim, dim, dim, dim, dim, scratch])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let ([params, unstable, direction, grad, slope, point, product], rest) =
            cut(workspace, [self.dim; 7])?;
        let scratch = rest.get_mut(..self.scratch)?;
        Some(Parts { params, unstable, direction, grad, slope, point, product, scratch })
    }
}

/// The outcome of one [`CentralFlow::step`].
#[must_use = "a step may have refused"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum CentralFlowStep<R: Real = f32> {
    /// The parameters advanced by one piece of a step of descent.
    Moved {
        /// f before the move.
        value: R,
        /// S before the move.
        sharpness: R,
        /// σ², the variance of the oscillation about the path along the unstable direction; 0 while descent
        /// is stable.
        variance: R,
    },
    /// A number was not finite. Neither the parameters nor the unstable direction changed.
    NotFinite,
    /// The memory has changed length since the flow was created, or the objective is a different one; nothing
    /// was done.
    MemoryChanged,
}

/// The central flow of gradient descent with one unstable direction (Cohen et al. 2025):
///
/// ```text
/// θ̇ = −η ∇(f + ½ σ² S),    S = λmax(∇²f),    σ² = max(0, −2 ⟨∇f, ∇S⟩ / ‖∇S‖²) where S ≥ 2/η, else 0
/// ```
///
/// where time is counted in steps of descent. At the edge of stability, descent oscillates along the
/// eigenvector v of the largest curvature. On average, the oscillation pushes the path down the slope of the
/// sharpness S, and σ² is just large enough to keep S at 2/η. The path follows the average of neighbouring
/// iterates, from which the gradient flow departs. At fixed v, `∇S = ∇(vᵀ ∇²f v)` follows from two products
/// at `θ ± difference · v`. Power iteration updates v, so v is the direction of the curvature of largest
/// *magnitude*.
///
/// # Shapes
///
/// | argument    | length                     | contents                                             |
/// |-------------|----------------------------|------------------------------------------------------|
/// | `start`     | n                          | where the flow begins                                |
/// | `unstable`  | n                          | a first guess of v, not zero; random numbers will do |
/// | `workspace` | [`CentralFlowLayout::len`] | need not be initialised                              |
///
/// # Cost
/// A step is one gradient and `iterations` + 3 products, two of them only at the edge of stability.
///
/// # Examples
///
/// A valley `½ (20 + y) x² − y` that becomes sharper on the way down. At the origin, with η = 0.1, the sharpness is
/// at the edge, 2/η. Descent down the slope −y would cross it; an oscillation of variance σ² = 2 holds it there:
///
/// ```
/// use losscape::flow::{CentralFlow, CentralFlowConfig, CentralFlowLayout, CentralFlowStep};
/// use losscape::{Curvature, Objective};
///
/// struct Valley;
/// impl Objective<f64> for Valley {
///     fn dim(&self) -> usize { 2 }
///     fn scratch_len(&self) -> usize { 0 }
///     fn value(&self, p: &[f64], _: &mut [f64]) -> f64 { 0.5 * (20.0 + p[1]) * p[0] * p[0] - p[1] }
///     fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
///         (grad[0], grad[1]) = ((20.0 + p[1]) * p[0], 0.5 * p[0] * p[0] - 1.0);
///         self.value(p, scratch)
///     }
/// }
/// impl Curvature<f64> for Valley {
///     fn hess_vec_scratch_len(&self) -> usize { 0 }
///     fn hess_vec(&self, p: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
///         (out[0], out[1]) = ((20.0 + p[1]) * v[0] + p[0] * v[1], p[0] * v[0]);
///     }
/// }
///
/// let workspace = [0.0; CentralFlowLayout::new(2, 0).len()];
/// let mut flow = CentralFlow::new(&Valley, &[0.0, 0.0], &[1.0, 0.0], CentralFlowConfig::new(0.1), workspace)?;
/// let CentralFlowStep::Moved { sharpness, variance, .. } = flow.step(&Valley) else { panic!() };
/// assert!(sharpness == 20.0 && (variance - 2.0).abs() < 1e-9);
/// assert!(flow.params().iter().all(|x| x.abs() < 1e-12), "it stays at the edge");
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct CentralFlow<R: Real, M> {
    config: CentralFlowConfig<R>,
    layout: CentralFlowLayout,
    workspace: M,
    pieces: u32,
    steps: u32,
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>> CentralFlow<R, M> {
    /// Creates a flow at time zero.
    ///
    /// # Errors
    /// [`ArgError`] naming `start` or `unstable` (wrong length, not finite; `unstable` of length zero),
    /// `learning_rate` or `difference` (not positive), `pieces` or `iterations` (zero), or `workspace` (too
    /// short). Nothing has been written in these cases.
    pub fn new<F: Curvature<R> + ?Sized>(
        objective: &F,
        start: &[R],
        unstable: &[R],
        config: CentralFlowConfig<R>,
        mut workspace: M,
    ) -> Result<Self, ArgError> {
        let CentralFlowConfig { learning_rate, pieces, iterations, difference } = config;
        ArgError::check_len("start", objective.dim(), start.len())?;
        ArgError::check_finite("start", start)?;
        ArgError::check_len("unstable", objective.dim(), unstable.len())?;
        ArgError::check_finite("unstable", unstable)?;
        ArgError::check_range("unstable", R::ZERO, norm(unstable) > R::ZERO, "not the zero vector")?;
        ArgError::check_positive("learning_rate", learning_rate)?;
        ArgError::check_positive("difference", difference)?;
        ArgError::check_count("pieces", pieces as usize)?;
        ArgError::check_count("iterations", iterations as usize)?;
        let layout = CentralFlowLayout::of(objective);
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        if let Some(parts) = layout.split(workspace.as_mut()) {
            copy(start, parts.params);
            copy(unstable, parts.unstable);
            unit_length(parts.unstable);
        }
        Ok(Self { config, layout, workspace, pieces: 0, steps: 0 })
    }

    /// Makes one Euler step; `objective` must be the one given at construction.
    pub fn step<F: Curvature<R> + ?Sized>(&mut self, objective: &F) -> CentralFlowStep<R> {
        let needed = CentralFlowLayout::of(objective);
        let same = needed.dim == self.layout.dim && needed.scratch <= self.layout.scratch;
        let Some(mut parts) = self.layout.split(self.workspace.as_mut()).filter(|_| same) else {
            return CentralFlowStep::MemoryChanged;
        };
        let Some(moved) = advance(objective, self.config, &mut parts) else {
            return CentralFlowStep::NotFinite;
        };
        self.pieces += 1;
        if self.pieces >= self.config.pieces {
            self.pieces = 0;
            self.steps = self.steps.saturating_add(1);
        }
        moved
    }

    /// Returns the time, in steps of descent.
    #[must_use]
    pub fn time(&self) -> R {
        R::from_u32(self.steps) + R::from_u32(self.pieces) / R::from_u32(self.config.pieces)
    }

    /// Returns θ.
    #[must_use]
    pub fn params(&self) -> &[R] {
        row(self.workspace.as_ref(), self.layout.dim, 0).unwrap_or_default()
    }

    /// Returns v, of length one.
    #[must_use]
    pub fn unstable(&self) -> &[R] {
        row(self.workspace.as_ref(), self.layout.dim, 1).unwrap_or_default()
    }

    /// Returns the workspace; θ is its first n numbers.
    #[must_use]
    pub fn into_workspace(self) -> M {
        self.workspace
    }
}

/// Scales a vector to length one, unless it is zero or not finite, and returns its previous length times the power of
/// two that brings its largest component near one. In contrast to [`normalise`](crate::base::vector::normalise) it
/// divides, which rounds once: the bits of a flow depend on it.
fn unit_length<R: Real>(x: &mut [R]) -> R {
    scale(unit_scale(x), x);
    let length = norm(x);
    if length > R::ZERO {
        x.iter_mut().for_each(|x| *x /= length);
    }
    length
}

/// Updates v and moves θ; `None`, with both unchanged, if a number is not finite.
fn advance<R: Real, F: Curvature<R> + ?Sized>(
    objective: &F,
    config: CentralFlowConfig<R>,
    parts: &mut Parts<'_, R>,
) -> Option<CentralFlowStep<R>> {
    let CentralFlowConfig { learning_rate, pieces, iterations, difference } = config;
    let Parts { params, unstable, direction, grad, slope, point, product, scratch } = parts;
    copy(unstable, direction);
    for _ in 0..iterations {
        objective.hess_vec(params, direction, product, scratch);
        let length = unit_length(product);
        if !length.is_finite() {
            return None;
        }
        // A flat point gives no direction, so the last one is kept.
        if length > R::ZERO {
            copy(product, direction);
        }
    }
    objective.hess_vec(params, direction, product, scratch);
    let sharpness = dot(direction, product);
    let value = objective.value_grad(params, grad, scratch);
    let mut variance = R::ZERO;
    if learning_rate * sharpness >= R::TWO {
        copy(params, point);
        axpy(difference, direction, point);
        objective.hess_vec(point, direction, slope, scratch);
        copy(params, point);
        axpy(-difference, direction, point);
        objective.hess_vec(point, direction, product, scratch);
        axpy(-R::ONE, product, slope);
        scale(R::HALF / difference, slope);
        let steepness = norm(slope);
        if !steepness.is_finite() {
            return None;
        }
        // Near one, where no product of the two overflows or vanishes.
        let (a, b) = (unit_scale(grad), unit_scale(slope));
        let against = -(dot_scaled(a, grad, b, slope) / (b * steepness)) / (a * steepness);
        if steepness > R::ZERO && against > R::ZERO {
            variance = R::TWO * against;
        }
    }
    let dt = learning_rate / R::from_u32(pieces);
    copy(params, point);
    axpy(-dt, grad, point);
    if variance > R::ZERO {
        // η σ² alone may overflow or vanish.
        let unit = unit_scale(&[dt]);
        scale(R::ONE / unit, slope);
        axpy(-(unit * dt * R::HALF * variance), slope, point);
    }
    let finite = value.is_finite() && sharpness.is_finite() && variance.is_finite();
    if !(finite && point.iter().all(|x| x.is_finite())) {
        return None;
    }
    copy(point, params);
    copy(direction, unstable);
    Some(CentralFlowStep::Moved { value, sharpness, variance })
}
