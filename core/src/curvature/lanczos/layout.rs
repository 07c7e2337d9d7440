//! The memory layout of a Lanczos iteration.

use crate::base::layout::{area, cut, total};

/// The memory layout of a [`Lanczos`](super::Lanczos) iteration of m steps.
///
/// ```
/// use losscape::curvature::LanczosLayout;
/// let full = LanczosLayout::new(100, 8, 50);
/// assert_eq!((full.basis_len(), full.len()), (8 * 100, 100 + 4 * 8 + 8 * 8 + 50));
/// assert_eq!(full.without_reorthogonalisation().basis_len(), 2 * 100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LanczosLayout {
    dim: usize,
    steps: usize,
    scratch: usize,
    kept: usize,
}

/// A workspace, split into its parts.
pub(super) struct Parts<'w, R> {
    pub(super) next: &'w mut [R],     // n: the next basis vector
    pub(super) diagonal: &'w mut [R], // m: α
    pub(super) beside: &'w mut [R],   // m: β
    pub(super) values: &'w mut [R],   // m: eigenvalues of the tridiagonal matrix
    pub(super) work: &'w mut [R],     // m: its off-diagonal, while it is solved
    pub(super) rows: &'w mut [R],     // m × m: its eigenvectors
    pub(super) scratch: &'w mut [R],
}

impl LanczosLayout {
    /// Creates the layout for an operator's `dim` and `scratch_len` and at most `steps` steps, with full
    /// re-orthogonalisation.
    #[must_use]
    pub const fn new(dim: usize, steps: usize, scratch: usize) -> Self {
        let steps = if steps < dim { steps } else { dim };
        Self { dim, steps, scratch, kept: steps }
    }

    /// Changes the layout to that of an iteration that keeps only two vectors.
    #[must_use]
    pub const fn without_reorthogonalisation(mut self) -> Self {
        self.kept = 2;
        self
    }

    /// Returns the length of the basis, saturating on overflow.
    #[must_use]
    pub const fn basis_len(self) -> usize {
        area(self.kept, self.dim)
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        let [next, diagonal, beside, values, work, rows] = self.parts();
        total([next, diagonal, beside, values, work, rows, self.scratch])
    }

    const fn parts(self) -> [usize; 6] {
        [self.dim, self.steps, self.steps, self.steps, self.steps, area(self.steps, self.steps)]
    }

    /// Returns n.
    pub(super) const fn dim(self) -> usize {
        self.dim
    }

    /// Returns the number of steps.
    pub(in crate::curvature) const fn steps(self) -> usize {
        self.steps
    }

    /// Returns the number of basis vectors kept.
    pub(super) const fn kept(self) -> usize {
        self.kept
    }

    pub(super) fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let ([next, diagonal, beside, values, work, rows], scratch) = cut(workspace, self.parts())?;
        let parts = Parts { next, diagonal, beside, values, work, rows, scratch };
        (parts.scratch.len() >= self.scratch).then_some(parts)
    }
}
