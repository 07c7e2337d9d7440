//! The layout of the workspace of a run.

use crate::base::layout::{cut, total};

/// The workspace of an [`Sgd`](super::Sgd): the update, followed by scratch for the objective.
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
    /// Creates the layout for `dim` parameters and the scratch that the
    /// [source of gradients](super::GradientSource::scratch_len) needs on the objective.
    #[must_use]
    pub const fn new(dim: usize, scratch_len: usize) -> Self {
        Self { dim, scratch_len }
    }

    /// Returns the minimum length of the workspace, for `f32` and `f64` alike; it saturates.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a required length, not the length of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.scratch_len])
    }

    /// Splits the workspace into the update and the scratch; returns `None` if it is too short.
    pub(super) fn split<R>(self, workspace: &mut [R]) -> Option<(&mut [R], &mut [R])> {
        let ([update], scratch) = cut(workspace, [self.dim])?;
        (scratch.len() >= self.scratch_len).then_some((update, scratch))
    }
}
