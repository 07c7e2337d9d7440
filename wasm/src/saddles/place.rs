//! A place that is looked at: the curvatures there, and what the network does along each of their directions.

use losscape::base::grid::Axis;
use losscape::base::random::stream;
use losscape::base::vector::axpy;
use losscape::curvature::{EigenLayout, Hessian, HessianLayout, HessianStep, Tolerance, eigen};
use losscape::objective::HessianAt;
use losscape::{ArgError, Curvature, Objective, Operator};
use wasm_bindgen::prelude::*;

use super::Saddles;
use super::problem::Problem;
use super::records::Way;
use crate::LabError;
use crate::slices::{CELLS, Chance, random_slices};

/// Curvatures up to this share of the steepest count as nearly flat.
const NEARLY_FLAT: Tolerance<f64> = Tolerance::relative(0.01);

/// A place and its eigenpairs.
#[derive(Debug)]
pub(super) struct Place {
    search: u32,
    slope: f64,
    pub(super) params: Vec<f64>,
    /// Ascending.
    pub(super) values: Vec<f64>,
    /// A row each.
    pub(super) vectors: Vec<f64>,
}

impl Place {
    /// The eigenvector of a direction.
    pub(super) fn vector(&self, direction: usize) -> &[f64] {
        let n = self.params.len();
        &self.vectors[direction * n..][..n]
    }

    /// Where one comes to along a direction.
    fn along(&self, direction: usize, by: f64) -> Vec<f64> {
        let mut params = self.params.clone();
        axpy(by, self.vector(direction), &mut params);
        params
    }
}

/// The eigenpairs of the Hessian: values ascending, vectors a row each.
pub(super) fn spectrum(f: &impl Curvature<f64>, params: &[f64]) -> Result<[Vec<f64>; 2], ArgError> {
    let n = params.len();
    let at = HessianAt::new(f, params)?;
    let layout = HessianLayout::new(n, at.scratch_len());
    let mut hessian = Hessian::new(&at, vec![0.0; layout.matrix_len()], vec![0.0; layout.len()])?;
    while let HessianStep::Product { .. } = hessian.step(&at) {}
    let (mut vectors, _) = hessian.into_parts();
    let mut values = vec![0.0; n];
    eigen(&mut vectors, &mut values, &mut vec![0.0; EigenLayout::new(n).len()])?;
    Ok([values, vectors])
}

#[wasm_bindgen]
impl Saddles {
    /// Looks at what a search has found.
    ///
    /// # Errors
    /// [`LabError`] naming `place` if that search has found nothing.
    pub fn look_at(&mut self, search: u32) -> Result<(), LabError> {
        if self.place.as_ref().is_some_and(|place| place.search == search) {
            return Ok(());
        }
        let found = self.found_by(search)?;
        let [values, vectors] = spectrum(&self.problem.loss()?, &found.params)?;
        let (slope, params) = (found.point.grad_norm, found.params.clone());
        self.place = Some(Place { search, slope, params, values, vectors });
        Ok(())
    }

    /// ‖∇L‖, the length of the gradient there: what the search ended with.
    ///
    /// # Errors
    /// As for [`curvatures`](Self::curvatures).
    pub fn slope(&self) -> Result<f64, LabError> {
        Ok(self.looked_at()?.slope)
    }

    /// The curvatures there, ascending.
    ///
    /// # Errors
    /// [`LabError`] naming `place` if none is looked at.
    pub fn curvatures(&self) -> Result<Vec<f64>, LabError> {
        Ok(self.looked_at()?.values.clone())
    }

    /// The magnitude up to which a curvature counts as nearly flat: a hundredth of the steepest.
    ///
    /// # Errors
    /// As for [`curvatures`](Self::curvatures).
    pub fn nearly_flat(&self) -> Result<f64, LabError> {
        Ok(NEARLY_FLAT.flat(&self.looked_at()?.values))
    }

    /// The places at which curves are drawn.
    ///
    /// # Errors
    /// [`LabError`], if the kernel refuses what it took before: never.
    pub fn places(&self) -> Result<Vec<f64>, LabError> {
        Ok(Problem::places()?)
    }

    /// The network's curve there, at [`places`](Self::places).
    ///
    /// # Errors
    /// As for [`curvatures`](Self::curvatures).
    pub fn curve(&self) -> Result<Vec<f64>, LabError> {
        Ok(self.problem.curve(&self.looked_at()?.params, &Problem::places()?)?)
    }

    /// What a step of length `by` along each direction does, and one back.
    ///
    /// # Errors
    /// [`LabError`] naming `place` if none is looked at, `half_width` if `by` is not above zero.
    pub fn ways(&self, by: f64) -> Result<Vec<Way>, LabError> {
        let (place, f, places) = (self.looked_at()?, self.problem.loss()?, Problem::places()?);
        let (distances, mut scratch) = (Axis::symmetric(by, CELLS)?, vec![0.0; f.scratch_len()]);
        let mut ways = Vec::new();
        for direction in 0..place.values.len() {
            let mut losses = Vec::new();
            for k in 0..=CELLS {
                losses.push(f.value(&place.along(direction, distances.face(k)), &mut scratch));
            }
            let curve = |by| self.problem.curve(&place.along(direction, by), &places);
            ways.push(Way { losses, forth: curve(distances.high())?, back: curve(distances.low())? });
        }
        Ok(ways)
    }

    /// Slices in random directions, from a step of length `by` back to one forward. The same for one place whenever they are asked for.
    ///
    /// # Errors
    /// [`LabError`] naming `place` if none is looked at, `slices` if there are more than 1000, `half_width` if `by` is not above zero.
    pub fn chances(&self, slices: u32, by: f64) -> Result<Vec<Chance>, LabError> {
        let (place, f) = (self.looked_at()?, self.problem.loss()?);
        random_slices(&f, &place.params, slices, by, &mut stream(place.search.into(), 5))
    }
}

impl Saddles {
    pub(super) fn looked_at(&self) -> Result<&Place, LabError> {
        self.place.as_ref().ok_or_else(|| LabError::new("place", "no place is looked at"))
    }
}
