//! A landscape with a hole, for tests.

use crate::models::surfaces::Ring;
use crate::{Objective, Real};

/// The ring, with NaN within a disc of this squared radius around the origin.
pub(super) struct Hole(pub(super) f64);

impl Objective<f64> for Hole {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, p: &[f64], scratch: &mut [f64]) -> f64 {
        if p[0] * p[0] + p[1] * p[1] < self.0 { f64::NAN } else { Ring { scale: f64::ONE }.value(p, scratch) }
    }
    fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        Ring { scale: f64::ONE }.value_grad(p, grad, scratch);
        self.value(p, scratch)
    }
}
