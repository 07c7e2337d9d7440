//! Gradient steps whose length adapts to the curvature.

use super::RelaxState;
use crate::Real;
use crate::base::elementary::sqrt;
use crate::base::vector::unit_scale;

/// Gradient steps `x ← x − h G` with an adaptive rate, after the error control of Makri, Ortner & Kermode
/// (2019), section 3. With
///
/// ```text
/// y = G_old − G,   h_curve = h |G_old·y| / y·y,   h_error = h √(tolerance / ‖h y / 2‖∞) / 2
/// residual ≤ (1 − 0.01 h / h_curve) residual_old, or residual ≤ 2 residual_old and the error ‖h y / 2‖∞ ≤ tolerance:
///       h ← max(h/4, min(4 h, h_error, h_curve))
/// else: h ← max(h/10, min(h/4, h_error, h_curve))
/// ```
///
/// The first `h` moves the steepest image by half the tolerance. There are two differences from the paper. In
/// the paper, the preconditioner sets the unit of `h`, and the required decrease is `0.01 h`; here the
/// decrease is measured relative to the curvature, so that the steps are the same in any units. A bad move is
/// not undone here, because redistributed images cannot be restored exactly. The caller provides only the
/// tolerance, a length in parameter space, and no rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adaptive<R: Real = f32> {
    /// The tolerated error of a move.
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
        // The rate must not be infinite where the gradient is almost zero.
        self.dt = self.dt.or_smaller(R::MAX);
        self.residual = residual;
        self.dt
    }
}

/// The change of the gradient since the last move.
struct Change<R> {
    /// The largest change of an element.
    largest: R,
    /// `|G_old·y| / y·y`: the number of such moves until the gradient vanishes. Infinite without a change.
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
        // Products of numbers that may be tiny or huge, so both factors are scaled by powers of two.
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
