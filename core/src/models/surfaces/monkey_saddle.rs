use super::shape::{product, value, value_grad};
use crate::{Curvature, Objective, Real};

/// A saddle with three valleys and zero curvature at its centre: `f(x, y) = scale · (x³ − 3 x y²)`.
///
/// The Hessian vanishes at the origin, so a Newton step is undefined there. The function has no
/// minimum.
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
    /// The factor that multiplies the whole function.
    pub scale: R,
}

impl<R: Real> Default for MonkeySaddle<R> {
    fn default() -> Self {
        Self { scale: R::ONE }
    }
}

impl<R: Real> MonkeySaddle<R> {
    fn height(&self, [x, y]: [R; 2]) -> R {
        self.scale * x * (x * x - R::from_u32(3) * y * y)
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
        value(params, |point| self.height(point))
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], _scratch: &mut [R]) -> R {
        value_grad(params, grad, |[x, y]| {
            let slope =
                [self.scale * R::from_u32(3) * (x * x - y * y), -(self.scale * R::from_u32(6) * x * y)];
            (self.height([x, y]), slope)
        })
    }
}

impl<R: Real> Curvature<R> for MonkeySaddle<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        product(params, v, out, |[x, y], [a, b]| {
            let k = self.scale * R::from_u32(6);
            [k * (x * a - y * b), -(k * (y * a + x * b))]
        });
    }
}
