//! Uniform grids of cells in one, two or more dimensions.
//!
//! Values on a grid form a flat slice with the first axis fastest: cell (i, j) of a plane has the index `j · nₓ + i`.

use crate::{ArgError, Real, Reason};

/// The maximum number of cells along an axis. Up to this number, centres are exact multiples of half a cell in binary32 too.
const MOST_CELLS: u32 = 1 << 22;

/// An interval divided into cells of equal width.
///
/// ```text
/// h = (high − low) / n,    centre i = low + (i + ½) h,    face i = low + i h,    i = 0 … n − 1
/// ```
///
/// Face i lies below cell i, face i + 1 above it. Centres and faces of an interval symmetric about zero are exactly
/// symmetric.
///
/// ```
/// use losscape::base::grid::Axis;
/// let axis = Axis::new(-2.0f32, 2.0, 8)?;
/// assert_eq!((axis.spacing(), axis.centre(0), axis.face(4)), (0.5, -1.75, 0.0));
/// assert_eq!(axis.cell_of(0.6), Some(5));
/// assert_eq!(axis.cell_of(2.5), None);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Axis<R: Real = f32> {
    low: R,
    high: R,
    cells: u32,
}

impl<R: Real> Axis<R> {
    /// Divides the interval from `low` to `high` into `cells` cells.
    ///
    /// # Errors
    /// [`ArgError`] naming `low` or `high` (not finite, not increasing, their difference not finite, or not finite
    /// when multiplied by 2 `cells`) or `cells` (zero, or above 2²²).
    pub fn new(low: R, high: R, cells: u32) -> Result<Self, ArgError> {
        ArgError::check_range("low", low, low.is_finite(), "finite")?;
        let ascending = high > low && (high - low).is_finite();
        ArgError::check_range("high", high, ascending, "above `low` by a finite amount")?;
        let allowed = cells > 0 && cells <= MOST_CELLS;
        ArgError::check_range("cells", f64::from(cells), allowed, "from 1 to 2²²")?;
        // The denominator in `at_half`.
        let all = R::from_u32(2 * cells);
        for (arg, end) in [("low", low), ("high", high)] {
            ArgError::check_range(arg, end, (end * all).is_finite(), "finite when multiplied by 2 `cells`")?;
        }
        Ok(Self { low, high, cells })
    }

    /// Makes the interval from −`half_width` to `half_width` in `cells` cells.
    ///
    /// # Errors
    /// [`ArgError`] naming `half_width` (not above zero, or not finite when multiplied by 2 `cells`) or `cells`
    /// (zero, or above 2²²).
    ///
    /// ```
    /// use losscape::base::grid::Axis;
    /// let axis = Axis::symmetric(3.0f64, 4)?;
    /// assert_eq!((axis.low(), axis.high(), axis.face(2)), (-3.0, 3.0, 0.0));
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn symmetric(half_width: R, cells: u32) -> Result<Self, ArgError> {
        ArgError::check_positive("half_width", half_width)?;
        Self::new(-half_width, half_width, cells).map_err(|error| match error.arg {
            "cells" => error,
            _ => ArgError::new("half_width", error.reason),
        })
    }

    /// Returns the lower end.
    #[must_use]
    pub const fn low(&self) -> R {
        self.low
    }

    /// Returns the upper end.
    #[must_use]
    pub const fn high(&self) -> R {
        self.high
    }

    /// Returns n, the number of cells.
    #[must_use]
    pub const fn cells(&self) -> u32 {
        self.cells
    }

    /// Returns h, the width of a cell.
    #[must_use]
    pub fn spacing(&self) -> R {
        (self.high - self.low) / R::from_u32(self.cells)
    }

    /// Returns the centre of cell `i`, extrapolated beyond the last cell.
    #[must_use]
    pub fn centre(&self, i: u32) -> R {
        self.at_half(i.saturating_mul(2).saturating_add(1))
    }

    /// Returns the face between cells `i − 1` and `i`, extrapolated beyond the last cell.
    #[must_use]
    pub fn face(&self, i: u32) -> R {
        self.at_half(i.saturating_mul(2))
    }

    /// `low + k h / 2`, as an average of both ends with integer weights.
    fn at_half(&self, k: u32) -> R {
        let (below, all) = (R::from_u32(k), R::from_u32(2 * self.cells));
        (self.low * (all - below) + self.high * below) / all
    }

    /// Returns the cell that contains `x`, or `None` if `x` lies outside or is NaN. Cells are closed below and open
    /// above; the last is closed.
    #[must_use]
    pub fn cell_of(&self, x: R) -> Option<u32> {
        if !(x >= self.low && x <= self.high) {
            return None;
        }
        let cell = truncated((x - self.low) / self.spacing());
        Some(if cell < self.cells { cell } else { self.cells - 1 })
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "at least zero; only the integer part is wanted"
)]
fn truncated<R: Real>(x: R) -> u32 {
    x.to_f64() as u32
}

/// A box of D dimensions divided into equal cells.
///
/// Values on the grid are slices of [`len`](Self::len) numbers, the first axis fastest. A cell is identified by its
/// index in such a slice, or by its position along each axis.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(-1.0f64, 1.0, 4)?, Axis::new(0.0, 3.0, 3)?])?;
/// assert_eq!((grid.len(), grid.stride(1)), (12, 4));
/// assert_eq!(grid.centre(5), [-0.25, 1.5]); // (1, 1)
/// assert_eq!(grid.cell_of([0.9, 2.5]), Some(11));
/// assert_eq!(grid.cell_volume(), 0.5);
///
/// let mut values = [0.0; 12];
/// grid.fill(&mut values, |[x, y]| x + y)?;
/// assert_eq!(values[5], 1.25);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Grid<R: Real, const D: usize> {
    axes: [Axis<R>; D],
}

/// A one-dimensional grid.
pub type Grid1<R = f32> = Grid<R, 1>;

/// A two-dimensional grid.
pub type Grid2<R = f32> = Grid<R, 2>;

impl<R: Real, const D: usize> Grid<R, D> {
    /// Creates a grid with these axes.
    ///
    /// # Errors
    /// [`Reason::Overflow`] for `axes` if there are more than `u32::MAX` cells.
    pub fn new(axes: [Axis<R>; D]) -> Result<Self, ArgError> {
        let mut cells = Some(1u32);
        for axis in &axes {
            cells = cells.and_then(|cells| cells.checked_mul(axis.cells));
        }
        match cells.map(usize::try_from) {
            Some(Ok(_)) => Ok(Self { axes }),
            _ => Err(ArgError::new("axes", Reason::Overflow)),
        }
    }

    /// Returns the axes, the fastest first.
    #[must_use]
    pub const fn axes(&self) -> &[Axis<R>; D] {
        &self.axes
    }

    /// Returns the number of cells.
    #[must_use]
    pub fn len(&self) -> usize {
        self.stride(D)
    }

    /// Returns whether the grid has no cells, which is never the case.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the difference in index between a cell and its upper neighbour along `axis`: the product of the cell
    /// counts of the preceding axes.
    #[must_use]
    pub fn stride(&self, axis: usize) -> usize {
        let mut stride = 1;
        for axis in self.axes.iter().take(axis) {
            stride *= axis.cells as usize;
        }
        stride
    }

    /// Returns the length, area or volume of a cell.
    #[must_use]
    pub fn cell_volume(&self) -> R {
        let mut volume = R::ONE;
        for axis in &self.axes {
            volume *= axis.spacing();
        }
        volume
    }

    /// Returns the position of a cell along each axis; an index beyond the end counts as the last cell.
    #[must_use]
    pub fn place(&self, index: usize) -> [u32; D] {
        let mut rest = index.min(self.len() - 1);
        self.axes.map(|axis| {
            let cells = axis.cells as usize;
            let along = rest % cells;
            rest /= cells;
            u32::try_from(along).unwrap_or(axis.cells)
        })
    }

    /// Returns the index of the cell at this position, or `None` if it is not on the grid.
    #[must_use]
    pub fn index(&self, place: [u32; D]) -> Option<usize> {
        let (mut index, mut stride) = (0, 1);
        for (axis, along) in self.axes.iter().zip(place) {
            if along >= axis.cells {
                return None;
            }
            index += stride * along as usize;
            stride *= axis.cells as usize;
        }
        Some(index)
    }

    /// Returns the centre of a cell; an index beyond the end counts as the last cell.
    #[must_use]
    pub fn centre(&self, index: usize) -> [R; D] {
        self.at(self.place(index), Axis::centre)
    }

    /// Returns the midpoint of the face between a cell and its upper neighbour along `axis`.
    #[must_use]
    pub fn face(&self, index: usize, axis: usize) -> [R; D] {
        let place = self.place(index);
        let mut point = self.at(place, Axis::centre);
        if let (Some(x), Some(a), Some(i)) = (point.get_mut(axis), self.axes.get(axis), place.get(axis)) {
            *x = a.face(i + 1);
        }
        point
    }

    /// Returns the index of the cell that contains a point, or `None` if the point is not on the grid.
    #[must_use]
    pub fn cell_of(&self, point: [R; D]) -> Option<usize> {
        let mut place = [0; D];
        for ((along, axis), x) in place.iter_mut().zip(&self.axes).zip(point) {
            *along = axis.cell_of(x)?;
        }
        self.index(place)
    }

    /// Writes the value of `f` at each cell's centre.
    ///
    /// # Errors
    /// [`Reason::Length`] for `values` of a length other than [`len`](Self::len).
    pub fn fill(&self, values: &mut [R], mut f: impl FnMut([R; D]) -> R) -> Result<(), ArgError> {
        ArgError::check_len("values", self.len(), values.len())?;
        for (k, value) in values.iter_mut().enumerate() {
            *value = f(self.centre(k));
        }
        Ok(())
    }

    /// Writes the value of `f` at the midpoint of each cell's upper face along `axis`. Entry k belongs to the face
    /// between cell k and its upper neighbour, or the boundary.
    ///
    /// # Errors
    /// [`Reason::Length`] for `values` of a length other than [`len`](Self::len), [`Reason::Index`] for an `axis` that
    /// the grid does not have.
    pub fn fill_faces(
        &self,
        axis: usize,
        values: &mut [R],
        mut f: impl FnMut([R; D]) -> R,
    ) -> Result<(), ArgError> {
        ArgError::check_index("axis", axis, D)?;
        ArgError::check_len("values", self.len(), values.len())?;
        for (k, value) in values.iter_mut().enumerate() {
            *value = f(self.face(k, axis));
        }
        Ok(())
    }

    fn at(&self, place: [u32; D], coordinate: impl Fn(&Axis<R>, u32) -> R) -> [R; D] {
        let mut point = [R::ZERO; D];
        for ((x, axis), along) in point.iter_mut().zip(&self.axes).zip(place) {
            *x = coordinate(axis, along);
        }
        point
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use std::vec;

    #[test]
    fn centres_and_faces_are_symmetric_and_ascend() {
        for cells in [1, 7, 100, 1000] {
            let axis = Axis::new(-2.3f32, 2.3, cells).unwrap();
            for i in 0..cells {
                assert_eq!(axis.centre(i), -axis.centre(cells - 1 - i), "{i} of {cells}");
                assert!(axis.face(i) < axis.centre(i) && axis.centre(i) < axis.face(i + 1));
            }
            assert_eq!((axis.face(0), axis.face(cells)), (-2.3, 2.3));
        }
    }

    #[test]
    fn points_are_in_the_cell_of_their_centre() {
        let grid = Grid::new([
            Axis::new(-1.7f64, 0.3, 13).unwrap(),
            Axis::new(0.0, 1e-30, 4).unwrap(),
            Axis::new(-1e30, 1e30, 3).unwrap(),
        ])
        .unwrap();
        assert_eq!((grid.len(), grid.stride(0), grid.stride(1), grid.stride(2)), (156, 1, 13, 52));
        for k in 0..grid.len() {
            assert_eq!(grid.index(grid.place(k)), Some(k));
            assert_eq!(grid.cell_of(grid.centre(k)), Some(k));
        }
        assert_eq!(grid.place(usize::MAX), [12, 3, 2], "the last");
        assert_eq!(grid.index([13, 0, 0]), None);
        assert_eq!(grid.face(0, 1), [grid.centre(0)[0], 2.5e-31, grid.centre(0)[2]]);
        assert_eq!(grid.face(0, 3), grid.centre(0), "no such axis");
    }

    #[test]
    fn ends_belong_to_the_grid_and_nothing_beyond() {
        let axis = Axis::new(-1.0f32, 1.0, 4).unwrap();
        let cells = [-1.0, -0.500_001, -0.5, 0.0, 0.999, 1.0].map(|x| axis.cell_of(x));
        assert_eq!(cells, [Some(0), Some(0), Some(1), Some(2), Some(3), Some(3)]);
        for x in [-1.000_001, 1.000_001, f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(axis.cell_of(x), None, "{x}");
        }
    }

    #[test]
    fn values_are_filled_in_order() {
        let grid = Grid2::new([Axis::new(0.0f64, 3.0, 3).unwrap(), Axis::new(0.0, 2.0, 2).unwrap()]).unwrap();
        let mut values = vec![0.0; 6];
        grid.fill(&mut values, |[x, y]| x + 10.0 * y).unwrap();
        assert_eq!(values, [5.5, 6.5, 7.5, 15.5, 16.5, 17.5]);
        grid.fill_faces(0, &mut values, |[x, y]| x + 10.0 * y).unwrap();
        assert_eq!(values, [6.0, 7.0, 8.0, 16.0, 17.0, 18.0]);
        grid.fill_faces(1, &mut values, |[x, y]| x + 10.0 * y).unwrap();
        assert_eq!(values, [10.5, 11.5, 12.5, 20.5, 21.5, 22.5]);
        assert_eq!(grid.fill(&mut values[..5], |_| 0.0).unwrap_err().arg, "values");
        assert_eq!(grid.fill_faces(2, &mut values, |_| 0.0).unwrap_err().arg, "axis");
    }

    #[test]
    fn bad_axes_are_refused() {
        let arg = |low, high, cells| Axis::<f32>::new(low, high, cells).unwrap_err().arg;
        for x in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
            assert_eq!(arg(x, 1.0, 4), "low");
            assert_eq!(arg(0.0, x, 4), "high");
        }
        assert_eq!(arg(1.0, 1.0, 4), "high");
        assert_eq!(arg(f32::MIN, f32::MAX, 4), "high", "no finite length");
        assert_eq!(arg(0.0, 1.0, 0), "cells");
        assert_eq!(arg(0.0, 1.0, MOST_CELLS + 1), "cells");
        let arg = |half_width, cells| Axis::<f32>::symmetric(half_width, cells).unwrap_err().arg;
        for x in [0.0, -1.0, f32::NAN, f32::INFINITY, f32::MAX, 0.4 * f32::MAX] {
            assert_eq!(arg(x, 4), "half_width", "{x}");
        }
        assert_eq!(arg(1.0, 0), "cells");
        assert_eq!(Axis::symmetric(2.3f32, 7), Axis::new(-2.3, 2.3, 7));
        let long = Axis::new(0.0f32, 1.0, MOST_CELLS).unwrap();
        assert_eq!(Grid::new([long; 2]).unwrap_err(), ArgError::new("axes", Reason::Overflow));
    }
}
