//! The motion of the inner images, all at once, or none of it.

use super::{Adaptive, Fire, Relaxer};
use crate::Real;
use crate::base::elementary::sqrt;
use crate::base::rows::{copy, rows, rows_mut};
use crate::base::vector::{dot_scaled, norm, unit_scale};

/// What a relaxer remembers beside its memory, one vector of the band's size: a velocity, or the last gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RelaxState<R: Real> {
    dt: R,
    mixing: R,
    positive: u32,
    residual: R,
    /// The memory is zero and says nothing of the last move.
    resting: bool,
}

impl<R: Real> RelaxState<R> {
    /// At rest. The caller zeroes the memory.
    pub(crate) const fn new() -> Self {
        Self { dt: R::ZERO, mixing: R::ZERO, positive: 0, residual: R::ZERO, resting: true }
    }

    /// Comes to rest but keeps its time step. The caller zeroes the memory.
    pub(crate) const fn forget(&mut self) {
        self.resting = true;
    }

    /// Replaces the gradient by the parameters after the move, and updates the memory. `body` is how many numbers stop
    /// together: those of an image, or of all of them.
    ///
    /// # Errors
    /// The place of the first parameter that would not be finite. The gradient is void then; all else is as it was.
    pub(crate) fn apply(
        &mut self,
        relaxer: &Relaxer<R>,
        residual: R,
        body: usize,
        grad: &mut [R],
        memory: &mut [R],
        params: &[R],
    ) -> Result<(), usize> {
        let mut next = *self;
        // Now the gradient makes room for what is remembered: a new velocity, or itself.
        let along = match relaxer {
            Relaxer::Descent(descent) => {
                for (g, v) in grad.iter_mut().zip(&*memory) {
                    *g = descent.momentum * *v - descent.learning_rate * *g;
                }
                None
            }
            Relaxer::Fire(fire) => Some(next.fire(fire, body, grad, memory)),
            Relaxer::Adaptive(adaptive) => Some(-next.adapt(adaptive, residual, grad, memory)),
        };
        // A velocity is a move as it is: a product with one takes time where arithmetic is software.
        let moved = |x: R, g: R| x + along.map_or(g, |along| along * g);
        if let Some(place) = grad.iter().zip(params).position(|(g, x)| !moved(*x, *g).is_finite()) {
            return Err(place);
        }
        copy(grad, memory);
        for (g, x) in grad.iter_mut().zip(params) {
            *g = moved(*x, *g);
        }
        next.resting = false;
        *self = next;
        Ok(())
    }

    /// Replaces the gradient by the new velocity; returns the time step, shortened as needed.
    fn fire(&mut self, fire: &Fire<R>, body: usize, grad: &mut [R], velocity: &[R]) -> R {
        if self.dt == R::ZERO {
            self.dt = fire.dt;
        }
        // Of a power only the sign counts, so that its factors may be scaled.
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
        // Nothing says how far a move of infinite speed would lead.
        if !speed.is_finite() {
            R::INFINITY
        } else if speed > most {
            fire.max_step / speed
        } else {
            dt
        }
    }

    /// Finds the rate and returns it.
    fn adapt(&mut self, adaptive: &Adaptive<R>, residual: R, grad: &[R], last: &[R]) -> R {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::Adaptive;

    /// The rate after these gradients along a line, for values and parameters in other units.
    fn rate(gradients: [f32; 3], values: f32, params: f32) -> f32 {
        let relaxer = Relaxer::Adaptive(Adaptive { tolerance: 0.1 * params });
        let (mut state, mut memory) = (RelaxState::new(), [0.0]);
        for gradient in gradients {
            let mut gradient = [gradient * values / params];
            state.apply(&relaxer, gradient[0].abs(), 1, &mut gradient, &mut memory, &[params]).unwrap();
        }
        state.dt * values / (params * params)
    }

    /// The error of the second move is above the tolerance, so that the fall of the residual decides.
    #[test]
    fn how_far_the_residual_fell_is_judged_in_any_units() {
        let (fell, stayed) = ([1.0, 0.9, -0.85], [1.0, 0.9, -0.899]);
        assert!(rate(stayed, 1.0, 1.0) < rate(fell, 1.0, 1.0));
        for gradients in [fell, stayed] {
            for (values, params) in [(1e-10, 1.0), (1e10, 1.0), (1.0, 1e-5), (1.0, 1e5), (1e30, 1e10)] {
                let error = rate(gradients, values, params) / rate(gradients, 1.0, 1.0) - 1.0;
                assert!(error.abs() < 1e-5, "{gradients:?} in units of {values:e} and {params:e}: {error}");
            }
        }
    }

    #[test]
    fn what_would_not_be_finite_changes_nothing() {
        let fire = Fire { dt: 1.0, dt_max: 1.0, max_step: 1e38 };
        for relaxer in [
            Relaxer::descent(1.0, 0.9),
            Relaxer::Fire(fire),
            Relaxer::Adaptive(Adaptive { tolerance: f32::MAX }),
        ] {
            let (mut state, mut memory) = (RelaxState::new(), [0.0; 2]);
            let params = [1.0, 3e38];
            state.apply(&relaxer, 0.5, 2, &mut [0.5, 0.0], &mut memory, &params).unwrap();
            let before = (state, memory);
            let refused = state.apply(&relaxer, 3e38, 2, &mut [0.5, -3e38], &mut memory, &params);
            assert_eq!((refused, (state, memory)), (Err(1), before), "{relaxer:?}");
        }
    }
}
