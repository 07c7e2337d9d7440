//! The numbers of positive, flat and negative eigenvalues.

use crate::Real;
use crate::base::vector::largest;

/// The numbers of positive, flat and negative eigenvalues; see [`signature`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct Signature {
    /// Directions that curve upwards.
    pub positive: u32,
    /// Directions whose curvature is too small to have a sign, or to matter.
    pub flat: u32,
    /// Directions that curve downwards: the *index* of a critical point.
    pub negative: u32,
}

impl Signature {
    /// Returns the number of flat directions in excess of the `symmetric` ones that are flat for any data.
    /// [`MlpObjective::symmetry_modes`](crate::models::mlp::MlpObjective::symmetry_modes) counts the latter.
    ///
    /// ```
    /// use losscape::curvature::Signature;
    /// let counted = Signature { positive: 9, flat: 4, negative: 4 };
    /// assert_eq!(counted.flat_beyond(3), 1);
    /// ```
    #[must_use]
    pub const fn flat_beyond(self, symmetric: usize) -> usize {
        (self.flat as usize).saturating_sub(symmetric)
    }
}

/// The tolerance within which eigenvalues count as flat: those of magnitude at most
/// `relative · max |λ| + absolute`.
///
/// [`Hessian`](super::Hessian) reports the tolerance beyond which the sign of an eigenvalue is reliable. A
/// larger one, such as `Tolerance::relative(0.01)`, counts the directions flatter than a share of the
/// steepest.
///
/// ```
/// use losscape::curvature::Tolerance;
/// let tolerance = Tolerance { relative: 0.01, absolute: 0.5f32 };
/// assert_eq!(tolerance.flat(&[-50.0, 0.1, 25.0]), 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tolerance<R: Real = f32> {
    /// The relative part, as a share of the largest magnitude.
    pub relative: R,
    /// The absolute part.
    pub absolute: R,
}

impl<R: Real> Tolerance<R> {
    /// Creates a tolerance that is a share of the largest magnitude.
    #[must_use]
    pub const fn relative(relative: R) -> Self {
        Self { relative, absolute: R::ZERO }
    }

    /// Returns the magnitude up to which an eigenvalue of this spectrum counts as flat.
    #[must_use]
    pub fn flat(&self, values: &[R]) -> R {
        self.relative * largest(values) + self.absolute
    }
}

/// Counts eigenvalues by sign; those within the tolerance, and NaN, count as flat.
///
/// Signs alone mean little: exact zero modes (a shift that leaves a softmax unchanged, a rescaling that
/// leaves a ReLU unit unchanged) have a random sign in any computation.
///
/// ```
/// use losscape::curvature::{Signature, Tolerance, signature};
/// let counted = signature(&[-0.5, -1e-15, 0.0, 0.02, 3.0f64], Tolerance::relative(0.01));
/// assert_eq!(counted, Signature { positive: 1, flat: 3, negative: 1 });
/// ```
#[must_use]
pub fn signature<R: Real>(values: &[R], tolerance: Tolerance<R>) -> Signature {
    let flat = tolerance.flat(values);
    let mut counted = Signature::default();
    for value in values {
        if *value > flat {
            counted.positive += 1;
        } else if *value < -flat {
            counted.negative += 1;
        } else {
            counted.flat += 1;
        }
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_parts_of_a_tolerance_count() {
        let values = [-2.0, -0.5, 0.25, 1.0f64];
        let count = |relative, absolute| signature(&values, Tolerance { relative, absolute });
        assert_eq!(count(0.0, 0.0), Signature { positive: 2, flat: 0, negative: 2 });
        assert_eq!(count(0.25, 0.0), Signature { positive: 1, flat: 2, negative: 1 });
        assert_eq!(count(0.25, 0.5), Signature { positive: 0, flat: 3, negative: 1 });
        assert_eq!(signature(&[0.0, f64::NAN], Tolerance::relative(0.0)).flat, 2, "neither has a sign");
        assert_eq!(signature::<f32>(&[], Tolerance::relative(0.0)), Signature::default());
    }
}
