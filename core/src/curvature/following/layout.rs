//! The layout of the memory of a walk.

use crate::base::layout::{area, cut, total};
use crate::curvature::inspection::rest_len;
use crate::{Curvature, Real};

/// The memory of an [`EigenvectorFollowing`](super::EigenvectorFollowing).
///
/// ```
/// use losscape::curvature::FollowingLayout;
/// let layout = FollowingLayout::new(17, 50, 100);
/// assert_eq!((layout.matrix_len(), layout.len()), (289, 2 * 17 + 17 + 100));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FollowingLayout {
    pub(super) dim: usize,
    scratch: usize,
    hess_vec_scratch: usize,
}

/// A workspace, divided.
pub(super) struct Parts<'w, R> {
    pub(super) grad: &'w mut [R],   // n
    pub(super) values: &'w mut [R], // n, ascending
    pub(super) rest: &'w mut [R], // scratch of a gradient, or the workspace of a Hessian or of its eigenvalues, or n for a step
}

impl FollowingLayout {
    /// For an objective's `dim`, `scratch_len` and `hess_vec_scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize, hess_vec_scratch: usize) -> Self {
        Self { dim, scratch, hess_vec_scratch }
    }

    pub(super) fn of<R: Real>(f: &(impl Curvature<R> + ?Sized)) -> Self {
        Self::new(f.dim(), f.scratch_len(), f.hess_vec_scratch_len())
    }

    /// The length of the matrix, n²; it saturates.
    #[must_use]
    pub const fn matrix_len(self) -> usize {
        area(self.dim, self.dim)
    }

    /// The least length of the workspace; it saturates.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length that memory needs, not that of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, rest_len(self.dim, self.scratch, self.hess_vec_scratch)])
    }

    pub(super) fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        if workspace.len() < self.len() {
            return None;
        }
        let ([grad, values], rest) = cut(workspace, [self.dim, self.dim])?;
        Some(Parts { grad, values, rest })
    }
}
