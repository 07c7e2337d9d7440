//! The volume around a minimum.

use crate::base::elementary::{ln, sqrt};
use crate::base::vector::LaneSum;
use crate::{ArgError, Real};

/// Returns how far a parabola of curvature λ can be followed to either side before it has risen by `rise`, at
/// most `radius`:
///
/// ```text
/// w(λ) = min(R, √(2 r / λ)),    R where λ ≤ 0
/// ```
///
/// NaN if an argument is NaN, or `rise` or `radius` is negative.
///
/// # Examples
///
/// ```
/// use losscape::curvature::half_width;
/// assert_eq!(half_width(8.0f64, 1.0, 10.0), 0.5);
/// assert_eq!([0.0, -3.0, 1e-9].map(|flat| half_width(flat, 1.0f64, 10.0)), [10.0; 3]);
/// ```
#[must_use]
pub fn half_width<R: Real>(curvature: R, rise: R, radius: R) -> R {
    if curvature.is_nan() || !(rise >= R::ZERO && radius >= R::ZERO) {
        return R::NAN;
    }
    if curvature <= R::ZERO {
        return radius;
    }
    // Separate roots, because the quotient of a tiny and a huge number might vanish.
    let width = sqrt(R::TWO) * (sqrt(rise) / sqrt(curvature));
    if width < radius { width } else { radius }
}

/// Computes the logarithm of the volume of a box around a minimum, by how slowly the loss rises along each
/// eigenvector of the Hessian.
///
/// The volume is that of a box along the eigenvectors of the Hessian, with a [half-width](half_width) for
/// each:
///
/// ```text
/// ln V = Σᵢ ln(2 w(λᵢ)),    w(λ) = min(R, √(2 r / λ))
/// ```
///
/// Its half-width along each eigenvector is where the parabola has risen by r; at a corner, the quadratic model has
/// risen by up to n r. A sharp minimum has a small volume. If all λ exceed 2 r / R², the logarithm is `n ln √(8 r) − ½ ln det H`.
/// Up to terms independent of the minimum, this is minus half the sum of the eigenvalues' logarithms, which
/// Wu, Zhu & E (2017) compare. Every network with more weights than it needs has flat directions, which would
/// make this sum infinite. The radius bounds them, so the result depends on the radius and on the rise:
/// report both.
///
/// Like every measure of sharpness, the volume changes under a rescaling of layers that leaves the network
/// unchanged (Dinh et al. 2017), so it describes a minimum in its coordinates. In other units, for `k f(c θ)`
/// with `k r` and `R / c`, the logarithm is smaller by n ln c.
///
/// For large n, `n · density.average(|x| ln(2 w(x)))` of a [`SpectralDensity`](super::SpectralDensity)
/// estimates the logarithm and its error from products alone.
///
/// # Shapes
///
/// | argument | length | layout                                    |
/// |----------|--------|-------------------------------------------|
/// | `values` | n      | eigenvalues of the Hessian, in any order  |
///
/// # Cost
/// One square root and one logarithm per eigenvalue.
///
/// # Errors
/// [`ArgError`] naming `values` (not finite), `rise` or `radius` (not positive, not finite).
///
/// # Examples
///
/// ```
/// use losscape::curvature::log_volume;
/// // Half-widths ½, 2 and (flat) 10: a box of 1 × 4 × 20.
/// let volume = log_volume(&[8.0f64, 0.5, 0.0], 1.0, 10.0)?;
/// assert!((volume - 80.0f64.ln()).abs() < 1e-14);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn log_volume<R: Real>(values: &[R], rise: R, radius: R) -> Result<R, ArgError> {
    ArgError::check_finite("values", values)?;
    ArgError::check_positive("rise", rise)?;
    ArgError::check_positive("radius", radius)?;
    let mut sum = LaneSum::default();
    for value in values {
        sum.push(ln(R::TWO) + ln(half_width(*value, rise, radius)));
    }
    Ok(sum.total())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Reason;

    /// Without flat directions, the result is n ln √(8 r) − ½ ln det H, so a factor on the eigenvalues
    /// contributes half its logarithm for each.
    #[test]
    fn it_is_the_determinant_where_nothing_is_flat() {
        let values = [3.0, 0.25, 7.0, 1.5f64];
        let (rise, determinant) = (0.01, 3.0 * 0.25 * 7.0 * 1.5);
        let want = 2.0 * ln(8.0 * rise) - 0.5 * ln(determinant);
        let found = log_volume(&values, rise, 1.0).unwrap();
        assert!((found - want).abs() < 1e-13, "{found} against {want}");
        let sharper = log_volume(&values.map(|x| 9.0 * x), rise, 1.0).unwrap();
        assert!((found - sharper - 4.0 * ln(3.0)).abs() < 1e-13, "{sharper}");
    }

    #[test]
    fn the_radius_bounds_what_is_flat() {
        let flat = log_volume(&[0.0, -5.0, -0.0, 1e-30, 1e-300], 0.5, 3.0f64).unwrap();
        assert!((flat - 5.0 * ln(6.0)).abs() < 1e-13, "{flat}");
        // Just steep enough: 2 r / R² = 1/9.
        assert!(half_width(0.112, 0.5, 3.0) < 3.0 && half_width(0.111, 0.5, 3.0) == 3.0);
        assert!(half_width(f64::NAN, 0.5, 3.0).is_nan());
        assert_eq!(log_volume::<f32>(&[], 0.5, 3.0), Ok(0.0));
    }

    #[test]
    fn a_width_without_a_rise_or_a_radius_is_not_a_number() {
        for bad in [f64::NAN, -1.0, -1e-300] {
            assert!(half_width(1.0, bad, 10.0).is_nan() && half_width(-1.0, bad, 10.0).is_nan(), "{bad}");
            assert!(half_width(1.0, 1.0, bad).is_nan() && half_width(-1.0, 1.0, bad).is_nan(), "{bad}");
        }
        assert_eq!((half_width(2.0, 0.0, 1.0), half_width(2.0, f64::INFINITY, 1.0)), (0.0, 1.0));
    }

    /// A million equal terms: one accumulator would lose a thousandth.
    #[test]
    fn the_error_does_not_grow_with_the_number_of_values() {
        extern crate std;
        let count = 1_000_000;
        let values = std::vec![8.0f32; count];
        let each = ln(2.0 * half_width(8.0f32, 0.07, 10.0));
        let found = log_volume(&values, 0.07, 10.0).unwrap();
        assert!((found / f32::from_usize(count) / each - 1.0).abs() < 1e-6, "{found}");
    }

    /// Values times k with a rise times k, and lengths times c.
    #[test]
    fn any_scale() {
        let values = [4.0f32, 1.0, 0.25, 0.0, -1.0];
        let plain = log_volume(&values, 0.5, 1.25).unwrap();
        for (k, c) in
            [(1e-30f32, 1.0f32), (1e30, 1.0), (1.0, 1e-15), (1.0, 1e15), (1e10, 1e14), (1e-8, 1e-14)]
        {
            let scaled = values.map(|x| x * k / c / c);
            let found = log_volume(&scaled, 0.5 * k, 1.25 * c).unwrap() - 5.0 * ln(c);
            assert!((found - plain).abs() < 1e-4, "{found} against {plain} at {k:e}, {c:e}");
        }
        // The quotient alone would vanish, or be infinite.
        assert!(half_width(1e30f32, 1e-30, 1.0) > 1.4e-30 && half_width(1e-30f32, 1e30, f32::MAX) > 1.4e30);
    }

    #[test]
    fn bad_arguments_are_named() {
        let refused = |values: &[f64], rise, radius| log_volume(values, rise, radius).unwrap_err();
        let error = refused(&[1.0, f64::NAN], 1.0, 1.0);
        assert_eq!((error.arg, error.reason), ("values", Reason::NotFinite { index: 1 }));
        for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(refused(&[1.0], bad, 1.0).arg, "rise");
            assert_eq!(refused(&[1.0], 1.0, bad).arg, "radius");
        }
    }
}
