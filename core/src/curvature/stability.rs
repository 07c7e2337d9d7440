//! A curvature relative to the stability limit of gradient descent.

use crate::Real;

/// Returns `η λ / 2`, a curvature λ in units of 2/η, the largest at which gradient descent with the rate η is stable.
///
/// On `½ λ x²` a step multiplies x by 1 − ηλ: it overshoots from a ratio of ½ on and diverges above 1. In full-batch
/// descent on networks the largest curvature rises until the ratio is about 1 and stays there: the edge of stability
/// (Cohen et al. 2021).
///
/// ```
/// assert_eq!(losscape::curvature::stability_ratio(0.125f64, 16.0), 1.0);
/// ```
#[must_use]
pub fn stability_ratio<R: Real>(learning_rate: R, curvature: R) -> R {
    R::HALF * learning_rate * curvature
}
