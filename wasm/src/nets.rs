//! How networks and their training begin. What a page waits for is in `losscape-wasm-loops`.

use losscape::models::data::Dataset;
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Momentum, Sgd, SgdLayout};
use losscape::{ArgError, SampledObjective};
use losscape_wasm_loops::{Descent, NetLoss};

/// Samples that are evaluated together: more would not be faster.
const TILE: usize = 32;

/// The loss of a network on a data set.
pub(crate) fn net_loss(net: Mlp, loss: Loss, data: Dataset<'_>, l2: f32) -> Result<NetLoss<'_>, ArgError> {
    MlpObjective::new(net, loss, data, l2)?.with_tile(TILE).map(NetLoss)
}

/// A run at its start, with room for batches of any size.
pub(crate) fn descent(
    objective: &dyn SampledObjective,
    params: Vec<f32>,
    order: BatchOrder,
    batch_size: u32,
    learning_rate: LearningRate,
    momentum: f32,
) -> Result<Descent, ArgError> {
    let (dim, samples) = (objective.dim(), objective.samples());
    let scratch_len = objective.scratch_len().max(objective.batch_scratch_len(samples));
    let samples = u32::try_from(samples).unwrap_or(u32::MAX);
    let indices = vec![0; order.indices_len(samples, samples)];
    let batches = Minibatches::new(order, samples, batch_size, indices)?;
    let transforms = (learning_rate, Momentum::heavy_ball(momentum, vec![0.0; dim]));
    Sgd::new(objective, params, batches, transforms, vec![0.0; SgdLayout::new(dim, scratch_len).len()])
}
