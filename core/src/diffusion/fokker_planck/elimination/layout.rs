//! The memory of an elimination.

use crate::base::layout::{area, cut, total};
use crate::diffusion::Boundary;
use crate::diffusion::fokker_planck::operator::FokkerPlanckLayout;

/// The layout of the memory of an [`Elimination`](super::Elimination).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EliminationLayout<const D: usize> {
    pub(super) cells: usize,
    /// How far apart in the order of elimination two neighbours can be.
    pub(super) band: usize,
}

pub(super) struct Parts<'w, R> {
    /// cells × band: rates to the cells that come later, when all before are eliminated.
    pub(super) out: &'w mut [R],
    /// cells × band: rates from those.
    pub(super) back: &'w mut [R],
    /// The rate at which a cell is left for good.
    pub(super) kill: &'w mut [R],
    /// One over the total rate out of a cell.
    pub(super) inverse: &'w mut [R],
    /// A density in the order of elimination.
    pub(super) ordered: &'w mut [R],
}

impl<const D: usize> EliminationLayout<D> {
    /// For a grid with so many cells along each axis.
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

    /// 2 × cells × band + 3 × cells. The band is the number of cells with one coordinate of the last axis, and twice
    /// that if that axis is periodic: choose a short axis as the first.
    #[must_use]
    pub const fn len(self) -> usize {
        total([area(area(2, self.cells), self.band), area(3, self.cells)])
    }

    /// Whether nothing is needed; never.
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
