//! Densities on a grid: mass, moments, marginals, shares.

use crate::base::elementary::{exp, sqrt};
use crate::base::grid::Grid;
use crate::base::vector::LaneSum;
use crate::{ArgError, Real, Reason};

/// Computes the integral of a density: the sum over its cells times their volume.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(0.0f64, 4.0, 4)?])?;
/// assert_eq!(losscape::diffusion::mass(&grid, &[0.25; 4]), 1.0);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[must_use]
pub fn mass<R: Real, const D: usize>(grid: &Grid<R, D>, density: &[R]) -> R {
    let mut sum = LaneSum::default();
    for rho in density {
        sum.push(*rho);
    }
    sum.total() * grid.cell_volume()
}

/// Scales a density to mass one.
///
/// # Errors
/// [`ArgError`] naming `density`: not one value per cell, a negative or non-finite element, or no mass at
/// all. Nothing has been changed in these cases.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(0.0f64, 2.0, 4)?])?;
/// let mut density = [1.0, 3.0, 0.0, 0.0];
/// losscape::diffusion::normalise_mass(&grid, &mut density)?;
/// assert_eq!(density, [0.5, 1.5, 0.0, 0.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn normalise_mass<R: Real, const D: usize>(grid: &Grid<R, D>, density: &mut [R]) -> Result<(), ArgError> {
    check_elements(grid, density)?;
    // Divided by the largest element first, so that no sum overflows or vanishes.
    let mut largest = R::ZERO;
    for rho in &*density {
        largest = largest.or_larger(*rho);
    }
    let mut sum = LaneSum::default();
    for rho in &*density {
        sum.push(*rho / largest);
    }
    let whole = sum.total() * grid.cell_volume();
    ArgError::check_range("density", whole, whole.is_finite() && whole > R::ZERO, "of finite mass above 0")?;
    for rho in density {
        *rho = *rho / largest / whole;
    }
    Ok(())
}

/// Computes a normal density of mass one on the grid:
///
/// ```text
/// ρ(x) ∝ exp(−½ p ‖x − m‖²)
/// ```
///
/// The precision p is one over the variance along each axis. Mass outside the grid is left out.
///
/// # Errors
/// [`ArgError`] naming `precision` (not above zero), `mean` (not finite) or `density`: not one value per cell, or
/// no cell has any mass because the mean is too far away or the density too narrow.
///
/// # Cost
/// One exponential per cell.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(-10.0f64, 10.0, 100)?])?;
/// let mut density = [0.0; 100];
/// losscape::diffusion::normal_density(&grid, [1.0], 4.0, &mut density)?;
/// let moments = losscape::diffusion::moments(&grid, &density)?;
/// assert!((moments.mean[0] - 1.0).abs() < 1e-14 && (moments.covariance[0][0] - 0.25).abs() < 1e-14);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn normal_density<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    mean: [R; D],
    precision: R,
    density: &mut [R],
) -> Result<(), ArgError> {
    ArgError::check_positive("precision", precision)?;
    ArgError::check_finite("mean", &mean)?;
    ArgError::check_len("density", grid.len(), density.len())?;
    let slope = -R::HALF * precision;
    grid.fill(density, |x| {
        let mut square = R::ZERO;
        for (x, mean) in x.into_iter().zip(mean) {
            square += (x - mean) * (x - mean);
        }
        exp(slope * square)
    })?;
    normalise_mass(grid, density)
}

/// Refuses values that are not a density: wrong length, or a negative or non-finite element.
fn check_elements<R: Real, const D: usize>(grid: &Grid<R, D>, density: &[R]) -> Result<(), ArgError> {
    ArgError::check_len("density", grid.len(), density.len())?;
    for (index, rho) in density.iter().enumerate() {
        if !(rho.is_finite() && *rho >= R::ZERO) {
            let reason = Reason::Element { index, value: rho.to_f64(), range: "finite and at least 0" };
            return Err(ArgError::new("density", reason));
        }
    }
    Ok(())
}

/// Refuses values that are not a density of mass one, up to the square root of the type's ε.
pub(super) fn check_density<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    density: &[R],
) -> Result<(), ArgError> {
    check_elements(grid, density)?;
    let mass = mass(grid, density);
    let tolerance = sqrt(R::EPSILON);
    ArgError::check_range("density", mass, (mass - R::ONE).abs() < tolerance, "of mass 1")
}

/// The mean and covariance of a density or a cloud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moments<R: Real, const D: usize> {
    /// E x.
    pub mean: [R; D],
    /// E (x − E x)(x − E x)ᵀ.
    pub covariance: [[R; D]; D],
}

impl<R: Real, const D: usize> Moments<R, D> {
    /// Returns `√Cᵢᵢ`, the standard deviation along each axis.
    ///
    /// ```
    /// let moments = losscape::diffusion::cloud_moments(&[1.0f64, 0.0, 3.0, 4.0])?; // (1, 0) and (3, 4)
    /// assert_eq!(moments.std_devs(), [1.0, 2.0]);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    #[must_use]
    pub fn std_devs(&self) -> [R; D] {
        let mut axis = 0..D;
        self.covariance.map(|row| axis.next().and_then(|k| row.get(k).copied()).map_or(R::NAN, sqrt))
    }
}

/// Computes the mean and covariance of a density, with all mass at the cells' centres.
///
/// For a density that is constant within each cell, the variance along an axis of spacing h is larger by
/// h²/12.
///
/// # Errors
/// [`ArgError`] naming `density` if it is not a density of mass one.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(-2.0f64, 2.0, 4)?])?;
/// let moments = losscape::diffusion::moments(&grid, &[0.5, 0.0, 0.0, 0.5])?;
/// assert_eq!((moments.mean, moments.covariance), ([0.0], [[2.25]]));
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn moments<R: Real, const D: usize>(grid: &Grid<R, D>, density: &[R]) -> Result<Moments<R, D>, ArgError> {
    check_density(grid, density)?;
    let mut sums = [LaneSum::default(); D];
    let mut whole = LaneSum::default();
    for (k, rho) in density.iter().enumerate() {
        whole.push(*rho);
        for (sum, x) in sums.iter_mut().zip(grid.centre(k)) {
            sum.push(*rho * x);
        }
    }
    let mean = sums.map(|sum| sum.total() / whole.total());
    let mut squares = [[LaneSum::default(); D]; D];
    for (k, rho) in density.iter().enumerate() {
        let mut away = grid.centre(k);
        for (x, mean) in away.iter_mut().zip(mean) {
            *x -= mean;
        }
        for (row, x) in squares.iter_mut().zip(away) {
            for (sum, y) in row.iter_mut().zip(away) {
                sum.push(*rho * x * y);
            }
        }
    }
    Ok(Moments { mean, covariance: squares.map(|row| row.map(|sum| sum.total() / whole.total())) })
}

/// Computes the marginal density of one coordinate: all others are integrated out, and `out` has one element
/// per cell of the axis.
///
/// # Errors
/// [`ArgError`] naming `density` (not one value per cell), `axis` (not an axis of the grid) or `out`.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(0.0f64, 2.0, 2)?, Axis::new(0.0, 3.0, 3)?])?;
/// let mut along = [0.0; 3];
/// losscape::diffusion::marginal(&grid, &[0.1, 0.2, 0.0, 0.3, 0.4, 0.0], 1, &mut along)?;
/// assert_eq!(along, [0.1 + 0.2, 0.3, 0.4]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn marginal<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    density: &[R],
    axis: usize,
    out: &mut [R],
) -> Result<(), ArgError> {
    ArgError::check_len("density", grid.len(), density.len())?;
    ArgError::check_index("axis", axis, D)?;
    let (stride, cells) = (grid.stride(axis), grid.stride(axis + 1) / grid.stride(axis));
    ArgError::check_len("out", cells, out.len())?;
    let across = grid.cell_volume() / grid.axes()[axis].spacing();
    out.fill(R::ZERO);
    for block in density.chunks_exact(stride * cells) {
        for (out, run) in out.iter_mut().zip(block.chunks_exact(stride)) {
            for rho in run {
                *out += *rho;
            }
        }
    }
    for out in out {
        *out *= across;
    }
    Ok(())
}

/// Bins a density into the larger cells of another grid.
///
/// Each cell's mass goes to the cell that contains its centre, and mass beyond the coarse grid is dropped;
/// the result is normalised to mass one.
///
/// # Errors
/// [`ArgError`] naming `density` (not one value per cell of `grid`, negative, not finite, or no mass within
/// `coarse`) or `out` (not one value per cell of `coarse`).
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let [fine, coarse] = [4, 2].map(|cells| Axis::new(0.0f64, 2.0, cells).and_then(|axis| Grid::new([axis])));
/// let mut out = [0.0; 2];
/// losscape::diffusion::coarsen(&fine?, &[0.25, 0.75, 1.0, 0.0], &coarse?, &mut out)?;
/// assert_eq!(out, [0.5, 0.5]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn coarsen<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    density: &[R],
    coarse: &Grid<R, D>,
    out: &mut [R],
) -> Result<(), ArgError> {
    check_elements(grid, density)?;
    ArgError::check_len("out", coarse.len(), out.len())?;
    out.fill(R::ZERO);
    for (k, rho) in density.iter().enumerate() {
        if let Some(sum) = coarse.cell_of(grid.centre(k)).and_then(|bin| out.get_mut(bin)) {
            *sum += *rho;
        }
    }
    normalise_mass(coarse, out)
}

/// Returns the mass in a region: the sum over all cells whose centre lies in the region.
///
/// # Errors
/// [`ArgError`] naming `density` (not one value per cell).
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(-2.0f64, 2.0, 4)?])?;
/// let left = losscape::diffusion::share(&grid, &[0.5, 0.25, 0.0, 0.25], |[x]| x < 0.0)?;
/// assert_eq!(left, 0.75);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn share<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    density: &[R],
    mut region: impl FnMut([R; D]) -> bool,
) -> Result<R, ArgError> {
    ArgError::check_len("density", grid.len(), density.len())?;
    let mut sum = LaneSum::default();
    for (k, rho) in density.iter().enumerate() {
        if region(grid.centre(k)) {
            sum.push(*rho);
        }
    }
    Ok(sum.total() * grid.cell_volume())
}
