//! The rates across a face between two cells.

use crate::Real;
use crate::base::elementary::exp_m1;

/// The bound below which the series of [`bernoulli`] is used; its error there is less than the type's
/// rounding.
const SERIES_BELOW: f64 = 1e-3;

/// Computes `B(z) = z / (eᶻ − 1)`, continued by 1 at zero, for z at least zero.
#[inline]
fn bernoulli<R: Real>(z: R) -> R {
    if z < R::from_f64(SERIES_BELOW) { R::ONE - R::HALF * z + z * z / R::from_u32(12) } else { z / exp_m1(z) }
}

/// Computes the rates up and down across a face, times the squared spacing, for a diffusion of `diffusion`
/// and a `drive` of (drift · spacing), positive upwards:
///
/// ```text
/// up = θ B(−z),   down = θ B(z),   z = drive / θ,   B(−z) = B(z) + z
/// ```
///
/// The ratio of the rates is eᶻ. Where the diffusion is zero, or so small that z overflows, only the drift
/// remains, taken upwind.
#[inline]
pub(super) fn across<R: Real>(diffusion: R, drive: R) -> [R; 2] {
    let size = drive.abs();
    let z = size / diffusion;
    let (against, along) = if z.is_finite() {
        let against = diffusion * bernoulli(z);
        (against, against + size)
    } else {
        (R::ZERO, if diffusion > R::ZERO || size > R::ZERO { size } else { R::ZERO })
    };
    if drive > R::ZERO { [along, against] } else { [against, along] }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::elementary::exp;

    #[test]
    fn the_ratio_is_that_of_boltzmann() {
        for z in [1e-12, 1e-5, 9.99e-4, 1e-3, 1.001e-3, 0.1, 1.0, 7.0, 40.0, 300.0] {
            let [up, down] = across(0.3, 0.3 * z);
            assert!((up / down / exp(z) - 1.0).abs() < 4e-16 * (4.0 + z), "{z}: {up} {down}");
            assert_eq!(across(0.3, -0.3 * z), [down, up]);
            assert!((up - down - 0.3 * z).abs() <= 4e-16 * (1.0 + z), "the difference is the drift");
        }
        // mpmath: B(1) = 0.581976706869326, B(0.001) = 0.9995000833333319
        assert!((bernoulli(1.0f64) - 0.581_976_706_869_326_4).abs() < 2e-16);
        assert!((bernoulli(1e-3f64) - 0.999_500_083_333_331_9).abs() < 2e-16);
        assert!((bernoulli(9.999e-4f64) - 0.999_500_133_316_67).abs() < 1e-14);
    }

    #[test]
    fn extremes_are_upwind_and_finite() {
        assert_eq!(across(0.0f32, 0.0), [0.0, 0.0]);
        assert_eq!(across(0.0f32, 2.0), [2.0, 0.0]);
        assert_eq!(across(0.0f32, -2.0), [0.0, 2.0]);
        assert_eq!(across(1e-30f32, 1e20), [1e20, 0.0]);
        assert_eq!(across(1.0f32, 200.0), [200.0, 0.0], "the rate against it underflows");
        assert_eq!(across(1e30f32, 1e-30), [1e30, 1e30]);
    }
}
