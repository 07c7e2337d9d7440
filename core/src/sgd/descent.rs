//! The iteration `x ← x − u`.

use super::{GradientSource, Transform};
use crate::base::random::Rng;
use crate::{ArgError, Objective, Real, Reason};

/// What a step did.
#[must_use = "a step may have stopped the run"]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum SgdStep<R: Real = f32> {
    /// The parameters moved.
    Stepped {
        /// The value of the batch at the point where the gradient was evaluated, before the move.
        value: R,
    },
    /// The value, the gradient or a new parameter would have been infinite or NaN. The parameters are
    /// the last finite ones; further steps do nothing.
    NotFinite {
        /// The step at which the run stopped, counted from 0.
        step: u32,
    },
    /// A recorded noise has run out; nothing has been done or drawn.
    NoiseExhausted,
}

/// Gradient descent on batches, with every source of noise explicit.
///
/// A step evaluates the gradient `g` of one batch, lets the transforms rewrite it into the update `u`,
/// and moves the parameters:
///
/// ```text
/// u ← transforms(g),    x ← x − u
/// ```
///
/// The caller owns the loop, the objective and the generator. Equal inputs give equal bits on every
/// target.
///
/// # Shapes
///
/// | argument    | length                              | contents                    |
/// |-------------|-------------------------------------|-----------------------------|
/// | `params`    | `dim`                               | the start, then the iterate |
/// | `workspace` | [`Sgd::workspace_len`]`(dim, scratch_len)` or more | need not be initialised |
///
/// # Cost
/// A step is one gradient of one batch and `O(dim)` per transform.
///
/// See the [module](super) for an example.
#[derive(Debug)]
pub struct Sgd<'a, R: Real, S, T> {
    pub(super) params: &'a mut [R],
    update: &'a mut [R],
    scratch: &'a mut [R],
    pub(super) source: S,
    pub(super) transforms: T,
    pub(super) step: u32,
    pub(super) stopped: bool,
}

impl Sgd<'_, f32, (), ()> {
    /// The length of the workspace for `dim` parameters and `scratch_len` numbers of scratch, as many as the
    /// [source of gradients](GradientSource::scratch_len) needs on the objective, for `f32` and `f64` alike.
    #[must_use]
    pub const fn workspace_len(dim: usize, scratch_len: usize) -> usize {
        dim.saturating_add(scratch_len)
    }
}

impl<'a, R: Real, S, T: Transform<R>> Sgd<'a, R, S, T> {
    /// Starts a run at `params`: resets the transforms and the data order. Draws nothing.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (empty, another length than the objective's, not finite),
    /// `workspace` (too short), or the setting of the source or of a transform that makes no sense:
    /// `samples`, `learning_rate`, `momentum`, `velocity`, `temperature`, `max_norm`, …. Nothing has
    /// been written then.
    pub fn new<F>(
        objective: &F,
        params: &'a mut [R],
        source: S,
        transforms: T,
        workspace: &'a mut [R],
    ) -> Result<Self, ArgError>
    where
        F: Objective<R> + ?Sized,
        S: GradientSource<R, F>,
    {
        let (dim, scratch_len) = (objective.dim(), source.scratch_len(objective));
        if dim == 0 {
            return Err(ArgError::new("params", Reason::Empty));
        }
        ArgError::check_len("params", dim, params.len())?;
        ArgError::check_finite("params", params)?;
        ArgError::check_min_len("workspace", Sgd::workspace_len(dim, scratch_len), workspace.len())?;
        source.check(objective)?;
        transforms.check(dim)?;

        let (update, scratch) = workspace.split_at_mut(dim);
        update.fill(R::ZERO);
        let mut sgd = Self { params, update, scratch, source, transforms, step: 0, stopped: false };
        sgd.source.reset();
        sgd.transforms.reset();
        Ok(sgd)
    }

    /// Makes one step on the objective that the run was started with, or one of the same shape.
    pub fn step<F, G>(&mut self, objective: &F, rng: &mut G) -> SgdStep<R>
    where
        F: Objective<R> + ?Sized,
        S: GradientSource<R, F>,
        G: Rng + ?Sized,
    {
        debug_assert_eq!(objective.dim(), self.params.len(), "step: the objective's dimension");
        if self.stopped {
            return SgdStep::NotFinite { step: self.step };
        }
        if !self.transforms.ready() {
            return SgdStep::NoiseExhausted;
        }
        let point = self.transforms.evaluate_at(self.params);
        let value = self.source.value_grad(objective, point, self.update, self.scratch, rng);
        // Before the transforms, so that a velocity never meets an infinite gradient.
        if !value.is_finite() || !all_finite(self.update) {
            return self.stop();
        }
        self.transforms.apply(self.params, self.update, rng);
        let mut finite = true;
        for (x, u) in self.params.iter().zip(self.update.iter()) {
            finite &= (*x - *u).is_finite();
        }
        if !finite {
            return self.stop();
        }
        for (x, u) in self.params.iter_mut().zip(self.update.iter()) {
            *x -= *u;
        }
        self.step = self.step.saturating_add(1);
        SgdStep::Stepped { value }
    }

    fn stop(&mut self) -> SgdStep<R> {
        self.stopped = true;
        SgdStep::NotFinite { step: self.step }
    }

    /// The iterate x.
    #[must_use]
    pub const fn params(&self) -> &[R] {
        self.params
    }

    /// The last update u, which was subtracted from the parameters.
    #[must_use]
    pub const fn update(&self) -> &[R] {
        self.update
    }

    /// How many steps have moved the parameters.
    #[must_use]
    pub const fn steps(&self) -> u32 {
        self.step
    }

    /// The source of gradients.
    #[must_use]
    pub const fn source(&self) -> &S {
        &self.source
    }

    /// The source of gradients, to change a setting between steps.
    #[must_use]
    pub const fn source_mut(&mut self) -> &mut S {
        &mut self.source
    }

    /// The transforms.
    #[must_use]
    pub const fn transforms(&self) -> &T {
        &self.transforms
    }

    /// The transforms, to change a setting between steps; the caller checks the new one.
    #[must_use]
    pub const fn transforms_mut(&mut self) -> &mut T {
        &mut self.transforms
    }
}

fn all_finite<R: Real>(values: &[R]) -> bool {
    values.iter().all(|x| x.is_finite())
}
