//! The temperature that corresponds to the noise of a batch.

use crate::Real;
use crate::base::elementary::sqrt;

/// Returns `T = η / (2b)`, the temperature of SGD with learning rate η and batch size b.
///
/// It applies to the continuous-time model of Chaudhari & Soatto (2018, where it is `β⁻¹`),
///
/// ```text
/// dx = −∇f dt + √(2 T D) dW,    D = (1/N) Σₖ ∇fₖ ∇fₖᵀ − ∇f ∇fᵀ
/// ```
///
/// in which one step lasts `dt = η`. The model is an approximation for small `η`: with noise of variance `σ²` in the
/// gradient at curvature `λ`, the exact stationary variance is `η σ² / (λ (2 − η λ))`, and that of the diffusion is
/// `η σ² / (2 λ)`.
///
/// Batches must be drawn with replacement (otherwise see [`temperature_without_replacement`]); the learning rate and
/// the batch size must be above zero.
///
/// ```
/// use losscape::sgd::temperature;
/// assert_eq!(temperature(0.125f32, 32), 0.001953125);
/// ```
#[must_use]
pub fn temperature<R: Real>(learning_rate: R, batch_size: u32) -> R {
    learning_rate / (R::TWO * R::from_u32(batch_size))
}

/// Returns `T = η / (2b) · (N − b) / (N − 1)`, the temperature if each batch is drawn without replacement from N samples,
/// independently of the others.
///
/// The covariance of such a batch gradient is exactly `(D / b) (N − b) / (N − 1)`; Chaudhari & Soatto (2018) have
/// `1 − b/N` instead, which is smaller by a factor of `(N − 1) / N`. The formula does not apply to shuffled epochs, whose
/// steps are anti-correlated and cause less noise in flat directions. The full batch has temperature zero. The batch must
/// have at most N samples.
///
/// ```
/// use losscape::sgd::temperature_without_replacement;
/// assert_eq!(temperature_without_replacement(0.5f32, 2, 8), 0.125 * (6.0 / 7.0));
/// assert_eq!(temperature_without_replacement(0.5f32, 8, 8), 0.0);
/// ```
#[must_use]
pub fn temperature_without_replacement<R: Real>(learning_rate: R, batch_size: u32, samples: u32) -> R {
    let left_out = samples.saturating_sub(batch_size);
    if left_out == 0 {
        return R::ZERO; // of a single sample, too
    }
    temperature(learning_rate, batch_size) * (R::from_u32(left_out) / R::from_u32(samples - 1))
}

/// Returns `T = η / (2b (1 − μ))`, the temperature to leading order in η with heavy-ball or Nesterov momentum μ
/// in [0, 1).
///
/// The exact stationary variance of heavy ball at curvature `λ` with gradient noise of variance `σ²` is
/// `η σ² (1 + μ) / (λ (1 − μ) (2 (1 + μ) − η λ))`. A plain step of `η / (1 − μ)` has the same variance only in the
/// limit of small η.
///
/// ```
/// use losscape::sgd::temperature_with_momentum;
/// assert_eq!(temperature_with_momentum(0.5f32, 2, 0.75), 0.5);
/// ```
#[must_use]
pub fn temperature_with_momentum<R: Real>(learning_rate: R, batch_size: u32, momentum: R) -> R {
    temperature(learning_rate, batch_size) / (R::ONE - momentum)
}

/// Returns `T = η σ² / (2b)`, the temperature if each coordinate of a sample's gradient has noise of variance σ²
/// everywhere: the [`temperature`] times `D = σ² I`, in units of the loss.
///
/// In the equation of Chaudhari & Soatto (2018) the factor of dW is then `√(2T)`, as in Langevin dynamics. The batch
/// size must be above zero.
///
/// ```
/// use losscape::sgd::temperature_of_noise;
/// assert_eq!(temperature_of_noise(0.125f32, 8.0, 4), 0.125);
/// ```
#[must_use]
pub fn temperature_of_noise<R: Real>(learning_rate: R, variance: R, batch_size: u32) -> R {
    learning_rate * variance / (R::TWO * R::from_u32(batch_size))
}

/// Returns `s = η σ / √b`, the standard deviation of a step's noise along each coordinate, if the noise of a sample's
/// gradient has standard deviation σ.
///
/// It is the width with which one step smooths the loss (Kleinberg, Li & Yuan 2018; it is the standard deviation of
/// their `η ωₜ`). It has the unit of a parameter. The batch size must be above zero.
///
/// ```
/// use losscape::sgd::step_std_dev;
/// assert_eq!(step_std_dev(0.125f32, 8.0, 4), 0.5);
/// ```
#[must_use]
pub fn step_std_dev<R: Real>(learning_rate: R, std_dev: R, batch_size: u32) -> R {
    learning_rate * std_dev / sqrt(R::from_u32(batch_size))
}

/// Returns `T = s² / (2η)`, the temperature of steps whose noise has the [standard deviation](step_std_dev) s along
/// each coordinate; this solves the formula of [`Langevin`](super::Langevin) for the temperature.
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

    /// Three ways to compute the temperature of uniform noise agree.
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
