use super::shape::{product, value, value_grad};
use crate::{Curvature, Objective, Real};

/// A ring of minima that can be tilted: `f(x, y) = scale · (¼ (x² + y² − 1)² + tilt · x)`.
///
/// Without tilt, every point of the unit circle is a minimum with value 0 and the origin is a maximum of
/// height ¼, as in [`Ring`](super::Ring) at a quarter of its scale. Any tilt, however small, leaves a single
/// minimum. The critical points then lie on the first axis at the roots of `x³ − x + tilt = 0`. For a tilt
/// between 0 and 2/(3√3) = 0.385 they are the minimum (x < −1), a maximum, and a saddle (0 < x < 1) with
/// curvatures `3x² − 1` along the axis and `x² − 1` across.
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::TiltedRing, Objective};
/// let f = TiltedRing { scale: 1.0f32, tilt: 0.25 };
/// assert_eq!(f.value(&[0.0, 0.0], &mut []), 0.25);
/// assert_eq!(f.value(&[-1.0, 0.0], &mut []), -0.25);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TiltedRing<R: Real = f32> {
    /// The factor that multiplies the whole function.
    pub scale: R,
    /// The slope along the first axis.
    pub tilt: R,
}

impl<R: Real> Default for TiltedRing<R> {
    fn default() -> Self {
        Self { scale: R::ONE, tilt: R::ZERO }
    }
}

impl<R: Real> TiltedRing<R> {
    fn at(&self, [x, y]: [R; 2]) -> (R, R) {
        let w = x * x + y * y - R::ONE;
        (w, self.scale * (R::HALF * R::HALF * w * w + self.tilt * x))
    }
}

impl<R: Real> Objective<R> for TiltedRing<R> {
    fn dim(&self) -> usize {
        2
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        value(params, |point| self.at(point).1)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], _scratch: &mut [R]) -> R {
        value_grad(params, grad, |[x, y]| {
            let (w, value) = self.at([x, y]);
            (value, [self.scale * (w * x + self.tilt), self.scale * (w * y)])
        })
    }
}

impl<R: Real> Curvature<R> for TiltedRing<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        // ∇²f = w I + 2 p pᵀ
        product(params, v, out, |[x, y], [a, b]| {
            let (w, _) = self.at([x, y]);
            let radial = R::TWO * (x * a + y * b);
            [self.scale * (w * a + radial * x), self.scale * (w * b + radial * y)]
        });
    }
}
