use crate::{Curvature, Objective, Real};

/// A saddle with three valleys and no curvature at its centre: `f(x, y) = scale · (x³ − 3 x y²)`.
///
/// The Hessian vanishes at the origin, so that a Newton step is undefined there. It has no minimum.
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::MonkeySaddle, Objective};
/// let mut grad = [0.0; 2];
/// let value = MonkeySaddle::<f32>::default().value_grad(&[2.0, 1.0], &mut grad, &mut []);
/// assert_eq!((value, grad), (2.0, [9.0, -12.0]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MonkeySaddle<R: Real = f32> {
    /// Multiplies the function.
    pub scale: R,
}

impl<R: Real> Default for MonkeySaddle<R> {
    fn default() -> Self {
        Self { scale: R::ONE }
    }
}

impl<R: Real> Objective<R> for MonkeySaddle<R> {
    fn dim(&self) -> usize {
        2
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        let (x, y) = (params[0], params[1]);
        self.scale * x * (x * x - R::from_u32(3) * y * y)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        let (x, y) = (params[0], params[1]);
        grad[0] = self.scale * R::from_u32(3) * (x * x - y * y);
        grad[1] = -(self.scale * R::from_u32(6) * x * y);
        self.value(params, scratch)
    }
}

impl<R: Real> Curvature<R> for MonkeySaddle<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        let (x, y) = (params[0], params[1]);
        let k = self.scale * R::from_u32(6);
        out[0] = k * (x * v[0] - y * v[1]);
        out[1] = -(k * (y * v[0] + x * v[1]));
    }
}
