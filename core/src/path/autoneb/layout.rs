//! The memory layout of a search.

use crate::base::layout::{area, cut, total};
use crate::path::band::BandLayout;

/// The workspace layout of an [`AutoNeb`](super::AutoNeb): that of its [`Band`](crate::path::Band), the best
/// path, and one departure per segment.
///
/// ```
/// use losscape::path::AutoNebLayout;
/// const WORKSPACE: usize = AutoNebLayout::new(5, 2, 0).len();
/// assert_eq!(WORKSPACE, 52);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AutoNebLayout {
    pub(super) band: BandLayout,
    capacity: usize,
    best: usize,
}

/// The memory of a search besides that of its band.
pub(super) struct SearchParts<'w, R> {
    pub(super) best: &'w mut [R],    // capacity × n
    pub(super) heights: &'w mut [R], // capacity: each segment's largest departure from the line between its images
    pub(super) alphas: &'w mut [R],  // capacity: its position in the segment
}

impl AutoNebLayout {
    /// Creates the layout for at most `capacity` images of `dim` parameters and the larger scratch of the two
    /// objectives.
    #[must_use]
    pub const fn new(capacity: usize, dim: usize, scratch_len: usize) -> Self {
        Self { band: BandLayout::new(capacity, dim, scratch_len), capacity, best: area(capacity, dim) }
    }

    /// Returns the minimum workspace length, for `f32` and `f64` alike, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        let [best, heights, alphas] = self.parts();
        total([self.band.len(), best, heights, alphas])
    }

    const fn parts(self) -> [usize; 3] {
        [self.best, self.capacity, self.capacity]
    }

    /// Splits off the parts behind the band's; `None` if they are too short.
    pub(super) fn split<R>(self, rest: &mut [R]) -> Option<SearchParts<'_, R>> {
        let ([best, heights, alphas], _) = cut(rest, self.parts())?;
        Some(SearchParts { best, heights, alphas })
    }
}
