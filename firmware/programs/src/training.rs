//! A training run in a program's memory.

use losscape::ArgError;
use losscape::base::random::Xoshiro128PlusPlus;
use losscape::models::mlp::MlpObjective;
use losscape::sgd::{GradientSource, LearningRate, Momentum, Sgd, SgdStep, Transform};

use crate::Run;

/// Gradient descent with heavy-ball momentum, whose velocity is an array in the program's memory.
pub type HeavyBall<'m, const DIM: usize> = (LearningRate, Momentum<f32, &'m mut [f32; DIM]>);

/// A run of SGD of a given number of steps.
pub struct Training<'m, S, T, const DIM: usize, const WORKSPACE: usize> {
    pub(crate) objective: MlpObjective<'m>,
    pub(crate) sgd: Sgd<f32, S, T, &'m mut [f32; DIM], &'m mut [f32; WORKSPACE]>,
    pub(crate) rng: Xoshiro128PlusPlus,
    steps: u32,
}

impl<'m, S, T, const DIM: usize, const WORKSPACE: usize> Training<'m, S, T, DIM, WORKSPACE>
where
    S: GradientSource<f32, MlpObjective<'m>>,
    T: Transform,
{
    /// The run at its first step, to end before step number `steps`.
    ///
    /// # Errors
    /// What [`Sgd::new`] refuses.
    pub fn new(
        objective: MlpObjective<'m>,
        params: &'m mut [f32; DIM],
        source: S,
        transforms: T,
        workspace: &'m mut [f32; WORKSPACE],
        rng: Xoshiro128PlusPlus,
        steps: u32,
    ) -> Result<Self, ArgError> {
        let sgd = Sgd::new(&objective, params, source, transforms, workspace)?;
        Ok(Self { objective, sgd, rng, steps })
    }
}

impl<'m, S, T, const DIM: usize, const WORKSPACE: usize> Run for Training<'m, S, T, DIM, WORKSPACE>
where
    S: GradientSource<f32, MlpObjective<'m>>,
    T: Transform,
{
    fn step(&mut self) -> bool {
        let step = if cfg!(feature = "compact") {
            // Copies to lend: only of what is never lent does the compiler know the constants at opt-level `s`, and
            // leaves out the schedules and orders that this run does not use.
            let (objective, mut rng) = (self.objective, self.rng.clone());
            let step = self.sgd.step(&objective, &mut rng);
            self.rng = rng;
            step
        } else {
            self.sgd.step(&self.objective, &mut self.rng)
        };
        // A value that is not finite ends the run; the parameters stay the last good ones.
        matches!(step, SgdStep::Stepped { .. }) && self.sgd.steps() < self.steps
    }
}
