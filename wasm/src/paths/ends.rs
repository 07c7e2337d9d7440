//! The ends of the path: a network trained from a seed.

use std::rc::Rc;

use losscape::ArgError;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::mlp::Init;
use losscape::sgd::{BatchOrder, LearningRate, Schedule};
use losscape_wasm_loops::{Descent, advance};

use super::problem::Problem;
use crate::nets::descent;

/// One network in training: momentum 0.9, rate 0.1, a tenth of it after each third of the steps.
pub(crate) struct End {
    problem: Rc<Problem>,
    sgd: Descent,
    rng: Xoshiro128PlusPlus,
}

impl End {
    pub(crate) fn new(problem: &Rc<Problem>, seed: u32) -> Result<Self, ArgError> {
        let net = problem.net;
        let mut params = vec![0.0; net.param_len()];
        net.init(Init::GlorotUniform, &mut params, &mut stream(seed.into(), 0));
        let objective = problem.objective()?;
        let schedule = Schedule::Steps { rate: 0.1, factor: 0.1, every: problem.training / 3 };
        let rate = LearningRate::new(schedule);
        let sgd = descent(&objective, params, BatchOrder::ShuffledEpochs, problem.batch, rate, 0.9)?;
        Ok(Self { problem: Rc::clone(problem), sgd, rng: stream(seed.into(), 1) })
    }

    /// Makes at most `steps` steps; returns how many were made. Fewer mean that a value was not finite.
    pub(crate) fn train(&mut self, steps: u32) -> Result<u32, ArgError> {
        let objective = self.problem.objective()?;
        Ok(advance(&mut self.sgd, &objective, steps, &mut self.rng))
    }

    pub(crate) const fn steps(&self) -> u32 {
        self.sgd.steps()
    }

    pub(crate) fn params(&self) -> &[f32] {
        self.sgd.params()
    }
}
