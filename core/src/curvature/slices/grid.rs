//! A landscape's values on a plane, coarse first.

use super::Plane;
use crate::{ArgError, Objective, Real};

/// Elements of the values of a grid of `cells` × `cells`: a value at every corner of a cell.
#[must_use]
pub const fn grid_len(cells: u32) -> usize {
    let corners = (cells as usize).saturating_add(1);
    corners.saturating_mul(corners)
}

/// What one [`PlaneGrid::step`] did.
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum GridStep<R: Real = f32> {
    /// A value was written.
    Evaluated {
        /// Its place among the values.
        index: usize,
        /// f there; what is not finite is +∞.
        value: R,
    },
    /// All corners of a grid of so many cells a side are known, `values` at every `fine / cells`-th row and
    /// column.
    Refined {
        /// How many.
        cells: u32,
    },
    /// All is known.
    Done,
}

/// Evaluates an objective on a square piece of a plane, first on a coarse grid, then on ever finer ones:
///
/// ```text
/// values[j · (N + 1) + i] = f(θ(xᵢ, yⱼ)),    xᵢ = w (2i/N − 1),   yⱼ = w (2j/N − 1),   i, j = 0 … N
/// ```
///
/// with w the half-width and N the cells of the finest grid. Grids are nested, so nothing is computed twice,
/// and the values do not depend on where it began.
///
/// A step is one value or the news of a complete grid.
///
/// # Examples
///
/// ```
/// use losscape::curvature::slices::{GridStep, Plane, PlaneGrid, grid_len};
/// use losscape::models::surfaces::Ring;
///
/// let plane = Plane::new(&[0.0, 0.0, 1.0, 0.0, 0.0, 1.0f64])?;
/// let (mut values, mut point) = ([0.0; grid_len(4)], [0.0; 2]);
/// let mut grid = PlaneGrid::new(2.0, 2, 4, &values)?;
/// let mut steps = 0;
/// while grid.step(&Ring::default(), &plane, &mut values, &mut point) != GridStep::Done {
///     steps += 1;
/// }
/// assert_eq!(steps, 25 + 2); // 2 × 2 cells, then 4 × 4
/// assert_eq!(values[12], 1.0); // the maximum at the origin
/// assert_eq!(values[11], 0.0); // (−1, 0), on the ring
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PlaneGrid<R: Real = f32> {
    half_width: R,
    fine: u32,
    coarse: u32,
    /// Of the grid that is being filled; twice `fine` when all are.
    cells: u32,
    /// The next corner to look at, in units of the grid being filled.
    column: u32,
    row: u32,
}

impl<R: Real> PlaneGrid<R> {
    /// A grid of which nothing is known.
    ///
    /// # Errors
    /// [`ArgError`] naming `half_width` (not positive), `coarse` (zero), `fine` (not `coarse` doubled some times, or
    /// above 2¹²) or `values` (another length than [`grid_len(fine)`](grid_len)).
    pub fn new(half_width: R, coarse: u32, fine: u32, values: &[R]) -> Result<Self, ArgError> {
        ArgError::check_positive("half_width", half_width)?;
        ArgError::check_count("coarse", coarse as usize)?;
        let doublings = (fine / coarse).is_power_of_two() && fine.is_multiple_of(coarse);
        let allowed = doublings && fine <= 1 << 12;
        ArgError::check_range("fine", f64::from(fine), allowed, "`coarse` doubled some times, at most 4096")?;
        ArgError::check_len("values", grid_len(fine), values.len())?;
        Ok(Self { half_width, fine, coarse, cells: coarse, column: 0, row: 0 })
    }

    /// The coordinate of column or row `i` of the finest grid, or where it would be if the grid went on.
    #[must_use]
    pub fn coordinate(&self, i: u32) -> R {
        self.half_width * (R::TWO * R::from_u32(i) / R::from_u32(self.fine) - R::ONE)
    }

    /// Evaluates one more corner. `workspace` has n + `f.scratch_len()` elements; the others are those the
    /// grid was made for.
    pub fn step(
        &mut self,
        f: &(impl Objective<R> + ?Sized),
        plane: &Plane<'_, R>,
        values: &mut [R],
        workspace: &mut [R],
    ) -> GridStep<R> {
        debug_assert_eq!(values.len(), grid_len(self.fine), "plane grid: values");
        if self.cells > self.fine {
            return GridStep::Done;
        }
        self.skip_known();
        if self.row > self.cells {
            let cells = self.cells;
            (self.cells, self.row, self.column) = (2 * cells, 0, 0);
            return GridStep::Refined { cells };
        }
        let stride = self.fine / self.cells;
        let (i, j) = (self.column * stride, self.row * stride);
        let (point, scratch) = workspace.split_at_mut(plane.dim());
        plane.point([self.coordinate(i), self.coordinate(j)], point);
        let value = f.value(point, scratch);
        let value = if value.is_finite() { value } else { R::INFINITY };
        let index = j as usize * (self.fine as usize + 1) + i as usize;
        values[index] = value;
        self.column += 1;
        GridStep::Evaluated { index, value }
    }

    /// Passes corners of the grid before, and ends of rows: at most two of them.
    fn skip_known(&mut self) {
        let known = |i: u32| self.cells > self.coarse && i.is_multiple_of(2);
        if self.row <= self.cells && self.column <= self.cells && known(self.row) && known(self.column) {
            self.column += 1;
        }
        if self.column > self.cells {
            self.row += 1;
            self.column = u32::from(known(self.row));
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::models::surfaces::MuellerBrown;
    use std::vec;

    const ROWS: [f64; 6] = [-0.2, 0.7, 0.9, 0.3, -0.1, 0.8];

    #[test]
    fn every_corner_once_and_coarse_first() {
        let plane = Plane::new(&ROWS).unwrap();
        for (coarse, fine) in [(1, 1), (1, 8), (3, 12), (16, 32)] {
            let mut values = vec![f64::NAN; grid_len(fine)];
            let mut grid = PlaneGrid::new(1.5, coarse, fine, &values).unwrap();
            let (mut seen, mut levels) = (0, vec![]);
            let (mut workspace, mut direct) = ([f64::NAN; 2], [0.0; 2]);
            let f = MuellerBrown::default();
            loop {
                match grid.step(&f, &plane, &mut values, &mut workspace) {
                    GridStep::Evaluated { index, value } => {
                        let side = fine as usize + 1;
                        let [i, j] = [index % side, index / side].map(|k| u32::try_from(k).unwrap());
                        plane.point([grid.coordinate(i), grid.coordinate(j)], &mut direct);
                        assert_eq!(value.to_bits(), f.value(&direct, &mut []).to_bits());
                        let level = levels.last().map_or(coarse, |cells| 2 * cells);
                        assert!(i.is_multiple_of(fine / level) && j.is_multiple_of(fine / level));
                        seen += 1;
                    }
                    GridStep::Refined { cells } => {
                        assert_eq!(seen, grid_len(cells), "a whole grid of {cells}");
                        levels.push(cells);
                    }
                    GridStep::Done => break,
                }
            }
            assert_eq!(seen, values.len(), "each once");
            assert!(values.iter().all(|v| v.is_finite()), "none left out");
            assert_eq!(levels.last(), Some(&fine));
        }
    }

    #[test]
    fn values_do_not_depend_on_the_way() {
        let plane = Plane::new(&ROWS).unwrap();
        let fill = |coarse| {
            let mut values = vec![0.0; grid_len(16)];
            let mut grid = PlaneGrid::new(0.7, coarse, 16, &values).unwrap();
            while grid.step(&MuellerBrown::default(), &plane, &mut values, &mut [0.0; 2]) != GridStep::Done {}
            values
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
        let rows = [0.0, 0.0, 1.0, 0.0, 0.0, 1.0];
        let plane = Plane::new(&rows).unwrap();
        let mut values = [0.0; 4];
        let mut grid = PlaneGrid::new(1.0, 1, 1, &values).unwrap();
        while grid.step(&Cliff, &plane, &mut values, &mut [0.0; 2]) != GridStep::Done {}
        assert_eq!(values, [-1.0, f64::INFINITY, -1.0, f64::INFINITY]);
    }

    #[test]
    fn bad_arguments_are_named() {
        let arg = |w: f64, coarse, fine, len| {
            PlaneGrid::new(w, coarse, fine, &vec![0.0; len]).map_err(|error| error.arg)
        };
        assert!(arg(1.0, 4, 16, 289).is_ok());
        assert_eq!(arg(0.0, 4, 16, 289).unwrap_err(), "half_width");
        assert_eq!(arg(f64::NAN, 4, 16, 289).unwrap_err(), "half_width");
        assert_eq!(arg(1.0, 0, 16, 289).unwrap_err(), "coarse");
        for fine in [0, 3, 12, 20, 1 << 13] {
            assert_eq!(arg(1.0, 4, fine, 289).unwrap_err(), "fine", "{fine}");
        }
        assert_eq!(arg(1.0, 4, 16, 288).unwrap_err(), "values");
    }

    #[test]
    fn coordinates_of_rows_that_no_grid_has() {
        let grid = PlaneGrid::new(1.5f32, 2, 4, &[0.0; grid_len(4)]).unwrap();
        assert_eq!([0, 2, 4].map(|i| grid.coordinate(i)), [-1.5, 0.0, 1.5]);
        assert!(grid.coordinate(u32::MAX).is_finite());
    }
}
