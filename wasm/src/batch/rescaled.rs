//! A network that is rescaled without any change of what it computes, and measures of its sharpness.

use losscape::base::random::stream;
use losscape::base::vector::{axpy, largest_difference};
use losscape::curvature::{
    EigenLayout, Hessian, HessianLayout, HessianStep, Region, Sharpness, SharpnessConfig, SharpnessLayout,
    SharpnessStep, eigenvalues, rayleigh_quotient, trace,
};
use losscape::models::mlp::{Activation, Init, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use losscape::{ArgError, Curvature, Objective, Operator};
use wasm_bindgen::prelude::*;

use super::problem::Points;
use super::records::Measures;
use crate::LabError;
use crate::slices::{Chance, random_slices};

const HIDDEN: usize = 8;
const TRAINED: u32 = 4000;
/// −η.
const STEP: f64 = -0.05;
/// Foret et al. (2021) and Keskar et al. (2017).
const BALL: f64 = 0.05;
const BOX: f64 = 1e-3;

/// A trained network of eight ReLU units.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Rescaled {
    net: Mlp,
    points: Points,
    params: Vec<f64>,
}

#[wasm_bindgen]
impl Rescaled {
    /// Trains it with all points.
    ///
    /// # Errors
    /// [`LabError`], if the kernel refuses what it took before: never.
    #[wasm_bindgen(constructor)]
    pub fn new(seed: u32) -> Result<Self, LabError> {
        let net = Mlp::new(&[1, HIDDEN, 1])?.with_hidden(Activation::Relu);
        let points = Points::polynomial(false)?;
        let mut params = vec![0.0; net.param_len()];
        net.init(Init::HeNormal, &mut params, &mut stream(seed.into(), 0));
        let f = points.loss(net)?;
        let (mut grad, mut scratch) = (vec![0.0; f.dim()], vec![0.0; f.scratch_len()]);
        for _ in 0..TRAINED {
            f.value_grad(&params, &mut grad, &mut scratch);
            axpy(STEP, &grad, &mut params);
        }
        Ok(Self { net, points, params })
    }

    /// Slices through the network as it was trained, in random directions, from a step of length `by` back to one forward.
    ///
    /// # Errors
    /// [`LabError`] naming `slices` if there are more than 1000, `half_width` if `by` is not above zero.
    pub fn chances(&self, slices: u32, by: f64) -> Result<Vec<Chance>, LabError> {
        let f = self.points.loss(self.net)?;
        random_slices(&f, &self.params, slices, by, &mut stream(0, 6))
    }

    /// The measures after the weights into the units were multiplied by α, and those out of them divided by it.
    ///
    /// # Errors
    /// [`LabError`] naming `alpha` if it is not above zero.
    pub fn measures(&self, alpha: f64) -> Result<Measures, LabError> {
        let f = self.points.loss(self.net)?;
        let mut params = self.params.clone();
        self.net.rescale(0, alpha, &mut params)?;
        let mut grad = vec![0.0; f.dim()];
        let mut scratch = vec![0.0; f.scratch_len().max(f.hess_vec_scratch_len())];
        let loss = f.value_grad(&params, &mut grad, &mut scratch);
        let mut product = vec![0.0; f.dim()];
        f.hess_vec(&params, &grad, &mut product, &mut scratch);
        let along = rayleigh_quotient(&grad, &product);
        let [largest, trace] = curvature(&f, &params)?;
        let ball = rise(&f, Region::Ball { radius: BALL }, &params)?;
        let cube = rise(&f, Region::Box { size: BOX }, &params)?;
        Ok(Measures { largest, trace, ball, cube, along, loss, differs: self.differs(&params)? })
    }
}

impl Rescaled {
    /// The largest difference of an output.
    fn differs(&self, params: &[f64]) -> Result<f64, ArgError> {
        let places = self.points.places()?;
        let mut scratch = vec![0.0; self.points.loss(self.net)?.scratch_len()];
        let mut curves = [vec![0.0; places.len()], vec![0.0; places.len()]];
        for (curve, params) in curves.iter_mut().zip([params, &self.params]) {
            self.net.predict(params, &places, curve, &mut scratch);
        }
        let [here, there] = curves;
        Ok(largest_difference(&here, &there))
    }
}

/// The largest eigenvalue of the Hessian, and their sum.
fn curvature(f: &MlpObjective<'_, f64>, params: &[f64]) -> Result<[f64; 2], ArgError> {
    let (n, at) = (f.dim(), HessianAt::new(f, params)?);
    let layout = HessianLayout::new(n, at.scratch_len());
    let mut hessian = Hessian::new(&at, vec![0.0; layout.matrix_len()], vec![0.0; layout.len()])?;
    while let HessianStep::Product { .. } = hessian.step(&at) {}
    let (mut matrix, _) = hessian.into_parts();
    let (sum, mut values) = (trace(&matrix, n), vec![0.0; n]);
    eigenvalues(&mut matrix, &mut values, &mut vec![0.0; EigenLayout::new(n).len()])?;
    Ok([values[n - 1], sum])
}

fn rise(f: &MlpObjective<'_, f64>, region: Region<f64>, at: &[f64]) -> Result<f64, ArgError> {
    let config = SharpnessConfig { region, starts: 8, steps: 20 };
    let workspace = vec![0.0; SharpnessLayout::new(f.dim(), f.scratch_len()).len()];
    let (mut sharpness, mut rng) = (Sharpness::new(f, config, at, workspace)?, stream(0, 4));
    while sharpness.step(f, &mut rng) != SharpnessStep::Done {}
    Ok(sharpness.rise())
}
