//! The density of a cloud, and the noise floor of its relative entropy.

use crate::base::elementary::{ln, sqrt};
use crate::base::grid::Grid;
use crate::base::rows::count_whole;
use crate::base::vector::LaneSum;
use crate::{ArgError, Real};

/// Writes the density of a cloud: the share of the walkers in each cell, divided by the cell's volume.
/// Returns the number of walkers on the grid; those outside do not count.
///
/// # Errors
/// [`ArgError`] naming `positions` (empty, or not rows of D coordinates), `density` (not one value per cell),
/// or `positions` ([`Reason::OutOfRange`](crate::Reason::OutOfRange)) if no walker lies on the grid; nothing
/// has been written in these cases.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(0.0f64, 2.0, 4)?])?;
/// let mut density = [0.0; 4];
/// assert_eq!(losscape::diffusion::histogram(&grid, &[0.1, 0.2, 1.9, 7.0, 0.7], &mut density)?, 4);
/// assert_eq!(density, [1.0, 0.5, 0.0, 0.5]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn histogram<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    positions: &[R],
    density: &mut [R],
) -> Result<u32, ArgError> {
    count_whole("positions", D, positions.len())?;
    let rows = positions.chunks_exact(D.max(1));
    ArgError::check_len("density", grid.len(), density.len())?;
    let cell = |position: &[R]| position.first_chunk().and_then(|point| grid.cell_of(*point));
    let inside = rows.clone().filter(|position| cell(position).is_some()).count();
    ArgError::check_range(
        "positions",
        f64::from(u8::from(inside > 0)),
        inside > 0,
        "at least one walker on the grid",
    )?;
    density.fill(R::ZERO);
    let weight = R::ONE / (R::from_usize(inside) * grid.cell_volume());
    // Whole numbers first, because their sums are exact.
    for k in rows.filter_map(cell) {
        if let Some(count) = density.get_mut(k) {
            *count += R::ONE;
        }
    }
    for rho in density {
        *rho *= weight;
    }
    Ok(u32::try_from(inside).unwrap_or(u32::MAX))
}

/// The largest number of walkers of a [`noise_floor`], whose counts are exact even in binary32.
const MOST_WALKERS: u32 = 1 << 22;

/// The relative entropy of even a perfect finite cloud.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NoiseFloor<R: Real = f32> {
    /// The expected value.
    pub mean: R,
    /// The standard deviation.
    pub std_dev: R,
}

/// Computes the noise floor of the relative entropy of a binned cloud: its value for `walkers` independent
/// walkers, relative to the density from which they are drawn:
///
/// ```text
/// E KL(n/N ‖ p) = Σₖ E[ (nₖ/N) ln(nₖ / N pₖ) ],    nₖ binomial of N and pₖ
/// ```
///
/// The expectation is exact to within rounding, as a sum over each cell's binomial distribution. The standard
/// deviation is that of Poisson counts with a fixed total (Holst 1972), which is exact as the number of cells
/// grows. The usual rule, `(occupied cells − 1) / 2 N`, is too low by a third where many cells expect fewer
/// than a few walkers.
///
/// # Cost
/// About 20 √(N p) + 40 logarithms per cell.
///
/// # Errors
/// [`ArgError`] naming `density` (not of mass one on the grid) or `walkers` (zero, or above 2²²).
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// let grid = Grid::new([Axis::new(0.0f64, 2.0, 2)?])?;
/// let floor = losscape::diffusion::noise_floor(&grid, &[0.5, 0.5], 1)?;
/// assert!((floor.mean - core::f64::consts::LN_2).abs() < 1e-15); // one walker is in one of two cells
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn noise_floor<R: Real, const D: usize>(
    grid: &Grid<R, D>,
    density: &[R],
    walkers: u32,
) -> Result<NoiseFloor<R>, ArgError> {
    crate::diffusion::density::check_density(grid, density)?;
    let allowed = walkers > 0 && walkers <= MOST_WALKERS;
    ArgError::check_range("walkers", f64::from(walkers), allowed, "from 1 to 2²²")?;
    let (volume, all) = (grid.cell_volume(), R::from_u32(walkers));
    let (mut mean, mut variance, mut covariance) =
        (LaneSum::default(), LaneSum::default(), LaneSum::default());
    for rho in density {
        let p = *rho * volume;
        if p <= R::ZERO {
            continue;
        }
        mean.push(cell_mean(walkers, p, true)[0]);
        let [first, second, with_count] = cell_mean(walkers, p, false);
        variance.push(second - first * first);
        covariance.push(with_count);
    }
    // The total of the counts is fixed, so the part of the variance that it explains is removed.
    let explained = covariance.total() * covariance.total() / all;
    let spread = variance.total() - explained;
    let spread = if spread > R::ZERO { spread } else { R::ZERO };
    Ok(NoiseFloor { mean: mean.total() / all, std_dev: sqrt(spread) / all })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between zero and 2²²; truncation is intended"
)]
fn whole_part<R: Real>(x: R) -> R {
    R::from_u32(x.to_f64() as u32)
}

/// Returns the means of g, g² and g (n − N p) with `g(n) = n ln(n / N p) − n + N p`, over the binomial
/// distribution of N and p or the Poisson distribution of mean N p. The last two terms of g have mean zero;
/// they make g non-negative.
fn cell_mean<R: Real>(walkers: u32, p: R, binomial: bool) -> [R; 3] {
    let all = R::from_u32(walkers);
    let mean = all * p;
    let odds = p / (R::ONE - p);
    // The ratio of the weight of n + 1 to that of n.
    let ratio = |n: R| if binomial { (all - n) / (n + R::ONE) * odds } else { mean / (n + R::ONE) };
    let mode = whole_part(mean);
    let (mut whole, mut sums) = (R::ZERO, [R::ZERO; 3]);
    let mut add = |n: R, weight: R| {
        let log = if n > R::ZERO { n * ln(n / mean) } else { R::ZERO };
        let g = log - n + mean;
        whole += weight;
        for (sum, term) in sums.iter_mut().zip([g, g * g, g * (n - mean)]) {
            *sum += weight * term;
        }
    };
    if binomial && p >= R::ONE {
        add(all, R::ONE);
    } else {
        let (mut n, mut weight) = (mode, R::ONE);
        let negligible = R::EPSILON * R::EPSILON;
        while weight > negligible && (!binomial || n <= all) {
            add(n, weight);
            weight *= ratio(n);
            n += R::ONE;
        }
        (n, weight) = (mode, R::ONE);
        while n >= R::ONE {
            n -= R::ONE;
            weight /= ratio(n);
            if weight <= negligible {
                break;
            }
            add(n, weight);
        }
    }
    sums.map(|sum| sum / whole)
}
