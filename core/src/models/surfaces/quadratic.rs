use crate::base::vector::dot;
use crate::{ArgError, Curvature, Objective, Real, Reason};

/// A quadratic of any spectrum, optionally in a turned frame.
///
/// ```text
/// f(x) = ½ scale · xᵀ Q Λ Q x,    Λ = diag(spectrum),   Q = I − 2 u uᵀ / ‖u‖²
/// ```
///
/// `Q` is the reflection along `axis = u`, the cheapest orthogonal frame that mixes all coordinates;
/// without an axis `Q = I`. The Hessian has exactly the given eigenvalues, with eigenvectors `Q eᵢ`.
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
    axis: Option<(&'a [R], R)>,
    /// Multiplies the function.
    pub scale: R,
}

impl<'a, R: Real> Quadratic<'a, R> {
    /// The quadratic with these eigenvalues along the coordinate axes.
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

    /// The same spectrum in the frame reflected along `axis`.
    ///
    /// # Errors
    /// [`ArgError`] if `axis` has another length than the spectrum, is not finite, or has no length.
    pub fn reflected(self, axis: &'a [R]) -> Result<Self, ArgError> {
        ArgError::check_len("axis", self.spectrum.len(), axis.len())?;
        ArgError::check_finite("axis", axis)?;
        let square = dot(axis, axis);
        ArgError::check_positive("axis", square)?;
        Ok(Self { axis: Some((axis, R::TWO / square)), ..self })
    }

    /// tr ∇²f.
    pub(super) fn trace(&self) -> R {
        let mut sum = R::ZERO;
        for eigenvalue in self.spectrum {
            sum += *eigenvalue;
        }
        self.scale * sum
    }

    /// `out = Q v`.
    fn turn(&self, v: &[R], out: &mut [R]) {
        out.copy_from_slice(v);
        if let Some((axis, factor)) = self.axis {
            let along = factor * dot(axis, v);
            for (out, u) in out.iter_mut().zip(axis) {
                *out -= along * *u;
            }
        }
    }

    /// `out = scale · Q Λ Q v`.
    fn apply(&self, v: &[R], out: &mut [R], scratch: &mut [R]) {
        let turned = &mut scratch[..self.spectrum.len()];
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
        let (grad, scratch) = scratch.split_at_mut(self.spectrum.len());
        self.value_grad(params, grad, scratch)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.apply(params, grad, scratch);
        R::HALF * dot(params, grad)
    }
}

impl<R: Real> Curvature<R> for Quadratic<'_, R> {
    fn hess_vec(&self, _params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.apply(v, out, scratch);
    }
}
