//! The temperature that the noise of a batch amounts to.

use crate::Real;
use crate::base::elementary::sqrt;

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

/// `T = η σ² / (2b)`, with noise of variance σ² on each coordinate of a sample's gradient, the same everywhere: the
/// [`temperature`] times `D = σ² I`, in units of the loss.
///
/// In the equation of Chaudhari & Soatto (2018) it is what stands before dW: `√(2T) dW`, as in Langevin dynamics. The batch size is above
/// zero.
///
/// ```
/// use losscape::sgd::temperature_of_noise;
/// assert_eq!(temperature_of_noise(0.125f32, 8.0, 4), 0.125);
/// ```
#[must_use]
pub fn temperature_of_noise<R: Real>(learning_rate: R, variance: R, batch_size: u32) -> R {
    learning_rate * variance / (R::TWO * R::from_u32(batch_size))
}

/// `s = η σ / √b`, the standard deviation of a step's noise along each coordinate, with noise of standard deviation σ on a sample's
/// gradient.
///
/// It is the width by which one step smooths the loss (Kleinberg, Li & Yuan 2018, whose `η ωₜ` has it). In units of a parameter; the
/// batch size is above zero.
///
/// ```
/// use losscape::sgd::step_std_dev;
/// assert_eq!(step_std_dev(0.125f32, 8.0, 4), 0.5);
/// ```
#[must_use]
pub fn step_std_dev<R: Real>(learning_rate: R, std_dev: R, batch_size: u32) -> R {
    learning_rate * std_dev / sqrt(R::from_u32(batch_size))
}

/// `T = s² / (2η)`, of steps whose noise has the [standard deviation](step_std_dev) s along each coordinate:
/// [`Noise::Langevin`](super::Noise::Langevin) solved for its temperature.
///
/// ```
/// use losscape::sgd::temperature_of_steps;
/// assert_eq!(temperature_of_steps(0.125f32, 0.5), 1.0);
/// ```
#[must_use]
pub fn temperature_of_steps<R: Real>(learning_rate: R, step_std_dev: R) -> R {
    step_std_dev * step_std_dev / (R::TWO * learning_rate)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Three ways to the temperature of noise that is the same everywhere.
    #[test]
    fn temperatures_agree() {
        for unit in [1e-9f64, 1.0, 1e9] {
            for batch_size in [1, 3, 7, 1 << 20] {
                let (rate, std_dev) = (0.3, 2.0 * unit);
                let noise = temperature_of_noise(rate, std_dev * std_dev, batch_size);
                let steps = temperature_of_steps(rate, step_std_dev(rate, std_dev, batch_size));
                let times = temperature(rate, batch_size) * (std_dev * std_dev);
                assert!((steps / noise - 1.0).abs() < 1e-15, "{unit} {batch_size}: {steps} {noise}");
                assert!((times / noise - 1.0).abs() < 1e-15, "{unit} {batch_size}: {times} {noise}");
            }
        }
    }
}
