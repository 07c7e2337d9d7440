//! The square of inputs that a map shows.

use core::ops::RangeInclusive;

use losscape::ArgError;
use losscape::base::grid::Axis;

/// Nodes along a side of a grid that a page may ask for.
pub(super) const GRIDS: RangeInclusive<u32> = 2..=1024;

/// The edges of a square.
#[derive(Clone, Copy, Debug)]
pub(super) struct Square {
    pub(super) left: f32,
    pub(super) right: f32,
    pub(super) low: f32,
    pub(super) high: f32,
}

impl Square {
    /// Lowest and highest x, lowest and highest y: the `span` of the page's maps.
    pub(super) fn span(self) -> Vec<f32> {
        vec![self.left, self.right, self.low, self.high]
    }

    /// The nodes of a grid over the square, its edges included, row by row from below: x and y in turn.
    pub(super) fn nodes(self, nodes: u32) -> Result<Vec<f32>, ArgError> {
        let cells = nodes.saturating_sub(1);
        let (x, y) = (Axis::new(self.left, self.right, cells)?, Axis::new(self.low, self.high, cells)?);
        let mut all = Vec::new();
        for row in 0..nodes {
            for column in 0..nodes {
                all.extend_from_slice(&[x.face(column), y.face(row)]);
            }
        }
        Ok(all)
    }
}
