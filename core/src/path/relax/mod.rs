//! Relaxers, which move the images of a band along their gradients.

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
    /// The fast inertial relaxation engine; requires the cargo feature `fire`, which is on by default.
    #[cfg(feature = "fire")]
    Fire(Fire<R>),
    /// Gradient steps whose length adapts to the curvature; requires the cargo feature `adaptive`, which is
    /// on by default.
    #[cfg(feature = "adaptive")]
    Adaptive(Adaptive<R>),
}

/// Heavy-ball descent in its usual form: `v ← μ v − η G`, `x ← x + v`.
///
/// The method is stable while `η` is below `2 (1 + μ)` divided by the largest curvature across the band; a
/// fine band that is redistributed needs a smaller `η`. On the Müller–Brown surface (curvature 4068), bands
/// of up to 31 images converge at 4·10⁻⁴, of 61 at 2·10⁻⁴, of 121 at 10⁻⁴; with [`Adaptive`], all of them
/// converge.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent<R: Real = f32> {
    /// η.
    pub learning_rate: R,
    /// μ, at least 0 and below 1.
    pub momentum: R,
}

impl<R: Real> Descent<R> {
    /// Returns the descent that moves on f as this one does on s f: its rate is s η.
    ///
    /// One rate can so be used on surfaces of different scales.
    ///
    /// ```
    /// use losscape::path::Descent;
    /// let descent = Descent { learning_rate: 0.25f32, momentum: 0.5 }.for_scale(0.125);
    /// assert_eq!(descent, Descent { learning_rate: 0.03125, momentum: 0.5 });
    /// ```
    #[must_use]
    pub fn for_scale(self, scale: R) -> Self {
        Self { learning_rate: self.learning_rate * scale, ..self }
    }
}

impl<R: Real> Relaxer<R> {
    /// Creates gradient steps with momentum.
    #[must_use]
    pub const fn descent(learning_rate: R, momentum: R) -> Self {
        Self::Descent(Descent { learning_rate, momentum })
    }

    /// Refuses rates, times and tolerances that are not positive, a first time step above the longest, and a
    /// momentum outside `[0, 1)`.
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
