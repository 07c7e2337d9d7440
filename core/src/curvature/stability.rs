//! The edges of stability: the largest curvature at which a method of descent is stable, by its settings.

use crate::Real;
use crate::base::elementary::sqrt;

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

/// Returns `(2 + 2μ) / η`, the largest curvature at which descent with
/// [heavy-ball momentum](crate::sgd::Momentum::heavy_ball) μ is stable (Polyak 1964; the edge at which networks
/// stay, Cohen et al. 2021).
///
/// With μ = 0 it is gradient descent's own, 2/η. At μ = ½ and η = ⅛ it is 24 instead of 16:
///
/// ```
/// assert_eq!(losscape::curvature::heavy_ball_edge(0.125f64, 0.5), 24.0);
/// ```
#[must_use]
pub fn heavy_ball_edge<R: Real>(learning_rate: R, momentum: R) -> R {
    (R::TWO + R::TWO * momentum) / learning_rate
}

/// Returns `(2 + 2μ) / (η (1 + 2μ))`, the largest curvature at which descent with
/// [Nesterov's momentum](crate::sgd::Momentum::nesterov) μ is stable (Cohen et al. 2021).
///
/// The gradient is taken ahead, which damps small curvatures and destabilises large ones: for any μ > 0 the edge is
/// below gradient descent's 2/η. At μ = ½ and η = ¼ it is 6, and 8 without momentum:
///
/// ```
/// use losscape::curvature::{heavy_ball_edge, nesterov_edge};
/// assert_eq!(nesterov_edge(0.25f64, 0.5), 6.0);
/// assert_eq!(nesterov_edge(0.25f64, 0.0), heavy_ball_edge(0.25, 0.0));
/// ```
#[must_use]
pub fn nesterov_edge<R: Real>(learning_rate: R, momentum: R) -> R {
    heavy_ball_edge(learning_rate, momentum) / (R::ONE + R::TWO * momentum)
}

/// Returns the largest curvature along a gradient of norm g at which
/// [sharpness-aware](crate::sgd::SharpnessAware) descent with the rate η and the radius ρ is stable (Long & Bartlett
/// 2024):
///
/// ```text
/// (g / 2ρ) (√(1 + 8ρ / (ηg)) − 1) = (4/η) / (1 + √(1 + 8ρ / (ηg)))
/// ```
///
/// It is the positive root of `η (λ + ρλ²/g) = 2`, computed in the second form, which keeps its digits for any ρ. It is
/// below 2/η and falls as the gradient vanishes: to zero at g = 0. NaN if ρ and g are both zero.
///
/// On ½ λ x² with λ = 1, η = ½ and ρ = 0.1 descent alternates between ±1/30, where the gradient puts the edge at λ:
///
/// ```
/// use losscape::curvature::sharpness_aware_edge;
/// assert!((sharpness_aware_edge(0.5f64, 0.1, 1.0 / 30.0) - 1.0).abs() < 1e-15);
/// assert_eq!(sharpness_aware_edge(0.5f64, 0.0, 0.3), 4.0); // without a radius, gradient descent's
/// ```
#[must_use]
pub fn sharpness_aware_edge<R: Real>(learning_rate: R, radius: R, grad_norm: R) -> R {
    let two = R::TWO;
    let share = two * two * two * radius / (learning_rate * grad_norm);
    two * two / learning_rate / (R::ONE + sqrt(R::ONE + share))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published form, where it has digits, and the equation that it solves, everywhere.
    #[test]
    fn the_edge_of_sharpness_aware_descent_solves_its_equation() {
        for eta in [1e-3f64, 0.1, 1.0] {
            for rho in [1e-12, 1e-3, 0.05, 10.0] {
                for g in [1e-6, 0.1, 1.0, 1e4] {
                    let edge = sharpness_aware_edge(eta, rho, g);
                    let found = eta * (edge + rho * edge * edge / g);
                    assert!((found - 2.0).abs() < 1e-14, "{eta} {rho} {g}: {found}");
                    assert!(edge <= 2.0 / eta, "{eta} {rho} {g}: {edge}");
                    let published = g / (2.0 * rho) * (sqrt(1.0 + 8.0 * rho / (eta * g)) - 1.0);
                    if rho / (eta * g) > 0.01 {
                        assert!(
                            (published / edge - 1.0).abs() < 1e-13,
                            "{eta} {rho} {g}: {published} {edge}"
                        );
                    }
                }
            }
        }
        assert_eq!(sharpness_aware_edge(0.5f32, 0.1, 0.0), 0.0, "no gradient");
    }
}
