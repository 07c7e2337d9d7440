//! Convolutions by sampling, with their standard errors.

use super::Displacement;
use crate::base::elementary::sqrt;
use crate::base::layout::{cut, total};
use crate::base::random::Rng;
use crate::base::refusal::refuse;
use crate::base::rows::copy;
use crate::base::vector::unit_scale;
use crate::{ArgError, Objective, Real};

/// The workspace layout of a [`SampledConvolution`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SampledConvolutionLayout {
    dim: usize,
    scratch: usize,
}

struct Parts<'w, R> {
    params: &'w mut [R],
    omega: &'w mut [R],
    point: &'w mut [R],
    grad: &'w mut [R],
    other: &'w mut [R],
    mean: &'w mut [R],
    scratch: &'w mut [R],
}

impl SampledConvolutionLayout {
    /// Creates the layout for `dim` parameters and an objective's `scratch`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self { dim, scratch }
    }

    /// Returns the required length.
    #[must_use]
    pub const fn len(self) -> usize {
        total([self.dim, self.dim, self.dim, self.dim, self.dim, self.dim, self.scratch])
    }

    /// Returns whether no memory is needed: no parameters and no scratch.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<Parts<'_, R>> {
        let ([params, omega, point, grad, other, mean], scratch) = cut(workspace, [self.dim; 6])?;
        Some(Parts { params, omega, point, grad, other, mean, scratch })
    }
}

/// The outcome of a step of a [`SampledConvolution`].
#[must_use = "a draw may have been refused"]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum SampledStep {
    /// One draw was added.
    Added,
    /// The objective or its gradient was not finite at a displaced point; the draw was not added.
    NotFinite,
    /// The workspace has changed length; nothing was done.
    MemoryChanged,
}

/// An estimate of a convolution `E f(θ − ω)` and of its gradient, from draws of ω.
///
/// A symmetric distribution is sampled in pairs ±ω (antithetic variates). The odd parts of f cancel, so the
/// gradient of a quadratic is exact after one step. The running means follow Welford (1962):
///
/// ```text
/// m ← m + (z − m)/n,    S ← S + (z − m_old)(z − m),    standard error √(S / (n (n − 1)))
/// ```
///
/// where z is the mean over a pair. The standard error of the gradient is the length of the vector of its
/// components' errors, `√(Σᵢ Var gᵢ / n)`.
///
/// # Cost
/// A step is two gradients for a symmetric distribution and one for any other.
///
/// ```
/// use losscape::base::kernel::Kernel;
/// use losscape::base::random::stream;
/// use losscape::models::surfaces::DoubleWell;
/// use losscape::smoothing::{SampledConvolution, SampledConvolutionLayout, SampledStep};
/// let f = DoubleWell::<f64>::new(1)?;
/// let workspace = [0.0; SampledConvolutionLayout::new(1, 0).len()];
/// let mut smooth = SampledConvolution::new(&f, &[0.5], workspace)?;
/// let (mut kernel, mut rng) = (Kernel::Gaussian { std_dev: 0.5 }, stream(1, 0));
/// for _ in 0..10_000 {
///     assert_eq!(smooth.step(&f, &mut kernel, &mut rng), SampledStep::Added);
/// }
/// // ∂ₓ ¼ E((x − ω)² − 1)² = x (x² + 3 s² − 1) = 0 at x = s = ½.
/// assert!(smooth.grad()[0].abs() < 4.0 * smooth.grad_error());
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SampledConvolution<R: Real, W> {
    layout: SampledConvolutionLayout,
    workspace: W,
    count: u32,
    value: R,
    value_squares: R,
    grad_squares: R,
    /// Powers of two that scale the squares in the sums, so that they neither vanish nor overflow.
    units: [R; 2],
}

impl<R: Real, W: AsRef<[R]> + AsMut<[R]>> SampledConvolution<R, W> {
    /// Creates an estimate at `params` with no draws.
    ///
    /// # Errors
    /// [`ArgError`] naming `params` (length other than the objective's, not finite) or `workspace` (too short).
    pub fn new(
        objective: &(impl Objective<R> + ?Sized),
        params: &[R],
        workspace: W,
    ) -> Result<Self, ArgError> {
        ArgError::check_len("params", objective.dim(), params.len())?;
        ArgError::check_finite("params", params)?;
        let layout = SampledConvolutionLayout::new(objective.dim(), objective.scratch_len());
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        let mut estimate = Self {
            layout,
            workspace,
            count: 0,
            value: R::ZERO,
            value_squares: R::ZERO,
            grad_squares: R::ZERO,
            units: [R::ONE; 2],
        };
        estimate.move_to(params);
        Ok(estimate)
    }

    /// Starts over at another point.
    ///
    /// If `params` has the wrong length, every later step returns [`NotFinite`](SampledStep::NotFinite).
    pub fn move_to(&mut self, params: &[R]) {
        if let Some(parts) = self.layout.split(self.workspace.as_mut()) {
            if params.len() == parts.params.len() {
                copy(params, parts.params);
            } else {
                refuse(parts.params);
            }
            parts.mean.fill(R::ZERO);
        }
        (self.count, self.value, self.value_squares, self.grad_squares) = (0, R::ZERO, R::ZERO, R::ZERO);
    }

    /// Adds one draw of `law`: a pair ±ω, if the distribution is symmetric.
    pub fn step<D, G>(
        &mut self,
        objective: &(impl Objective<R> + ?Sized),
        law: &mut D,
        rng: &mut G,
    ) -> SampledStep
    where
        D: Displacement<R>,
        G: Rng + ?Sized,
    {
        let Some(p) = self.layout.split(self.workspace.as_mut()) else { return SampledStep::MemoryChanged };
        law.draw(rng, p.omega, p.scratch);
        displace(p.params, p.omega, |x, omega| x - omega, p.point);
        let mut value = objective.value_grad(p.point, p.grad, p.scratch);
        if D::SYMMETRIC {
            displace(p.params, p.omega, |x, omega| x + omega, p.point);
            value = R::HALF * (value + objective.value_grad(p.point, p.other, p.scratch));
            for (g, other) in p.grad.iter_mut().zip(p.other.iter()) {
                *g = R::HALF * (*g + *other);
            }
        }
        let mut sums = (value - self.value, R::ZERO);
        let n = R::from_u32(self.count.saturating_add(1));
        let value_unit = if self.value_squares > R::ZERO { self.units[0] } else { unit_scale(&[value]) };
        let grad_unit = if self.grad_squares > R::ZERO { self.units[1] } else { unit_scale(p.grad) };
        for (g, mean) in p.grad.iter().zip(p.mean.iter()) {
            let away = *g - *mean;
            sums.1 += (grad_unit * away) * (grad_unit * (*g - (*mean + away / n)));
        }
        if !(sums.0.is_finite() && sums.1.is_finite()) {
            return SampledStep::NotFinite;
        }
        self.count = self.count.saturating_add(1);
        self.value += sums.0 / n;
        self.units = [value_unit, grad_unit];
        self.value_squares += (value_unit * sums.0) * (value_unit * (value - self.value));
        self.grad_squares += sums.1;
        for (g, mean) in p.grad.iter().zip(p.mean.iter_mut()) {
            *mean += (*g - *mean) / n;
        }
        SampledStep::Added
    }

    /// Returns the number of draws so far; a pair counts as one.
    #[must_use]
    pub const fn count(&self) -> u32 {
        self.count
    }

    /// Returns the estimate of `E f(θ − ω)`; zero before the first draw.
    #[must_use]
    pub const fn value(&self) -> R {
        self.value
    }

    /// Returns the standard error of the value; infinite for fewer than two draws.
    #[must_use]
    pub fn value_error(&self) -> R {
        self.error(self.value_squares, self.units[0])
    }

    /// Returns the estimate of the gradient.
    #[must_use]
    pub fn grad(&self) -> &[R] {
        let dim = self.layout.dim;
        self.workspace.as_ref().get(5 * dim..6 * dim).unwrap_or_default()
    }

    /// Returns the standard error of the gradient, as a length; infinite for fewer than two draws.
    #[must_use]
    pub fn grad_error(&self) -> R {
        self.error(self.grad_squares, self.units[1])
    }

    fn error(&self, squares: R, unit: R) -> R {
        if self.count < 2 {
            return R::INFINITY;
        }
        let n = R::from_u32(self.count);
        sqrt(squares / (n * (n - R::ONE))) / unit
    }
}

fn displace<R: Real>(params: &[R], omega: &[R], by: impl Fn(R, R) -> R, point: &mut [R]) {
    for ((to, x), omega) in point.iter_mut().zip(params).zip(omega) {
        *to = by(*x, *omega);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::kernel::Kernel;
    use crate::base::random::stream;
    use crate::models::data::{Dataset, Targets};
    use crate::models::mlp::{Loss, Mlp, MlpObjective};
    use crate::models::surfaces::{DoubleWell, Quadratic};
    use crate::objective::{Convolution, SampledObjective};
    use crate::smoothing::MinibatchNoise;

    /// The gradient of a quadratic is exact after a single pair.
    #[test]
    fn pairs_cancel_the_odd_part() {
        let f = Quadratic::new(&[3.0, -1.0]).unwrap();
        let mut smooth = SampledConvolution::new(&f, &[0.5, 2.0], [0.0; 16]).unwrap();
        let mut kernel = Kernel::Ball { radius: 0.7 };
        assert_eq!(smooth.grad_error(), f64::INFINITY);
        assert_eq!(smooth.step(&f, &mut kernel, &mut stream(1, 0)), SampledStep::Added);
        assert!((smooth.grad()[0] - 1.5).abs() < 1e-15 && (smooth.grad()[1] + 2.0).abs() < 1e-15);
    }

    /// The closed form lies within the stated error: 20 estimates, 2 standard errors in all but 3.
    #[test]
    fn errors_are_honest() {
        let f = DoubleWell::<f64>::new(2).unwrap();
        let (mut value_misses, mut grad_misses) = (0, 0);
        for seed in 0..20 {
            let mut rng = stream(seed, 0);
            for mut kernel in [Kernel::Gaussian { std_dev: 0.4 }, Kernel::Cube { radius: 0.4 }] {
                let at = [0.9, -0.3];
                let mut smooth = SampledConvolution::new(&f, &at, [0.0; 12]).unwrap();
                for _ in 0..400 {
                    assert_eq!(smooth.step(&f, &mut kernel, &mut rng), SampledStep::Added);
                }
                let mut grad = [0.0; 2];
                let value = f.convolved_value_grad(&kernel, &at, &mut grad, &mut []);
                let away = smooth.grad()[0] - grad[0];
                value_misses += usize::from((smooth.value() - value).abs() > 2.0 * smooth.value_error());
                grad_misses += usize::from(away.abs() > 2.0 * smooth.grad_error());
            }
        }
        assert!((1..=6).contains(&value_misses) || value_misses == 0, "{value_misses} of 40");
        assert!(grad_misses <= 6, "{grad_misses} of 40");
    }

    /// The noise has mean zero and variance η² D / b.
    #[test]
    fn noise_of_minibatches_has_the_covariance_of_the_samples() {
        let (inputs, targets) = ([0.0f64, 1.0, 2.0, 5.0], [1.0, -1.0, 0.5, 2.0]);
        let data = Dataset::new(&inputs, 1, Targets::Values(&targets)).unwrap();
        let net = Mlp::new(&[1, 1]).unwrap();
        let f = MlpObjective::new(net, Loss::MeanSquaredError, data, 0.0).unwrap();
        let params = [0.3, -0.2];
        let mut scratch = std::vec![0.0; f.scratch_len()];
        let mut grad = [0.0; 2];
        f.value_grad(&params, &mut grad, &mut scratch);
        // D of the bias is the variance of the residuals.
        let (mut mean, mut square) = (0.0, 0.0);
        for (x, y) in inputs.iter().zip(targets) {
            let r = 0.3 * x - 0.2 - y;
            mean += r / 4.0;
            square += r * r / 4.0;
        }
        let (rate, mut batch) = (0.5, [0; 2]);
        let wanted = rate * rate * (square - mean * mean) / 2.0;
        let mut noise = MinibatchNoise::new(&f, rate, &params, &grad, &mut batch).unwrap();
        let (mut rng, mut omega, n) = (stream(3, 0), [0.0; 2], 20_000);
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..n {
            noise.draw(&mut rng, &mut omega, &mut scratch);
            sum += omega[1] / f64::from(n);
            squares += omega[1] * omega[1] / f64::from(n);
        }
        assert!(sum.abs() < 4.0 * sqrt(wanted / f64::from(n)), "{sum}");
        assert!((squares / wanted - 1.0).abs() < 0.05, "{squares} {wanted}");
        let refused = |rate, batch: &mut [u32]| {
            MinibatchNoise::new(&f, rate, &params, &grad, batch).map(|_| ()).unwrap_err().arg
        };
        assert_eq!(refused(-1.0, &mut [0]), "learning_rate");
        assert_eq!(refused(1.0, &mut []), "batch");
        assert_eq!(f.samples(), 4);
    }

    extern crate std;
    use std::vec::Vec;

    #[test]
    fn memory_that_changes_and_values_that_overflow_are_noticed() {
        let f = DoubleWell::<f32>::new(1).unwrap();
        let mut kernel = Kernel::Gaussian { std_dev: 1e30 };
        let mut smooth = SampledConvolution::new(&f, &[0.0], std::vec![0.0; 6]).unwrap();
        assert_eq!(smooth.step(&f, &mut kernel, &mut stream(1, 0)), SampledStep::NotFinite);
        assert_eq!((smooth.count(), smooth.value(), smooth.grad()), (0, 0.0, &[0.0][..]));
        smooth.workspace.truncate(3);
        assert_eq!(smooth.step(&f, &mut kernel, &mut stream(1, 0)), SampledStep::MemoryChanged);
        let short = SampledConvolution::new(&f, &[0.0], Vec::<f32>::new());
        assert_eq!(short.unwrap_err().arg, "workspace");
        assert_eq!(SampledConvolution::new(&f, &[0.0; 2], [0.0; 12]).unwrap_err().arg, "params");
    }
}
