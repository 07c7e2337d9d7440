//! The layout of the workspace of a run.

use crate::base::layout::{cut, total};

/// The workspace of an [`Sgd`](super::Sgd): the update, then scratch for the objective.
///
/// ```
/// use losscape::sgd::SgdLayout;
/// const WORKSPACE: usize = SgdLayout::new(17, 30).len();
/// assert_eq!(WORKSPACE, 47);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SgdLayout {
    dim: usize,
    scratch_len: usize,
}

impl SgdLayout {
    /// For `dim` parameters and as much scratch as the
    /// [source of gradients](super::GradientSource::scratch_len) needs on the objective.
    #[must_use]
    pub const fn new(dim: usize, scratch_len: usize) -> Self {
        Self { dim, scratch_len }
    }

    /// The least length of the workspace, for `f32` and `f64` alike; it saturates.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length that memory needs, not that of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.scratch_len])
    }

    /// The update and the scratch; `None` if the workspace is too short.
    pub(super) fn split<R>(self, workspace: &mut [R]) -> Option<(&mut [R], &mut [R])> {
        let ([update], scratch) = cut(workspace, [self.dim])?;
        (scratch.len() >= self.scratch_len).then_some((update, scratch))
    }
}
