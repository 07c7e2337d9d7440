//! A regression with two weights, whose loss is the bowl; its batches are real.

use losscape::ArgError;
use losscape::base::elementary::sqrt;
use losscape::base::grid::Grid;
use losscape::diffusion::gradient_variances;
use losscape::models::LeastSquares;

use super::CELLS;
use super::ground::CURVATURES;

/// Samples that speak of one weight.
const EACH: u32 = 32;

/// Inputs and targets of 64 samples.
///
/// Each speaks of one weight alone: its other input is 0, so that the covariance of the gradients has no entry off the diagonal
/// but the product of the two slopes. The minimum is at the origin, where the residuals are evenly spaced and have this variance.
pub(super) fn samples(variance: f64) -> [Vec<f64>; 2] {
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    let spacing = sqrt(12.0 * variance / f64::from(EACH * EACH - 1));
    for (axis, curvature) in CURVATURES.into_iter().enumerate() {
        for k in 0..EACH {
            let mut input = [0.0; 2];
            input[axis] = sqrt(2.0 * curvature);
            inputs.extend(input);
            targets.push(spacing * (f64::from(k) - 0.5 * f64::from(EACH - 1)));
        }
    }
    [inputs, targets]
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
    let objective = regression(samples)?;
    let mut diffusion = vec![0.0; 2 * CELLS];
    let (along, up) = diffusion.split_at_mut(CELLS);
    for (k, (along, up)) in along.iter_mut().zip(up).enumerate() {
        let mut d = [0.0; 2];
        gradient_variances(&objective, &grid.centre(k), &mut d, &mut [0.0; 4])?;
        [*along, *up] = d.map(|d| d / variance);
    }
    Ok(diffusion)
}
