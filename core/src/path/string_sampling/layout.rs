//! The layout of the memory of dynamic string sampling.

use crate::base::layout::{area, cut, total};

/// The workspace of a [`StringSampling`](super::StringSampling): a point, its gradient, two moments, a number for each
/// bead, scratch for the objective.
///
/// ```
/// use losscape::path::StringSamplingLayout;
/// const WORKSPACE: usize = StringSamplingLayout::new(32, 2, 0).len();
/// assert_eq!(WORKSPACE, 40);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StringSamplingLayout {
    capacity: usize,
    dim: usize,
    scratch_len: usize,
}

/// The memory of a search, in parts.
pub(super) struct StringSamplingParts<'w, R> {
    pub(super) beads: &'w mut [R], // capacity × n: settled from the front, waiting from the back
    pub(super) point: &'w mut [R], // n
    pub(super) grad: &'w mut [R],  // n
    pub(super) moments: [&'w mut [R]; 2], // n each: a velocity in the first, or Adam's two
    // capacity: how often the segments that end at the waiting beads were halved, the next one's last. There are fewer
    // halvings than beads, so that the counts are exact.
    pub(super) depths: &'w mut [R],
    pub(super) scratch: &'w mut [R],
}

impl StringSamplingLayout {
    /// For at most `capacity` beads of `dim` parameters, and as much scratch as the objective needs.
    #[must_use]
    pub const fn new(capacity: usize, dim: usize, scratch_len: usize) -> Self {
        Self { capacity, dim, scratch_len }
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
        [self.dim, self.dim, self.dim, self.dim, self.capacity, self.scratch_len]
    }

    /// The parts; `None` if a length is not as it must be.
    pub(super) fn split<'w, R>(
        self,
        beads: &'w mut [R],
        workspace: &'w mut [R],
    ) -> Option<StringSamplingParts<'w, R>> {
        if beads.len() != area(self.capacity, self.dim) {
            return None;
        }
        let ([point, grad, first, second, depths, scratch], _) = cut(workspace, self.parts())?;
        Some(StringSamplingParts { beads, point, grad, moments: [first, second], depths, scratch })
    }
}
