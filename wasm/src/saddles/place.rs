//! A place that is looked at, of the network or of the toy: the curvatures there, and what the network does along each of their
//! directions.

use losscape::base::grid::Axis;
use losscape::base::random::stream;
use losscape::base::vector::axpy;
use losscape::curvature::{EigenLayout, Hessian, HessianLayout, HessianStep, Tolerance, eigen};
use losscape::models::surfaces::FlatSaddle;
use losscape::objective::HessianAt;
use losscape::{ArgError, Curvature, Objective, Operator};
use wasm_bindgen::prelude::*;

use super::Saddles;
use super::landscape::Landscape;
use super::problem::Problem;
use super::records::Way;
use crate::LabError;
use crate::slices::{CELLS, Chance, losses_along, random_slices};

/// Curvatures up to this share of the steepest count as nearly flat.
const NEARLY_FLAT: Tolerance<f64> = Tolerance::relative(0.01);

/// Cells of a slice through the toy, whose map is made of two.
const CELLS_OF_TOY: u32 = 96;

/// A place and its eigenpairs.
#[derive(Debug)]
pub(super) struct Place {
    /// The search that has found it; zero for the toy's saddle.
    search: u32,
    /// γ, if this is the toy's saddle.
    pub(super) gamma: Option<f64>,
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

/// The toy of this γ, or else the loss of the network.
pub(super) fn landscape(problem: &Problem, gamma: Option<f64>) -> Result<Landscape<'_>, ArgError> {
    gamma.map_or_else(|| problem.loss(), |gamma| Ok(Landscape::Toy(FlatSaddle { gamma })))
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
        self.look(search, None, found.point.grad_norm, found.params.clone())
    }

    /// Looks at the saddle of the toy, `½ x² − γ (½ y² − ¼ y⁴)`: the curvatures are −γ along y and 1 along x.
    ///
    /// # Errors
    /// [`LabError`] naming `gamma` if it is not above zero.
    pub fn look_at_toy(&mut self, gamma: f64) -> Result<(), LabError> {
        ArgError::check_positive("gamma", gamma)?;
        self.look(0, Some(gamma), 0.0, vec![0.0; 2])
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

    /// What a step of length `by` along each direction does, and one back. On the toy, which draws no curve, the losses are 97 values:
    /// the toy is the sum of what it is along its two directions.
    ///
    /// # Errors
    /// [`LabError`] naming `place` if none is looked at, `half_width` if `by` is not above zero.
    pub fn ways(&self, by: f64) -> Result<Vec<Way>, LabError> {
        let (place, places) = (self.looked_at()?, Problem::places()?);
        let f = landscape(&self.problem, place.gamma)?;
        let cells = if place.gamma.is_some() { CELLS_OF_TOY } else { CELLS };
        let (distances, mut scratch) = (Axis::symmetric(by, cells)?, vec![0.0; f.scratch_len()]);
        let mut ways = Vec::new();
        for direction in 0..place.values.len() {
            let losses = losses_along(&f, &place.params, place.vector(direction), &distances, &mut scratch);
            let [forth, back] = [distances.high(), distances.low()]
                .map(|by| self.problem.curve(&place.along(direction, by), &places));
            ways.push(Way { losses, forth: forth?, back: back? });
        }
        Ok(ways)
    }

    /// Slices in random directions, from a step of length `by` back to one forward. The same for one place whenever they are asked for.
    ///
    /// # Errors
    /// [`LabError`] naming `place` if none is looked at, `slices` if there are more than 1000, `half_width` if `by` is not above zero.
    pub fn chances(&self, slices: u32, by: f64) -> Result<Vec<Chance>, LabError> {
        let place = self.looked_at()?;
        let f = landscape(&self.problem, place.gamma)?;
        random_slices(&f, &place.params, slices, by, &mut stream(place.search.into(), 5))
    }
}

impl Saddles {
    pub(super) fn looked_at(&self) -> Result<&Place, LabError> {
        self.place.as_ref().ok_or_else(|| LabError::new("place", "no place is looked at"))
    }

    fn look(
        &mut self,
        search: u32,
        gamma: Option<f64>,
        slope: f64,
        params: Vec<f64>,
    ) -> Result<(), LabError> {
        let [values, vectors] = spectrum(&landscape(&self.problem, gamma)?, &params)?;
        self.place = Some(Place { search, gamma, slope, params, values, vectors });
        Ok(())
    }
}
