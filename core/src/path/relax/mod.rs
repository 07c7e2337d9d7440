//! Relaxers: how the images of a band follow their gradients.

#[cfg(feature = "adaptive")]
mod adaptive;
#[cfg(feature = "fire")]
mod fire;
mod state;

#[cfg(feature = "adaptive")]
pub use adaptive::Adaptive;
#[cfg(feature = "fire")]
pub use fire::Fire;
pub(super) use state::RelaxState;

use crate::{ArgError, Real};

/// The rule that moves all inner images at once, given the gradient `G` of the band.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Relaxer<R: Real = f32> {
    /// Gradient steps with momentum.
    Descent(Descent<R>),
    /// The fast inertial relaxation engine; with the cargo feature `fire`, which is on by default.
    #[cfg(feature = "fire")]
    Fire(Fire<R>),
    /// Gradient steps whose length follows the curvature met; with the cargo feature `adaptive`, which is on by default.
    #[cfg(feature = "adaptive")]
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

impl<R: Real> Relaxer<R> {
    /// Gradient steps with momentum.
    #[must_use]
    pub const fn descent(learning_rate: R, momentum: R) -> Self {
        Self::Descent(Descent { learning_rate, momentum })
    }

    /// Refuses rates, times and tolerances that are not positive, a first time step above the longest, and a momentum
    /// outside `[0, 1)`.
    pub(crate) fn check(&self) -> Result<(), ArgError> {
        match self {
            Self::Descent(d) => {
                ArgError::check_positive("learning_rate", d.learning_rate)?;
                ArgError::check_fraction("momentum", d.momentum)
            }
            #[cfg(feature = "fire")]
            Self::Fire(fire) => fire.check(),
            #[cfg(feature = "adaptive")]
            Self::Adaptive(adaptive) => ArgError::check_positive("tolerance", adaptive.tolerance),
        }
    }
}
