//! The memory layout of a string.

use crate::base::layout::{area, cut, total};

/// The workspace layout of a [`StringMethod`](super::StringMethod): gradients, values and three more numbers
/// per image, and scratch for the objective.
///
/// ```
/// use losscape::path::StringLayout;
/// const WORKSPACE: usize = StringLayout::new(5, 2, 0).len();
/// assert_eq!(WORKSPACE, 30);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringLayout {
    images: usize,
    dim: usize,
    scratch_len: usize,
}

/// The memory of a string, split into parts.
pub(super) struct StringParts<'w, R> {
    pub(super) images: &'w mut [R], // (m + 1) × n
    pub(super) grads: &'w mut [R],  // (m + 1) × n; during the move, the images after their gradient step
    pub(super) values: &'w mut [R], // m + 1
    pub(super) knots: &'w mut [R],  // m + 1: the position of each moved image on the string, from 0 to 1
    pub(super) bends: &'w mut [R],  // m + 1: second derivatives of a coordinate
    pub(super) placed: &'w mut [R], // m + 1: elimination for a coordinate's spline, then the redistributed coordinate
    pub(super) scratch: &'w mut [R],
}

impl StringLayout {
    /// Creates the layout for `images` images of `dim` parameters and the objective's scratch.
    #[must_use]
    pub const fn new(images: usize, dim: usize, scratch_len: usize) -> Self {
        Self { images, dim, scratch_len }
    }

    /// Returns the minimum workspace length, for `f32` and `f64` alike, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total(self.parts())
    }

    pub(super) const fn scratch_len(self) -> usize {
        self.scratch_len
    }

    const fn parts(self) -> [usize; 6] {
        let Self { images, dim, scratch_len } = self;
        [area(images, dim), images, images, images, images, scratch_len]
    }

    /// Splits the memory; `None` if a length is wrong.
    pub(super) fn split<'w, R>(
        self,
        images: &'w mut [R],
        workspace: &'w mut [R],
    ) -> Option<StringParts<'w, R>> {
        if images.len() != area(self.images, self.dim) {
            return None;
        }
        let ([grads, values, knots, bends, placed, scratch], _) = cut(workspace, self.parts())?;
        Some(StringParts { images, grads, values, knots, bends, placed, scratch })
    }

    /// Returns the values of the images.
    pub(super) fn values<R>(self, workspace: &[R]) -> Option<&[R]> {
        let [grads, values, ..] = self.parts();
        workspace.get(grads..)?.get(..values)
    }
}
