//! The memory layout of dynamic string sampling.

use crate::base::layout::{area, cut, total};

/// The workspace layout of a [`StringSampling`](super::StringSampling): a point, its gradient, two moments,
/// one number per bead, and scratch for the objective.
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

/// The memory of a search, split into parts.
pub(super) struct StringSamplingParts<'w, R> {
    pub(super) beads: &'w mut [R], // capacity × n: settled from the front, waiting from the back
    pub(super) point: &'w mut [R], // n
    pub(super) grad: &'w mut [R],  // n
    pub(super) moments: [&'w mut [R]; 2], // n each: a velocity in the first, or Adam's two
    // capacity: the number of times that the segments ending at the waiting beads were split, the next one's
    // last. There are fewer splits than beads, so the counts are exact.
    pub(super) depths: &'w mut [R],
    pub(super) scratch: &'w mut [R],
}

impl StringSamplingLayout {
    /// Creates the layout for at most `capacity` beads of `dim` parameters and the objective's scratch.
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

    pub(super) const fn scratch_len(self) -> usize {
        self.scratch_len
    }

    const fn parts(self) -> [usize; 6] {
        [self.dim, self.dim, self.dim, self.dim, self.capacity, self.scratch_len]
    }

    /// Splits the memory; `None` if a length is wrong.
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
