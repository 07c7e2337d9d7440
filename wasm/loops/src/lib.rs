//! The loops that a page waits for: networks in f32 and their training.
//!
//! A generic function is compiled in the crate that uses it. So what the bindings use of the kernel in a loop is used
//! here instead, once each and behind functions that are not generic: this crate is compiled for speed, the bindings for
//! size (`[profile.wasm]`). It adds nothing to the kernel.
#![no_std]
#![deny(clippy::float_arithmetic)]

extern crate alloc;

use alloc::vec::Vec;

use losscape::base::random::Xoshiro128PlusPlus;
use losscape::models::data::Dataset;
use losscape::models::mlp::{Mlp, MlpObjective};
use losscape::sgd::{LearningRate, Minibatches, Momentum, Sgd, SgdStep};
use losscape::{Objective, SampledObjective};

/// The loss of a network on a data set, an [`MlpObjective`].
#[derive(Clone, Copy, Debug)]
pub struct NetLoss<'a>(pub MlpObjective<'a, f32>);

impl<'a> NetLoss<'a> {
    /// The samples.
    #[must_use]
    pub const fn data(&self) -> Dataset<'a> {
        self.0.data()
    }

    /// As [`MlpObjective::data_loss`].
    #[inline(never)]
    #[must_use]
    pub fn data_loss(&self, params: &[f32], scratch: &mut [f32]) -> f32 {
        self.0.data_loss(params, scratch)
    }

    /// As [`MlpObjective::misses`].
    #[inline(never)]
    #[must_use]
    pub fn misses(&self, params: &[f32], scratch: &mut [f32]) -> Option<usize> {
        self.0.misses(params, scratch)
    }

    /// As [`MlpObjective::accuracy`].
    #[inline(never)]
    #[must_use]
    pub fn accuracy(&self, params: &[f32], scratch: &mut [f32]) -> f32 {
        self.0.accuracy(params, scratch)
    }
}

impl Objective for NetLoss<'_> {
    fn dim(&self) -> usize {
        self.0.dim()
    }

    fn scratch_len(&self) -> usize {
        self.0.scratch_len()
    }

    fn value(&self, params: &[f32], scratch: &mut [f32]) -> f32 {
        self.0.value(params, scratch)
    }

    fn value_grad(&self, params: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        self.0.value_grad(params, grad, scratch)
    }
}

impl SampledObjective for NetLoss<'_> {
    fn samples(&self) -> usize {
        self.0.samples()
    }

    fn batch_scratch_len(&self, batch: usize) -> usize {
        self.0.batch_scratch_len(batch)
    }

    fn batch_value_grad(&self, params: &[f32], batch: &[u32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        self.0.batch_value_grad(params, batch, grad, scratch)
    }
}

/// As [`Mlp::predict`].
#[inline(never)]
pub fn predict(net: &Mlp, params: &[f32], inputs: &[f32], outputs: &mut [f32], scratch: &mut [f32]) {
    net.predict(params, inputs, outputs, scratch);
}

/// SGD with momentum on minibatches, in memory of its own.
pub type Descent =
    Sgd<f32, Minibatches<Vec<u32>>, (LearningRate, Momentum<f32, Vec<f32>>), Vec<f32>, Vec<f32>>;

/// Makes at most `steps` steps; returns how many were made. Fewer mean that a value was not finite.
#[inline(never)]
pub fn advance(
    descent: &mut Descent,
    objective: &dyn SampledObjective,
    steps: u32,
    rng: &mut Xoshiro128PlusPlus,
) -> u32 {
    let mut made = 0;
    while made < steps && matches!(descent.step(objective, rng), SgdStep::Stepped { .. }) {
        made += 1;
    }
    made
}
