//! The memory layout of a band.

use crate::base::layout::{area, cut, total};

/// The workspace layout of a [`Band`](super::Band): gradients, the relaxer's memory, a direction, values and
/// target fractions of the images, and scratch for the objective.
///
/// ```
/// use losscape::path::BandLayout;
/// const WORKSPACE: usize = BandLayout::new(5, 2, 0).len();
/// assert_eq!(WORKSPACE, 32);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BandLayout {
    pub(super) capacity: usize,
    pub(super) dim: usize,
    pub(super) scratch_len: usize,
}

/// The memory of a band, split into parts.
pub(in crate::path) struct BandParts<'w, R> {
    pub(in crate::path) images: &'w mut [R],    // capacity × n
    pub(super) grads: &'w mut [R],              // capacity × n; during the move, the moved images
    pub(super) memory: &'w mut [R],             // capacity × n, the relaxer's
    pub(in crate::path) direction: &'w mut [R], // n: a tangent, or a point to be placed
    pub(in crate::path) values: &'w mut [R],    // capacity
    pub(super) fractions: &'w mut [R],          // capacity: targets along the band, from 0 to 1
    pub(in crate::path) scratch: &'w mut [R],
}

impl BandLayout {
    /// Creates the layout for at most `capacity` images of `dim` parameters and the objective's scratch.
    #[must_use]
    pub const fn new(capacity: usize, dim: usize, scratch_len: usize) -> Self {
        Self { capacity, dim, scratch_len }
    }

    /// Returns the minimum workspace length, for `f32` and `f64` alike, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total(self.parts())
    }

    /// Returns the length of the scratch.
    pub(in crate::path) const fn scratch_len(self) -> usize {
        self.scratch_len
    }

    /// Returns the length of the images.
    pub(super) const fn images_len(self) -> usize {
        area(self.capacity, self.dim)
    }

    const fn parts(self) -> [usize; 6] {
        let rows = self.images_len();
        [rows, rows, self.dim, self.capacity, self.capacity, self.scratch_len]
    }

    /// Splits the images and the workspace; `None` if a length is wrong. Returns the parts and the rest of
    /// the workspace.
    #[inline(always)]
    pub(super) fn split<'w, R>(
        self,
        images: &'w mut [R],
        workspace: &'w mut [R],
    ) -> Option<(BandParts<'w, R>, &'w mut [R])> {
        if images.len() != self.images_len() {
            return None;
        }
        let ([grads, memory, direction, values, fractions, scratch], rest) = cut(workspace, self.parts())?;
        Some((BandParts { images, grads, memory, direction, values, fractions, scratch }, rest))
    }

    /// Returns the values of the images and their target fractions.
    pub(super) fn records<R>(self, workspace: &[R]) -> Option<(&[R], &[R])> {
        let [grads, memory, direction, values, fractions, _] = self.parts();
        let records = workspace.get(grads + memory + direction..)?;
        Some((records.get(..values)?, records.get(values..values + fractions)?))
    }
}
