//! Closed forms of surfaces convolved with a kernel.
//!
//! Below, v and m are the variance and the fourth moment of a coordinate of the kernel, and w(k) is the factor by
//! which it shrinks a wave ([`Kernel::wave`]).
//!
//! | surface | change by the convolution | kernels |
//! |---|---|---|
//! | [`Quadratic`] | + ½ v tr H | all |
//! | [`DoubleWell`] | ¼ x⁴ → ¼ (x⁴ + 6 v x² + m), squares x² → x² + v | all |
//! | [`MonkeySaddle`] | none: it is harmonic | all |
//! | [`RippledBowl`], [`EggCarton`] | waves · w(k), squares + v | Gaussian, cube; ball in one dimension |
//! | [`GaussianMixture`] | width² → width² + s², depth · (width² / (width² + s²))^(n/2) | Gaussian |
//! | [`MuellerBrown`] | A exp(−½ dᵀM d) → A det(I + s²M)^(−½) exp(−½ dᵀM (I + s²M)⁻¹ d) | Gaussian, s < 1/√2 |

use super::egg_carton::phase;
use super::shape::{fits, no_gradient, value_grad};
use super::{DoubleWell, EggCarton, GaussianMixture, MonkeySaddle, MuellerBrown, Quadratic, RippledBowl};
use crate::base::elementary::{cos, exp, ln, sin, sqrt};
use crate::base::kernel::Kernel;
use crate::base::vector::unit_scale;
use crate::objective::Convolution;
use crate::{ArgError, Objective, Real, Reason};

/// Checks that the kernel shrinks waves by a known factor.
fn check_wave<R: Real>(kernel: &Kernel<R>, dim: usize) -> Result<(), ArgError> {
    kernel.check()?;
    match kernel.wave(R::ZERO, dim) {
        Some(_) => Ok(()),
        None => Err(ArgError::new("kernel", Reason::Kernel { takes: "a Gaussian or a cube" })),
    }
}

/// Returns the standard deviation of a Gaussian, or `None` for another kernel.
fn gaussian<R: Real>(kernel: &Kernel<R>) -> Option<R> {
    match kernel {
        Kernel::Gaussian { std_dev } => Some(*std_dev),
        _ => None,
    }
}

/// Checks that a kernel is Gaussian.
fn check_gaussian<R: Real>(kernel: &Kernel<R>) -> Result<(), ArgError> {
    kernel.check()?;
    match gaussian(kernel) {
        Some(_) => Ok(()),
        None => Err(ArgError::new("kernel", Reason::Kernel { takes: "a Gaussian" })),
    }
}

/// Computes `½ v h` for a curvature h, in a unit in which the kernel's variance v neither underflows nor overflows.
fn raised<R: Real>(kernel: &Kernel<R>, dim: usize, curvature: R) -> R {
    let unit = unit_scale(&[kernel.bandwidth()]);
    let kernel = kernel.with_bandwidth(unit * kernel.bandwidth());
    R::HALF * curvature * kernel.variance(dim) / unit / unit
}

impl<R: Real> Convolution<R> for Quadratic<'_, R> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        kernel.check()
    }

    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.value_grad(params, grad, scratch) + raised(kernel, self.dim(), self.trace())
    }
}

impl<R: Real> Convolution<R> for DoubleWell<R> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        kernel.check()
    }

    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], _: &mut [R]) -> R {
        let (v, m) = (kernel.variance(self.dim()), kernel.fourth_moment(self.dim()));
        if !fits(self.dim(), [params.len(), grad.len()]) {
            return no_gradient(grad);
        }
        let (Some((x, others)), Some((g, other_grads))) = (params.split_first(), grad.split_first_mut())
        else {
            return R::INFINITY;
        };
        let (square, three) = (*x * *x, R::from_u32(3));
        // w² with w = x² − 1, and the contribution of the spread of x.
        let w = square - R::ONE;
        let wells = w * w + (R::TWO * (three * square - R::ONE) * v + m);
        *g = self.scale * *x * (w + three * v);
        let mut bowl = R::ZERO;
        for (g, x) in other_grads.iter_mut().zip(others) {
            bowl += *x * *x + v;
            *g = self.scale * *x;
        }
        self.scale * (R::HALF * R::HALF * wells + R::HALF * bowl)
    }
}

impl<R: Real> Convolution<R> for MonkeySaddle<R> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        kernel.check()
    }

    fn convolved_value_grad(&self, _: &Kernel<R>, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.value_grad(params, grad, scratch)
    }
}

impl<R: Real> Convolution<R> for RippledBowl<R> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        check_wave(kernel, self.dim())
    }

    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], _: &mut [R]) -> R {
        let Some(factor) = kernel.wave(self.wavenumber, self.dim()) else { return no_gradient(grad) };
        let raised = raised(kernel, self.dim(), self.curvature) * R::from_usize(self.dim());
        self.rippled(factor, params, grad) + raised
    }
}

impl<R: Real> Convolution<R> for EggCarton<R> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        check_wave(kernel, self.dim())
    }

    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], _: &mut [R]) -> R {
        let k = R::from_f64(core::f64::consts::TAU);
        let factor = match kernel.wave(k, self.dim()) {
            Some(factor) if fits(self.dim(), [params.len(), grad.len()]) => factor,
            _ => return no_gradient(grad),
        };
        let height = self.scale * factor;
        let mut value = R::ZERO;
        for (g, x) in grad.iter_mut().zip(params) {
            let angle = k * phase(*x);
            value += cos(angle);
            *g = -(height * k * sin(angle));
        }
        height * value
    }
}

impl<R: Real> Convolution<R> for GaussianMixture<'_, R> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        check_gaussian(kernel)
    }

    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], _: &mut [R]) -> R {
        let std_dev = match gaussian(kernel) {
            Some(std_dev) if fits(self.dim(), [params.len(), grad.len()]) => std_dev,
            _ => return no_gradient(grad),
        };
        let half_dim = R::HALF * R::from_usize(self.dim());
        let mut value = R::ZERO;
        grad.fill(R::ZERO);
        for (depth, centre, width) in self.each() {
            // In a unit in which neither square underflows or overflows.
            let unit = unit_scale(&[width, std_dev]);
            let (width, std_dev) = (unit * width, unit * std_dev);
            let square = width * width;
            let wider = square + std_dev * std_dev;
            let lowered = depth * exp(half_dim * ln(square / wider));
            let mut distance = R::ZERO;
            for (x, c) in params.iter().zip(centre) {
                let d = unit * (*x - *c);
                distance += d * d;
            }
            let well = -(self.scale * lowered * exp(-(R::HALF * distance / wider)));
            value += well;
            for ((g, x), c) in grad.iter_mut().zip(params).zip(centre) {
                *g -= well * (unit * (*x - *c)) / wider * unit;
            }
        }
        value
    }
}

impl<R: Real> Convolution<R> for MuellerBrown<R> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        check_gaussian(kernel)?;
        // The hill grows as exp(d²), so its mean over a wide Gaussian is infinite.
        let std_dev = kernel.bandwidth();
        let finite = std_dev * std_dev < R::HALF;
        ArgError::check_range("bandwidth", std_dev, finite, "below 1/√2, or the mean is infinite")
    }

    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], _: &mut [R]) -> R {
        let Some(std_dev) = gaussian(kernel) else { return no_gradient(grad) };
        value_grad(params, grad, |point| self.convolved_at(std_dev, point))
    }
}

impl<R: Real> MuellerBrown<R> {
    /// Computes the value and gradient of the convolution with a Gaussian.
    fn convolved_at(&self, std_dev: R, [x, y]: [R; 2]) -> (R, [R; 2]) {
        let variance = std_dev * std_dev;
        let (mut value, mut gx, mut gy) = (R::ZERO, R::ZERO, R::ZERO);
        for term in Self::quadratic_forms() {
            let [[m_xx, m_xy], [_, m_yy]] = term.m;
            let (trace, det) = (m_xx + m_yy, m_xx * m_yy - m_xy * m_xy);
            let spread = R::ONE + variance * (trace + variance * det); // det(I + s²M)
            // M (I + s²M)⁻¹ = (M + s² det(M) I) / det(I + s²M)
            let (b_xx, b_yy) = ((m_xx + variance * det) / spread, (m_yy + variance * det) / spread);
            let b_xy = m_xy / spread;
            let (dx, dy) = (x - term.centre[0], y - term.centre[1]);
            let (along_x, along_y) = (b_xx * dx + b_xy * dy, b_xy * dx + b_yy * dy);
            let bump = term.amplitude / sqrt(spread) * exp(-(R::HALF * (dx * along_x + dy * along_y)));
            value += bump;
            gx -= bump * along_x;
            gy -= bump * along_y;
        }
        (self.scale * value, [self.scale * gx, self.scale * gy])
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;

    use super::*;
    use crate::objective::{Convolved, check_grad, check_workspace_len};

    /// Five-point Gauss–Hermite nodes and weights for a standard normal distribution.
    const NODES: [(f64, f64); 5] = [
        (-2.856_970_013_872_806, 0.011_257_411_327_720_693),
        (-1.355_626_179_974_266, 0.222_075_922_005_612_64),
        (0.0, 0.533_333_333_333_333_3),
        (1.355_626_179_974_266, 0.222_075_922_005_612_64),
        (2.856_970_013_872_806, 0.011_257_411_327_720_693),
    ];

    fn smooth(f: &impl Convolution<f64>, kernel: Kernel<f64>, at: &[f64]) -> f64 {
        let smooth = Convolved::new(f, kernel).unwrap();
        smooth.value(at, &mut vec![f64::NAN; smooth.scratch_len()])
    }

    /// Polynomials of degree up to 9 are integrated exactly.
    #[test]
    fn polynomials_agree_with_quadrature() {
        let s = 0.3;
        let kernel = Kernel::Gaussian { std_dev: s };
        let spectrum = [2.0, -0.5];
        let quadratic = Quadratic::new(&spectrum).unwrap().reflected(&[1.0, 2.0]).unwrap();
        let wells = DoubleWell::new(2).unwrap();
        let at = [0.7, -1.1];
        for (name, f) in [
            ("quadratic", &quadratic as &dyn Convolution<f64>),
            ("double well", &wells),
            ("monkey saddle", &MonkeySaddle::default()),
        ] {
            let mut scratch = vec![0.0; f.scratch_len() + 2];
            let mut mean = 0.0;
            for (x, p) in NODES {
                for (y, q) in NODES {
                    mean += p * q * f.value(&[at[0] - s * x, at[1] - s * y], &mut scratch);
                }
            }
            let mut grad = [0.0; 2];
            let closed = f.convolved_value_grad(&kernel, &at, &mut grad, &mut scratch);
            assert!((closed - mean).abs() < 1e-13, "{name}: {closed} {mean}");
        }
    }

    /// The recorded value of the smoothed surface: s = 0.1 at (−0.5, 1).
    #[test]
    fn mueller_brown_has_the_recorded_value() {
        let value = smooth(&MuellerBrown::default(), Kernel::Gaussian { std_dev: 0.1 }, &[-0.5, 1.0]);
        assert!((value + 30.526_143_874_504_81).abs() < 1e-12, "{value}");
    }

    #[test]
    fn mixtures_widen_and_lose_depth() {
        let wells = GaussianMixture::new(2, &[0.0, 0.0], &[3.0], &[0.5]).unwrap();
        let value = smooth(&wells, Kernel::Gaussian { std_dev: 1.2 }, &[0.0, 0.0]);
        // n = 2: the depth falls by w² / (w² + s²) = 0.25 / 1.69.
        assert!((value + 3.0 * 0.25 / 1.69).abs() < 1e-14, "{value}");
    }

    /// At a bandwidth of zero, values are those of the surface; gradients are those of the values, and scales are
    /// factors.
    #[test]
    fn convolutions_are_consistent() {
        let spectrum = [2.0, -0.5];
        let (centres, depths, widths) = ([0.0, 0.5, 1.0, -1.0], [1.0, 2.0], [0.4, 0.9]);
        let quadratic = Quadratic::new(&spectrum).unwrap();
        let mixture = GaussianMixture::new(2, &centres, &depths, &widths).unwrap();
        let mut bowl = RippledBowl::new(2, 0.5, 0.6, 6.0).unwrap();
        bowl.phase = 0.9;
        let surfaces: [(&str, &dyn Convolution<f64>); 7] = [
            ("quadratic", &quadratic),
            ("wells", &DoubleWell::new(2).unwrap()),
            ("saddle", &MonkeySaddle::default()),
            ("bowl", &bowl),
            ("carton", &EggCarton::new(2).unwrap()),
            ("mixture", &mixture),
            ("Müller–Brown", &MuellerBrown::default()),
        ];
        let at = [-0.3, 0.8];
        for (name, f) in surfaces {
            let mut scratch = [0.0; 8];
            let mut grad = [0.0; 2];
            let still = Kernel::Gaussian { std_dev: 0.0 };
            let plain = f.value(&at, &mut scratch);
            let value = f.convolved_value_grad(&still, &at, &mut grad, &mut scratch);
            assert!((value - plain).abs() <= 1e-13 * plain.abs(), "{name}: {value} {plain}");
            for kernel in [
                Kernel::Gaussian { std_dev: 0.2 },
                Kernel::Cube { radius: 0.2 },
                Kernel::Ball { radius: 0.2 },
            ] {
                let Ok(smooth) = Convolved::new(f, kernel) else { continue };
                let mut workspace = vec![0.0; check_workspace_len(2, smooth.scratch_len())];
                let check = check_grad(&smooth, &at, &mut workspace).unwrap();
                assert!(check.error < 1e-8, "{name}, {kernel:?}: {check:?}");
            }
        }
    }

    #[test]
    fn kernels_without_a_closed_form_are_refused() {
        let refused = |f: &dyn Convolution<f64>, kernel| f.check_kernel(&kernel).unwrap_err().arg;
        let ball = Kernel::Ball { radius: 0.1 };
        assert_eq!(refused(&EggCarton::new(2).unwrap(), ball), "kernel");
        assert_eq!(refused(&RippledBowl::new(2, 1.0, 1.0, 1.0).unwrap(), ball), "kernel");
        assert!(RippledBowl::new(1, 1.0, 1.0, 1.0).unwrap().check_kernel(&ball).is_ok());
        let cube = Kernel::Cube { radius: 0.1 };
        assert_eq!(refused(&MuellerBrown::default(), cube), "kernel");
        assert_eq!(refused(&GaussianMixture::new(1, &[0.0], &[1.0], &[1.0]).unwrap(), cube), "kernel");
        assert_eq!(refused(&MuellerBrown::default(), Kernel::Gaussian { std_dev: 0.8 }), "bandwidth");
        for f in [&DoubleWell::new(1).unwrap() as &dyn Convolution<f64>, &MonkeySaddle::default()] {
            assert_eq!(refused(f, Kernel::Cube { radius: f64::NAN }), "bandwidth");
        }
    }
}
