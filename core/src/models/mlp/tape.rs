//! How the scratch of an evaluation is divided.

use super::Mlp;
use crate::Real;

/// Buffers of one tile of samples: `rows` of them are in use, `tile` fit.
///
/// A level's rows lie together, `rows × width`; level l starts at `tile · (widths before it)`.
#[derive(Debug)]
pub(super) struct Tape<'s, R> {
    /// aˡ of every layer, later δˡ, tile × units.
    pub(super) acts: &'s mut [R],
    /// zˡ where a derivative needs it, tile × units, or empty.
    pub(super) pre: &'s mut [R],
    /// ∂ℓ/∂aˡ of the layer at hand, tile × widest.
    pub(super) upstream: &'s mut [R],
}

/// The same of a derivative along a direction.
#[derive(Debug)]
pub(super) struct DirectionTape<'s, R> {
    /// Rzˡ, tile × units.
    pub(super) pre: &'s mut [R],
    /// Raˡ, later Rδˡ, tile × units.
    pub(super) acts: &'s mut [R],
    /// R∂ℓ/∂aˡ of the layer at hand, tile × widest.
    pub(super) upstream: &'s mut [R],
}

impl Mlp {
    /// Scratch of a loss and gradient in tiles of `tile` samples:
    /// `tile · (inputs + units + widest layer)`, and units once more for softplus and GELU.
    #[must_use]
    pub const fn scratch_len(&self, tile: usize) -> usize {
        let (units, widest) = self.unit_counts();
        let pre = if self.keeps_preactivations() { units } else { 0 };
        tile * (self.inputs() + units + pre + widest)
    }

    /// Scratch of a Hessian–vector product in tiles of `tile` samples: that of a gradient and
    /// `tile · (2 units + widest layer)`.
    #[must_use]
    pub const fn hess_vec_scratch_len(&self, tile: usize) -> usize {
        let (units, widest) = self.unit_counts();
        self.scratch_len(tile) + tile * (2 * units + widest)
    }
}

impl<'s, R: Real> Tape<'s, R> {
    /// Divides `scratch` into room for a gathered minibatch (tile × inputs), a tape, and the rest.
    pub(super) fn new(net: &Mlp, tile: usize, scratch: &'s mut [R]) -> (&'s mut [R], Self, &'s mut [R]) {
        let (units, widest) = net.unit_counts();
        let (gathered, scratch) = scratch.split_at_mut(tile * net.inputs());
        let (acts, scratch) = scratch.split_at_mut(tile * units);
        let (pre, scratch) = scratch.split_at_mut(if net.keeps_preactivations() { tile * units } else { 0 });
        let (upstream, scratch) = scratch.split_at_mut(tile * widest);
        (gathered, Self { acts, pre, upstream }, scratch)
    }
}

impl<'s, R: Real> DirectionTape<'s, R> {
    /// Divides what [`Tape::new`] left.
    pub(super) fn new(net: &Mlp, tile: usize, scratch: &'s mut [R]) -> Self {
        let (units, widest) = net.unit_counts();
        let (pre, scratch) = scratch.split_at_mut(tile * units);
        let (acts, scratch) = scratch.split_at_mut(tile * units);
        Self { pre, acts, upstream: &mut scratch[..tile * widest] }
    }
}

/// One level of a buffer that holds all: its `rows × width` in use, and the level below.
#[derive(Debug)]
pub(super) struct Levels<'t, R> {
    /// The layer's inputs: the level below, or the samples for the first layer.
    pub(super) below: &'t [R],
    /// The layer's own values.
    pub(super) own: &'t mut [R],
}

/// Splits a `tile × units` buffer at layer `l`; `first` stands in for the level below layer 0.
pub(super) fn levels<'t, R: Real>(
    net: &Mlp,
    l: usize,
    tile: usize,
    rows: usize,
    first: &'t [R],
    buffer: &'t mut [R],
) -> Levels<'t, R> {
    let start = level_start(net, l, tile);
    let (done, rest) = buffer.split_at_mut(start);
    let layer = net.layer(l);
    let below = if l == 0 { first } else { &done[start - tile * layer.inputs..][..rows * layer.inputs] };
    Levels { below, own: &mut rest[..rows * layer.outputs] }
}

/// Where layer `l` begins in a `tile × units` buffer.
pub(super) fn level_start(net: &Mlp, l: usize, tile: usize) -> usize {
    net.widths()[1..=l].iter().map(|&w| w as usize).fold(0, |sum, w| sum + tile * w)
}

/// Layer `l`'s part of a `tile × units` buffer, or nothing of an empty one.
pub(super) fn level<'t, R: Real>(net: &Mlp, l: usize, tile: usize, rows: usize, buffer: &'t [R]) -> &'t [R] {
    if buffer.is_empty() {
        return buffer;
    }
    &buffer[level_start(net, l, tile)..][..rows * net.layer(l).outputs]
}
