use crate::base::refusal::refuse;
use crate::base::rows::row;
use crate::base::vector::{axpy, dot};
use crate::models::mlp::BLOCK;
use crate::models::sum::BlockSum;
use crate::objective::GaussNewton;
use crate::{ArgError, Curvature, Objective, Real, SampledCurvature, SampledObjective};

/// Linear least squares over N samples `(xₖ, yₖ)`, without an intercept:
///
/// ```text
/// f(w) = 1/(2N) Σₖ (w·xₖ − yₖ)²,    ∇f = (1/N) Σₖ rₖ xₖ,    ∇²f = (1/N) Σₖ xₖ xₖᵀ,    rₖ = w·xₖ − yₖ
/// ```
///
/// If the residuals at the minimum are independent of the inputs and have variance σ², the gradient noise of a single
/// sample has the covariance `σ² ∇²f` there. The noise is then proportional to the curvature, and SGD at the
/// temperature `η σ² / (2b)` spreads equally far in every direction, to first order in η (Jastrzębski et al. 2017).
///
/// # Shapes
///
/// | argument  | length | layout            |
/// |-----------|--------|-------------------|
/// | `inputs`  | N × n  | a sample in a row |
/// | `targets` | N      |                   |
///
/// The scratch has n numbers for more than a [`BLOCK`] of samples, and none for fewer. A slice of the wrong length, an
/// empty batch, or an index not below N gives a value of +∞ and a result of NaN.
///
/// # Error of the sums
/// Sums over samples have the error bound of a [network](crate::models::mlp::MlpObjective#error-of-the-sums): within
/// 10⁻⁵ of the sum of magnitudes for any number of samples in `f32`.
///
/// # Cost
/// 2 n multiplications per sample for a gradient or a product.
///
/// # Examples
/// ```
/// use losscape::models::LeastSquares;
/// use losscape::{Objective, SampledObjective};
///
/// let f = LeastSquares::new(&[1.0f64, 0.0, 0.0, 2.0], &[1.0, -2.0])?;
/// let mut grad = [0.0; 2];
/// assert_eq!(f.value_grad(&[0.0, 0.0], &mut grad, &mut []), 1.25);
/// assert_eq!(grad, [-0.5, 2.0]);
/// assert_eq!(f.batch_value_grad(&[0.0, 0.0], &[1], &mut grad, &mut []), 2.0);
/// assert_eq!(grad, [0.0, 4.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LeastSquares<'a, R: Real = f32> {
    inputs: &'a [R],
    targets: &'a [R],
    dim: usize,
}

impl<'a, R: Real> LeastSquares<'a, R> {
    /// Creates the objective from N rows of inputs and N targets.
    ///
    /// # Errors
    /// [`ArgError`] naming `targets` (empty or not finite) or `inputs` (empty, not a whole number per target, or not
    /// finite).
    pub fn new(inputs: &'a [R], targets: &'a [R]) -> Result<Self, ArgError> {
        ArgError::check_count("targets", targets.len())?;
        let dim = inputs.len() / targets.len();
        ArgError::check_count("inputs", dim)?;
        ArgError::check_len("inputs", dim * targets.len(), inputs.len())?;
        ArgError::check_finite("inputs", inputs)?;
        ArgError::check_finite("targets", targets)?;
        Ok(Self { inputs, targets, dim })
    }

    /// Computes half the mean square residual over `samples`, with its gradient unless `grad` is empty.
    fn mean(
        &self,
        params: &[R],
        samples: impl ExactSizeIterator<Item = usize>,
        grad: &mut [R],
        mut scratch: &mut [R],
    ) -> Option<R> {
        let (count, fits) = (samples.len(), grad.is_empty() || grad.len() == self.dim);
        if params.len() != self.dim || !fits || count == 0 {
            return None;
        }
        let (mut value, mut room) = ([R::ZERO], [R::ZERO]);
        let mut room = &mut room[..];
        let mut values = BlockSum::new(&mut value, count > BLOCK, &mut room)?;
        let mut grads = BlockSum::new(grad, count > BLOCK, &mut scratch)?;
        let share = R::ONE / R::from_usize(count);
        for (at, k) in samples.enumerate() {
            let (input, target) = (row(self.inputs, self.dim, k)?, self.targets.get(k)?);
            let residual = dot(params, input) - *target;
            if !grads.block().is_empty() {
                axpy(share * residual, input, grads.block());
            }
            values.block().iter_mut().for_each(|value| *value += share * (R::HALF * residual * residual));
            if at % BLOCK == BLOCK - 1 || at == count - 1 {
                values.close();
                grads.close();
            }
        }
        let [value] = value;
        Some(value)
    }

    /// Writes the Hessian of the mean over `samples`, times `v`, to `out`.
    fn product(
        &self,
        samples: impl ExactSizeIterator<Item = usize>,
        v: &[R],
        out: &mut [R],
        mut scratch: &mut [R],
    ) -> Option<()> {
        let count = samples.len();
        let mut sum = BlockSum::new(out, count > BLOCK, &mut scratch)?;
        let share = R::ONE / R::from_usize(count);
        for (at, sample) in samples.enumerate() {
            let input = row(self.inputs, self.dim, sample)?;
            axpy(share * dot(input, v), input, sum.block());
            if at % BLOCK == BLOCK - 1 || at == count - 1 {
                sum.close();
            }
        }
        Some(())
    }

    /// As [`product`](Self::product), or NaN if that fails.
    fn product_or_nan(
        &self,
        samples: impl ExactSizeIterator<Item = usize>,
        [params, v]: [&[R]; 2],
        out: &mut [R],
        scratch: &mut [R],
    ) {
        let fits = [params.len(), v.len(), out.len()] == [self.dim; 3] && samples.len() > 0;
        if !fits || self.product(samples, v, out, scratch).is_none() {
            refuse(out);
        }
    }

    const fn block_len(&self, samples: usize) -> usize {
        if samples > BLOCK { self.dim } else { 0 }
    }
}

fn or_refuse<R: Real>(value: Option<R>, grad: &mut [R]) -> R {
    value.unwrap_or_else(|| {
        refuse(grad);
        R::INFINITY
    })
}

impl<R: Real> Objective<R> for LeastSquares<'_, R> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn scratch_len(&self) -> usize {
        self.block_len(self.targets.len())
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        self.mean(params, 0..self.targets.len(), &mut [], scratch).unwrap_or(R::INFINITY)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        // An empty `grad` requests no gradient, and no model has zero parameters.
        let value =
            if grad.is_empty() { None } else { self.mean(params, 0..self.targets.len(), grad, scratch) };
        or_refuse(value, grad)
    }
}

impl<R: Real> SampledObjective<R> for LeastSquares<'_, R> {
    fn samples(&self) -> usize {
        self.targets.len()
    }

    fn batch_scratch_len(&self, batch: usize) -> usize {
        self.block_len(batch)
    }

    fn batch_value_grad(&self, params: &[R], batch: &[u32], grad: &mut [R], scratch: &mut [R]) -> R {
        let samples = batch.iter().map(|k| *k as usize);
        let value = if grad.is_empty() { None } else { self.mean(params, samples, grad, scratch) };
        or_refuse(value, grad)
    }
}

impl<R: Real> Curvature<R> for LeastSquares<'_, R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.product_or_nan(0..self.targets.len(), [params, v], out, scratch);
    }
}

impl<R: Real> SampledCurvature<R> for LeastSquares<'_, R> {
    fn batch_hess_vec_scratch_len(&self, batch: usize) -> usize {
        self.block_len(batch)
    }

    fn batch_hess_vec(&self, params: &[R], batch: &[u32], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.product_or_nan(batch.iter().map(|k| *k as usize), [params, v], out, scratch);
    }
}

impl<R: Real> GaussNewton<R> for LeastSquares<'_, R> {
    fn gauss_newton_scratch_len(&self) -> usize {
        self.hess_vec_scratch_len()
    }

    /// Equals the Hessian–vector product, because the outputs are linear in the parameters.
    fn gauss_newton_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.hess_vec(params, v, out, scratch);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;

    use super::LeastSquares;
    use crate::{Curvature, Objective, SampledObjective};

    const INPUTS: [f64; 6] = [1.0, 2.0, -0.5, 0.25, 3.0, -1.0];
    const TARGETS: [f64; 3] = [0.5, -1.0, 2.0];

    #[test]
    fn values_by_hand() {
        let f = LeastSquares::new(&INPUTS, &TARGETS).unwrap();
        let mut grad = [0.0; 2];
        // Residuals at (1, 1): 2.5, 0.75, 0.
        let value = f.value_grad(&[1.0, 1.0], &mut grad, &mut []);
        assert!((value - (6.25 + 0.5625) / 6.0).abs() < 1e-15, "{value}");
        assert!((grad[0] - (2.5 - 0.375) / 3.0).abs() < 1e-15, "{grad:?}");
        assert!((grad[1] - (5.0 + 0.1875) / 3.0).abs() < 1e-15, "{grad:?}");
        assert_eq!(f.value(&[1.0, 1.0], &mut []), value);
        let mut batch = [0.0; 2];
        assert_eq!(f.batch_value_grad(&[1.0, 1.0], &[0, 1, 2], &mut batch, &mut []), value);
        assert_eq!(batch, grad);
        // Repeated samples count twice.
        assert_eq!(f.batch_value_grad(&[1.0, 1.0], &[1, 1], &mut batch, &mut []), 0.28125);
        let mut out = [0.0; 2];
        f.hess_vec(&[0.0, 0.0], &[1.0, 0.0], &mut out, &mut []);
        assert!((out[0] - 10.25 / 3.0).abs() < 1e-15 && (out[1] + 1.125 / 3.0).abs() < 1e-15, "{out:?}");
    }

    #[test]
    fn misfits_are_refused() {
        for (inputs, targets, arg) in [
            (&INPUTS[..], &TARGETS[..0], "targets"),
            (&INPUTS[..2], &TARGETS, "inputs"),
            (&INPUTS[..5], &TARGETS, "inputs"),
            (&[f64::NAN, 0.0, 0.0], &TARGETS, "inputs"),
            (&INPUTS, &[0.0, f64::INFINITY, 0.0], "targets"),
        ] {
            assert_eq!(LeastSquares::new(inputs, targets).unwrap_err().arg, arg);
        }
        let f = LeastSquares::new(&INPUTS, &TARGETS).unwrap();
        let mut grad = [0.0; 2];
        for (params, batch) in [(&[0.0; 2][..], &[][..]), (&[0.0; 2], &[3]), (&[0.0; 1], &[0])] {
            assert_eq!(f.batch_value_grad(params, batch, &mut grad, &mut []), f64::INFINITY);
            assert!(grad.iter().all(|g| g.is_nan()));
            grad = [0.0; 2];
        }
        assert_eq!(f.value(&[0.0; 3], &mut []), f64::INFINITY);
        assert_eq!(f.value_grad(&[0.0; 2], &mut [], &mut []), f64::INFINITY);
    }

    /// Every x is 1 and every y is c. At w = 0, f = ½ c², its slope is −c and its curvature 1.
    #[test]
    fn sums_over_many_samples() {
        for (count, c) in [(3, 0.1f32), (1000, 1.0 / 255.0), (100_000, 0.1)] {
            let (inputs, targets) = (vec![1.0; count], vec![c; count]);
            let f = LeastSquares::new(&inputs, &targets).unwrap();
            let (mut grad, mut product) = ([0.0], [0.0]);
            let mut scratch = vec![f32::NAN; f.scratch_len()];
            let value = f.value_grad(&[0.0], &mut grad, &mut scratch);
            assert_eq!(f.value(&[0.0], &mut scratch), value);
            f.hess_vec(&[0.0], &[1.0], &mut product, &mut scratch);
            for (found, want) in [(value, 0.5 * c * c), (grad[0], -c), (product[0], 1.0)] {
                assert!((found / want - 1.0).abs() < 1e-5, "{count}: {found} against {want}");
            }
        }
        let (inputs, targets) = ([1.0; 129], [1.0; 129]);
        let f = LeastSquares::new(&inputs, &targets).unwrap();
        assert_eq!(f.value_grad(&[0.0], &mut [0.0], &mut []), f64::INFINITY, "no room for a block");
    }
}
