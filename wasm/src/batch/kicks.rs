//! The loss around each run: along one random line, and after kicks of one length in many random directions.

use losscape::base::grid::Axis;
use losscape::base::random::{fill_sphere, stream};
use losscape::base::vector::axpy;
use losscape::models::mlp::MlpObjective;
use losscape::{ArgError, Objective};
use wasm_bindgen::prelude::*;

use super::Batch;
use crate::LabError;

/// Directions in which every run is kicked.
const KICKS: usize = 64;
/// How far the line goes to either side, and cells between the places on it.
const FARTHEST: f64 = 0.5;
const CELLS: u32 = 40;

#[wasm_bindgen]
impl Batch {
    /// The loss of every run after 64 kicks of length `radius`, run by run: direction by direction the same for all, drawn uniformly from
    /// the sphere. They depend on the number of weights alone, so two steps are compared in the same directions.
    ///
    /// # Errors
    /// [`LabError`] naming `radius` if it is negative or not finite.
    pub fn kicks(&self, radius: f64) -> Result<Vec<f64>, LabError> {
        ArgError::check_non_negative("radius", radius)?;
        self.around(KICKS, &[radius])
    }

    /// The loss of every run along the first of those directions, at [`distances`](Self::distances), run by run.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn slices(&self) -> Result<Vec<f64>, LabError> {
        self.around(1, &self.distances()?)
    }

    /// 41 distances from −0.5 to 0.5.
    ///
    /// # Errors
    /// As for [`advance`](Self::advance).
    pub fn distances(&self) -> Result<Vec<f64>, LabError> {
        let axis = Axis::symmetric(FARTHEST, CELLS)?;
        Ok((0..=CELLS).map(|k| axis.face(k)).collect())
    }
}

impl Batch {
    /// The losses at these distances in each of some directions, run by run.
    fn around(&self, directions: usize, distances: &[f64]) -> Result<Vec<f64>, LabError> {
        let f = self.points.loss(self.net)?;
        let mut losses = Vec::new();
        for lane in &self.lanes {
            losses.extend(around(&f, lane.params(), directions, distances));
        }
        Ok(losses)
    }
}

fn around(f: &MlpObjective<'_, f64>, params: &[f64], directions: usize, distances: &[f64]) -> Vec<f64> {
    let (mut rng, mut scratch) = (stream(0, 5), vec![0.0; f.scratch_len()]);
    let (mut direction, mut losses) = (vec![0.0; f.dim()], Vec::new());
    for _ in 0..directions {
        fill_sphere(&mut rng, 1.0, &mut direction);
        for distance in distances {
            let mut kicked = params.to_vec();
            axpy(*distance, &direction, &mut kicked);
            losses.push(f.value(&kicked, &mut scratch));
        }
    }
    losses
}
