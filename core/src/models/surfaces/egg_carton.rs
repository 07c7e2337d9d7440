use super::shape::{fits, no_gradient};
use crate::base::elementary::{cos, sin};
use crate::base::refusal::refuse;
use crate::{ArgError, Curvature, Objective, Real};

/// A lattice of equal minima, as in Draxler et al. (2018).
///
/// ```text
/// f(x) = scale · Σᵢ cos(2π xᵢ)
/// ```
///
/// In n dimensions the minima are the points whose coordinates are all odd multiples of ½, with
/// `f = −n`. Between neighbouring minima lies a saddle of value `−n + 2`. The maxima, with `f = n`, are
/// the integer points.
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::EggCarton, Objective};
/// let f = EggCarton::<f64>::new(2)?;
/// assert!((f.value(&[0.5, 0.5], &mut []) + 2.0).abs() < 1e-15);
/// assert!((f.value(&[1.0, 0.5], &mut [])).abs() < 1e-15);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EggCarton<R: Real = f32> {
    dim: usize,
    /// The factor that multiplies the whole function.
    pub scale: R,
}

const TWO_PI: f64 = 2.0 * core::f64::consts::PI;

/// Returns x minus whole periods, exactly: the product with 2π would round away the phase of a large x.
pub(super) fn phase<R: Real>(x: R) -> R {
    // 1.5 · 2ᵖ rounds the sum to an integer or, beyond 2ᵖ⁻¹, to a multiple of a larger power of two.
    let round = R::from_f64(if R::BYTES == 4 { 12_582_912.0 } else { 6_755_399_441_055_744.0 });
    x - ((x + round) - round)
}

impl<R: Real> EggCarton<R> {
    /// Creates the egg carton in `dim` dimensions.
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

impl<R: Real> Objective<R> for EggCarton<R> {
    fn dim(&self) -> usize {
        self.dim
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        if !fits(self.dim, [params.len()]) {
            return R::INFINITY;
        }
        let mut value = R::ZERO;
        for x in params {
            value += cos(R::from_f64(TWO_PI) * phase(*x));
        }
        self.scale * value
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        if !fits(self.dim, [params.len(), grad.len()]) {
            return no_gradient(grad);
        }
        let k = R::from_f64(TWO_PI);
        for (g, x) in grad.iter_mut().zip(params) {
            *g = -(self.scale * k * sin(k * phase(*x)));
        }
        self.value(params, scratch)
    }
}

impl<R: Real> Curvature<R> for EggCarton<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        if !fits(self.dim, [params.len(), v.len(), out.len()]) {
            return refuse(out);
        }
        let k = R::from_f64(TWO_PI);
        for ((out, x), v) in out.iter_mut().zip(params).zip(v) {
            *out = -(self.scale * k * k * cos(k * phase(*x)) * *v);
        }
    }
}
