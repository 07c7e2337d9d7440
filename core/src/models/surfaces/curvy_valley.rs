use super::shape::{product, value, value_grad};
use crate::base::elementary::{cos, sin};
use crate::{Curvature, Objective, Real};

/// A double well along the curve `y = sin x`, as in Draxler et al. (2018).
///
/// ```text
/// f(x, y) = scale · [ (y − sin x)² + 4β (β x⁴ − x²) + 1 ],    β = 1 / (2 x₀²),  x₀ = 5π/2
/// ```
///
/// The minima are `±(5π/2, 1)` with value 0; the saddle is the origin, with value 1. The curve
/// `y = sin x` joins the minima but is not exactly the minimum-energy path.
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::CurvyValley, Objective};
/// let f = CurvyValley::<f64>::default();
/// assert_eq!(f.value(&[0.0, 0.0], &mut []), 1.0);
/// let [a, _] = CurvyValley::<f64>::MINIMA;
/// assert!(f.value(&a, &mut []).abs() < 1e-15);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvyValley<R: Real = f32> {
    /// The factor that multiplies the whole function.
    pub scale: R,
}

const X0: f64 = 2.5 * core::f64::consts::PI;
const BETA: f64 = 1.0 / (2.0 * X0 * X0);

impl<R: Real> CurvyValley<R> {
    /// The positions of the two minima.
    pub const MINIMA: [[f64; 2]; 2] = [[-X0, -1.0], [X0, 1.0]];

    fn height(&self, [x, y]: [R; 2]) -> R {
        let beta = R::from_f64(BETA);
        let off = y - sin(x);
        let x2 = x * x;
        self.scale * (off * off + R::from_u32(4) * beta * (beta * x2 * x2 - x2) + R::ONE)
    }
}

impl<R: Real> Default for CurvyValley<R> {
    fn default() -> Self {
        Self { scale: R::ONE }
    }
}

impl<R: Real> Objective<R> for CurvyValley<R> {
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
            let beta = R::from_f64(BETA);
            let off = y - sin(x);
            let well = R::from_u32(4) * beta * (R::from_u32(4) * beta * x * x * x - R::TWO * x);
            let slope = [self.scale * (well - R::TWO * off * cos(x)), self.scale * R::TWO * off];
            (self.height([x, y]), slope)
        })
    }
}

impl<R: Real> Curvature<R> for CurvyValley<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        product(params, v, out, |[x, y], [a, b]| {
            let beta = R::from_f64(BETA);
            let (s, c) = (sin(x), cos(x));
            let well = R::from_u32(4) * beta * (R::from_u32(12) * beta * x * x - R::TWO);
            let xx = well + R::TWO * (c * c + (y - s) * s);
            let xy = -(R::TWO * c);
            [self.scale * (xx * a + xy * b), self.scale * (xy * a + R::TWO * b)]
        });
    }
}
