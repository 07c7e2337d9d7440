//! The layout of the memory of a string.

use crate::base::layout::{area, cut, total};

/// The workspace of a [`StringMethod`](super::StringMethod): gradients, values and three more numbers of each image,
/// scratch for the objective.
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

/// The memory of a string, in parts.
pub(super) struct StringParts<'w, R> {
    pub(super) images: &'w mut [R], // (m + 1) × n
    pub(super) grads: &'w mut [R],  // (m + 1) × n; during the move, the images after their gradient step
    pub(super) values: &'w mut [R], // m + 1
    pub(super) knots: &'w mut [R],  // m + 1: where each moved image lies on the string, from 0 to 1
    pub(super) bends: &'w mut [R],  // m + 1: second derivatives of a coordinate
    pub(super) placed: &'w mut [R], // m + 1: a coordinate redistributed; before, the elimination for its spline
    pub(super) scratch: &'w mut [R],
}

impl StringLayout {
    /// For `images` images of `dim` parameters, and as much scratch as the objective needs.
    #[must_use]
    pub const fn new(images: usize, dim: usize, scratch_len: usize) -> Self {
        Self { images, dim, scratch_len }
    }

    /// The least length of the workspace, for `f32` and `f64` alike; it saturates.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length that memory needs, not that of a container")]
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

    /// The parts; `None` if a length is not as it must be.
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

    /// The values of the images.
    pub(super) fn values<R>(self, workspace: &[R]) -> Option<&[R]> {
        let [grads, values, ..] = self.parts();
        workspace.get(grads..)?.get(..values)
    }
}
