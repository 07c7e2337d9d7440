//! The point that is looked at, and the curvature there.

use losscape::base::fingerprint::Fingerprint;
use losscape::curvature::{EigenLayout, Hessian, HessianStep, Signature, Tolerance, eigen, signature, trace};
use losscape::objective::HessianAt;
use losscape::{ArgError, Objective};
use wasm_bindgen::prelude::*;

use super::landscape::Problem;
use super::{Curved, NO_PLANE, Surface};
use crate::LabError;

/// Curvatures up to this share of the largest count as flat.
const FLAT: Tolerance<f64> = Tolerance::relative(0.01);

#[wasm_bindgen]
impl Surface {
    /// Looks at a point of the plane.
    ///
    /// # Errors
    /// [`LabError`] naming `plane` if no plane has been cut.
    pub fn look_at(&mut self, x: f64, y: f64) -> Result<(), LabError> {
        self.plane.as_ref().ok_or(NO_PLANE)?.point([x, y], &mut self.probe);
        Ok(())
    }

    /// Looks at the run itself, which need not lie in the plane, at a step, or at its end if there is no such step.
    pub fn look_at_step(&mut self, step: usize) {
        let step = step.min(self.steps());
        self.probe.copy_from_slice(&self.states[step * self.dim..][..self.dim]);
    }

    /// The point's coordinates on the plane, after projection.
    ///
    /// # Errors
    /// [`LabError`] naming `plane` if no plane has been cut.
    pub fn projected(&self) -> Result<Vec<f64>, LabError> {
        Ok(self.plane()?.project(&self.probe).to_vec())
    }

    /// The loss there, the weight penalty included.
    ///
    /// # Errors
    /// None: the landscape was accepted when it was made.
    pub fn loss(&mut self) -> Result<f64, LabError> {
        Ok(self.problem.landscape()?.value(&self.probe, &mut self.workspace))
    }

    /// The digest of the parameters there, 16 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:016x}", Fingerprint::of(&self.probe))
    }

    /// The curvature there.
    ///
    /// # Errors
    /// [`LabError`] naming `matrix` if it is not finite.
    pub fn curvature(&mut self) -> Result<Curved, LabError> {
        let probe = self.probe.clone();
        let Spectrum { values, trace, .. } = self.spectrum(&probe)?;
        let Signature { flat, negative, .. } = signature(&values, FLAT);
        let (largest, smallest) = (values[self.dim - 1], values[0]);
        Ok(Curved { largest, smallest, trace, flat, negative, values })
    }

    /// The network's output at points given as x and y alternately: above zero for class 1. Nothing for the
    /// toy.
    #[must_use]
    pub fn outputs(&mut self, points: &[f64]) -> Vec<f64> {
        let Problem::Points { net, .. } = &self.problem else { return Vec::new() };
        let mut outputs = vec![0.0; points.len() / 2];
        net.predict(&self.probe, points, &mut outputs, &mut self.workspace);
        outputs
    }
}

impl Surface {
    /// The spectrum of the Hessian at `params`.
    pub(super) fn spectrum(&mut self, params: &[f64]) -> Result<Spectrum, ArgError> {
        let n = self.dim;
        let landscape = self.problem.landscape()?;
        let at = HessianAt::new(&landscape, params)?;
        let mut hessian = Hessian::new(&at, vec![0.0; n * n], &mut self.workspace[..])?;
        while let HessianStep::Product { .. } = hessian.step(&at) {}
        let (mut vectors, _) = hessian.into_parts();
        let mut values = vec![0.0; n];
        let trace = trace(&vectors, n);
        eigen(&mut vectors, &mut values, &mut vec![0.0; EigenLayout::new(n).len()])?;
        Ok(Spectrum { values, vectors, trace })
    }
}

pub(super) struct Spectrum {
    /// Ascending.
    pub(super) values: Vec<f64>,
    /// A row each.
    pub(super) vectors: Vec<f64>,
    trace: f64,
}
