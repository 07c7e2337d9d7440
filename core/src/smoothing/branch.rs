//! Tracking of a minimum as the bandwidth grows, until it merges or vanishes.

use crate::base::kernel::Kernel;
use crate::base::real::cube_root_of_epsilon;
use crate::base::vector::{distance, norm, unit_scale};
use crate::objective::Convolution;
use crate::{ArgError, Real, Reason};

/// The configuration of a [`Branch`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BranchConfig<R: Real = f32> {
    /// The first bandwidth.
    pub from: R,
    /// The last bandwidth, at which the branch is reported alive.
    pub until: R,
    /// The longest step in bandwidth, at least the type's ε times `until`.
    pub step: R,
    /// The tolerance to which the bandwidth at which the minimum vanishes is located.
    pub tolerance: R,
    /// A length over which the surface changes, 1 for the surfaces of this crate. Derivatives are differences
    /// over `ε^⅓` times this length, and a minimum moves by at most a quarter of it in a step.
    pub length: R,
}

/// The maximum number of Newton iterations per step.
const ITERATIONS: u32 = 24;

/// The outcome of a step of a [`Branch`].
#[must_use = "the branch may have ended"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum BranchStep<R: Real = f32> {
    /// The minimum was found again at a larger bandwidth.
    Followed {
        /// The new bandwidth.
        bandwidth: R,
    },
    /// The step was too long; the next one is half as long.
    Shortened,
    /// The minimum has lost its curvature: it meets a saddle and vanishes at a bandwidth between the two
    /// given here.
    Ended {
        /// The last bandwidth at which the minimum was found.
        last: R,
        /// A bandwidth at which it was not found.
        lost: R,
    },
    /// The last bandwidth was reached.
    Alive,
}

/// Follows a minimum in one or two dimensions over increasing bandwidths by Newton's method.
///
/// A step starts from the last minimum and tries the next bandwidth. The step is accepted if every iterate
/// has a positive definite Hessian (from central differences of the convolved gradient), so that the branch
/// does not jump to a neighbouring minimum; otherwise it is halved. Where a minimum meets a saddle, the
/// smallest eigenvalue falls as the square root of the remaining bandwidth, and the steps shrink with it.
/// Where two mirror images and the saddle between them merge into one minimum, the branch continues along
/// that minimum.
///
/// # Cost
/// A step is at most 24 Newton iterations of 3 or 5 gradients.
///
/// ```
/// use losscape::base::kernel::Kernel;
/// use losscape::models::surfaces::MuellerBrown;
/// use losscape::smoothing::{Branch, BranchConfig, BranchStep};
/// let f = MuellerBrown::<f64>::default();
/// let [_, _, shallow] = MuellerBrown::<f64>::MINIMA;
/// let config = BranchConfig { from: 0.0, until: 0.5, step: 0.01, tolerance: 1e-11, length: 1.0 };
/// let mut branch = Branch::new(&f, Kernel::Gaussian { std_dev: 0.0 }, config, &shallow)?;
/// let lost = loop {
///     if let BranchStep::Ended { lost, .. } = branch.step(&f) {
///         break lost;
///     }
/// };
/// assert!((lost - 0.1324873619).abs() < 1e-9);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Branch<R: Real = f32> {
    kernel: Kernel<R>,
    config: BranchConfig<R>,
    dim: usize,
    at: [R; 2],
    bandwidth: R,
    step: R,
}

impl<R: Real> Branch<R> {
    /// Creates a branch that starts near `params` at the bandwidth `config.from`; `kernel` gives the shape.
    ///
    /// # Errors
    /// [`ArgError`] naming `objective` (not one or two parameters, or too much scratch), `params` (wrong
    /// length, not finite, or [no minimum nearby](Reason::NotConverged)), a field of the configuration, or
    /// the kernel if the objective does not support it.
    pub fn new(
        f: &(impl Convolution<R> + ?Sized),
        kernel: Kernel<R>,
        config: BranchConfig<R>,
        params: &[R],
    ) -> Result<Self, ArgError> {
        let dim = f.dim();
        ArgError::check_count("objective", dim)?;
        ArgError::check_index("objective", dim, 3)?;
        ArgError::check_index("objective", f.scratch_len(), SCRATCH + 1)?;
        ArgError::check_len("params", dim, params.len())?;
        ArgError::check_finite("params", params)?;
        ArgError::check_non_negative("from", config.from)?;
        let ascending = config.until.is_finite() && config.until > config.from;
        ArgError::check_range("until", config.until, ascending, "finite and above `from`")?;
        ArgError::check_positive("step", config.step)?;
        // With a smaller step, bandwidths near the end would not change, and the loop would never end.
        let changes = config.step >= R::EPSILON * config.until;
        ArgError::check_range("step", config.step, changes, "at least `until` times the type's ε")?;
        ArgError::check_positive("tolerance", config.tolerance)?;
        ArgError::check_positive("length", config.length)?;
        f.check_kernel(&kernel.with_bandwidth(config.from))?;
        let mut at = [R::ZERO; 2];
        for (to, x) in at.iter_mut().zip(params) {
            *to = *x;
        }
        let mut branch = Self { kernel, config, dim, at, bandwidth: config.from, step: config.step };
        branch.at = branch.minimum(f, config.from).ok_or(ArgError::new("params", Reason::NotConverged))?;
        Ok(branch)
    }

    /// Advances to a larger bandwidth, or shortens the step.
    pub fn step(&mut self, f: &(impl Convolution<R> + ?Sized)) -> BranchStep<R> {
        if self.bandwidth >= self.config.until {
            return BranchStep::Alive;
        }
        let next = (self.bandwidth + self.step).or_smaller(self.config.until);
        if f.dim() == self.dim
            && f.scratch_len() <= SCRATCH
            && f.check_kernel(&self.kernel.with_bandwidth(next)).is_ok()
            && let Some(at) = self.minimum(f, next)
        {
            (self.at, self.bandwidth) = (at, next);
            self.step = (self.step * R::TWO).or_smaller(self.config.step);
            return BranchStep::Followed { bandwidth: next };
        }
        self.step *= R::HALF;
        // A step that no longer changes the bandwidth has located the loss to the last bit.
        if self.step < self.config.tolerance || self.bandwidth + self.step <= self.bandwidth {
            return BranchStep::Ended { last: self.bandwidth, lost: next };
        }
        BranchStep::Shortened
    }

    /// Returns the minimum at the current bandwidth.
    #[must_use]
    pub fn params(&self) -> &[R] {
        self.at.get(..self.dim).unwrap_or(&self.at)
    }

    /// Returns the current bandwidth.
    #[must_use]
    pub const fn bandwidth(&self) -> R {
        self.bandwidth
    }

    /// Finds the minimum by Newton's method from the last one; `None` if an iterate leaves the convex region
    /// or moves too far.
    fn minimum(&self, f: &(impl Convolution<R> + ?Sized), bandwidth: R) -> Option<[R; 2]> {
        let kernel = self.kernel.with_bandwidth(bandwidth);
        let root = cube_root_of_epsilon::<R>();
        let h = self.config.length * root;
        let reach = self.config.length * R::HALF * R::HALF;
        let close = self.config.length * R::EPSILON * R::from_u32(64);
        let nearly = h * root * R::from_u32(1024);
        let mut at = self.at;
        let mut last = R::INFINITY;
        for _ in 0..ITERATIONS {
            let mut g = self.grad(f, &kernel, at)?;
            let mut hess = [[R::ZERO, R::ZERO], [R::ZERO, R::ONE]];
            for i in 0..self.dim {
                let (mut above, mut below) = (at, at);
                above[i] += h;
                below[i] -= h;
                let (above, below) = (self.grad(f, &kernel, above)?, self.grad(f, &kernel, below)?);
                for j in 0..self.dim {
                    hess[i][j] = (above[j] - below[j]) / (R::TWO * h);
                }
            }
            // Products of curvatures vanish or overflow before the curvatures do.
            let unit = unit_scale(hess.as_flattened());
            hess.as_flattened_mut().iter_mut().chain(&mut g).for_each(|x| *x *= unit);
            let across = R::HALF * (hess[0][1] + hess[1][0]);
            let det = hess[0][0] * hess[1][1] - across * across;
            if !(hess[0][0] > R::ZERO && det > R::ZERO) {
                return None;
            }
            let step = [(hess[1][1] * g[0] - across * g[1]) / det, (hess[0][0] * g[1] - across * g[0]) / det];
            at = [at[0] - step[0], at[1] - step[1]];
            let moved = distance(&at, &self.at);
            if moved.is_nan() || moved > reach {
                return None;
            }
            let length = norm(&step);
            // Converged, or at the limit of rounding, where the steps no longer shrink.
            if length <= close || (length <= nearly && length >= last) {
                return Some(at);
            }
            last = length;
        }
        None
    }

    /// Returns the convolved gradient, with zeros beyond the dimension.
    fn grad(&self, f: &(impl Convolution<R> + ?Sized), kernel: &Kernel<R>, at: [R; 2]) -> Option<[R; 2]> {
        let mut grad = [R::ZERO; 2];
        let value = f.convolved_value_grad(
            kernel,
            at.get(..self.dim)?,
            grad.get_mut(..self.dim)?,
            &mut [R::ZERO; SCRATCH],
        );
        (value.is_finite() && grad[0].is_finite() && grad[1].is_finite()).then_some(grad)
    }
}

/// Scratch on the stack, for surfaces and quadratures of one or two parameters.
const SCRATCH: usize = 16;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::elementary::sqrt;
    use crate::models::surfaces::{DoubleWell, MuellerBrown, RippledBowl};

    fn end<R: Real>(
        f: &impl Convolution<R>,
        config: BranchConfig<R>,
        from: &[R],
    ) -> (BranchStep<R>, Branch<R>, u32) {
        let kernel = Kernel::Gaussian { std_dev: R::ZERO };
        let mut branch = Branch::new(f, kernel, config, from).unwrap();
        for steps in 0..2000 {
            match branch.step(f) {
                BranchStep::Followed { .. } | BranchStep::Shortened => (),
                ended => return (ended, branch, steps),
            }
        }
        panic!("no end");
    }

    const CONFIG: BranchConfig<f64> =
        BranchConfig { from: 0.0, until: 0.5, step: 0.01, tolerance: 1e-11, length: 1.0 };

    /// Checks the recorded bandwidths and places; the deepest minimum survives.
    #[test]
    fn minima_of_mueller_brown_vanish_where_recorded() {
        let f = MuellerBrown::<f64>::default();
        let [deepest, second, shallow] = MuellerBrown::<f64>::MINIMA;
        for (from, recorded, place) in
            [(shallow, 0.132_487_361_9, [0.0836, 0.3705]), (second, 0.389_539_375_3, [-0.1678, 0.4305])]
        {
            let (ended, branch, _) = end(&f, CONFIG, &from);
            let BranchStep::Ended { last, lost } = ended else { panic!("{ended:?}") };
            assert!((last - recorded).abs() < 1e-9 && (lost - recorded).abs() < 1e-9, "{last} {lost}");
            let [x, y] = [branch.params()[0], branch.params()[1]];
            assert!((x - place[0]).abs() < 1e-3 && (y - place[1]).abs() < 1e-3, "{x} {y}");
        }
        assert_eq!(end(&f, CONFIG, &deepest).0, BranchStep::Alive);
    }

    /// x² = 1 − 3 s² until both wells merge into one at s = 1/√3.
    #[test]
    fn wells_merge() {
        let f = DoubleWell::<f64>::new(1).unwrap();
        let config = BranchConfig { until: 0.9, ..CONFIG };
        let mut branch = Branch::new(&f, Kernel::Gaussian { std_dev: 0.0 }, config, &[1.0]).unwrap();
        while branch.step(&f) != BranchStep::Alive {
            let left = 1.0 - 3.0 * branch.bandwidth() * branch.bandwidth();
            let place = if left > 0.0 { sqrt(left) } else { 0.0 };
            assert!((branch.params()[0] - place).abs() < 1e-6, "{branch:?}");
        }
    }

    /// The bandwidth is the same at any height of the surface, in single precision within its resolution.
    #[test]
    fn heights_and_types_do_not_matter() {
        for scale in [1e-30, 1e30] {
            let f = MuellerBrown { scale };
            let (ended, ..) = end(&f, CONFIG, &MuellerBrown::<f64>::MINIMA[2]);
            let BranchStep::Ended { last, .. } = ended else { panic!("{ended:?}") };
            assert!((last - 0.132_487_361_9).abs() < 1e-9, "{last}");
        }
        // The last dip of a bowl to vanish, besides the one that survives.
        fn last_dip<R: Real>(tolerance: f64) -> f64 {
            let [curvature, amplitude, wavenumber] = [0.5, 0.6, 6.0].map(R::from_f64);
            let mut f = RippledBowl::new(1, curvature, amplitude, wavenumber).unwrap();
            f.phase = R::from_f64(0.9);
            let [from, until, step, length] = [0.0, 1.0, 0.02, 0.5].map(R::from_f64);
            let config = BranchConfig { from, until, step, tolerance: R::from_f64(tolerance), length };
            let (ended, ..) = end(&f, config, &[R::from_f64(-0.66)]);
            let BranchStep::Ended { last, .. } = ended else { panic!("{ended:?}") };
            last.to_f64()
        }
        let [double, single] = [last_dip::<f64>(1e-10), last_dip::<f32>(1e-4)];
        assert!((double - single).abs() < 1e-3 && double < 0.457, "{double} {single}");
    }

    #[test]
    fn bad_arguments_are_named() {
        let f = MuellerBrown::<f64>::default();
        let refused = |config, from: &[f64]| {
            Branch::new(&f, Kernel::Gaussian { std_dev: 0.0 }, config, from).unwrap_err().arg
        };
        let start = MuellerBrown::<f64>::MINIMA[0];
        assert_eq!(refused(CONFIG, &[0.0]), "params");
        assert_eq!(refused(CONFIG, &[-0.82, 0.62]), "params", "a saddle");
        assert_eq!(refused(BranchConfig { step: 0.0, ..CONFIG }, &start), "step");
        // Half a unit in the last place of bandwidths near the end; adding this step would not change them.
        assert_eq!(refused(BranchConfig { step: f64::EPSILON / 8.0, ..CONFIG }, &start), "step");
        assert_eq!(refused(BranchConfig { until: 0.0, ..CONFIG }, &start), "until");
        assert_eq!(refused(BranchConfig { from: 0.9, until: 1.0, ..CONFIG }, &start), "bandwidth");
        let three = DoubleWell::<f64>::new(3).unwrap();
        let kernel = Kernel::Gaussian { std_dev: 0.0 };
        assert_eq!(Branch::new(&three, kernel, CONFIG, &[1.0, 0.0, 0.0]).unwrap_err().arg, "objective");
    }
}
