//! Gradient descent on products of weights, exactly: how a catapult goes on, and how noise balances two layers.

use crate::Real;

/// Returns the output and the curvature after one step of gradient descent on ½ f² with `f = u·v/√n`, two layers of n
/// weights (Lewkowycz, Bahri, Dyer, Sohl-Dickstein & Gur-Ari 2020).
///
/// ```text
/// f' = f (1 − ηλ + η² f²/n),    λ' = λ + (η f²/n) (ηλ − 4),    λ = (‖u‖² + ‖v‖²) / n
/// ```
///
/// The pair (f, λ) evolves on its own; the weights enter only through it. From ηλ below 2 the loss falls; from 2 to 4 a small loss grows
/// until λ, which falls as long as ηλ < 4, has come below the edge: the catapult, which lands where it is flatter. From above
/// 4 it usually diverges. λ is the largest eigenvalue of the Hessian where f = 0, and of the tangent kernel everywhere.
///
/// From u = 1.5 and v = 0.5 with ηλ = 3.5, λ falls from 2.5 to 0.21:
///
/// ```
/// let (mut f, mut curvature) = (1.5 * 0.5f64, 1.5 * 1.5 + 0.5 * 0.5);
/// let learning_rate = 3.5 / curvature;
/// for _ in 0..2000 {
///     (f, curvature) = losscape::sgd::catapult(f, curvature, learning_rate, 1);
/// }
/// assert!((curvature - 0.2097).abs() < 5e-5 && f.abs() < 1e-12);
/// ```
#[must_use]
pub fn catapult<R: Real>(output: R, curvature: R, learning_rate: R, width: u32) -> (R, R) {
    let share = learning_rate * output * output / R::from_u32(width);
    let four = R::TWO + R::TWO;
    let next = output * (R::ONE - learning_rate * curvature + learning_rate * share);
    (next, curvature + share * (learning_rate * curvature - four))
}

/// Returns the imbalance a² − c² of two weights after one step of gradient descent on a loss of their product ac:
///
/// ```text
/// a'² − c'² = (a² − c²) (1 − η² r²),    r the derivative of the loss with respect to ac
/// ```
///
/// The gradient is r (c, a), so the terms of first order cancel: gradient flow keeps the imbalance, and descent changes
/// it only while r is not zero. Noise in the labels never lets r be zero, so it balances the weights, and with them
/// lowers the curvature a² + c² of a square loss at its minimum (label noise: Blanc, Gupta, Valiant & Valiant 2020; the law of
/// balance: Ziyin, Li & Ueda 2023).
///
/// One step from a = 3 and c = ⅓ on ½ (ac − 1.5)², so r = −½, with η = 0.1:
///
/// ```
/// let (a, c, r, learning_rate) = (3.0f64, 1.0 / 3.0, -0.5, 0.1);
/// let after = losscape::sgd::imbalance(a * a - c * c, learning_rate, r);
/// let (a, c) = (a - learning_rate * r * c, c - learning_rate * r * a);
/// assert!((after - (a * a - c * c)).abs() < 1e-14 && (after - 8.866_666_666_666_667).abs() < 1e-14);
/// ```
#[must_use]
pub fn imbalance<R: Real>(before: R, learning_rate: R, derivative: R) -> R {
    let step = learning_rate * derivative;
    before * (R::ONE - step * step)
}
