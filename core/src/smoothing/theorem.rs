//! The guarantee of the theorem on SGD as descent on a convolved loss, and whether it is vacuous.

use crate::base::elementary::{ln, sqrt};
use crate::{ArgError, Real};

/// The quantities of theorem 1 of Kleinberg, Li & Yuan (2018).
///
/// For an L-smooth f, noise with ‖ω‖ ≤ r and a convolved loss that is c-one-point strongly convex towards x*,
/// a learning rate
///
/// ```text
/// η < min{ 1/(2L), c/L², 1/(2c) }
/// ```
///
/// brings SGD, with probability at least ½, within the radius
///
/// ```text
/// ‖y_T − x*‖ ≤ √(20 b/λ),    λ = 2ηc − η²L²,    b = η² r² (1 + ηL)²,    T ≥ λ⁻¹ ln(λ ‖y₀ − x*‖² / b)
/// ```
///
/// Compare the [radius](Conditions::radius) with the region that holds the minima. For examples
/// like the paper's, the radius is many times larger, so the theorem guarantees nothing ([`Conditions::vacuous`]).
///
/// ```
/// use losscape::smoothing::Theorem;
/// // f = x²/2 + 0.05 cos(20 x): L = 21; noise with η r k = π makes c = 1. All minima lie in |x| ≤ 0.744.
/// let learning_rate = 0.9 / (21.0f64 * 21.0);
/// let noise = core::f64::consts::PI / (20.0 * learning_rate);
/// let theorem = Theorem { smoothness: 21.0, convexity: 1.0, noise, learning_rate };
/// let conditions = theorem.conditions()?;
/// assert!(conditions.hold && conditions.vacuous(0.744));
/// assert!(conditions.radius > 10.0);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theorem<R: Real = f32> {
    /// L, the largest curvature of f.
    pub smoothness: R,
    /// c, the one-point strong convexity of the convolved loss.
    pub convexity: R,
    /// r, the bound on the noise of a gradient.
    pub noise: R,
    /// η.
    pub learning_rate: R,
}

/// The consequences of a [`Theorem`]'s quantities.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Conditions<R: Real = f32> {
    /// Whether the learning rate is small enough for the theorem.
    pub hold: bool,
    /// The upper bound of the learning rate.
    pub largest_rate: R,
    /// λ, the contraction per step.
    pub contraction: R,
    /// √(20 b/λ), the guaranteed radius; infinite if there is no contraction.
    pub radius: R,
}

impl<R: Real> Theorem<R> {
    /// Computes the conditions and the radius.
    ///
    /// # Errors
    /// [`ArgError`] naming `smoothness`, `convexity`, `learning_rate` (not above zero) or `noise` (negative).
    pub fn conditions(&self) -> Result<Conditions<R>, ArgError> {
        let Self { smoothness, convexity, noise, learning_rate } = *self;
        ArgError::check_positive("smoothness", smoothness)?;
        ArgError::check_positive("convexity", convexity)?;
        ArgError::check_non_negative("noise", noise)?;
        ArgError::check_positive("learning_rate", learning_rate)?;
        let largest_rate = (R::HALF / smoothness)
            .or_smaller(convexity / smoothness / smoothness)
            .or_smaller(R::HALF / convexity);
        let step = learning_rate * smoothness;
        let contraction = R::TWO * learning_rate * convexity - step * step;
        let kick = learning_rate * noise * (R::ONE + step); // √b
        let radius =
            if contraction > R::ZERO { sqrt(R::from_u32(20) / contraction) * kick } else { R::INFINITY };
        Ok(Conditions { hold: learning_rate < largest_rate, largest_rate, contraction, radius })
    }

    /// Returns the number of steps after which the guarantee holds for a run that starts at `distance` from
    /// x*: `ln(λ d² / b) / λ`; zero if the run starts inside.
    ///
    /// # Errors
    /// As [`conditions`](Self::conditions), and `distance` (negative or not finite).
    pub fn burn_in(&self, distance: R) -> Result<R, ArgError> {
        ArgError::check_non_negative("distance", distance)?;
        let Conditions { contraction, radius, .. } = self.conditions()?;
        // λ d²/b = 20 (d / radius)²
        let ratio = distance / radius;
        let inside = R::from_u32(20) * ratio * ratio;
        Ok(if inside > R::ONE { ln(inside) / contraction } else { R::ZERO })
    }
}

impl<R: Real> Conditions<R> {
    /// Returns whether the guarantee is vacuous: the radius exceeds `range`, the radius of the region that
    /// holds all minima.
    #[must_use]
    pub fn vacuous(&self, range: R) -> bool {
        self.radius > range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The two recorded examples: radii 15.46 and 4.17 at 0.9 of the largest rate.
    #[test]
    fn the_recorded_examples_are_vacuous() {
        for (a, k, range, recorded) in [(0.05, 20.0, 0.744, 15.46), (0.01, 20.0, 0.2, 4.17)] {
            let smoothness = 1.0 + a * k * k;
            let learning_rate = 0.9 / (smoothness * smoothness);
            let noise = core::f64::consts::PI / (k * learning_rate);
            let theorem = Theorem { smoothness, convexity: 1.0, noise, learning_rate };
            let conditions = theorem.conditions().unwrap();
            assert!(conditions.hold && conditions.vacuous(range), "{conditions:?}");
            assert!((conditions.radius / recorded - 1.0).abs() < 2e-3, "{conditions:?}");
        }
    }

    #[test]
    fn too_large_a_rate_promises_nothing() {
        let theorem = Theorem { smoothness: 10.0f64, convexity: 1.0, noise: 1.0, learning_rate: 0.1 };
        let conditions = theorem.conditions().unwrap();
        assert!(!conditions.hold && conditions.radius == f64::INFINITY && conditions.vacuous(1e300));
        let quiet = Theorem { noise: 0.0, learning_rate: 0.001, ..theorem };
        assert_eq!(quiet.conditions().unwrap().radius, 0.0);
        assert_eq!(Theorem { convexity: 0.0, ..theorem }.conditions().unwrap_err().arg, "convexity");
        assert_eq!(theorem.burn_in(f64::NAN).unwrap_err().arg, "distance");
    }
}
