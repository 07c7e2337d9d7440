use super::shape::{product, value, value_grad};
use crate::{Curvature, Objective, Real};

/// A ring of minima: `f(x, y) = scale · (x² + y² − 1)²`.
///
/// Every point of the unit circle is a minimum with value 0, and the origin is a maximum with
/// value 1. The straight line between opposite minima passes over the maximum, while the half circle
/// between them is flat.
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::Ring, Objective};
/// let f = Ring::<f32>::default();
/// assert_eq!(f.value(&[0.0, -1.0], &mut []), 0.0);
/// assert_eq!(f.value(&[0.0, 0.0], &mut []), 1.0);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ring<R: Real = f32> {
    /// The factor that multiplies the whole function.
    pub scale: R,
}

impl<R: Real> Default for Ring<R> {
    fn default() -> Self {
        Self { scale: R::ONE }
    }
}

/// Computes x² + y² − 1.
fn off<R: Real>([x, y]: [R; 2]) -> R {
    x * x + y * y - R::ONE
}

impl<R: Real> Objective<R> for Ring<R> {
    fn dim(&self) -> usize {
        2
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        value(params, |point| {
            let w = off(point);
            self.scale * w * w
        })
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], _scratch: &mut [R]) -> R {
        value_grad(params, grad, |[x, y]| {
            let w = off([x, y]);
            let k = self.scale * R::from_u32(4) * w;
            (self.scale * w * w, [k * x, k * y])
        })
    }
}

impl<R: Real> Curvature<R> for Ring<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        // ∇²f = 4w I + 8 p pᵀ
        product(params, v, out, |[x, y], [a, b]| {
            let w = off([x, y]);
            let radial = R::TWO * (x * a + y * b);
            let k = self.scale * R::from_u32(4);
            [k * (w * a + radial * x), k * (w * b + radial * y)]
        });
    }
}
