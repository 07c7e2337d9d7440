use super::shape::fits;
use crate::base::refusal::refuse;
use crate::base::rows::copy;
use crate::base::vector::{SUM_ROUNDINGS, dot, dot_scaled, unit_scale};
use crate::{ArgError, Curvature, Objective, Real, Reason};

/// A quadratic form with any spectrum, optionally in a reflected frame.
///
/// ```text
/// f(x) = ½ scale · xᵀ Q Λ Q x,    Λ = diag(spectrum),   Q = I − 2 u uᵀ / ‖u‖²
/// ```
///
/// `Q` is the reflection that reverses `axis = u`, the cheapest orthogonal map that mixes all
/// coordinates; without an axis, `Q = I`. The Hessian has exactly the given eigenvalues times
/// `scale`, with eigenvectors `Q eᵢ`.
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::Quadratic, Objective};
/// let f = Quadratic::new(&[10.0f32, -2.0])?;
/// assert_eq!(f.value(&[1.0, 0.5], &mut [0.0; 4]), 5.0 - 0.25);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quadratic<'a, R: Real = f32> {
    spectrum: &'a [R],
    axis: Option<Axis<'a, R>>,
    /// The factor that multiplies the whole function.
    pub scale: R,
}

/// The axis of reflection, in a unit in which its square neither overflows nor underflows.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Axis<'a, R> {
    u: &'a [R],
    unit: R,
    /// 2 / ‖unit u‖².
    factor: R,
}

impl<'a, R: Real> Quadratic<'a, R> {
    /// Creates the quadratic with these eigenvalues along the coordinate axes.
    ///
    /// # Errors
    /// [`ArgError`] if `spectrum` is empty or not finite.
    pub fn new(spectrum: &'a [R]) -> Result<Self, ArgError> {
        if spectrum.is_empty() {
            return Err(ArgError::new("spectrum", Reason::Empty));
        }
        ArgError::check_finite("spectrum", spectrum)?;
        Ok(Self { spectrum, axis: None, scale: R::ONE })
    }

    /// Returns the quadratic with the same spectrum in the frame reflected along `axis`.
    ///
    /// # Errors
    /// [`ArgError`] if `axis` differs in length from the spectrum, is not finite, or is zero.
    pub fn reflected(self, axis: &'a [R]) -> Result<Self, ArgError> {
        ArgError::check_len("axis", self.spectrum.len(), axis.len())?;
        ArgError::check_finite("axis", axis)?;
        let unit = unit_scale(axis);
        let square = dot_scaled(unit, axis, unit, axis);
        ArgError::check_positive("axis", square)?;
        Ok(Self { axis: Some(Axis { u: axis, unit, factor: R::TWO / square }), ..self })
    }

    /// Returns tr ∇²f.
    pub(super) fn trace(&self) -> R {
        let mut sum = R::ZERO;
        for eigenvalue in self.spectrum {
            sum += *eigenvalue;
        }
        self.scale * sum
    }

    /// Computes `out = Q v`.
    fn turn(&self, v: &[R], out: &mut [R]) {
        copy(v, out);
        if let Some(Axis { u, unit, factor }) = self.axis {
            let along = factor * dot_scaled(unit, u, R::ONE, v);
            for (out, u) in out.iter_mut().zip(u) {
                *out -= along * (unit * *u);
            }
        }
    }

    /// Computes `out = scale · Q Λ Q v`; fills `out` with NaN if a slice does not fit.
    fn apply(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        let dim = self.spectrum.len();
        let turned = match scratch.get_mut(..dim) {
            Some(turned) if fits(dim, [v.len(), out.len()]) => turned,
            _ => return refuse(out),
        };
        self.turn(v, turned);
        for (t, eigenvalue) in turned.iter_mut().zip(self.spectrum) {
            *t *= self.scale * *eigenvalue;
        }
        self.turn(turned, out);
    }
}

impl<R: Real> Objective<R> for Quadratic<'_, R> {
    fn dim(&self) -> usize {
        self.spectrum.len()
    }

    fn scratch_len(&self) -> usize {
        2 * self.spectrum.len()
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        match scratch.split_at_mut_checked(self.spectrum.len()) {
            Some((grad, scratch)) => self.value_grad(params, grad, scratch),
            None => R::INFINITY,
        }
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.apply(params, grad, scratch);
        if !fits(self.spectrum.len(), [params.len(), grad.len()]) || scratch.len() < grad.len() {
            return R::INFINITY;
        }
        R::HALF * dot(params, grad)
    }
}

impl<R: Real> Curvature<R> for Quadratic<'_, R> {
    fn hess_vec(&self, _params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.apply(v, out, scratch);
    }

    /// One sum for each of two reflections, and 16.
    fn hess_vec_roundings(&self) -> usize {
        self.spectrum.len().min(2 * SUM_ROUNDINGS).saturating_add(16)
    }
}
