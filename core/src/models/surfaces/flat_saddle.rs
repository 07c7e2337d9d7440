use super::shape::{product, value, value_grad};
use crate::{Curvature, Objective, Real};

/// A saddle between two minima, the flatter the smaller γ.
///
/// ```text
/// f(x, y) = ½ x² − γ (½ y² − ¼ y⁴)
/// ```
///
/// The saddle is the origin, with value 0 and eigenvalues 1 along x and −γ along y. The minima are at `y = ±1`, with value
/// −γ/4 and eigenvalues 1 and 2γ. It is the textbook picture of Dauphin et al. (2014): one direction up, one down. Gradient
/// descent from `y = δ` multiplies y by `1 + ηγ` while y is small, so it reaches r after about
/// `ln(r/δ) / ln(1 + ηγ)` steps.
///
/// # Examples
///
/// ```
/// use losscape::{Objective, models::surfaces::FlatSaddle};
/// let f = FlatSaddle { gamma: 0.5f32 };
/// let mut grad = [0.0; 2];
/// assert_eq!(f.value_grad(&[1.0, 0.5], &mut grad, &mut []), 0.445_312_5);
/// assert_eq!(grad, [1.0, -0.187_5]);
/// assert_eq!([-1.0, 1.0].map(|y| f.value(&[0.0, y], &mut [])), [-0.125; 2]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlatSaddle<R: Real = f32> {
    /// γ, minus the curvature of the way down; above zero.
    pub gamma: R,
}

impl<R: Real> Default for FlatSaddle<R> {
    fn default() -> Self {
        Self { gamma: R::ONE }
    }
}

impl<R: Real> FlatSaddle<R> {
    fn height(&self, [x, y]: [R; 2]) -> R {
        let square = y * y;
        R::HALF * (x * x - self.gamma * square * (R::ONE - R::HALF * square))
    }
}

impl<R: Real> Objective<R> for FlatSaddle<R> {
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
        value_grad(params, grad, |[x, y]| (self.height([x, y]), [x, self.gamma * y * (y * y - R::ONE)]))
    }
}

impl<R: Real> Curvature<R> for FlatSaddle<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        product(params, v, out, |[_, y], [a, b]| [a, self.gamma * (R::from_u32(3) * y * y - R::ONE) * b]);
    }
}
