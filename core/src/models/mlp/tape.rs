//! The division of an evaluation's scratch into buffers.

use super::Mlp;

/// Buffers for the samples of one tile, its rows. The rows of a level are contiguous, and so are the levels.
#[derive(Debug)]
pub(super) struct Tape<'s, R> {
    /// aˡ of every layer, later δˡ, rows × units.
    pub(super) acts: &'s mut [R],
    /// zˡ where a derivative needs it, rows × units, or empty.
    pub(super) pre: &'s mut [R],
    /// ∂ℓ/∂aˡ of the current layer, rows × widest.
    pub(super) upstream: &'s mut [R],
}

/// The values that a product needs for any vector: a tile's activations, and the gradient of the loss with respect to
/// them.
#[derive(Debug)]
pub(super) struct Kept<S> {
    /// aˡ of every layer, rows × units.
    pub(super) acts: S,
    /// zˡ where a derivative needs it, rows × units, or empty.
    pub(super) pre: S,
    /// uˡ = ∂ℓ/∂aˡ of every layer, rows × units.
    pub(super) upstream: S,
    /// δˡ = ∂ℓ/∂zˡ of every layer above the first; no product needs the first layer's.
    pub(super) deltas: S,
    /// The additional values that the loss's second derivative needs, rows × outputs.
    pub(super) loss: S,
}

/// The same buffers for a derivative along one direction, or along several abreast.
#[derive(Debug)]
pub(super) struct DirectionTape<'s, R> {
    /// Rzˡ, rows × units.
    pub(super) pre: &'s mut [R],
    /// Raˡ, later Rδˡ, rows × units.
    pub(super) acts: &'s mut [R],
    /// R∂ℓ/∂aˡ of the current layer, rows × widest.
    pub(super) upstream: &'s mut [R],
}

impl Mlp {
    /// Returns the scratch length of a loss and gradient in tiles of `tile` samples:
    /// `tile · (inputs + units + widest layer)`, and units once more for softplus and GELU.
    ///
    /// A gradient summed over more than a [`BLOCK`](super::BLOCK) of samples needs [`param_len`](Self::param_len) more
    /// numbers.
    #[must_use]
    pub const fn scratch_len(&self, tile: usize) -> usize {
        let (units, widest) = self.unit_counts();
        let pre = if self.keeps_preactivations() { units } else { 0 };
        tile.saturating_mul(self.inputs() + units + pre + widest)
    }

    /// Returns the scratch length of a Hessian–vector product in tiles of `tile` samples, which also suffices for a
    /// gradient: `tile · (inputs + 5 units − first layer + widest layer + outputs)`, and units once more for softplus
    /// and GELU.
    ///
    /// A product summed over more than half a [`BLOCK`](super::BLOCK) of samples needs [`param_len`](Self::param_len)
    /// more numbers.
    #[must_use]
    pub const fn hess_vec_scratch_len(&self, tile: usize) -> usize {
        let inputs = tile.saturating_mul(self.inputs());
        inputs.saturating_add(self.kept_len(tile)).saturating_add(self.direction_len(tile))
    }

    /// Returns the lengths of the parts of a [`Kept`] of `rows` rows.
    const fn kept_lens(&self, rows: usize) -> [usize; 5] {
        let (units, first) = (self.unit_counts().0, self.shape(0).outputs);
        let pre = if self.keeps_preactivations() { units } else { 0 };
        [rows * units, rows * pre, rows * units, rows * (units - first), rows * self.outputs()]
    }

    /// Returns the length of a [`Kept`] of `rows` rows; it saturates.
    pub(super) const fn kept_len(&self, rows: usize) -> usize {
        let [acts, pre, upstream, deltas, loss] = self.kept_lens(1);
        rows.saturating_mul(acts + pre + upstream + deltas + loss)
    }

    /// Returns the scratch length of a direction in tiles of `tile` samples.
    pub(super) const fn direction_len(&self, tile: usize) -> usize {
        let (units, widest) = self.unit_counts();
        tile.saturating_mul(2 * units + widest)
    }
}

impl<'s, R> Tape<'s, R> {
    /// Splits `scratch` into room for `rows` gathered samples (rows × inputs), a tape, and the rest.
    pub(super) fn new(
        net: &Mlp,
        rows: usize,
        mut scratch: &'s mut [R],
    ) -> Option<(&'s mut [R], Self, &'s mut [R])> {
        let (units, widest) = net.unit_counts();
        let pre = if net.keeps_preactivations() { units } else { 0 };
        let gathered = scratch.split_off_mut(..rows * net.inputs())?;
        let acts = scratch.split_off_mut(..rows * units)?;
        let pre = scratch.split_off_mut(..rows * pre)?;
        let upstream = scratch.split_off_mut(..rows * widest)?;
        Some((gathered, Self { acts, pre, upstream }, scratch))
    }
}

impl<'s, R> Kept<&'s mut [R]> {
    /// Splits room for `rows` samples off `memory`.
    pub(super) fn take_mut(net: &Mlp, rows: usize, memory: &mut &'s mut [R]) -> Option<Self> {
        let [acts, pre, upstream, deltas, loss] = net.kept_lens(rows);
        Some(Self {
            acts: memory.split_off_mut(..acts)?,
            pre: memory.split_off_mut(..pre)?,
            upstream: memory.split_off_mut(..upstream)?,
            deltas: memory.split_off_mut(..deltas)?,
            loss: memory.split_off_mut(..loss)?,
        })
    }

    /// Borrows the buffers for reading.
    pub(super) fn read(&self) -> Kept<&[R]> {
        Kept { acts: self.acts, pre: self.pre, upstream: self.upstream, deltas: self.deltas, loss: self.loss }
    }
}

impl<'s, R> Kept<&'s [R]> {
    /// Splits the stored values of `rows` samples off `memory`.
    pub(super) fn take(net: &Mlp, rows: usize, memory: &mut &'s [R]) -> Option<Self> {
        let [acts, pre, upstream, deltas, loss] = net.kept_lens(rows);
        Some(Self {
            acts: memory.split_off(..acts)?,
            pre: memory.split_off(..pre)?,
            upstream: memory.split_off(..upstream)?,
            deltas: memory.split_off(..deltas)?,
            loss: memory.split_off(..loss)?,
        })
    }
}

impl<'s, R> DirectionTape<'s, R> {
    /// Splits the scratch for `abreast` directions.
    pub(super) fn new(net: &Mlp, rows: usize, abreast: usize, mut scratch: &'s mut [R]) -> Option<Self> {
        let (units, widest) = net.unit_counts();
        let pre = scratch.split_off_mut(..rows * units * abreast)?;
        let acts = scratch.split_off_mut(..rows * units * abreast)?;
        Some(Self { pre, acts, upstream: scratch.split_off_mut(..rows * widest * abreast)? })
    }
}

/// Splits the last `len` numbers off a slice.
pub(super) fn take_last<'t, R>(slice: &mut &'t [R], len: usize) -> Option<&'t [R]> {
    slice.split_off(slice.len().checked_sub(len)?..)
}

/// Splits the last `len` numbers off a slice mutably.
pub(super) fn take_last_mut<'t, R>(slice: &mut &'t mut [R], len: usize) -> Option<&'t mut [R]> {
    slice.split_off_mut(slice.len().checked_sub(len)?..)
}

/// Returns the last `len` numbers of a slice without splitting them off.
pub(super) fn last<R>(slice: &[R], len: usize) -> Option<&[R]> {
    slice.get(slice.len().checked_sub(len)?..)
}

/// Returns the last `len` numbers of a slice mutably without splitting them off.
pub(super) fn last_mut<R>(slice: &mut [R], len: usize) -> Option<&mut [R]> {
    slice.get_mut(slice.len().checked_sub(len)?..)
}
