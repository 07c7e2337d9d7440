//! The sum of two objectives.

use super::Convolution;
use crate::base::kernel::Kernel;
use crate::base::refusal::refuse;
use crate::base::vector::axpy;
use crate::{ArgError, Curvature, Objective, Real};

/// The sum `f(θ) + g(θ)` of two objectives: a landscape with a penalty, or with walls around it.
///
/// Each objective computes its own gradient, products and convolutions, which are then added. An evaluation costs as
/// much as one of each, and takes n more numbers of scratch.
///
/// ```
/// use losscape::Objective;
/// use losscape::models::surfaces::{DoubleWell, Quadratic};
/// use losscape::objective::Sum;
/// // ¼ (x² − 1)² + ½ · 0.5 x²: the minima move from ±1 to ±√½.
/// let f = Sum::new(DoubleWell::<f64>::new(1)?, Quadratic::new(&[0.5])?)?;
/// let (mut grad, mut scratch) = ([0.0], [0.0; 3]);
/// assert_eq!(f.value_grad(&[2.0], &mut grad, &mut scratch), 3.25); // 9/4 + 1
/// assert_eq!(grad, [7.0]); // 6 + 1
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Sum<F, G> {
    first: F,
    second: G,
}

impl<F, G> Sum<F, G> {
    /// Creates the sum of two objectives of the same parameters.
    ///
    /// # Errors
    /// [`ArgError`] naming `second` if its number of parameters differs from that of `first`.
    pub fn new<R: Real>(first: F, second: G) -> Result<Self, ArgError>
    where
        F: Objective<R>,
        G: Objective<R>,
    {
        ArgError::check_len("second", first.dim(), second.dim())?;
        Ok(Self { first, second })
    }

    /// Returns f, the first objective.
    pub const fn first(&self) -> &F {
        &self.first
    }

    /// Returns g, the second objective.
    pub const fn second(&self) -> &G {
        &self.second
    }
}

/// Calls f, which writes n numbers to `out`, and g, whose numbers are added. Fails if the scratch is too short.
fn added<R: Real>(
    n: usize,
    out: &mut [R],
    scratch: &mut [R],
    first: impl FnOnce(&mut [R], &mut [R]) -> R,
    second: impl FnOnce(&mut [R], &mut [R]) -> R,
) -> R {
    let Some((other, scratch)) = scratch.split_at_mut_checked(n).filter(|_| out.len() == n) else {
        refuse(out);
        return R::INFINITY;
    };
    let value = first(out, scratch) + second(other, scratch);
    axpy(R::ONE, other, out);
    value
}

impl<R: Real, F: Objective<R>, G: Objective<R>> Objective<R> for Sum<F, G> {
    fn dim(&self) -> usize {
        self.first.dim()
    }

    /// The larger of the two, and room for a gradient.
    fn scratch_len(&self) -> usize {
        self.first.scratch_len().max(self.second.scratch_len()).saturating_add(self.first.dim())
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        self.first.value(params, scratch) + self.second.value(params, scratch)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        added(
            self.first.dim(),
            grad,
            scratch,
            |grad, scratch| self.first.value_grad(params, grad, scratch),
            |grad, scratch| self.second.value_grad(params, grad, scratch),
        )
    }
}

impl<R: Real, F: Curvature<R>, G: Curvature<R>> Curvature<R> for Sum<F, G> {
    fn hess_vec_scratch_len(&self) -> usize {
        let larger = self.first.hess_vec_scratch_len().max(self.second.hess_vec_scratch_len());
        larger.saturating_add(self.first.dim())
    }

    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        added(
            self.first.dim(),
            out,
            scratch,
            |out, scratch| {
                self.first.hess_vec(params, v, out, scratch);
                R::ZERO
            },
            |out, scratch| {
                self.second.hess_vec(params, v, out, scratch);
                R::ZERO
            },
        );
    }

    fn hess_vec_roundings(&self) -> usize {
        self.first.hess_vec_roundings().max(self.second.hess_vec_roundings()).saturating_add(1)
    }
}

impl<R: Real, F: Convolution<R>, G: Convolution<R>> Convolution<R> for Sum<F, G> {
    fn check_kernel(&self, kernel: &Kernel<R>) -> Result<(), ArgError> {
        self.first.check_kernel(kernel)?;
        self.second.check_kernel(kernel)
    }

    fn convolved_value_grad(&self, kernel: &Kernel<R>, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        added(
            self.first.dim(),
            grad,
            scratch,
            |grad, scratch| self.first.convolved_value_grad(kernel, params, grad, scratch),
            |grad, scratch| self.second.convolved_value_grad(kernel, params, grad, scratch),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::surfaces::{DoubleWell, EggCarton, Quadratic};

    const AT: [f64; 2] = [0.7, -1.3];

    /// A bowl with curvatures 1 and 5.
    fn bowl() -> Quadratic<'static, f64> {
        Quadratic::new(&[1.0, 5.0]).unwrap()
    }

    #[test]
    fn everything_is_the_sum_of_both() {
        let (wells, bowl) = (DoubleWell::new(2).unwrap(), bowl());
        let sum = Sum::new(wells, bowl).unwrap();
        let (mut scratch, mut room) = ([f64::NAN; 6], [f64::NAN; 4]);
        assert_eq!((Objective::<f64>::dim(&sum), sum.scratch_len(), sum.hess_vec_scratch_len()), (2, 6, 6));
        let (mut all, mut a, mut b) = ([0.0; 2], [0.0; 2], [0.0; 2]);
        let value = sum.value_grad(&AT, &mut all, &mut scratch);
        assert_eq!(value, wells.value_grad(&AT, &mut a, &mut []) + bowl.value_grad(&AT, &mut b, &mut room));
        assert_eq!(value, sum.value(&AT, &mut scratch));
        assert_eq!(all, [a[0] + b[0], a[1] + b[1]]);

        let v = [2.0, -0.5];
        sum.hess_vec(&AT, &v, &mut all, &mut scratch);
        wells.hess_vec(&AT, &v, &mut a, &mut []);
        bowl.hess_vec(&AT, &v, &mut b, &mut room);
        assert_eq!(all, [a[0] + b[0], a[1] + b[1]]);

        let kernel = Kernel::Gaussian { std_dev: 0.3 };
        sum.check_kernel(&kernel).unwrap();
        let value = sum.convolved_value_grad(&kernel, &AT, &mut all, &mut scratch);
        let first = wells.convolved_value_grad(&kernel, &AT, &mut a, &mut []);
        assert_eq!(value, first + bowl.convolved_value_grad(&kernel, &AT, &mut b, &mut room));
        assert_eq!(all, [a[0] + b[0], a[1] + b[1]]);
    }

    #[test]
    fn sums_of_other_lengths_and_kernels_are_refused() {
        let three = DoubleWell::<f64>::new(3).unwrap();
        assert_eq!(Sum::new(bowl(), three).unwrap_err().arg, "second");
        let sum = Sum::new(bowl(), EggCarton::new(2).unwrap()).unwrap();
        let ball = Kernel::Ball { radius: 0.5 };
        assert_eq!(sum.check_kernel(&ball).is_err(), sum.second().check_kernel(&ball).is_err());
        assert!(sum.check_kernel(&Kernel::Gaussian { std_dev: -1.0 }).is_err());
        for (params, room, lent) in [(2, 2, 1), (2, 2, 3), (2, 3, 6), (3, 2, 6), (2, 0, 6)] {
            let (mut grad, mut scratch) = ([0.0; 3], [0.0; 6]);
            let grad = &mut grad[..room];
            let value = sum.value_grad(&[0.5; 3][..params], grad, &mut scratch[..lent]);
            assert_eq!(value, f64::INFINITY, "{params} {room} {lent}");
            assert!(grad.iter().all(|g| g.is_nan()), "{params} {room} {lent}: {grad:?}");
        }
    }
}
