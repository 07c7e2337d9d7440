//! Gradient steps whose length follows the curvature met.

use super::RelaxState;
use crate::Real;
use crate::base::elementary::sqrt;
use crate::base::vector::unit_scale;

/// A gradient step whose rate is found on the way, after the error control of Makri, Ortner & Kermode
/// (2019), section 3: `x ← x − h G` with
///
/// ```text
/// y = G_old − G,   h_curve = h |G_old·y| / y·y,   h_error = h √(tolerance / ‖h y / 2‖∞) / 2
/// residual ≤ (1 − 0.01 h / h_curve) residual_old, or residual ≤ 2 residual_old and the error ‖h y / 2‖∞ ≤ tolerance:
///       h ← max(h/4, min(4 h, h_error, h_curve))
/// else: h ← max(h/10, min(h/4, h_error, h_curve))
/// ```
///
/// and the first `h` such that the steepest image moves by half the tolerance. There, where the preconditioner sets the
/// unit of `h`, the demanded fall is `0.01 h`; here it is measured by the curvature, so that the steps are the same in
/// any units. Also unlike there, a bad move is not taken back: images that were redistributed cannot be put back
/// exactly. Needs no rate from the caller, only the tolerance: a length in parameter space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adaptive<R: Real = f32> {
    /// The error of a move that is tolerated.
    pub tolerance: R,
}

impl<R: Real> RelaxState<R> {
    /// Finds the rate and returns it.
    pub(super) fn adapt(&mut self, adaptive: &Adaptive<R>, residual: R, grad: &[R], last: &[R]) -> R {
        let quarter = R::HALF * R::HALF;
        let dt = self.dt;
        if dt == R::ZERO && residual > R::ZERO {
            self.dt = R::HALF * adaptive.tolerance / residual;
        } else if !self.resting {
            let Change { largest, reach } = Change::between(last, grad);
            let error = R::HALF * dt * largest;
            let by_error = R::HALF * dt * sqrt(adaptive.tolerance / error);
            let wanted = by_error.or_smaller(dt * reach);
            let fell = residual <= self.residual * (R::ONE - R::from_f64(0.01) / reach);
            let tolerable = residual <= self.residual * R::TWO && error <= adaptive.tolerance;
            self.dt = if fell || tolerable {
                (dt * quarter).or_larger(wanted.or_smaller(R::from_u32(4) * dt))
            } else {
                (dt * R::from_f64(0.1)).or_larger(wanted.or_smaller(dt * quarter))
            };
        }
        // Where the gradient is next to nothing, the rate must not be infinite.
        self.dt = self.dt.or_smaller(R::MAX);
        self.residual = residual;
        self.dt
    }
}

/// How the gradient has changed since the last move.
struct Change<R> {
    /// The largest change of an element.
    largest: R,
    /// `|G_old·y| / y·y`: how many such moves there are until the gradient vanishes. Infinite without a change.
    reach: R,
}

impl<R: Real> Change<R> {
    fn between(last: &[R], grad: &[R]) -> Self {
        let mut largest = R::ZERO;
        for (old, new) in last.iter().zip(grad) {
            largest = largest.or_larger((*old - *new).abs());
        }
        if largest == R::ZERO {
            return Self { largest, reach: R::INFINITY };
        }
        // Products of what may be tiny or huge: both factors are scaled by powers of two.
        let (a, b) = (unit_scale(last), unit_scale(&[largest]));
        let (mut along, mut square) = (R::ZERO, R::ZERO);
        for (old, new) in last.iter().zip(grad) {
            let y = b * (*old - *new);
            along += a * *old * y;
            square += y * y;
        }
        Self { largest, reach: along.abs() / square * (b / a) }
    }
}
