//! Convolutions by quadrature, for any function of one or two parameters.

use crate::base::elementary::{cos, exp, ln, sqrt};
use crate::base::kernel::Kernel;
use crate::base::refusal::refuse;
use crate::objective::Convolution;
use crate::{ArgError, Objective, Real, Reason};

/// The maximum number of parameters; the nodes are products of those along each.
const MOST: usize = 2;

/// An objective convolved by quadrature, with N nodes along each of one or two parameters.
///
/// The nodes are Gauss–Hermite for a Gaussian and Gauss–Legendre for a cube:
///
/// ```text
/// f_K(θ) = Σᵢ wᵢ f(θ − s xᵢ),    exact for polynomials of degree 2N − 1 and less
/// ```
///
/// Functions that vary within a bandwidth need more nodes: for a Gaussian, a ripple cos(k x) is accurate to
/// rounding for N of at least about `(k s)²/2 + 10`.
///
/// # Cost
/// A value or gradient costs N or N² gradients. Construction computes the nodes by N/2 Newton iterations.
///
/// ```
/// use losscape::base::kernel::Kernel;
/// use losscape::models::surfaces::MuellerBrown;
/// use losscape::objective::Convolution;
/// use losscape::smoothing::Quadrature;
/// let f = MuellerBrown::<f64>::default();
/// let smooth: Quadrature<_, f64, 16> = Quadrature::new(&f)?;
/// let (kernel, mut grad, mut scratch) = (Kernel::Gaussian { std_dev: 0.1 }, [0.0; 2], [0.0; 4]);
/// let value = smooth.convolved_value_grad(&kernel, &[-0.5, 1.0], &mut grad, &mut scratch);
/// assert!((value + 30.52614387450481).abs() < 1e-12); // from the closed form
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Quadrature<'a, F: ?Sized, R: Real, const N: usize> {
    objective: &'a F,
    hermite: [(R, R); N],
    legendre: [(R, R); N],
}

impl<'a, R: Real, F: Objective<R> + ?Sized, const N: usize> Quadrature<'a, F, R, N> {
    /// Computes the nodes for an objective.
    ///
    /// # Errors
    /// [`ArgError`] naming `objective` (not one or two parameters) or `nodes` (N not from 1 to 64).
    pub fn new(objective: &'a F) -> Result<Self, ArgError> {
        ArgError::check_count("objective", objective.dim())?;
        ArgError::check_index("objective", objective.dim(), MOST + 1)?;
        ArgError::check_count("nodes", N)?;
        ArgError::check_index("nodes", N, 65)?;
        let cast = |(x, w)| (R::from_f64(x), R::from_f64(w));
        Ok(Self { objective, hermite: hermite().map(cast), legendre: legendre().map(cast) })
    }

    /// Returns the nodes for a bandwidth of one, in ascending order, with weights that sum to one; `None` for
    /// a ball in the plane.
    fn nodes(&self, kernel: &Kernel<R>) -> Option<&[(R, R); N]> {
        match kernel {
            Kernel::Gaussian { .. } => Some(&self.hermite),
            Kernel::Ball { .. } if self.objective.dim() > 1 => None,
            Kernel::Cube { .. } | Kernel::Ball { .. } => Some(&self.legendre),
        }
    }
}

impl<R: Real, F: Objective<R> + ?Sized, const N: usize> Objective<R> for Quadrature<'_, F, R, N> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }

    /// Returns the objective's scratch length, plus room for a point and a gradient.
    fn scratch_len(&self) -> usize {
        self.objective.scratch_len().saturating_add(2 * MOST)
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        self.objective.value(params, scratch)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.objective.value_grad(params, grad, scratch)
    }
}

impl<R: Real, F: Objective<R> + ?Sized, const N: usize> Convolution<R> for Quadrature<'_, F, R, N> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        kernel.check()?;
        match self.nodes(kernel) {
            Some(_) => Ok(()),
            None => Err(ArgError::new("kernel", Reason::Kernel { takes: "a Gaussian or a cube" })),
        }
    }

    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        let dim = self.dim();
        let parts = scratch.split_at_mut_checked(2 * MOST).and_then(|(own, scratch)| {
            let (point, at_point) = own.split_at_mut(MOST);
            Some((point.get_mut(..dim)?, at_point.get_mut(..dim)?, scratch))
        });
        let fits = params.len() == dim && grad.len() == dim;
        let (Some(nodes), Some((point, at_point, scratch)), true) = (self.nodes(kernel), parts, fits) else {
            refuse(grad);
            return R::INFINITY;
        };
        let width = kernel.bandwidth();
        grad.fill(R::ZERO);
        let mut value = R::ZERO;
        let one = [(R::ZERO, R::ONE)];
        let second: &[(R, R)] = if dim == 1 { &one } else { nodes };
        for &(y, q) in second {
            for &(x, p) in nodes {
                for ((to, from), node) in point.iter_mut().zip(params).zip([x, y]) {
                    *to = *from - width * node;
                }
                let weight = p * q;
                value += weight * self.objective.value_grad(point, at_point, scratch);
                for (g, at) in grad.iter_mut().zip(at_point.iter()) {
                    *g += weight * *at;
                }
            }
        }
        value
    }
}

/// The number of Newton iterations per node; three to five suffice from these first guesses.
const ITERATIONS: usize = 12;

/// Computes the nodes and weights of the standard normal distribution: zeros of the orthonormal Hermite
/// polynomial of degree N, with the recurrence `h_{j+1} = (x h_j − √j h_{j−1}) / √(j + 1)`, and weights
/// `1 / (N h_{N−1}²)` (Abramowitz & Stegun 1964, 25.4.46).
fn hermite<const N: usize>() -> [(f64, f64); N] {
    let n = f64_of(N);
    let power = |x: f64, p: f64| exp(p * ln(x));
    let mut found = [(0.0, 0.0); N];
    let mut x = 0.0;
    // From the largest zero down, with the first guesses of Press et al. (2007), section 4.6, for the
    // physicists' polynomials.
    for i in 0..N.div_ceil(2) {
        let before = |k: usize| found[N - 1 - (i - k)].0;
        x = core::f64::consts::SQRT_2
            * match i {
                0 => sqrt(2.0 * n + 1.0) - 1.85575 * power(2.0 * n + 1.0, -1.0 / 6.0),
                1 => x / core::f64::consts::SQRT_2 * (1.0 - 1.14 * power(n, 0.426) / (x * x / 2.0)),
                2 => (1.86 * x - 0.86 * before(2)) / core::f64::consts::SQRT_2,
                3 => (1.91 * x - 0.91 * before(2)) / core::f64::consts::SQRT_2,
                _ => (2.0 * x - before(2)) / core::f64::consts::SQRT_2,
            };
        if 2 * i + 1 == N {
            x = 0.0;
        }
        let mut slope = 1.0;
        for _ in 0..ITERATIONS {
            let (mut here, mut last) = (1.0, 0.0);
            for j in 0..N {
                let j = f64_of(j);
                (here, last) = ((x * here - sqrt(j) * last) / sqrt(j + 1.0), here);
            }
            slope = last; // h_N′ = √N h_{N−1}
            x -= here / (sqrt(n) * last);
        }
        let weight = 1.0 / (n * slope * slope);
        found[N - 1 - i] = (x, weight);
        found[i] = (-x, weight);
    }
    found
}

/// Computes the nodes and weights of the uniform distribution on [−1, 1]: zeros of the Legendre polynomial of
/// degree N, and weights `1 / ((1 − x²) P_N′(x)²)` (Abramowitz & Stegun 1964, 25.4.29, halved).
fn legendre<const N: usize>() -> [(f64, f64); N] {
    let n = f64_of(N);
    let mut found = [(0.0, 0.0); N];
    for i in 0..N.div_ceil(2) {
        let mut x = cos(core::f64::consts::PI * (f64_of(i) + 0.75) / (n + 0.5));
        if 2 * i + 1 == N {
            x = 0.0;
        }
        let mut slope = 1.0;
        for _ in 0..ITERATIONS {
            let (mut here, mut last) = (1.0, 0.0);
            for j in 0..N {
                let j = f64_of(j);
                (here, last) = (((2.0 * j + 1.0) * x * here - j * last) / (j + 1.0), here);
            }
            slope = n * (x * here - last) / (x * x - 1.0);
            x -= here / slope;
        }
        let weight = 1.0 / ((1.0 - x * x) * slope * slope);
        found[N - 1 - i] = (x, weight);
        found[i] = (-x, weight);
    }
    found
}

fn f64_of(n: usize) -> f64 {
    <f64 as Real>::from_usize(n)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::surfaces::{DoubleWell, RippledBowl};

    fn moment(nodes: &[(f64, f64)], degree: usize) -> f64 {
        let mut sum = 0.0;
        for (x, w) in nodes {
            let mut power = *w;
            for _ in 0..degree {
                power *= x;
            }
            sum += power;
        }
        sum
    }

    /// Moments up to degree 2N − 1 are exact: 1, 1, 3, 15, … for the normal distribution, 1/(m + 1) for the
    /// uniform one.
    fn check_moments<const N: usize>() {
        let (normal, uniform) = (hermite::<N>(), legendre::<N>());
        assert!(normal.is_sorted() && uniform.is_sorted(), "{N}: ascending, each node once");
        let mut double_factorial = 1.0;
        for m in (0..(2 * N).min(24)).step_by(2) {
            let (of_normal, of_uniform) = (moment(&normal, m), moment(&uniform, m));
            assert!((of_normal / double_factorial - 1.0).abs() < 2e-13, "{N}, {m}: {of_normal}");
            assert!((of_uniform * (f64_of(m) + 1.0) - 1.0).abs() < 1e-13, "{N}, {m}: {of_uniform}");
            double_factorial *= f64_of(m) + 1.0;
            assert!(moment(&uniform, m + 1).abs() < 1e-15);
        }
    }

    #[test]
    fn nodes_integrate_polynomials_exactly() {
        check_moments::<1>();
        check_moments::<2>();
        check_moments::<3>();
        check_moments::<5>();
        check_moments::<8>();
        check_moments::<13>();
        check_moments::<32>();
        check_moments::<64>();
    }

    #[test]
    fn ripples_agree_with_their_closed_form() {
        let mut bowl = RippledBowl::new(2, 0.5, 0.6, 6.0).unwrap();
        bowl.phase = 0.9;
        let quadrature: Quadrature<'_, _, f64, 24> = Quadrature::new(&bowl).unwrap();
        let at = [0.4, -1.3];
        for kernel in [Kernel::Gaussian { std_dev: 0.4 }, Kernel::Cube { radius: 0.8 }] {
            let (mut grad, mut closed) = ([0.0; 2], [0.0; 2]);
            let value = quadrature.convolved_value_grad(&kernel, &at, &mut grad, &mut [f64::NAN; 4]);
            let exact = bowl.convolved_value_grad(&kernel, &at, &mut closed, &mut []);
            assert!((value - exact).abs() < 1e-12, "{kernel:?}: {value} {exact}");
            assert!((grad[0] - closed[0]).abs() < 1e-11 && (grad[1] - closed[1]).abs() < 1e-11, "{kernel:?}");
        }
    }

    #[test]
    fn what_cannot_be_integrated_is_refused() {
        let three = DoubleWell::<f64>::new(3).unwrap();
        assert_eq!(Quadrature::<_, f64, 4>::new(&three).unwrap_err().arg, "objective");
        let two = DoubleWell::<f64>::new(2).unwrap();
        assert_eq!(Quadrature::<_, f64, 0>::new(&two).unwrap_err().arg, "nodes");
        assert_eq!(Quadrature::<_, f64, 65>::new(&two).unwrap_err().arg, "nodes");
        let quadrature = Quadrature::<_, f64, 4>::new(&two).unwrap();
        let refused = quadrature.check_kernel(&Kernel::Ball { radius: 1.0 });
        assert_eq!(refused.unwrap_err().arg, "kernel");
        let short = &mut [0.0; 3];
        let kernel = Kernel::Cube { radius: 1.0 };
        assert_eq!(quadrature.convolved_value_grad(&kernel, &[0.0; 2], &mut [0.0; 2], short), f64::INFINITY);
    }
}
