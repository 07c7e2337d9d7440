//! Curvatures of a wider network from products alone, with and without keeping the vectors orthogonal.

use losscape::base::random::{fill_normal, stream};
use losscape::base::vector::axpy;
use losscape::curvature::{Lanczos, LanczosConfig, LanczosLayout, LanczosStep, copies};
use losscape::objective::HessianAt;
use losscape::{Objective, Operator};
use wasm_bindgen::prelude::*;

use super::TRAINING_STEP;
use super::place::spectrum;
use super::problem::{Problem, scratch};
use crate::LabError;

/// Hidden units: 91 parameters.
const WIDE: u32 = 30;
/// Steps of training before its curvatures are taken.
const TRAINED: u32 = 1000;
const PENALTY: f64 = 1e-3;
/// Values that differ by less, as a share, are one.
const SAME: f64 = 1e-9;

/// A network of thirty hidden units after training, and its curvatures.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Ghosts {
    problem: Problem,
    params: Vec<f64>,
    exact: Vec<f64>,
    start: Vec<f64>,
}

#[wasm_bindgen]
impl Ghosts {
    /// Trains the network, and computes all of its curvatures.
    ///
    /// # Errors
    /// [`LabError`], if the kernel refuses what it took before: never.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u32) -> Result<Self, LabError> {
        let problem = Problem::new(WIDE, PENALTY)?;
        let f = problem.loss()?;
        let (mut params, mut grad, mut start) = (vec![0.0; f.dim()], vec![0.0; f.dim()], vec![0.0; f.dim()]);
        fill_normal(&mut stream(seed.into(), 0), &mut params);
        fill_normal(&mut stream(seed.into(), 1), &mut start);
        let mut scratch = scratch(&f);
        for _ in 0..TRAINED {
            f.value_grad(&params, &mut grad, &mut scratch);
            axpy(TRAINING_STEP, &grad, &mut params);
        }
        let [exact, _] = spectrum(&f, &params)?;
        Ok(Self { problem, params, exact, start })
    }

    /// All curvatures, ascending.
    #[must_use]
    pub fn exact(&self) -> Vec<f64> {
        self.exact.clone()
    }

    /// How often so many products say that there is the largest curvature, to nine digits.
    ///
    /// # Errors
    /// As for [`ritz`](Self::ritz).
    pub fn copies(&self, products: u32, orthogonal: bool) -> Result<u32, LabError> {
        let largest = self.exact.last().copied().unwrap_or_default();
        let copies = copies(&self.ritz(products, orthogonal)?, largest, SAME);
        Ok(u32::try_from(copies).unwrap_or(u32::MAX))
    }

    /// The curvatures from this many products, ascending: each one vector orthogonal to all before, or to the last two only.
    ///
    /// # Errors
    /// [`LabError`] naming `steps` if it is zero.
    pub fn ritz(&self, products: u32, orthogonal: bool) -> Result<Vec<f64>, LabError> {
        let f = self.problem.loss()?;
        let at = HessianAt::new(&f, &self.params)?;
        let layout = LanczosLayout::new(f.dim(), products as usize, at.scratch_len());
        let layout = if orthogonal { layout } else { layout.without_reorthogonalisation() };
        let config = LanczosConfig { steps: products, reorthogonalise: orthogonal };
        let (basis, workspace) = (vec![0.0; layout.basis_len()], vec![0.0; layout.len()]);
        let mut lanczos = Lanczos::new(&at, config, &self.start, basis, workspace)?;
        let mut rng = stream(0, 2);
        while let LanczosStep::Extended { .. } | LanczosStep::Restarted { .. } = lanczos.step(&at, &mut rng) {
        }
        Ok(lanczos.ritz().map(|ritz| ritz.values().to_vec()).unwrap_or_default())
    }
}
