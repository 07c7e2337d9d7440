//! Noise that is stronger on one side.

use crate::Real;
use crate::base::elementary::tanh;

/// Noise whose strength changes smoothly from one side to the other:
///
/// ```text
/// D(x) = 1 + a tanh(xᵢ / w)
/// ```
///
/// It rises from 1 − a far below to 1 + a far above, along one axis. It serves [`Uneven`](super::Uneven) walkers and
/// the cells of [`Diffusion::Places`](super::Diffusion::Places). Where noise is uneven, the stationary density is not
/// that of Gibbs: how likely two valleys are depends on the noise along the way between them (Landauer 1975, 1988;
/// van Kampen 1988).
///
/// ```
/// use losscape::diffusion::TanhProfile;
/// let profile = TanhProfile { axis: 1, amplitude: 0.8f64, width: 0.5 };
/// assert_eq!(profile.at(&[7.0, 0.0]), 1.0);
/// assert!((profile.at(&[7.0, 100.0]) - 1.8).abs() < 1e-15); // nine times as strong as at −100
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TanhProfile<R: Real = f32> {
    /// i, the axis along which the noise changes.
    pub axis: usize,
    /// a, by how much it is stronger far above; from −1 to 1, or D would be negative.
    pub amplitude: R,
    /// w, the length over which it changes; above zero.
    pub width: R,
}

impl<R: Real> TanhProfile<R> {
    /// Returns D at a place; NaN if the place has no such coordinate.
    #[must_use]
    pub fn at(&self, place: &[R]) -> R {
        place.get(self.axis).map_or(R::NAN, |x| R::ONE + self.amplitude * tanh(*x / self.width))
    }
}

#[cfg(test)]
mod tests {
    use super::{TanhProfile, tanh};

    #[test]
    fn the_step_is_odd_about_one_and_scales_with_its_width() {
        for width in [1e-30f64, 0.5, 1e30] {
            let profile = TanhProfile { axis: 0, amplitude: 0.8, width };
            for x in [0.1, 0.7, 3.0] {
                let [above, below] = [x * width, -x * width].map(|x| profile.at(&[x]));
                assert!((above + below - 2.0).abs() < 1e-15, "{width} {x}");
                assert!((above - 1.0 - 0.8 * tanh(x)).abs() < 1e-15, "{width} {x}: {above}");
            }
        }
        assert!(TanhProfile { axis: 1, amplitude: 0.8, width: 1.0f32 }.at(&[1.0]).is_nan());
    }
}
