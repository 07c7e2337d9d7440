//! Uniformly distributed vectors on a sphere and in a ball.

use super::{Rng, fill_normal, uniform_positive};
use crate::Real;
use crate::base::elementary::{exp, ln};
use crate::base::vector::{normalise, scale};

/// Fills a slice with a point drawn uniformly from the sphere of the given radius; takes the draws
/// of [`fill_normal`].
///
/// The point is a vector of independent normal numbers divided by its length (Muller 1959). If all
/// of them are zero (once in 10⁷ for a single `f32`), the first axis is used instead of drawing
/// again. The covariance is `radius²/d · I`. No element exceeds the radius.
///
/// ```
/// use losscape::base::{random::{fill_sphere, stream}, vector::norm};
/// let mut x = [0.0f64; 5];
/// fill_sphere(&mut stream(1, 0), 3.0, &mut x);
/// assert!((norm(&x) - 3.0).abs() < 1e-14);
/// ```
pub fn fill_sphere<R: Real, G: Rng + ?Sized>(rng: &mut G, radius: R, out: &mut [R]) {
    fill_normal(rng, out);
    if normalise(out) == R::ZERO
        && let Some(first) = out.first_mut()
    {
        *first = R::ONE;
    }
    scale(radius, out);
}

/// Fills a slice with a point drawn uniformly from the ball of the given radius; takes the draws of
/// [`fill_sphere`] and one more.
///
/// The point lies on the sphere of radius `radius · u^(1/d)`, where `u` in (0, 1] is drawn last and
/// `u^(1/d) = exp(ln(u) / d)`. Rounding may push the length a few units in the last place beyond
/// `radius`. The covariance is `radius²/(d + 2) · I`.
///
/// ```
/// use losscape::base::{random::{fill_ball, stream}, vector::norm};
/// let mut x = [0.0f64; 5];
/// fill_ball(&mut stream(1, 0), 3.0, &mut x);
/// assert!(norm(&x) < 3.0 + 1e-14);
/// ```
pub fn fill_ball<R: Real, G: Rng + ?Sized>(rng: &mut G, radius: R, out: &mut [R]) {
    fill_sphere(rng, R::ONE, out);
    let u: R = uniform_positive(rng);
    scale(radius * exp(ln(u) / R::from_usize(out.len())), out);
}
