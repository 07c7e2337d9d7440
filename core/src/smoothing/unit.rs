//! Functions of one number, smoothed in closed form: the effect of noise on a unit's input.

use crate::base::elementary::{erf, erfc, exp, sqrt};
use crate::base::kernel::Kernel;
use crate::{ArgError, Real};

/// Computes `E max(0, a − ω)` and its derivative, for ω drawn from a kernel in one dimension:
///
/// ```text
/// a Φ(a/s) + s φ(a/s),  Φ(a/s)      Gaussian, with the normal law's Φ and φ = Φ′
/// (a + r)²/4r,  (a + r)/2r          uniform in [−r, r] (cube or ball), for |a| < r
/// ```
///
/// The ramp of a rectified linear unit becomes smooth, and both results are at least zero. In the lower tail
/// of the normal distribution, the relative error grows as (a/s)⁴, by cancellation and by the rounding of
/// (a/s)².
///
/// # Errors
/// [`ArgError`] naming `bandwidth` (negative or not finite).
///
/// ```
/// use losscape::base::kernel::Kernel;
/// use losscape::smoothing::convolved_relu;
/// let [value, slope] = convolved_relu(&Kernel::Gaussian { std_dev: 2.0f64 }, 0.0)?;
/// assert!((value - 0.797_884_560_802_865_4).abs() < 1e-15); // 2 / √(2π)
/// assert_eq!(slope, 0.5);
/// assert_eq!(convolved_relu(&Kernel::Cube { radius: 1.0f64 }, 0.0)?, [0.25, 0.5]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn convolved_relu<R: Real>(kernel: &Kernel<R>, a: R) -> Result<[R; 2], ArgError> {
    kernel.check()?;
    let width = kernel.bandwidth();
    if width == R::ZERO {
        let slope = if a == R::ZERO { R::HALF } else { R::ONE };
        return Ok(if a < R::ZERO { [R::ZERO; 2] } else { [a, slope] });
    }
    let z = a / width;
    let Kernel::Gaussian { .. } = kernel else {
        if z <= -R::ONE {
            return Ok([R::ZERO; 2]);
        }
        // Halves, so that a sum of two large numbers stays finite.
        let slope = R::HALF * z + R::HALF;
        return Ok(if z >= R::ONE { [a, R::ONE] } else { [width * slope * slope, slope] });
    };
    let below = R::HALF * erfc(-z * R::from_f64(core::f64::consts::FRAC_1_SQRT_2));
    // 1/√(2π)
    let bell = R::from_f64(0.398_942_280_401_432_7) * exp(-(R::HALF * z * z));
    Ok([a * below + width * bell, below])
}

/// Computes `E erf(x − ω)` and its derivative, for normal ω with this standard deviation:
///
/// ```text
/// erf(x/c),  2/(c √π) e^(−x²/c²),    c = √(1 + 2 s²)
/// ```
///
/// A step that is already smooth becomes wider: the variances of the kernels add.
///
/// # Errors
/// [`ArgError`] naming `std_dev` (negative or not finite).
///
/// ```
/// use losscape::base::elementary::erf;
/// let [value, _] = losscape::smoothing::convolved_erf(2.0f64, 1.5)?; // c = 3
/// assert_eq!(value, erf(0.5));
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn convolved_erf<R: Real>(std_dev: R, x: R) -> Result<[R; 2], ArgError> {
    ArgError::check_non_negative("std_dev", std_dev)?;
    let c = if std_dev > R::ONE {
        std_dev * sqrt(R::TWO + R::ONE / std_dev / std_dev)
    } else {
        sqrt(R::ONE + R::TWO * std_dev * std_dev)
    };
    let z = x / c;
    Ok([erf(z), R::from_f64(core::f64::consts::FRAC_2_SQRT_PI) * exp(-(z * z)) / c])
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn normal(std_dev: f64) -> Kernel<f64> {
        Kernel::Gaussian { std_dev }
    }

    #[test]
    fn closed_forms_are_those_of_an_independent_quadrature() {
        // mpmath, 40 digits.
        for (a, s, expected) in [
            (0.3, 0.5, [0.384_336_366_120_877_74, 0.725_746_882_249_926_4]),
            (-1.0, 0.25, [1.786_314_608_101_416_7e-6, 3.167_124_183_311_992e-5]),
            (-5.0, 0.5, [3.737_280_127_294_664e-25, 7.619_853_024_160_526e-24]),
        ] {
            let found = convolved_relu(&normal(s), a).unwrap();
            for (found, expected) in found.into_iter().zip(expected) {
                let z: f64 = a / s;
                let error = (found / expected - 1.0).abs();
                assert!(error < 1e-15 * (1.0 + z * z * z * z), "{a} {s}: {found:e} {expected:e}");
            }
        }
        for (x, s, expected) in [
            (0.7, 0.5, [0.581_076_559_053_617, 0.664_568_724_644_057_6]),
            (-2.0, 1.5, [-0.772_200_006_011_771, 0.232_500_120_481_073_5]),
        ] {
            let found = convolved_erf(s, x).unwrap();
            for (found, expected) in found.into_iter().zip(expected) {
                assert!((found / expected - 1.0f64).abs() < 1e-15, "{x} {s}: {found:e} {expected:e}");
            }
        }
    }

    #[test]
    fn slopes_are_those_of_the_values() {
        for kernel in [normal(0.4), Kernel::Cube { radius: 0.4 }, Kernel::Ball { radius: 0.4 }] {
            for a in [-0.9, -0.3, 0.0, 0.17, 0.39, 0.7] {
                let at = |a| convolved_relu(&kernel, a).unwrap();
                let difference = (at(a + 1e-5)[0] - at(a - 1e-5)[0]) / 2e-5;
                assert!((difference - at(a)[1]).abs() < 1e-9, "{kernel:?} {a}");
            }
        }
        let at = |x| convolved_erf(0.7, x).unwrap();
        assert!(((at(0.3 + 1e-5)[0] - at(0.3 - 1e-5)[0]) / 2e-5 - at(0.3)[1]).abs() < 1e-9);
    }

    #[test]
    fn nothing_depends_on_the_unit() {
        for scale in [1e-30f32, 1e30] {
            for (kernel, wide) in [
                (Kernel::Gaussian { std_dev: 0.5 }, Kernel::Gaussian { std_dev: 0.5 * scale }),
                (Kernel::Cube { radius: 0.5 }, Kernel::Cube { radius: 0.5 * scale }),
            ] {
                for a in [-0.3f32, 0.0, 0.2, 4.0] {
                    let ([one, slope], [all, same]) =
                        (convolved_relu(&kernel, a).unwrap(), convolved_relu(&wide, a * scale).unwrap());
                    assert!(
                        (all / scale - one).abs() <= 4e-7 * one && (same - slope).abs() < 1e-6,
                        "{a} {scale}"
                    );
                }
            }
        }
        let [value, slope] = convolved_erf(1e30f32, 1e30).unwrap();
        assert!((value - 0.682_689_5).abs() < 1e-6 && slope > 0.0, "{value} {slope}");
        assert_eq!(convolved_relu(&normal(0.0), -2.0), Ok([0.0, 0.0]));
        assert_eq!(convolved_relu(&normal(0.0), 2.0), Ok([2.0, 1.0]));
        assert_eq!(convolved_relu(&normal(0.0), 0.0), Ok([0.0, 0.5]));
        assert_eq!(convolved_relu(&normal(1e-300), 1e300), Ok([1e300, 1.0]));
        assert_eq!(convolved_erf(0.0f64, 0.25).unwrap()[0], erf(0.25));
    }

    #[test]
    fn bad_bandwidths_are_named() {
        for bad in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(convolved_relu(&normal(bad), 1.0).unwrap_err().arg, "bandwidth");
            assert_eq!(convolved_erf(bad, 1.0).unwrap_err().arg, "std_dev");
        }
    }
}
