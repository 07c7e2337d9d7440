//! The memory layout of an elimination.

use crate::base::layout::{area, cut, total};
use crate::diffusion::Boundary;
use crate::diffusion::fokker_planck::operator::FokkerPlanckLayout;

/// The memory layout of an [`Elimination`](super::Elimination).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EliminationLayout<const D: usize> {
    pub(super) cells: usize,
    /// The largest distance of two neighbours in the order of elimination.
    pub(super) band: usize,
}

pub(super) struct Parts<'w, R> {
    /// cells × band: rates to later cells, once all earlier cells are eliminated.
    pub(super) out: &'w mut [R],
    /// cells × band: rates from these later cells.
    pub(super) back: &'w mut [R],
    /// The rate at which walkers leave from a cell for good.
    pub(super) kill: &'w mut [R],
    /// One over the total rate out of a cell.
    pub(super) inverse: &'w mut [R],
    /// A density in the order of elimination.
    pub(super) ordered: &'w mut [R],
}

impl<const D: usize> EliminationLayout<D> {
    /// Creates the layout for a grid with `cells` cells along each axis.
    #[must_use]
    pub const fn new(cells: [u32; D], boundary: [Boundary; D]) -> Self {
        let all = FokkerPlanckLayout::new(cells).cells();
        if D == 0 || all == 0 {
            return Self { cells: all, band: 0 };
        }
        let slab = all / cells[D - 1] as usize;
        let folded = matches!(boundary[D - 1], Boundary::Periodic);
        Self { cells: all, band: area(slab, if folded { 2 } else { 1 }) }
    }

    /// Returns the minimum length of the memory, 2 × cells × band + 3 × cells.
    ///
    /// The band is the number of cells that share one coordinate of the last axis, or twice this number if
    /// the last axis is periodic, so the longest axis should be the last.
    #[must_use]
    pub const fn len(self) -> usize {
        total([area(area(2, self.cells), self.band), area(3, self.cells)])
    }

    /// Returns whether no memory is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    pub(super) fn split<R>(self, memory: &mut [R]) -> Option<Parts<'_, R>> {
        let Self { cells, band } = self;
        let wide = area(cells, band);
        let ([out, back, kill, inverse, ordered], _) = cut(memory, [wide, wide, cells, cells, cells])?;
        Some(Parts { out, back, kill, inverse, ordered })
    }
}
