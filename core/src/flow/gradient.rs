//! Gradient flow with adaptive steps.

use super::tableau::{ERROR, STAGES, WEIGHTS};
use crate::base::elementary::{exp, ln};
use crate::base::layout::{area, cut, total};
use crate::base::rows::{copy, row};
use crate::base::vector::{axpy, norm};
use crate::{ArgError, Objective, Real};

/// The step is multiplied by `0.9 e^(−0.17) e₋₁^(0.04)`, within these bounds, where e and e₋₁ are the errors
/// of this step and the one before (Hairer, Nørsett & Wanner 1993, II.4).
const SAFETY: f64 = 0.9;
const POWER: f64 = 0.2 - 0.75 * 0.04;
const MEMORY_POWER: f64 = 0.04;
const LEAST_FACTOR: f64 = 0.2;
const LARGEST_FACTOR: f64 = 5.0;
/// The largest error of a component, as a share of the distance `dt ‖∇f‖` of the step: near a minimum, errors
/// shrink with the gradient.
const SHARE_OF_WAY: f64 = 0.1;
/// A smaller error counts as this value when the next step is chosen.
const LEAST_ERROR: f64 = 1e-4;

/// The tolerances of a [`GradientFlow`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlowConfig<R: Real = f32> {
    /// The allowed estimated error of a component in one step, relative to the component's size.
    pub relative: R,
    /// The additional absolute error allowed, in the units of the parameters.
    pub absolute: R,
    /// The flow has [converged](FlowStep::Converged) once `‖∇f‖` is at most this.
    pub grad_norm: R,
    /// The time at which the flow [ends](FlowStep::Ended), exactly.
    pub end: R,
}

impl<R: Real> Default for FlowConfig<R> {
    /// Creates tolerances with both errors equal to the square root of the type's ε (1.5·10⁻⁸ in `f64`); the
    /// flow converges only where the gradient is zero, and time has no end.
    fn default() -> Self {
        let root = crate::base::elementary::sqrt(R::EPSILON);
        Self { relative: root, absolute: root, grad_norm: R::ZERO, end: R::INFINITY }
    }
}

/// The memory layout of a [`GradientFlow`].
///
/// ```
/// use losscape::flow::FlowLayout;
/// assert_eq!(FlowLayout::new(10, 100).len(), 9 * 10 + 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlowLayout {
    dim: usize,
    scratch: usize,
}

struct Parts<'w, R> {
    params: &'w mut [R],
    next: &'w mut [R],
    /// One gradient per stage.
    stages: &'w mut [R],
    scratch: &'w mut [R],
}

impl FlowLayout {
    /// Creates the layout for an objective's `dim` and `scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self { dim, scratch }
    }

    /// Returns the minimum length of the workspace, 9 n plus the scratch, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, area(self.dim, STAGES), self.scratch])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let Self { dim, scratch } = self;
        let ([params, next, stages], rest) = cut(workspace, [dim, dim, area(dim, STAGES)])?;
        Some(Parts { params, next, stages, scratch: rest.get_mut(..scratch)? })
    }
}

/// The outcome of one [`GradientFlow::step`].
#[must_use = "a step may have refused"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum FlowStep<R: Real = f32> {
    /// The parameters moved.
    Moved {
        /// The time that the step took.
        dt: R,
        /// The largest ratio of a component's error to the allowed error; at most one.
        error: R,
    },
    /// The error was too large, or a number was not finite (the error is then +∞). Nothing moved, and the
    /// next step is shorter.
    Rejected {
        /// The time step that was tried.
        dt: R,
        /// The ratio as in [`Moved`](Self::Moved); above one.
        error: R,
    },
    /// The gradient norm is at most the requested one; nothing was done. Further steps return the same outcome.
    Converged,
    /// The end time is reached; nothing was done.
    Ended,
    /// The step is negligible compared with the time, or the time would be infinite: the objective falls
    /// without end, is not finite nearby, or the tolerances are below its rounding. Nothing was done.
    StepTooSmall,
    /// The memory has changed length since the flow was created, or the objective is a different one; nothing
    /// was done.
    MemoryChanged,
}

/// The gradient flow `θ̇ = −∇f(θ)`, by an embedded Runge–Kutta pair of order 5(4) with adaptive steps
/// (Dormand & Prince 1980).
///
/// The flow is the limit of gradient descent with infinitesimal steps, in time t = (learning rate) × (steps).
/// Near a minimum, the gradient decays as `e^(−λt)` with the smallest curvature λ, to any tolerance. Where
/// descent with momentum or Adam at a fixed rate stalls or oscillates, the flow reaches gradients of 10⁻¹⁰,
/// at which a minimum can be certified (`MLPGradientFlow`, Brea et al. 2023).
///
/// The estimated error of a component in one step is held below `absolute + relative · |θᵢ|` and below a tenth of the
/// step's distance `dt ‖∇f‖`, so that it shrinks with the gradient; errors of steps add up. The step size follows the rule of Hairer,
/// Nørsett & Wanner (1993, II.4). It is the same in any units of f and θ, if `absolute` is scaled with θ.
///
/// The method is explicit: the step stays below about 3.3 divided by the largest curvature.
///
/// # Shapes
///
/// | argument    | length              | contents                |
/// |-------------|---------------------|-------------------------|
/// | `start`     | n                   | where the flow begins   |
/// | `workspace` | [`FlowLayout::len`] | need not be initialised |
///
/// # Cost
/// A step is six gradients and about 30 n multiplications.
///
/// # Examples
///
/// ```
/// use losscape::flow::{FlowConfig, FlowLayout, FlowStep, GradientFlow};
/// use losscape::models::surfaces::Quadratic;
///
/// // θᵢ(t) = θᵢ(0) e^(−λᵢ t)
/// let f = Quadratic::new(&[1.0f64, 3.0])?;
/// let config = FlowConfig { end: 1.0, ..FlowConfig::default() };
/// let workspace = [0.0; FlowLayout::new(2, 4).len()];
/// let mut flow = GradientFlow::new(&f, &[1.0, 1.0], config, workspace)?;
/// while let FlowStep::Moved { .. } | FlowStep::Rejected { .. } = flow.step(&f) {}
/// assert_eq!(flow.time(), 1.0);
/// assert!((flow.params()[0] - 0.367_879_441).abs() < 1e-8);
/// assert!((flow.params()[1] - 0.049_787_068).abs() < 1e-8);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct GradientFlow<R: Real, M> {
    config: FlowConfig<R>,
    layout: FlowLayout,
    workspace: M,
    time: R,
    /// The amount by which `time` is too small, from rounding.
    lost: R,
    dt: R,
    value: R,
    grad_norm: R,
    /// The error of the last accepted step.
    error: R,
    /// Whether the last step was rejected; the next one may then not be longer.
    rejected: bool,
    moves: u32,
}

impl<R: Real, M: AsRef<[R]> + AsMut<[R]>> GradientFlow<R, M> {
    /// Creates a flow at time zero and evaluates the gradient there.
    ///
    /// # Errors
    /// [`ArgError`] naming `start` (wrong length, not finite, or a point where f or its gradient is not
    /// finite), `relative`, `absolute` or `grad_norm` (negative or not finite), `absolute` (zero together with
    /// `relative`), `end` (NaN or not positive) or `workspace` (too short). Nothing has been written in these
    /// cases, except to `workspace` if f or its gradient is not finite at `start`.
    pub fn new<F: Objective<R> + ?Sized>(
        objective: &F,
        start: &[R],
        config: FlowConfig<R>,
        mut workspace: M,
    ) -> Result<Self, ArgError> {
        let FlowConfig { relative, absolute, grad_norm, end } = config;
        ArgError::check_len("start", objective.dim(), start.len())?;
        ArgError::check_finite("start", start)?;
        ArgError::check_non_negative("relative", relative)?;
        ArgError::check_non_negative("absolute", absolute)?;
        let some = relative > R::ZERO || absolute > R::ZERO;
        ArgError::check_range("absolute", absolute, some, "above 0 where `relative` is 0")?;
        ArgError::check_non_negative("grad_norm", grad_norm)?;
        ArgError::check_range("end", end, end > R::ZERO, "above 0")?;
        let layout = FlowLayout::new(objective.dim(), objective.scratch_len());
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        let mut flow = Evaluated { value: R::INFINITY, grad_norm: R::INFINITY, fastest: R::ZERO };
        if let Some(Parts { params, stages, scratch, .. }) = layout.split(workspace.as_mut()) {
            copy(start, params);
            if let Some(first) = stages.get_mut(..layout.dim) {
                flow.value = objective.value_grad(params, first, scratch);
                flow.grad_norm = norm(first);
                for (g, theta) in first.iter().zip(&*params) {
                    let speed = g.abs() / (absolute + relative * theta.abs());
                    flow.fastest = if speed > flow.fastest { speed } else { flow.fastest };
                }
            }
        }
        let Evaluated { value, grad_norm, fastest } = flow;
        let finite = value.is_finite() && grad_norm.is_finite();
        ArgError::check_range("start", value, finite, "a point where value and gradient are finite")?;
        // The first step moves by about the allowed error; the controller lengthens it by up to a factor of
        // five per step.
        let first = R::ONE / fastest;
        let dt = if first.is_finite() && first > R::ZERO { first } else { R::ONE };
        Ok(Self {
            config,
            layout,
            workspace,
            time: R::ZERO,
            lost: R::ZERO,
            dt,
            value,
            grad_norm,
            error: R::from_f64(LEAST_ERROR),
            rejected: false,
            moves: 0,
        })
    }

    /// Tries one step; `objective` must be the one given at construction.
    pub fn step<F: Objective<R> + ?Sized>(&mut self, objective: &F) -> FlowStep<R> {
        if self.grad_norm <= self.config.grad_norm {
            return FlowStep::Converged;
        }
        if self.time >= self.config.end {
            return FlowStep::Ended;
        }
        let left = self.config.end - self.time;
        let last = self.dt >= left;
        let dt = if last { left } else { self.dt };
        let after = if last { self.config.end } else { self.time + (dt + self.lost) };
        if !(dt > R::EPSILON * R::EPSILON * self.time && after.is_finite()) {
            return FlowStep::StepTooSmall;
        }
        let same = objective.dim() == self.layout.dim && objective.scratch_len() <= self.layout.scratch;
        let Some(mut parts) = self.layout.split(self.workspace.as_mut()).filter(|_| same) else {
            return FlowStep::MemoryChanged;
        };
        let value = stages(objective, dt, &mut parts);
        let way = R::from_f64(SHARE_OF_WAY) * (dt * self.grad_norm);
        let error = value.map_or(R::INFINITY, |_| worst(self.config, dt, way, &parts));
        if error > R::ONE {
            let shorter =
                if error.is_finite() { R::from_f64(SAFETY) * power(error, -POWER) } else { R::ZERO };
            let least = R::from_f64(LEAST_FACTOR);
            self.dt = dt * if shorter > least { shorter } else { least };
            self.rejected = true;
            return FlowStep::Rejected { dt, error };
        }
        let Parts { params, next, stages, .. } = parts;
        copy(next, params);
        let dim = self.layout.dim;
        stages.copy_within((STAGES - 1) * dim.., 0);
        self.grad_norm = norm(row(stages, dim, 0).unwrap_or_default());
        self.value = value.unwrap_or(self.value);
        // The part that rounding would lose from the sum of many short steps.
        self.lost = if last { R::ZERO } else { (dt + self.lost) - (after - self.time) };
        self.time = after;
        self.moves = self.moves.saturating_add(1);
        let least = R::from_f64(LEAST_ERROR);
        let counted = if error > least { error } else { least };
        let factor = R::from_f64(SAFETY) * power(counted, -POWER) * power(self.error, MEMORY_POWER);
        let most = if self.rejected { R::ONE } else { R::from_f64(LARGEST_FACTOR) };
        let factor = if factor < most { factor } else { most };
        let factor = if factor > R::from_f64(LEAST_FACTOR) { factor } else { R::from_f64(LEAST_FACTOR) };
        let longer = factor * if last { self.dt } else { dt };
        self.dt = if longer.is_finite() { longer } else { self.dt };
        (self.error, self.rejected) = (counted, false);
        FlowStep::Moved { dt, error }
    }

    /// Returns θ.
    #[must_use]
    pub fn params(&self) -> &[R] {
        row(self.workspace.as_ref(), self.layout.dim, 0).unwrap_or_default()
    }

    /// Returns ∇f at θ.
    #[must_use]
    pub fn grad(&self) -> &[R] {
        row(self.workspace.as_ref(), self.layout.dim, 2).unwrap_or_default()
    }

    /// Returns f at θ.
    #[must_use]
    pub const fn value(&self) -> R {
        self.value
    }

    /// Returns ‖∇f‖ at θ.
    #[must_use]
    pub const fn grad_norm(&self) -> R {
        self.grad_norm
    }

    /// Returns the time t.
    #[must_use]
    pub const fn time(&self) -> R {
        self.time
    }

    /// Returns the step that is tried next, unless the end time is closer.
    #[must_use]
    pub const fn dt(&self) -> R {
        self.dt
    }

    /// Returns the number of steps that moved the parameters.
    #[must_use]
    pub const fn moves(&self) -> u32 {
        self.moves
    }

    /// Returns the workspace; θ is its first n numbers.
    #[must_use]
    pub fn into_workspace(self) -> M {
        self.workspace
    }
}

struct Evaluated<R> {
    value: R,
    grad_norm: R,
    /// The largest speed of a component, in allowed errors per unit of time.
    fastest: R,
}

/// Evaluates the stages of a step from the first gradient, which is already known; the last stage is
/// evaluated at `next`. Returns the value there, or `None` if a number is not finite.
fn stages<R: Real, F: Objective<R> + ?Sized>(objective: &F, dt: R, parts: &mut Parts<'_, R>) -> Option<R> {
    let Parts { params, next, stages, scratch } = parts;
    let dim = params.len();
    let mut value = None;
    for (i, weights) in WEIGHTS.iter().enumerate() {
        copy(params, next);
        for (j, weight) in weights.iter().enumerate() {
            axpy(-(dt * R::from_f64(*weight)), row(stages, dim, j)?, next);
        }
        let (_, later) = stages.split_at_mut_checked((i + 1) * dim)?;
        let grad = later.get_mut(..dim)?;
        let found = objective.value_grad(next, grad, scratch);
        if !(found.is_finite() && grad.iter().all(|g| g.is_finite())) {
            return None;
        }
        value = Some(found);
    }
    value
}

/// Returns the largest ratio of a component's error to the allowed error.
fn worst<R: Real>(config: FlowConfig<R>, dt: R, way: R, parts: &Parts<'_, R>) -> R {
    let Parts { params, next, stages, .. } = parts;
    let dim = params.len();
    let mut worst = R::ZERO;
    for (i, (theta, next)) in params.iter().zip(&**next).enumerate() {
        let mut error = R::ZERO;
        for (weight, stage) in ERROR.iter().zip(stages.chunks_exact(dim.max(1))) {
            error += R::from_f64(*weight) * stage.get(i).copied().unwrap_or(R::NAN);
        }
        let size = if theta.abs() > next.abs() { theta.abs() } else { next.abs() };
        let allowed = config.absolute + config.relative * size;
        let ratio = (dt * error).abs() / if allowed < way { allowed } else { way };
        // 0/0 occurs for a component that rests at zero and has no error of its own.
        let ratio = if error == R::ZERO { R::ZERO } else { ratio };
        if ratio.is_nan() {
            return R::INFINITY;
        }
        worst = if ratio > worst { ratio } else { worst };
    }
    worst
}

/// Returns xᵖ for positive x.
fn power<R: Real>(x: R, p: f64) -> R {
    exp(R::from_f64(p) * ln(x))
}
