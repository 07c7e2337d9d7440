//! How the images of a band follow their gradients.

use crate::base::elementary::sqrt;
use crate::base::rows::copy;
use crate::base::vector::{axpy, dot, scale};
use crate::{ArgError, Real};

/// The rule that moves all inner images at once, given the gradient `G` of the band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Relaxer<R: Real = f32> {
    /// Gradient steps with momentum.
    Descent(Descent<R>),
    /// The fast inertial relaxation engine.
    Fire(Fire<R>),
    /// Gradient steps whose length follows the curvature met.
    Adaptive(Adaptive<R>),
}

/// `v ← μ v − η G`, `x ← x + v`: heavy ball in the literature's form.
///
/// Stable while `η` is below `2 (1 + μ)` over the largest curvature across the band; a fine band that is laid
/// out anew needs less. On the Müller–Brown surface (curvature 4068) bands of 31 images and fewer converge at
/// 4·10⁻⁴, of 61 at 2·10⁻⁴, of 121 at 10⁻⁴; [`Adaptive`] converges for all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent<R: Real = f32> {
    /// η.
    pub learning_rate: R,
    /// μ, at least 0 and below 1.
    pub momentum: R,
}

/// FIRE (Bitzek et al. 2006): a mass that glides while the force does work and stops when it does not.
///
/// ```text
/// P = F·v;   P > 0: v ← (1 − α) v + α ‖v‖ F/‖F‖, after 5 such steps dt ← min(1.1 dt, dt_max), α ← 0.99 α
///            else:  v = 0, α = 0.1, dt ← dt/2
/// v ← v + dt F;   x ← x + dt v, shortened to max_step
/// ```
///
/// with `F = −G` over all inner images together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fire<R: Real = f32> {
    /// The first time step.
    pub dt: R,
    /// The longest time step. Stable while `dt² · curvature < 4`.
    pub dt_max: R,
    /// The longest move of the whole band in one sweep.
    pub max_step: R,
}

/// A gradient step whose rate is found on the way, after the error control of Makri, Ortner & Kermode
/// (2019), section 3: `x ← x − h G` with
///
/// ```text
/// y = G_old − G,   h_curve = h |G_old·y| / y·y,   h_error = h √(tolerance / ‖h y / 2‖∞) / 2
/// the residual fell, or at most doubled with an error below the tolerance:
///       h ← max(h/4, min(4 h, h_error, h_curve))
/// else: h ← max(h/10, min(h/4, h_error, h_curve))
/// ```
///
/// Unlike there, a bad move is not taken back: images that were laid out anew cannot be put back exactly.
/// Needs no rate from the caller, only the tolerance: a length in parameter space.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Adaptive<R: Real = f32> {
    /// The error of a move that is tolerated.
    pub tolerance: R,
}

impl<R: Real> Relaxer<R> {
    /// Gradient steps with momentum.
    #[must_use]
    pub const fn descent(learning_rate: R, momentum: R) -> Self {
        Self::Descent(Descent { learning_rate, momentum })
    }

    /// Refuses rates, times and tolerances that are not positive and a momentum outside `[0, 1)`.
    pub(crate) fn check(&self) -> Result<(), ArgError> {
        match self {
            Self::Descent(d) => {
                ArgError::check_positive("learning_rate", d.learning_rate)?;
                ArgError::check_fraction("momentum", d.momentum)
            }
            Self::Fire(f) => {
                ArgError::check_positive("dt", f.dt)?;
                ArgError::check_positive("dt_max", f.dt_max)?;
                ArgError::check_positive("max_step", f.max_step)
            }
            Self::Adaptive(a) => ArgError::check_positive("tolerance", a.tolerance),
        }
    }
}

/// What a relaxer remembers beside one vector of the band's size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct RelaxState<R: Real> {
    dt: R,
    mixing: R,
    positive: u32,
    residual: R,
}

impl<R: Real> RelaxState<R> {
    /// At rest. The caller zeroes the memory.
    pub(crate) const fn new() -> Self {
        Self { dt: R::ZERO, mixing: R::ZERO, positive: 0, residual: R::ZERO }
    }

    /// Comes to rest but keeps its time step. The caller zeroes the memory.
    pub(crate) fn forget(&mut self) {
        self.residual = R::INFINITY;
        self.positive = 0;
    }

    /// Moves `params`. `memory` is the velocity, or the last gradient.
    pub(crate) fn apply(
        &mut self,
        relaxer: &Relaxer<R>,
        residual: R,
        grad: &[R],
        memory: &mut [R],
        params: &mut [R],
    ) {
        match relaxer {
            Relaxer::Descent(d) => {
                for ((x, v), g) in params.iter_mut().zip(memory).zip(grad) {
                    *v = d.momentum * *v - d.learning_rate * *g;
                    *x += *v;
                }
            }
            Relaxer::Fire(fire) => self.fire(fire, grad, memory, params),
            Relaxer::Adaptive(adaptive) => self.adapt(adaptive, residual, grad, memory, params),
        }
    }

    fn fire(&mut self, fire: &Fire<R>, grad: &[R], velocity: &mut [R], params: &mut [R]) {
        let start = R::from_f64(0.1);
        if self.dt == R::ZERO {
            (self.dt, self.mixing, self.positive) = (fire.dt, start, 0);
        }
        let power = -dot(grad, velocity);
        if power > R::ZERO {
            let speed = sqrt(dot(velocity, velocity) / dot(grad, grad));
            scale(R::ONE - self.mixing, velocity);
            axpy(-(self.mixing * speed), grad, velocity);
            self.positive += 1;
            if self.positive > 5 {
                self.dt = (self.dt * R::from_f64(1.1)).or_smaller(fire.dt_max);
                self.mixing *= R::from_f64(0.99);
            }
        } else {
            velocity.fill(R::ZERO);
            (self.dt, self.mixing, self.positive) = (self.dt * R::HALF, start, 0);
        }
        axpy(-self.dt, grad, velocity);
        let step = self.dt * sqrt(dot(velocity, velocity));
        let shortened = if step > fire.max_step { self.dt * (fire.max_step / step) } else { self.dt };
        axpy(shortened, velocity, params);
    }

    fn adapt(&mut self, adaptive: &Adaptive<R>, residual: R, grad: &[R], last: &mut [R], params: &mut [R]) {
        let quarter = R::HALF * R::HALF;
        if self.dt == R::ZERO {
            self.dt = R::HALF * sqrt(adaptive.tolerance) / residual.or_larger(R::EPSILON);
        } else {
            let (mut largest, mut along, mut square) = (R::ZERO, R::ZERO, R::ZERO);
            for (old, new) in last.iter().zip(grad) {
                let y = *old - *new;
                largest = largest.or_larger(y.abs());
                along += *old * y;
                square += y * y;
            }
            let error = R::HALF * self.dt * largest;
            let by_error = R::HALF * self.dt * sqrt(adaptive.tolerance / error.or_larger(R::EPSILON));
            let by_curve = self.dt * along.abs() / square.or_larger(R::EPSILON * R::EPSILON);
            let wanted = by_error.or_smaller(by_curve);
            let fell = residual <= self.residual * (R::ONE - R::from_f64(0.01) * self.dt);
            let tolerable = residual <= self.residual * R::TWO && error <= adaptive.tolerance;
            if fell || tolerable {
                self.dt = (self.dt * quarter).or_larger(wanted.or_smaller(R::from_u32(4) * self.dt));
            } else {
                self.dt = (self.dt * R::from_f64(0.1)).or_larger(wanted.or_smaller(self.dt * quarter));
            }
        }
        self.residual = residual;
        copy(grad, last);
        axpy(-self.dt, grad, params);
    }
}
