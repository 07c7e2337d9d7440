use super::shape::{fits, no_gradient};
use crate::base::elementary::{cos, ln, sin, sqrt};
use crate::base::refusal::refuse;
use crate::{ArgError, Curvature, Objective, Real};

/// A bowl with ripples, the usual toy model of smoothing by noise.
///
/// ```text
/// f(x) = Σᵢ [ ½ curvature · xᵢ² + amplitude · cos(wavenumber · xᵢ + phase) ]
/// ```
///
/// In one dimension it can have several minima only if `amplitude · wavenumber² > curvature`. Convolution with a
/// kernel shrinks the ripples by [`Kernel::wave`](crate::base::kernel::Kernel::wave) and keeps the bowl. Only one
/// minimum is left once the bandwidth is so large that `amplitude · wavenumber² · wave ≤ curvature`; for a
/// Gaussian, [`one_minimum_from`](Self::one_minimum_from) returns that bandwidth.
///
/// ```
/// use losscape::{models::surfaces::RippledBowl, Objective};
/// let f = RippledBowl::new(1, 0.5f64, 0.6, 6.0)?;
/// assert_eq!(f.value(&[0.0], &mut []), 0.6);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RippledBowl<R: Real = f32> {
    dim: usize,
    /// λ, the curvature of the bowl.
    pub curvature: R,
    /// a, the height of the ripples.
    pub amplitude: R,
    /// k, the wavenumber of the ripples.
    pub wavenumber: R,
    /// φ, the phase of the ripples, initially zero.
    pub phase: R,
}

impl<R: Real> RippledBowl<R> {
    /// Creates the bowl in `dim` dimensions.
    ///
    /// # Errors
    /// [`ArgError`] naming `dim` (zero), `curvature`, `amplitude` or `wavenumber` (negative or not finite).
    pub fn new(dim: usize, curvature: R, amplitude: R, wavenumber: R) -> Result<Self, ArgError> {
        ArgError::check_count("dim", dim)?;
        ArgError::check_non_negative("curvature", curvature)?;
        ArgError::check_non_negative("amplitude", amplitude)?;
        ArgError::check_non_negative("wavenumber", wavenumber)?;
        Ok(Self { dim, curvature, amplitude, wavenumber, phase: R::ZERO })
    }

    /// Returns the smallest standard deviation for which a Gaussian is certain to leave only one minimum,
    ///
    /// ```text
    /// s = √(2 ln(amplitude · wavenumber² / curvature)) / wavenumber
    /// ```
    ///
    /// or zero if `amplitude · wavenumber² ≤ curvature`, when there is only one minimum without smoothing. It has the unit
    /// of a coordinate. From this standard deviation on, the curvature is nowhere negative, whatever the phase. It is
    /// therefore an upper bound: all minima but one may vanish earlier. It is infinite if the curvature of the bowl is zero.
    ///
    /// ```
    /// use losscape::models::surfaces::RippledBowl;
    /// let f = RippledBowl::new(1, 0.5f64, 0.6, 6.0)?;
    /// assert!((f.one_minimum_from() - 0.457_398_470_534_419).abs() < 1e-14);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    #[must_use]
    pub fn one_minimum_from(&self) -> R {
        let k = self.wavenumber;
        let ratio = self.amplitude * k * k / self.curvature;
        if ratio > R::ONE { sqrt(R::TWO * ln(ratio)) / k } else { R::ZERO }
    }

    /// Computes the sum over the coordinates, with the ripples shrunk by `factor`.
    pub(super) fn rippled(&self, factor: R, params: &[R], grad: &mut [R]) -> R {
        if !fits(self.dim, [params.len(), grad.len()]) {
            return no_gradient(grad);
        }
        let (ripple, k) = (self.amplitude * factor, self.wavenumber);
        let mut value = R::ZERO;
        for (g, x) in grad.iter_mut().zip(params) {
            let angle = k * *x + self.phase;
            value += R::HALF * self.curvature * *x * *x + ripple * cos(angle);
            *g = self.curvature * *x - ripple * k * sin(angle);
        }
        value
    }
}

impl<R: Real> Objective<R> for RippledBowl<R> {
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
            let ripple = self.amplitude * cos(self.wavenumber * *x + self.phase);
            value += R::HALF * self.curvature * *x * *x + ripple;
        }
        value
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], _scratch: &mut [R]) -> R {
        self.rippled(R::ONE, params, grad)
    }
}

impl<R: Real> Curvature<R> for RippledBowl<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        if !fits(self.dim, [params.len(), v.len(), out.len()]) {
            return refuse(out);
        }
        let k = self.wavenumber;
        for ((out, x), v) in out.iter_mut().zip(params).zip(v) {
            let ripple = self.amplitude * k * k * cos(k * *x + self.phase);
            *out = (self.curvature - ripple) * *v;
        }
    }
}
