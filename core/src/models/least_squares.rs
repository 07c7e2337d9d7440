use crate::base::refusal::refuse;
use crate::base::rows::row;
use crate::base::vector::{axpy, dot};
use crate::{ArgError, Curvature, Objective, Real, SampledObjective};

/// Linear least squares over N samples `(xₖ, yₖ)`, without an intercept:
///
/// ```text
/// f(w) = 1/(2N) Σₖ (w·xₖ − yₖ)²,    ∇f = (1/N) Σₖ rₖ xₖ,    ∇²f = (1/N) Σₖ xₖ xₖᵀ,    rₖ = w·xₖ − yₖ
/// ```
///
/// Where the residuals at the minimum do not depend on the inputs and have variance σ², the noise of one sample's gradient
/// has the covariance `σ² ∇²f` there: it is as strong as the curvature, and SGD at the temperature `η σ² / (2b)`
/// spreads equally far in every direction, to first order in η (Jastrzębski et al. 2017).
///
/// # Shapes
///
/// | argument  | length | layout            |
/// |-----------|--------|-------------------|
/// | `inputs`  | N × n  | a sample in a row |
/// | `targets` | N      |                   |
///
/// No scratch is needed. A slice of another length, an empty batch, or an index that is not below N, gives +∞ for a
/// value and NaN for a result.
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
    /// The mean square residual of `targets` explained by `inputs`.
    ///
    /// # Errors
    /// [`ArgError`] naming `targets` (none, or not finite) or `inputs` (not as many numbers for each target, none, or not finite).
    pub fn new(inputs: &'a [R], targets: &'a [R]) -> Result<Self, ArgError> {
        ArgError::check_count("targets", targets.len())?;
        let dim = inputs.len() / targets.len();
        ArgError::check_count("inputs", dim)?;
        ArgError::check_len("inputs", dim * targets.len(), inputs.len())?;
        ArgError::check_finite("inputs", inputs)?;
        ArgError::check_finite("targets", targets)?;
        Ok(Self { inputs, targets, dim })
    }

    /// Half the mean square residual over `samples`, with its gradient.
    fn mean(&self, params: &[R], samples: impl ExactSizeIterator<Item = usize>, grad: &mut [R]) -> Option<R> {
        if params.len() != self.dim || grad.len() != self.dim || samples.len() == 0 {
            return None;
        }
        grad.fill(R::ZERO);
        let mut value = R::ZERO;
        let share = R::ONE / R::from_usize(samples.len());
        for k in samples {
            let (input, target) = (row(self.inputs, self.dim, k)?, self.targets.get(k)?);
            let residual = dot(params, input) - *target;
            axpy(share * residual, input, grad);
            value += share * (R::HALF * residual * residual);
        }
        Some(value)
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
        0
    }

    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        if params.len() != self.dim {
            return R::INFINITY;
        }
        let share = R::ONE / R::from_usize(self.targets.len());
        let mut value = R::ZERO;
        for (input, target) in self.inputs.chunks_exact(self.dim.max(1)).zip(self.targets) {
            let residual = dot(params, input) - *target;
            value += share * (R::HALF * residual * residual);
        }
        value
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], _scratch: &mut [R]) -> R {
        or_refuse(self.mean(params, 0..self.targets.len(), grad), grad)
    }
}

impl<R: Real> SampledObjective<R> for LeastSquares<'_, R> {
    fn samples(&self) -> usize {
        self.targets.len()
    }

    fn batch_value_grad(&self, params: &[R], batch: &[u32], grad: &mut [R], _scratch: &mut [R]) -> R {
        or_refuse(self.mean(params, batch.iter().map(|k| *k as usize), grad), grad)
    }
}

impl<R: Real> Curvature<R> for LeastSquares<'_, R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        if [params.len(), v.len(), out.len()] != [self.dim; 3] {
            return refuse(out);
        }
        out.fill(R::ZERO);
        let share = R::ONE / R::from_usize(self.targets.len());
        for input in self.inputs.chunks_exact(self.dim.max(1)) {
            axpy(share * dot(input, v), input, out);
        }
    }
}

#[cfg(test)]
mod tests {
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
        // Repeats count twice.
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
    }
}
