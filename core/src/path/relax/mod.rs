//! How the images of a band follow their gradients.

mod state;

pub(super) use state::RelaxState;

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
/// Stable while `η` is below `2 (1 + μ)` over the largest curvature across the band; a fine band that is redistributed
/// needs less. On the Müller–Brown surface (curvature 4068) bands of 31 images and fewer converge at
/// 4·10⁻⁴, of 61 at 2·10⁻⁴, of 121 at 10⁻⁴; [`Adaptive`] converges for all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent<R: Real = f32> {
    /// η.
    pub learning_rate: R,
    /// μ, at least 0 and below 1.
    pub momentum: R,
}

/// FIRE, the fast inertial relaxation engine (Bitzek et al. 2006): a mass that glides while the force does work and
/// stops when it does not.
///
/// ```text
/// P = F·v
/// P > 0: v ← (1 − α) v + α ‖v‖ F/‖F‖, after 5 such steps dt ← min(1.1 dt, dt_max), α ← 0.99 α
/// else:  v = 0, α = 0.1, dt ← dt/2
/// v ← v + dt F;   x ← x + dt v, shortened to max_step
/// ```
///
/// with `F = −G` over all inner images together. The first step, from rest, uses `dt` as it is.
///
/// With [`Spacing::Redistribute`](super::Spacing) each image also stops by itself: where `Fᵢ·vᵢ < 0`, `vᵢ = 0`, and a step
/// with such a stop resets α and the count of five. By the published rule alone such a band may never rest: the layout
/// takes back what an image has moved along the band, the work of the other images hides it, and it glides on. On the
/// LEPS surface with two Gaussians, a band of 9 images at `dt_max` = 0.05 kept a residual above 0.1 for 20,000 sweeps;
/// with the stops it needs 208. Springs make the images one body, for which the published rule is right.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fire<R: Real = f32> {
    /// The first time step, at most `dt_max`.
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

impl<R: Real> Relaxer<R> {
    /// Gradient steps with momentum.
    #[must_use]
    pub const fn descent(learning_rate: R, momentum: R) -> Self {
        Self::Descent(Descent { learning_rate, momentum })
    }

    /// Refuses rates, times and tolerances that are not positive, a first time step above the longest, and a momentum
    /// outside `[0, 1)`.
    pub(crate) fn check(&self) -> Result<(), ArgError> {
        let (names, numbers): (&[_], _) = match *self {
            Self::Descent(d) => (&["learning_rate"], [d.learning_rate; 3]),
            Self::Fire(f) => (&["dt", "dt_max", "max_step"], [f.dt, f.dt_max, f.max_step]),
            Self::Adaptive(a) => (&["tolerance"], [a.tolerance; 3]),
        };
        for (name, number) in names.iter().zip(numbers) {
            ArgError::check_positive(name, number)?;
        }
        match self {
            Self::Descent(d) => ArgError::check_fraction("momentum", d.momentum),
            Self::Fire(f) => ArgError::check_range("dt", f.dt, f.dt <= f.dt_max, "at most `dt_max`"),
            Self::Adaptive(_) => Ok(()),
        }
    }
}
