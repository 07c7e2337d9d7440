use crate::{ArgError, Curvature, Objective, Real};

/// Two wells along the first axis, a bowl along all others.
///
/// ```text
/// f(x) = scale · [ ¼ (x₀² − 1)² + ½ Σᵢ₌₁ xᵢ² ]
/// ```
///
/// The minima are at `x₀ = ±1` with value 0; the saddle is the origin, at height ¼ with eigenvalue −1.
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
    /// Multiplies the function.
    pub scale: R,
}

impl<R: Real> DoubleWell<R> {
    /// The double well of `dim` coordinates.
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
        let w = params[0] * params[0] - R::ONE;
        let mut bowl = R::ZERO;
        for x in &params[1..] {
            bowl += *x * *x;
        }
        self.scale * (R::HALF * R::HALF * w * w + R::HALF * bowl)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        grad[0] = self.scale * params[0] * (params[0] * params[0] - R::ONE);
        for (g, x) in grad[1..].iter_mut().zip(&params[1..]) {
            *g = self.scale * *x;
        }
        self.value(params, scratch)
    }
}

impl<R: Real> Curvature<R> for DoubleWell<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        out[0] = self.scale * (R::from_u32(3) * params[0] * params[0] - R::ONE) * v[0];
        for (out, v) in out[1..].iter_mut().zip(&v[1..]) {
            *out = self.scale * *v;
        }
    }
}
