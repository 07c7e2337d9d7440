//! The iteration `x ← x − u`.

use core::marker::PhantomData;

use super::{GradientSource, Halt, SgdLayout, Transform};
use crate::base::finite::{Finite, all_finite};
use crate::base::random::Rng;
use crate::{ArgError, Objective, Real, Reason};

/// The outcome of a step.
#[must_use = "a step may have stopped the run"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum SgdStep<R: Real = f32> {
    /// The parameters moved.
    Stepped {
        /// The value on the batch at the point where the gradient was evaluated, before the move.
        value: R,
    },
    /// The value, the gradient or a new parameter would have been infinite or NaN. The parameters are
    /// still the last finite ones; further steps do nothing.
    NotFinite {
        /// The step at which the run stopped, counted from 0.
        step: u32,
    },
    /// A noise recording has run out; nothing has been done or drawn.
    NoiseExhausted,
    /// The memory no longer has the length that the run needs on this objective; nothing has been done.
    MemoryChanged,
}

/// Gradient descent on batches, with every source of noise explicit.
///
/// A step evaluates the gradient `g` on one batch, lets the transforms turn it into the update `u`, and
/// moves the parameters:
///
/// ```text
/// u ← transforms(g),    x ← x − u
/// ```
///
/// The caller owns the loop, the objective and the generator. Equal inputs give equal bits on every
/// target.
///
/// Parameters and workspace are owned or lent: `P` and `W` are arrays, `Vec`s, boxed slices or
/// `&mut [R]`, in any combination. So a run can be stored in a struct or a `static`.
///
/// # Shapes
///
/// | argument    | length                                          | contents                    |
/// |-------------|-------------------------------------------------|-----------------------------|
/// | `params`    | `dim`                                           | the start, then the iterate |
/// | `workspace` | [`SgdLayout`]`::new(dim, scratch_len)` or more  | need not be initialised     |
///
/// # Cost
/// A step takes one gradient of one batch and `O(dim)` operations per transform.
///
/// See the [module](super) for an example.
#[derive(Clone, Debug)]
pub struct Sgd<R, S, T, P, W> {
    pub(super) params: P,
    workspace: W,
    pub(super) source: S,
    pub(super) transforms: T,
    pub(super) dim: usize,
    pub(super) step: u32,
    pub(super) stopped: bool,
    scalar: PhantomData<R>,
}

impl<R, S, T, P, W> Sgd<R, S, T, P, W>
where
    R: Real,
    T: Transform<R>,
    P: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Starts a run at `params`; resets the transforms and the data order. Draws nothing.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (empty, length different from the objective's, or not finite),
    /// `workspace` (too short), or an invalid setting of the source or of a transform: `samples`,
    /// `learning_rate`, `momentum`, `velocity`, `temperature`, `max_norm`, …. Nothing has been written
    /// then.
    pub fn new<F>(objective: &F, params: P, source: S, transforms: T, workspace: W) -> Result<Self, ArgError>
    where
        F: Objective<R> + ?Sized,
        S: GradientSource<R, F>,
    {
        let dim = objective.dim();
        if dim == 0 {
            return Err(ArgError::new("params", Reason::Empty));
        }
        ArgError::check_len("params", dim, params.as_ref().len())?;
        ArgError::check_finite("params", params.as_ref())?;
        let layout = SgdLayout::new(dim, source.scratch_len(objective));
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        source.check(objective)?;
        transforms.check(dim)?;

        let mut sgd =
            Self { params, workspace, source, transforms, dim, step: 0, stopped: false, scalar: PhantomData };
        sgd.clear_update();
        sgd.source.reset();
        sgd.transforms.reset();
        Ok(sgd)
    }

    /// Makes one step on the objective with which the run was started, or on one of the same dimension.
    pub fn step<F, G>(&mut self, objective: &F, rng: &mut G) -> SgdStep<R>
    where
        F: Objective<R> + ?Sized,
        S: GradientSource<R, F>,
        G: Rng + ?Sized,
    {
        if self.stopped {
            return SgdStep::NotFinite { step: self.step };
        }
        match self.try_step(objective, rng) {
            Ok(value) => {
                self.step = self.step.saturating_add(1);
                SgdStep::Stepped { value }
            }
            Err(Halt::NotFinite) => {
                self.stopped = true;
                SgdStep::NotFinite { step: self.step }
            }
            Err(Halt::NoiseExhausted) => SgdStep::NoiseExhausted,
            Err(Halt::MemoryChanged) => SgdStep::MemoryChanged,
        }
    }

    fn try_step<F, G>(&mut self, objective: &F, rng: &mut G) -> Result<R, Halt>
    where
        F: Objective<R> + ?Sized,
        S: GradientSource<R, F>,
        G: Rng + ?Sized,
    {
        let layout = SgdLayout::new(self.dim, self.source.scratch_len(objective));
        let params = self.params.as_mut();
        let (update, scratch) = layout.split(self.workspace.as_mut()).ok_or(Halt::MemoryChanged)?;
        if params.len() != self.dim || objective.dim() != self.dim {
            return Err(Halt::MemoryChanged);
        }
        self.source.ready()?;
        self.transforms.ready(self.dim)?;

        let point = self.transforms.evaluate_at(params)?;
        let value = self.source.value_grad(objective, point, update, scratch, rng);
        // Checked before the transforms, so that a velocity never receives an infinite gradient.
        if !value.is_finite() || !all_finite(update) {
            return Err(Halt::NotFinite);
        }
        self.transforms.apply(params, update, rng)?;
        let mut finite = Finite::new();
        for (x, u) in params.iter().zip(update.iter()) {
            finite.see(*x - *u);
        }
        if !finite.all() {
            return Err(Halt::NotFinite);
        }
        for (x, u) in params.iter_mut().zip(update.iter()) {
            *x -= *u;
        }
        Ok(value)
    }

    /// Returns the iterate x.
    #[must_use]
    pub fn params(&self) -> &[R] {
        self.params.as_ref()
    }

    /// Returns the last update u, which was subtracted from the parameters.
    #[must_use]
    pub fn update(&self) -> &[R] {
        self.workspace.as_ref().get(..self.dim).unwrap_or_default()
    }

    pub(super) fn clear_update(&mut self) {
        if let Some((update, _)) = SgdLayout::new(self.dim, 0).split(self.workspace.as_mut()) {
            update.fill(R::ZERO);
        }
    }
}

impl<R, S, T, P, W> Sgd<R, S, T, P, W> {
    /// Returns the number of steps that have moved the parameters.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.step
    }

    /// Returns whether the run has stopped at a non-finite number: the parameters are the last finite
    /// ones, and further steps do nothing.
    ///
    /// ```
    /// use losscape::sgd::{FullBatch, LearningRate, Sgd};
    /// use losscape::{base::random::stream, models::surfaces::Quadratic};
    /// let steep = Quadratic::new(&[1e38f32])?;
    /// let mut sgd = Sgd::new(&steep, [1.0], FullBatch, LearningRate::constant(1e38), [0.0; 3])?;
    /// assert!(!sgd.has_stopped());
    /// let _ = sgd.step(&steep, &mut stream(1, 0));
    /// assert!(sgd.has_stopped() && sgd.params() == [1.0]);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    #[must_use]
    pub const fn has_stopped(&self) -> bool {
        self.stopped
    }

    /// Returns the source of gradients.
    #[must_use]
    pub const fn source(&self) -> &S {
        &self.source
    }

    /// Returns the source of gradients mutably, to change a setting between steps.
    #[must_use]
    pub const fn source_mut(&mut self) -> &mut S {
        &mut self.source
    }

    /// Returns the transforms.
    #[must_use]
    pub const fn transforms(&self) -> &T {
        &self.transforms
    }

    /// Returns the transforms mutably, to change a setting between steps; the caller must check the new
    /// setting.
    #[must_use]
    pub const fn transforms_mut(&mut self) -> &mut T {
        &mut self.transforms
    }

    /// Ends the run and returns its parts: parameters, source, transforms and workspace.
    pub fn into_parts(self) -> (P, S, T, W) {
        (self.params, self.source, self.transforms, self.workspace)
    }
}
