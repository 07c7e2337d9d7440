//! The workspace layout of a cloud.

use crate::base::layout::{area, cut, total};

/// The workspace layout of an [`Ensemble`](super::Ensemble).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnsembleLayout {
    pub(super) dim: usize,
    pub(super) scratch: usize,
}

pub(super) struct Parts<'w, R> {
    pub(super) next: &'w mut [R],
    pub(super) grad: &'w mut [R],
    pub(super) other: &'w mut [R],
    pub(super) piece: &'w mut [R],
    pub(super) scratch: &'w mut [R],
}

impl EnsembleLayout {
    /// Creates the layout for walkers of `dim` coordinates and an objective's `scratch_len`, for any number
    /// of walkers. Walkers that draw batches need the scratch of [`BATCH_PIECE`](super::BATCH_PIECE) samples.
    #[must_use]
    pub const fn new(dim: usize, scratch_len: usize) -> Self {
        Self { dim, scratch: scratch_len }
    }

    /// Returns the minimum workspace length: four times the dimension, plus the scratch.
    #[must_use]
    pub const fn len(self) -> usize {
        total([area(4, self.dim), self.scratch])
    }

    /// Returns whether no memory is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub(super) fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let ([next, grad, other, piece], rest) = cut(workspace, [self.dim; 4])?;
        Some(Parts { next, grad, other, piece, scratch: rest.get_mut(..self.scratch)? })
    }
}
