//! Values of a landscape on a plane, from coarse to fine.

use super::Plane;
use crate::base::layout::{area, cut, total};
use crate::{ArgError, Objective, Real};

/// The largest number of cells along a side.
const MOST_CELLS: u32 = 1 << 12;

/// The memory layout of a [`PlaneGrid`].
///
/// ```
/// use losscape::curvature::slices::PlaneGridLayout;
/// let layout = PlaneGridLayout::new(4, 17, 100);
/// assert_eq!((layout.values_len(), layout.len()), (25, 117)); // one value per corner of a cell
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaneGridLayout {
    cells: u32,
    dim: usize,
    scratch: usize,
}

impl PlaneGridLayout {
    /// Creates the layout for `cells` cells along a side and an objective's `dim` and `scratch_len`.
    #[must_use]
    pub const fn new(cells: u32, dim: usize, scratch: usize) -> Self {
        Self { cells, dim, scratch }
    }

    /// Returns the length of the values, (`cells` + 1)², saturating on overflow.
    #[must_use]
    pub const fn values_len(self) -> usize {
        let corners = (self.cells as usize).saturating_add(1);
        area(corners, corners)
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        total([self.dim, self.scratch])
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<[&mut [R]; 2]> {
        Some(cut(workspace, [self.dim, self.scratch])?.0)
    }
}

/// The piece of its plane that a [`PlaneGrid`] evaluates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneGridConfig<R: Real = f32> {
    /// w; coordinates run from −w to w.
    pub half_width: R,
    /// The number of cells along a side of the first grid.
    pub coarse: u32,
    /// The number of cells along a side of the last grid: `coarse`, doubled any number of times.
    pub fine: u32,
}

/// The outcome of one [`PlaneGrid::step`].
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum GridStep<R: Real = f32> {
    /// A value was written.
    Evaluated {
        /// The index of the value.
        index: usize,
        /// f at that corner; +∞ if it is not finite.
        value: R,
    },
    /// All corners of a grid are known: `values` at every `fine / cells`-th row and column.
    Refined {
        /// The number of cells along a side of this grid.
        cells: u32,
    },
    /// All values are known.
    Done,
    /// The memory no longer has the lengths that the objective needs; nothing was done.
    MemoryChanged,
}

/// Evaluates an objective on a square piece of a plane, first on a coarse grid, then on successively finer
/// ones:
///
/// ```text
/// values[j · (N + 1) + i] = f(θ(xᵢ, yⱼ)),    xᵢ = w (2i/N − 1),   yⱼ = w (2j/N − 1),   i, j = 0 … N
/// ```
///
/// with w the half-width and N the number of cells along a side of the finest grid. The grids are nested, so
/// nothing is computed twice, and the values do not depend on the coarsest grid.
///
/// # Cost
/// A step evaluates one value or reports a complete grid.
///
/// # Examples
///
/// ```
/// use losscape::curvature::slices::{GridStep, Plane, PlaneGrid, PlaneGridConfig, PlaneGridLayout};
/// use losscape::models::surfaces::Ring;
///
/// const LAYOUT: PlaneGridLayout = PlaneGridLayout::new(4, 2, 0);
/// let (f, plane) = (Ring::default(), Plane::new([0.0, 0.0, 1.0, 0.0, 0.0, 1.0f64])?);
/// let config = PlaneGridConfig { half_width: 2.0, coarse: 2, fine: 4 };
/// let mut grid = PlaneGrid::new(&f, plane, config, [0.0; LAYOUT.values_len()], [0.0; LAYOUT.len()])?;
/// let mut steps = 0;
/// while grid.step(&f) != GridStep::Done {
///     steps += 1;
/// }
/// assert_eq!(steps, 25 + 2); // 2 × 2 cells, then 4 × 4
/// assert_eq!(grid.values()[12], 1.0); // the maximum at the origin
/// assert_eq!(grid.values()[11], 0.0); // (−1, 0), on the ring
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PlaneGrid<R: Real, P, V, W> {
    plane: Plane<R, P>,
    config: PlaneGridConfig<R>,
    values: V,    // (fine + 1) × (fine + 1)
    workspace: W, // n: a point; scratch
    /// The cells along a side of the grid being filled; twice `fine` once all are filled.
    cells: u32,
    /// The next corner to examine, in units of the grid being filled.
    column: u32,
    row: u32,
}

impl<R: Real, P, V, W> PlaneGrid<R, P, V, W>
where
    P: AsRef<[R]>,
    V: AsRef<[R]> + AsMut<[R]>,
    W: AsRef<[R]> + AsMut<[R]>,
{
    /// Creates a grid with no values.
    ///
    /// # Errors
    /// [`ArgError`] naming `plane` (dimension other than the objective's), `half_width` (not positive),
    /// `coarse` (zero), `fine` (not `coarse` times a power of two, or above 2¹²), `values` (length other than
    /// [`PlaneGridLayout::values_len`]) or `workspace` (shorter than [`PlaneGridLayout::len`]).
    pub fn new(
        f: &(impl Objective<R> + ?Sized),
        plane: Plane<R, P>,
        config: PlaneGridConfig<R>,
        values: V,
        workspace: W,
    ) -> Result<Self, ArgError> {
        let PlaneGridConfig { half_width, coarse, fine } = config;
        ArgError::check_len("plane", f.dim(), plane.dim())?;
        ArgError::check_positive("half_width", half_width)?;
        ArgError::check_count("coarse", coarse as usize)?;
        let doublings = (fine / coarse).is_power_of_two() && fine.is_multiple_of(coarse);
        let allowed = doublings && fine <= MOST_CELLS;
        ArgError::check_range("fine", f64::from(fine), allowed, "`coarse` times a power of two, up to 4096")?;
        let layout = PlaneGridLayout::new(fine, f.dim(), f.scratch_len());
        ArgError::check_len("values", layout.values_len(), values.as_ref().len())?;
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        Ok(Self { plane, config, values, workspace, cells: coarse, column: 0, row: 0 })
    }

    /// Returns the coordinate of column or row `i` of the finest grid, extrapolated beyond its end.
    #[must_use]
    pub fn coordinate(&self, i: u32) -> R {
        let PlaneGridConfig { half_width, fine, .. } = self.config;
        half_width * (R::TWO * R::from_u32(i) / R::from_u32(fine) - R::ONE)
    }

    /// Evaluates one more corner; `f` must be the one given at construction.
    pub fn step(&mut self, f: &(impl Objective<R> + ?Sized)) -> GridStep<R> {
        let PlaneGridConfig { coarse, fine, .. } = self.config;
        let layout = PlaneGridLayout::new(fine, f.dim(), f.scratch_len());
        let known = self.values.as_ref().len() == layout.values_len();
        if !known || self.plane.rows().len() != area(3, f.dim()) {
            return GridStep::MemoryChanged;
        }
        if self.cells > fine {
            return GridStep::Done;
        }
        self.skip_known(coarse);
        if self.row > self.cells {
            let cells = self.cells;
            (self.cells, self.row, self.column) = (2 * cells, 0, 0);
            return GridStep::Refined { cells };
        }
        let stride = fine / self.cells;
        let (i, j) = (self.column * stride, self.row * stride);
        let at = [self.coordinate(i), self.coordinate(j)];
        let index = j as usize * (fine as usize + 1) + i as usize;
        let (place, parts) = (self.values.as_mut().get_mut(index), layout.split(self.workspace.as_mut()));
        let (Some(place), Some([point, scratch])) = (place, parts) else {
            return GridStep::MemoryChanged;
        };
        self.plane.point(at, point);
        let value = f.value(point, scratch);
        let value = if value.is_finite() { value } else { R::INFINITY };
        *place = value;
        self.column += 1;
        GridStep::Evaluated { index, value }
    }

    /// Skips corners of the previous grid and ends of rows: at most two.
    fn skip_known(&mut self, coarse: u32) {
        let known = |i: u32| self.cells > coarse && i.is_multiple_of(2);
        if self.row <= self.cells && self.column <= self.cells && known(self.row) && known(self.column) {
            self.column += 1;
        }
        if self.column > self.cells {
            self.row += 1;
            self.column = u32::from(known(self.row));
        }
    }

    /// Returns the values, row by row from the bottom.
    #[must_use]
    pub fn values(&self) -> &[R] {
        self.values.as_ref()
    }

    /// Returns the plane.
    #[must_use]
    pub const fn plane(&self) -> &Plane<R, P> {
        &self.plane
    }

    /// Returns the plane, the values and the workspace.
    #[must_use]
    pub fn into_parts(self) -> (Plane<R, P>, V, W) {
        (self.plane, self.values, self.workspace)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::models::surfaces::MuellerBrown;
    use std::vec;

    const ROWS: [f64; 6] = [-0.2, 0.7, 0.9, 0.3, -0.1, 0.8];

    type Grid = PlaneGrid<f64, [f64; 6], vec::Vec<f64>, [f64; 2]>;

    fn grid(half_width: f64, coarse: u32, fine: u32) -> Result<Grid, ArgError> {
        let values = vec![f64::NAN; PlaneGridLayout::new(fine, 2, 0).values_len()];
        let config = PlaneGridConfig { half_width, coarse, fine };
        PlaneGrid::new(&MuellerBrown::default(), Plane::new(ROWS)?, config, values, [f64::NAN; 2])
    }

    #[test]
    fn every_corner_once_and_coarse_first() {
        for (coarse, fine) in [(1, 1), (1, 8), (3, 12), (16, 32)] {
            let mut grid = grid(1.5, coarse, fine).unwrap();
            let (mut seen, mut levels) = (0, vec![]);
            let mut direct = [0.0; 2];
            let f = MuellerBrown::default();
            loop {
                match grid.step(&f) {
                    GridStep::Evaluated { index, value } => {
                        let side = fine as usize + 1;
                        let [i, j] = [index % side, index / side].map(|k| u32::try_from(k).unwrap());
                        grid.plane().point([grid.coordinate(i), grid.coordinate(j)], &mut direct);
                        assert_eq!(value.to_bits(), f.value(&direct, &mut []).to_bits());
                        let level = levels.last().map_or(coarse, |cells| 2 * cells);
                        assert!(i.is_multiple_of(fine / level) && j.is_multiple_of(fine / level));
                        seen += 1;
                    }
                    GridStep::Refined { cells } => {
                        assert_eq!(seen, PlaneGridLayout::new(cells, 2, 0).values_len(), "a grid of {cells}");
                        levels.push(cells);
                    }
                    GridStep::Done => break,
                    GridStep::MemoryChanged => panic!("it has not"),
                }
            }
            assert_eq!(seen, grid.values().len(), "each once");
            assert!(grid.values().iter().all(|v| v.is_finite()), "none left out");
            assert_eq!(levels.last(), Some(&fine));
        }
    }

    #[test]
    fn values_do_not_depend_on_the_way() {
        let fill = |coarse| {
            let mut grid = grid(0.7, coarse, 16).unwrap();
            while grid.step(&MuellerBrown::default()) != GridStep::Done {}
            grid.into_parts().1
        };
        assert_eq!(fill(16), fill(1));
    }

    #[test]
    fn what_is_not_finite_is_infinite() {
        struct Cliff;
        impl Objective<f64> for Cliff {
            fn dim(&self) -> usize {
                2
            }
            fn scratch_len(&self) -> usize {
                0
            }
            fn value(&self, p: &[f64], _: &mut [f64]) -> f64 {
                if p[0] > 0.0 { f64::NAN } else { p[0] }
            }
            fn value_grad(&self, p: &[f64], _: &mut [f64], scratch: &mut [f64]) -> f64 {
                self.value(p, scratch)
            }
        }
        let plane = Plane::new([0.0, 0.0, 1.0, 0.0, 0.0, 1.0]).unwrap();
        let config = PlaneGridConfig { half_width: 1.0, coarse: 1, fine: 1 };
        let mut values = [0.0; 4];
        let mut grid = PlaneGrid::new(&Cliff, plane, config, &mut values, [0.0; 2]).unwrap();
        while grid.step(&Cliff) != GridStep::Done {}
        assert_eq!(values, [-1.0, f64::INFINITY, -1.0, f64::INFINITY]);
    }

    #[test]
    fn coordinates_of_rows_that_no_grid_has() {
        let grid = grid(1.5, 2, 4).unwrap();
        assert_eq!([0, 2, 4].map(|i| grid.coordinate(i)), [-1.5, 0.0, 1.5]);
        assert!(grid.coordinate(u32::MAX).is_finite());
    }

    #[test]
    fn memory_may_not_change() {
        let f = MuellerBrown::default();
        let mut grid = grid(1.5, 2, 4).unwrap();
        let GridStep::Evaluated { index: 0, .. } = grid.step(&f) else { panic!("the first corner") };
        grid.values.push(0.0);
        assert_eq!(grid.step(&f), GridStep::MemoryChanged);
        grid.values.pop();
        let GridStep::Evaluated { index: 2, .. } = grid.step(&f) else { panic!("the second corner") };
    }

    #[test]
    fn bad_arguments_are_named() {
        let arg = |w: f64, coarse, fine| grid(w, coarse, fine).map_err(|error| error.arg);
        assert!(arg(1.0, 4, 16).is_ok());
        assert_eq!(arg(0.0, 4, 16).unwrap_err(), "half_width");
        assert_eq!(arg(f64::NAN, 4, 16).unwrap_err(), "half_width");
        assert_eq!(arg(1.0, 0, 16).unwrap_err(), "coarse");
        for fine in [0, 3, 12, 20, 1 << 13] {
            assert_eq!(arg(1.0, 4, fine).unwrap_err(), "fine", "{fine}");
        }
        let config = PlaneGridConfig { half_width: 1.0, coarse: 4, fine: 4 };
        let f = MuellerBrown::default();
        let refused = |plane: &[f64], values: usize, workspace: usize| {
            let plane = Plane::new(plane).unwrap();
            let (values, workspace) = (vec![0.0; values], vec![0.0; workspace]);
            PlaneGrid::new(&f, plane, config, values, workspace).map_err(|error| error.arg).unwrap_err()
        };
        assert_eq!(refused(&[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0], 25, 3), "plane");
        assert_eq!(refused(&ROWS, 24, 2), "values");
        assert_eq!(refused(&ROWS, 25, 1), "workspace");
    }
}
