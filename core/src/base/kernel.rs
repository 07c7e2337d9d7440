//! Symmetric probability distributions with which a function is smoothed.

use super::elementary::{exp, sin, sqrt};
use super::error::ArgError;
use super::random::{Rng, fill_ball, fill_normal, uniform};
use super::real::Real;
use super::vector::scale;

/// The distribution of a displacement ω whose coordinates have independent signs. Convolution with it turns a
/// function f into `E f(θ − ω)`.
///
/// | kernel | ω | variance of a coordinate | fourth moment |
/// |---|---|---|---|
/// | [`Gaussian`](Self::Gaussian) | normal, independent coordinates | s² | 3 s⁴ |
/// | [`Cube`](Self::Cube) | uniform in [−r, r]ⁿ; an interval if n = 1 | r²/3 | r⁴/5 |
/// | [`Ball`](Self::Ball) | uniform in ‖ω‖ ≤ r | r²/(n + 2) | 3 r⁴/((n + 2)(n + 4)) |
///
/// With a bandwidth of zero, a function remains unchanged.
///
/// ```
/// use losscape::base::kernel::Kernel;
/// let kernel = Kernel::Ball { radius: 2.0f64 };
/// assert_eq!(kernel.variance(2), 1.0);
/// assert_eq!(kernel.with_bandwidth(4.0).variance(2), 4.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kernel<R: Real = f32> {
    /// Normal.
    Gaussian {
        /// s, the standard deviation of each coordinate.
        std_dev: R,
    },
    /// Uniform in a cube; an interval in one dimension.
    Cube {
        /// r, half the edge length.
        radius: R,
    },
    /// Uniform in a ball.
    Ball {
        /// r, the radius.
        radius: R,
    },
}

impl<R: Real> Kernel<R> {
    /// Returns the [`Cube`](Self::Cube) of half edge √3 s, whose coordinates have standard deviation s.
    ///
    /// ```
    /// use losscape::base::kernel::Kernel;
    /// let kernel = Kernel::cube_of(2.0f64);
    /// assert!((kernel.variance(1) - 4.0).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn cube_of(std_dev: R) -> Self {
        Self::Cube { radius: sqrt(R::from_u32(3)) * std_dev }
    }

    /// Returns the bandwidth, which is s or r.
    #[must_use]
    pub const fn bandwidth(&self) -> R {
        match *self {
            Self::Gaussian { std_dev } => std_dev,
            Self::Cube { radius } | Self::Ball { radius } => radius,
        }
    }

    /// Returns the same distribution with another bandwidth.
    #[must_use]
    pub const fn with_bandwidth(self, bandwidth: R) -> Self {
        match self {
            Self::Gaussian { .. } => Self::Gaussian { std_dev: bandwidth },
            Self::Cube { .. } => Self::Cube { radius: bandwidth },
            Self::Ball { .. } => Self::Ball { radius: bandwidth },
        }
    }

    /// Checks that the bandwidth is finite and not negative.
    ///
    /// # Errors
    /// [`ArgError`] naming `bandwidth` otherwise.
    pub fn check(&self) -> Result<(), ArgError> {
        ArgError::check_non_negative("bandwidth", self.bandwidth())
    }

    /// Returns the variance of a coordinate in `dim` dimensions.
    #[must_use]
    pub fn variance(&self, dim: usize) -> R {
        let square = self.bandwidth() * self.bandwidth();
        match self {
            Self::Gaussian { .. } => square,
            Self::Cube { .. } => square / R::from_u32(3),
            Self::Ball { .. } => square / (R::from_usize(dim) + R::TWO),
        }
    }

    /// Returns E ω₁⁴, the fourth moment of a coordinate in `dim` dimensions.
    #[must_use]
    pub fn fourth_moment(&self, dim: usize) -> R {
        let square = self.bandwidth() * self.bandwidth();
        let fourth = square * square;
        match self {
            Self::Gaussian { .. } => R::from_u32(3) * fourth,
            Self::Cube { .. } => fourth / R::from_u32(5),
            Self::Ball { .. } => {
                let n = R::from_usize(dim);
                R::from_u32(3) * fourth / ((n + R::TWO) * (n + R::from_u32(4)))
            }
        }
    }

    /// Returns E cos(k ω₁), the factor by which smoothing shrinks a wave along a coordinate: `exp(−k² s²/2)` or
    /// `sin(k r)/(k r)`.
    ///
    /// Returns `None` for a ball in two or more dimensions, where the factor is a Bessel function.
    ///
    /// ```
    /// use losscape::base::kernel::Kernel;
    /// let factor = Kernel::Gaussian { std_dev: 0.2f64 }.wave(5.0, 1);
    /// assert!((factor.unwrap() - 0.6065306597126334).abs() < 1e-15);
    /// ```
    #[must_use]
    pub fn wave(&self, wavenumber: R, dim: usize) -> Option<R> {
        let z = wavenumber * self.bandwidth();
        match self {
            Self::Gaussian { .. } => Some(exp(-(R::HALF * z * z))),
            Self::Ball { .. } if dim > 1 => None,
            Self::Cube { .. } | Self::Ball { .. } => Some(if z == R::ZERO { R::ONE } else { sin(z) / z }),
        }
    }

    /// Draws a displacement; takes the draws of [`fill_normal`] for a Gaussian, one draw per coordinate for a
    /// cube, and the draws of [`fill_ball`] for a ball.
    pub fn draw<G: Rng + ?Sized>(&self, rng: &mut G, out: &mut [R]) {
        match *self {
            Self::Gaussian { std_dev } => {
                fill_normal(rng, out);
                scale(std_dev, out);
            }
            Self::Cube { radius } => {
                for x in out {
                    *x = radius * (R::TWO * uniform::<R, G>(rng) - R::ONE);
                }
            }
            Self::Ball { radius } => fill_ball(rng, radius, out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::random::stream;

    const KERNELS: [Kernel<f64>; 3] =
        [Kernel::Gaussian { std_dev: 0.7 }, Kernel::Cube { radius: 0.7 }, Kernel::Ball { radius: 0.7 }];

    /// Moments and wave factors match those of 2 · 10⁵ draws to within 5 standard errors.
    #[test]
    fn moments_are_those_of_the_draws() {
        for (kernel, seed) in KERNELS.into_iter().zip(1..) {
            for dim in [1, 2, 3] {
                let mut rng = stream(seed, 0);
                let mut omega = [0.0; 3];
                let omega = &mut omega[..dim];
                let n = 200_000;
                let (mut second, mut fourth, mut wave) = (0.0, 0.0, 0.0);
                for _ in 0..n {
                    kernel.draw(&mut rng, omega);
                    let square = omega[dim - 1] * omega[dim - 1];
                    second += square;
                    fourth += square * square;
                    wave += crate::base::elementary::cos(3.0 * omega[dim - 1]);
                }
                let n = f64::from(n);
                let (variance, m4) = (kernel.variance(dim), kernel.fourth_moment(dim));
                let error = sqrt((m4 - variance * variance) / n);
                assert!((second / n - variance).abs() < 5.0 * error, "{kernel:?} in {dim}");
                assert!((fourth / n - m4).abs() < 0.03 * m4, "{kernel:?} in {dim}");
                if let Some(factor) = kernel.wave(3.0, dim) {
                    assert!((wave / n - factor).abs() < 5.0 / sqrt(n), "{kernel:?}");
                } else {
                    assert!(matches!(kernel, Kernel::Ball { .. }) && dim > 1);
                }
            }
        }
    }

    #[test]
    fn a_bandwidth_of_zero_does_nothing_and_a_negative_one_is_refused() {
        for kernel in KERNELS {
            let point = kernel.with_bandwidth(0.0);
            assert_eq!(point.check(), Ok(()));
            assert_eq!((point.variance(4), point.fourth_moment(4)), (0.0, 0.0));
            assert_eq!(point.wave(7.0, 1), Some(1.0));
            let mut omega = [1.0; 4];
            point.draw(&mut stream(1, 0), &mut omega);
            assert!(omega.iter().all(|x| *x == 0.0));
            for bad in [-1.0, f64::NAN, f64::INFINITY] {
                assert_eq!(kernel.with_bandwidth(bad).check().unwrap_err().arg, "bandwidth");
            }
        }
    }
}
