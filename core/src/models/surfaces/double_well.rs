use super::shape::{fits, no_gradient};
use crate::base::refusal::refuse;
use crate::{ArgError, Curvature, Objective, Real};

/// Two wells along the first axis, and a bowl along all other axes.
///
/// ```text
/// f(x) = scale · [ ¼ (x₀² − 1)² + ½ Σᵢ₌₁ xᵢ² ]
/// ```
///
/// The minima are at `x₀ = ±1` with value 0; the saddle is the origin, with value ¼ and eigenvalue −1.
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::DoubleWell, Objective};
/// let f = DoubleWell::<f32>::new(2)?;
/// assert_eq!(f.value(&[0.0, 0.0], &mut []), 0.25);
/// assert_eq!(f.value(&[-1.0, 0.0], &mut []), 0.0);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DoubleWell<R: Real = f32> {
    dim: usize,
    /// The factor that multiplies the whole function.
    pub scale: R,
}

impl<R: Real> DoubleWell<R> {
    /// Creates the double well in `dim` dimensions.
    ///
    /// # Errors
    /// [`ArgError`] naming `dim` if it is zero.
    pub const fn new(dim: usize) -> Result<Self, ArgError> {
        if dim == 0 {
            return Err(ArgError::zero("dim"));
        }
        Ok(Self { dim, scale: R::ONE })
    }
}

impl<R: Real> Objective<R> for DoubleWell<R> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        let (Some((x, others)), true) = (params.split_first(), fits(self.dim, [params.len()])) else {
            return R::INFINITY;
        };
        let w = *x * *x - R::ONE;
        let mut bowl = R::ZERO;
        for x in others {
            bowl += *x * *x;
        }
        self.scale * (R::HALF * R::HALF * w * w + R::HALF * bowl)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        if !fits(self.dim, [params.len(), grad.len()]) {
            return no_gradient(grad);
        }
        for (g, x) in grad.iter_mut().zip(params) {
            *g = self.scale * *x;
        }
        if let (Some(g), Some(x)) = (grad.first_mut(), params.first()) {
            *g *= *x * *x - R::ONE;
        }
        self.value(params, scratch)
    }
}

impl<R: Real> Curvature<R> for DoubleWell<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        if !fits(self.dim, [params.len(), v.len(), out.len()]) {
            return refuse(out);
        }
        for (out, v) in out.iter_mut().zip(v) {
            *out = self.scale * *v;
        }
        if let (Some(out), Some(x), Some(v)) = (out.first_mut(), params.first(), v.first()) {
            *out = self.scale * (R::from_u32(3) * *x * *x - R::ONE) * *v;
        }
    }
}
