//! A loss along random directions.

use losscape::Curvature;
use losscape::base::grid::Axis;
use losscape::base::random::{Rng, fill_sphere};
use losscape::base::vector::{axpy, dot};

use crate::LabError;
use crate::record::record;

/// Cells of a slice, half of them on either side of the place.
pub(crate) const CELLS: u32 = 24;

record! {
    /// A slice in a random direction.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Chance {
        /// The curvature along it.
        pub curvature: f64,
        /// The loss from a step back to a step along it, 25 values.
        pub losses: Vec<f64>,
    }
}

/// Slices in random directions, from a step of length `by` back to one forward.
pub(crate) fn random_slices(
    f: &impl Curvature<f64>,
    params: &[f64],
    slices: u32,
    by: f64,
    rng: &mut impl Rng,
) -> Result<Vec<Chance>, LabError> {
    LabError::check_count("slices", slices, 0..=1000)?;
    let (distances, n) = (Axis::symmetric(by, CELLS)?, params.len());
    let (mut way, mut product) = (vec![0.0; n], vec![0.0; n]);
    let mut scratch = vec![0.0; f.scratch_len().max(f.hess_vec_scratch_len())];
    let mut chances = Vec::new();
    for _ in 0..slices {
        fill_sphere(rng, 1.0, &mut way);
        f.hess_vec(params, &way, &mut product, &mut scratch);
        let curvature = dot(&way, &product);
        let losses = losses_along(f, params, &way, &distances, &mut scratch);
        chances.push(Chance { curvature, losses });
    }
    Ok(chances)
}

/// The loss at these distances along a direction.
pub(crate) fn losses_along(
    f: &impl Curvature<f64>,
    params: &[f64],
    way: &[f64],
    distances: &Axis<f64>,
    scratch: &mut [f64],
) -> Vec<f64> {
    let (mut point, mut losses) = (vec![0.0; params.len()], Vec::new());
    for k in 0..=distances.cells() {
        point.copy_from_slice(params);
        axpy(distances.face(k), way, &mut point);
        losses.push(f.value(&point, scratch));
    }
    losses
}
