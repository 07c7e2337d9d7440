//! The temperature that the noise of a batch amounts to.

use crate::Real;

/// `T = η / (2b)`, the temperature of SGD with learning rate η and batch size b.
///
/// In the continuous-time picture of Chaudhari & Soatto (2018, where it is `β⁻¹`),
///
/// ```text
/// dx = −∇f dt + √(2 T D) dW,    D = (1/N) Σₖ ∇fₖ ∇fₖᵀ − ∇f ∇fᵀ
/// ```
///
/// one step lasting `dt = η`. It is an approximation for small `η`: with noise of variance `σ²` on the
/// gradient of a curvature `λ` the exact stationary variance is `η σ² / (λ (2 − η λ))`, the diffusion's
/// `η σ² / (2 λ)`.
///
/// Batches are drawn with replacement (see
/// [`temperature_without_replacement`]); the learning rate and the batch size are above zero.
///
/// ```
/// use losscape::sgd::temperature;
/// assert_eq!(temperature(0.125f32, 32), 0.001953125);
/// ```
#[must_use]
pub fn temperature<R: Real>(learning_rate: R, batch_size: u32) -> R {
    learning_rate / (R::TWO * R::from_u32(batch_size))
}

/// `T = η / (2b) · (1 − b/N)`, when each batch is drawn without replacement from N samples,
/// independently of the others.
///
/// The factor is that of Chaudhari & Soatto (2018) with `D` divided by `N`; the covariance of such a
/// batch gradient is exactly `(D / b) (N − b) / (N − 1)`, a factor `N / (N − 1)` more. It does not hold
/// for shuffled epochs, whose steps are anti-correlated and leave less noise than this in flat
/// directions. The full batch has temperature zero. The batch has at most N samples.
///
/// ```
/// use losscape::sgd::temperature_without_replacement;
/// assert_eq!(temperature_without_replacement(0.5f32, 2, 8), 0.09375);
/// assert_eq!(temperature_without_replacement(0.5f32, 8, 8), 0.0);
/// ```
#[must_use]
pub fn temperature_without_replacement<R: Real>(learning_rate: R, batch_size: u32, samples: u32) -> R {
    let left_out = R::from_u32(samples.saturating_sub(batch_size));
    temperature(learning_rate, batch_size) * (left_out / R::from_u32(samples))
}

/// `T = η / (2b (1 − μ))`, to leading order in η, with heavy-ball or Nesterov momentum μ in [0, 1).
///
/// The exact stationary variance of heavy ball on a curvature `λ` with gradient noise of variance `σ²`
/// is `η σ² (1 + μ) / (λ (1 − μ) (2 (1 + μ) − η λ))`: a plain step of `η / (1 − μ)` agrees with it only
/// as η tends to zero.
///
/// ```
/// use losscape::sgd::temperature_with_momentum;
/// assert_eq!(temperature_with_momentum(0.5f32, 2, 0.75), 0.5);
/// ```
#[must_use]
pub fn temperature_with_momentum<R: Real>(learning_rate: R, batch_size: u32, momentum: R) -> R {
    temperature(learning_rate, batch_size) / (R::ONE - momentum)
}
