//! The ends of the path: a network trained from a seed.

use std::rc::Rc;

use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::mlp::Init;
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, Schedule, Sgd};
use losscape::{ArgError, Objective};
use losscape_wasm_loops::{Descent, NetLoss, advance, descent};
use self_cell::MutBorrow;

use super::problem::Problem;

struct Memory {
    problem: Rc<Problem>,
    params: Vec<f32>,
    velocity: Vec<f32>,
    workspace: Vec<f32>,
    order: Vec<u32>,
}

struct Run<'a> {
    objective: NetLoss<'a>,
    sgd: Descent<'a>,
}

self_cell::self_cell!(
    struct RunInMemory {
        owner: MutBorrow<Memory>,
        #[not_covariant]
        dependent: Run,
    }
);

/// One network in training: momentum 0.9, rate 0.1, a tenth of it after each third of the steps.
pub(crate) struct End {
    run: RunInMemory,
    rng: Xoshiro128PlusPlus,
}

impl End {
    pub(crate) fn new(problem: &Rc<Problem>, seed: u32) -> Result<Self, ArgError> {
        let net = problem.net;
        let data = problem.data()?;
        let scratch = problem.objective(data)?.scratch_len();
        let mut params = vec![0.0; net.param_len()];
        net.init(Init::GlorotUniform, &mut params, &mut stream(seed.into(), 0));
        let memory = Memory {
            problem: Rc::clone(problem),
            velocity: vec![0.0; net.param_len()],
            workspace: vec![0.0; Sgd::workspace_len(net.param_len(), scratch)],
            order: vec![0; data.len()],
            params,
        };
        let run = RunInMemory::try_new(MutBorrow::new(memory), |memory| {
            let Memory { problem, params, velocity, workspace, order } = memory.borrow_mut();
            let objective = problem.objective(problem.data()?)?;
            let samples = u32::try_from(order.len()).unwrap_or(u32::MAX);
            let source = Minibatches::new(BatchOrder::ShuffledEpochs, samples, problem.batch, order)?;
            let schedule = Schedule::Steps { rate: 0.1, factor: 0.1, every: problem.training / 3 };
            let transforms = (LearningRate::new(schedule), Momentum::heavy_ball(0.9, velocity));
            let sgd = descent(&objective, params, source, transforms, workspace)?;
            Ok::<_, ArgError>(Run { objective, sgd })
        })?;
        Ok(Self { run, rng: stream(seed.into(), 1) })
    }

    /// Makes at most `steps` steps; returns how many were made. Fewer mean that a value was not finite.
    pub(crate) fn train(&mut self, steps: u32) -> u32 {
        let rng = &mut self.rng;
        self.run.with_dependent_mut(|_, Run { objective, sgd }| advance(sgd, objective, steps, rng))
    }

    pub(crate) fn steps(&self) -> u32 {
        self.run.with_dependent(|_, run| run.sgd.steps())
    }

    pub(crate) fn params(&self) -> Vec<f32> {
        self.run.with_dependent(|_, run| run.sgd.params().to_vec())
    }
}
