//! The memory layout of a walk.

use crate::base::layout::{area, cut, total};
use crate::curvature::inspection::rest_len;
use crate::{Curvature, Real};

/// The memory layout of an [`EigenvectorFollowing`](super::EigenvectorFollowing).
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

/// A workspace, split into its parts.
pub(super) struct Parts<'w, R> {
    pub(super) grad: &'w mut [R],   // n
    pub(super) values: &'w mut [R], // n, ascending
    pub(super) rest: &'w mut [R], // scratch of a gradient, or the workspace of a Hessian or of its eigenvalues, or n for a step
}

impl FollowingLayout {
    /// Creates the layout for an objective's `dim`, `scratch_len` and `hess_vec_scratch_len`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize, hess_vec_scratch: usize) -> Self {
        Self { dim, scratch, hess_vec_scratch }
    }

    pub(super) fn of<R: Real>(f: &(impl Curvature<R> + ?Sized)) -> Self {
        Self::new(f.dim(), f.scratch_len(), f.hess_vec_scratch_len())
    }

    /// Returns the length of the matrix, n², saturating on overflow.
    #[must_use]
    pub const fn matrix_len(self) -> usize {
        area(self.dim, self.dim)
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
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
