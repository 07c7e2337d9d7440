//! The fast inertial relaxation engine.

use super::RelaxState;
use crate::base::rows::{rows, rows_mut};
use crate::base::vector::{dot_scaled, norm, unit_scale};
use crate::{ArgError, Real};

/// FIRE, the fast inertial relaxation engine (Bitzek et al. 2006): a mass that glides while the force does
/// positive work and stops when it does not.
///
/// ```text
/// P = F·v
/// P > 0: v ← (1 − α) v + α ‖v‖ F/‖F‖, after 5 such steps dt ← min(1.1 dt, dt_max), α ← 0.99 α
/// else:  v = 0, α = 0.1, dt ← dt/2
/// v ← v + dt F;   x ← x + dt v, shortened to max_step
/// ```
///
/// with `F = −G` over all inner images together. The first step, from rest, uses `dt` unchanged.
///
/// With [`Spacing::Redistribute`](crate::path::Spacing), each image also stops separately: where `Fᵢ·vᵢ < 0`,
/// `vᵢ` is set to zero, and a step with such a stop resets α and the count of five. With the published rule
/// alone, such a band may never come to rest: redistribution undoes the motion of an image along the band,
/// the work of the other images hides this, and the image keeps gliding. On the LEPS surface with two
/// Gaussians, a band of 9 images at `dt_max` = 0.05 kept a residual above 0.1 for 20,000 sweeps; with the
/// separate stops it needs 208. Springs couple the images into one body, for which the published rule is
/// right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fire<R: Real = f32> {
    /// The first time step, at most `dt_max`.
    pub dt: R,
    /// The longest time step. The method is stable while `dt² · curvature < 4`.
    pub dt_max: R,
    /// The longest move of the whole band in one sweep.
    pub max_step: R,
}

impl<R: Real> Fire<R> {
    pub(super) fn check(&self) -> Result<(), ArgError> {
        for (name, number) in [("dt", self.dt), ("dt_max", self.dt_max), ("max_step", self.max_step)] {
            ArgError::check_positive(name, number)?;
        }
        ArgError::check_range("dt", self.dt, self.dt <= self.dt_max, "at most `dt_max`")
    }
}

impl<R: Real> RelaxState<R> {
    /// Replaces the gradient by the new velocity; returns the time step, shortened as needed.
    pub(super) fn fire(&mut self, fire: &Fire<R>, body: usize, grad: &mut [R], velocity: &[R]) -> R {
        if self.dt == R::ZERO {
            self.dt = fire.dt;
        }
        // Only the sign of the power counts, so its factors may be scaled.
        let (a, b) = (unit_scale(grad), unit_scale(velocity));
        let power_of = |grad: &[R], velocity: &[R]| -dot_scaled(a, grad, b, velocity);
        let (mut power, mut stops) = (R::ZERO, false);
        for (grad, velocity) in rows(grad, body).zip(rows(velocity, body)) {
            let own = power_of(grad, velocity);
            power += own;
            stops |= own < R::ZERO;
        }
        let glides = power > R::ZERO;
        let (mut keep, mut pull) = (R::ZERO, R::ZERO);
        if glides {
            keep = R::ONE - self.mixing;
            pull = self.mixing * (norm(velocity) / norm(grad));
        } else if !self.resting {
            self.dt *= R::HALF;
        }
        if glides && !stops {
            self.positive = self.positive.saturating_add(1);
            if self.positive > 5 {
                self.dt = (self.dt * R::from_f64(1.1)).or_smaller(fire.dt_max);
                self.mixing *= R::from_f64(0.99);
            }
        } else {
            (self.mixing, self.positive) = (R::from_f64(0.1), 0);
        }
        let dt = self.dt;
        for (grad, velocity) in rows_mut(grad, body).zip(rows(velocity, body)) {
            let stops = !glides || power_of(grad, velocity) < R::ZERO;
            for (g, v) in grad.iter_mut().zip(velocity) {
                let glide = if stops { R::ZERO } else { keep * *v - pull * *g };
                *g = glide - dt * *g;
            }
        }
        let (speed, most) = (norm(grad), fire.max_step / dt);
        // The length of a move at infinite speed is unknown.
        if !speed.is_finite() {
            R::INFINITY
        } else if speed > most {
            fire.max_step / speed
        } else {
            dt
        }
    }
}
