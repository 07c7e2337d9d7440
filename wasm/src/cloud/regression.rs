//! A regression with two weights, whose loss is the bowl; its batches are real.

use losscape::ArgError;
use losscape::base::grid::Grid;
use losscape::diffusion::fill_gradient_variances;
use losscape::models::LeastSquares;
use losscape::models::data::orthogonal_design;

use super::CELLS;
use super::ground::CURVATURES;

/// Samples: half of them speak of one weight, half of the other.
const SAMPLES: usize = 64;

/// Inputs and targets: the minimum is at the origin, where the residuals have this variance.
pub(super) fn samples(variance: f64) -> Result<[Vec<f64>; 2], ArgError> {
    let (mut inputs, mut targets) = (vec![0.0; SAMPLES * CURVATURES.len()], vec![0.0; SAMPLES]);
    orthogonal_design(&CURVATURES, variance, &mut inputs, &mut targets)?;
    Ok([inputs, targets])
}

pub(super) fn regression([inputs, targets]: &[Vec<f64>; 2]) -> Result<LeastSquares<'_, f64>, ArgError> {
    LeastSquares::new(inputs, targets)
}

/// The variances of a sample's gradient in the cells, in units of σ²: along x in all of them, then along y.
pub(super) fn strength(
    grid: &Grid<f64, 2>,
    samples: &[Vec<f64>; 2],
    variance: f64,
) -> Result<Vec<f64>, ArgError> {
    let mut diffusion = vec![0.0; 2 * CELLS];
    fill_gradient_variances(&regression(samples)?, grid, variance, &mut diffusion, &mut [0.0; 4])?;
    Ok(diffusion)
}
