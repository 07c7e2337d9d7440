//! Which way the directions of a spectrum go.

use crate::Real;

/// How many eigenvalues are positive, flat and negative; see [`signature`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signature {
    /// Directions that curve upwards.
    pub positive: u32,
    /// Directions whose curvature is too small to have a sign, or to matter.
    pub flat: u32,
    /// Directions that curve downwards: the *index* of a critical point.
    pub negative: u32,
}

/// Counts the eigenvalues by sign; those of magnitude up to `tolerance` times the largest magnitude count as flat.
///
/// A count by sign alone means little: exact zero modes (a softmax that does not see a shift, a ReLU unit
/// that does not see its scale) come out of any computation with a random sign. Count with a tolerance above
/// rounding, some 10⁻¹² in `f64`, or with a larger one to ask how many directions are flatter than a share of the
/// steepest.
///
/// Preconditions: `values` finite, `tolerance` at least zero.
///
/// ```
/// use losscape::curvature::{Signature, signature};
/// let counted = signature(&[-0.5, -1e-15, 0.0, 0.02, 3.0f64], 0.01);
/// assert_eq!(counted, Signature { positive: 1, flat: 3, negative: 1 });
/// ```
#[must_use]
pub fn signature<R: Real>(values: &[R], tolerance: R) -> Signature {
    let mut largest = R::ZERO;
    for value in values {
        largest = largest.or_larger(value.abs());
    }
    let flat = tolerance * largest;
    let mut counted = Signature::default();
    for value in values {
        if value.abs() <= flat {
            counted.flat += 1;
        } else if *value > R::ZERO {
            counted.positive += 1;
        } else {
            counted.negative += 1;
        }
    }
    counted
}
