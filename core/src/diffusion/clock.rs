//! The time scale of the diffusion that approximates descent.

use crate::Real;

/// Returns `k = t / η`, the number of descent steps in the time t of the diffusion, not rounded.
///
/// One step lasts `dt = η`: Li, Tai & E (2017) compare step k of SGD with the equation at time kη.
///
/// ```
/// assert_eq!(losscape::diffusion::steps_of_time(20.0f64, 0.125), 160.0);
/// ```
#[must_use]
pub fn steps_of_time<R: Real>(time: R, learning_rate: R) -> R {
    time / learning_rate
}
