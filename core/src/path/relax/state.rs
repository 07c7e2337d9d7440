//! The motion of the inner images: all at once, or none.

use super::Relaxer;
use crate::Real;
use crate::base::rows::copy;

/// The state of a relaxer besides its memory, one vector of the band's size: a velocity, or the last
/// gradient.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RelaxState<R: Real> {
    pub(super) dt: R,
    pub(super) mixing: R,
    pub(super) positive: u32,
    pub(super) residual: R,
    /// Whether the memory is zero and does not reflect the last move.
    pub(super) resting: bool,
}

impl<R: Real> RelaxState<R> {
    /// Creates a state at rest. The caller zeroes the memory.
    pub(crate) const fn new() -> Self {
        Self { dt: R::ZERO, mixing: R::ZERO, positive: 0, residual: R::ZERO, resting: true }
    }

    /// Comes to rest but keeps the time step. The caller zeroes the memory.
    pub(crate) const fn forget(&mut self) {
        self.resting = true;
    }

    /// Replaces the gradient by the parameters after the move and updates the memory. `body` is the number of
    /// elements that stop together: those of one image, or of all images.
    ///
    /// # Errors
    /// The index of the first parameter that would not be finite. The gradient is then meaningless;
    /// everything else is unchanged.
    pub(crate) fn apply(
        &mut self,
        relaxer: &Relaxer<R>,
        residual: R,
        body: usize,
        grad: &mut [R],
        memory: &mut [R],
        params: &[R],
    ) -> Result<(), usize> {
        let _ = (residual, body); // unused if a build leaves out their rules
        let mut next = *self;
        // The gradient is replaced by the new memory: a velocity, or the gradient itself.
        let along = match relaxer {
            Relaxer::Descent(descent) => {
                for (g, v) in grad.iter_mut().zip(&*memory) {
                    *g = descent.momentum * *v - descent.learning_rate * *g;
                }
                None
            }
            #[cfg(feature = "fire")]
            Relaxer::Fire(fire) => Some(next.fire(fire, body, grad, memory)),
            #[cfg(feature = "adaptive")]
            Relaxer::Adaptive(adaptive) => Some(-next.adapt(adaptive, residual, grad, memory)),
        };
        // A velocity is already a move; multiplying it by one would take time where arithmetic is software.
        let moved = |x: R, g: R| x + along.map_or(g, |along: R| along * g);
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
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::path::{Adaptive, Fire};

    /// Returns the rate after these gradients along a line, for values and parameters in other units.
    fn rate(gradients: [f32; 3], values: f32, params: f32) -> f32 {
        let relaxer = Relaxer::Adaptive(Adaptive { tolerance: 0.1 * params });
        let (mut state, mut memory) = (RelaxState::new(), [0.0]);
        for gradient in gradients {
            let mut gradient = [gradient * values / params];
            state.apply(&relaxer, gradient[0].abs(), 1, &mut gradient, &mut memory, &[params]).unwrap();
        }
        state.dt * values / (params * params)
    }

    /// The error of the second move exceeds the tolerance, so the decrease of the residual decides.
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
