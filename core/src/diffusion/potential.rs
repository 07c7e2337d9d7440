//! The potential of a density, and its relation to the loss.

use crate::base::elementary::{ln, sqrt};
use crate::base::refusal::refuse;
use crate::base::vector::{LaneSum, largest_difference, times_quotient, unit_scale};
use crate::{ArgError, Objective, Real, Reason};

/// Writes `Φ = −T ln ρ`, the potential of which the density is the Gibbs distribution; +∞ in cells without density.
///
/// For a stationary density, Φ equals the loss up to a constant if the noise is isotropic, but not otherwise
/// (Chaudhari & Soatto 2018).
///
/// # Errors
/// [`ArgError`] naming `density` (negative or not finite), `temperature` (not positive) or `potential` (wrong
/// length).
///
/// ```
/// let mut potential = [0.0; 2];
/// losscape::diffusion::measured_potential(&[1.0f32, 0.0], 0.5, &mut potential)?;
/// assert_eq!(potential, [0.0, f32::INFINITY]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn measured_potential<R: Real>(
    density: &[R],
    temperature: R,
    potential: &mut [R],
) -> Result<(), ArgError> {
    ArgError::check_positive("temperature", temperature)?;
    ArgError::check_len("potential", density.len(), potential.len())?;
    for (index, rho) in density.iter().enumerate() {
        if !(rho.is_finite() && *rho >= R::ZERO) {
            let reason = Reason::Element { index, value: rho.to_f64(), range: "finite and at least 0" };
            return Err(ArgError::new("density", reason));
        }
    }
    for (phi, rho) in potential.iter_mut().zip(density) {
        *phi = if *rho > R::ZERO { -(temperature * ln(*rho)) } else { R::INFINITY };
    }
    Ok(())
}

/// The agreement of a measured potential with a loss.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PotentialFit<R: Real = f32> {
    /// c of the best fit `Φ ≈ c f + constant`. If only the temperature is wrong, c differs from one but
    /// `residual` is zero.
    pub scale: R,
    /// The weighted root mean square of `Φ − f`, each minus its mean: zero if Φ equals f up to a constant.
    pub distance: R,
    /// The weighted root mean square of `Φ − c f`, each minus its mean.
    pub residual: R,
    /// The weighted standard deviation of f, a scale for `distance` and `residual`.
    pub spread: R,
}

/// Compares a potential with a loss, weighted by a density.
///
/// # Errors
/// [`ArgError`] naming `loss` or `weights` (length other than that of `potential`), `weights` (negative, not
/// finite, or zero everywhere), or `potential` or `loss` (not finite where the weight is positive, or so
/// spread out there that differences overflow).
///
/// ```
/// let loss = [0.0f64, 1.0, 4.0];
/// let fit = losscape::diffusion::compare_potential(&[7.0, 9.0, 15.0], &loss, &[1.0; 3])?;
/// assert!((fit.scale - 2.0).abs() < 1e-14 && fit.residual < 1e-14);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn compare_potential<R: Real>(
    potential: &[R],
    loss: &[R],
    weights: &[R],
) -> Result<PotentialFit<R>, ArgError> {
    ArgError::check_len("loss", potential.len(), loss.len())?;
    ArgError::check_len("weights", potential.len(), weights.len())?;
    let (mut whole, mut phi_sum, mut f_sum) = (LaneSum::default(), LaneSum::default(), LaneSum::default());
    let entries = || potential.iter().zip(loss).zip(weights).filter(|(_, w)| **w > R::ZERO);
    for (index, ((phi, f), w)) in potential.iter().zip(loss).zip(weights).enumerate() {
        if !(w.is_finite() && *w >= R::ZERO) {
            let reason = Reason::Element { index, value: w.to_f64(), range: "finite and at least 0" };
            return Err(ArgError::new("weights", reason));
        }
        for (arg, x) in [("potential", phi), ("loss", f)] {
            if *w > R::ZERO && !x.is_finite() {
                return Err(ArgError::new(arg, Reason::NotFinite { index }));
            }
        }
    }
    // Each in units in which no product or square vanishes or overflows.
    let mut most = [R::ZERO; 3];
    for ((phi, f), w) in entries() {
        for (most, x) in most.iter_mut().zip([*w, *phi, *f]) {
            *most = most.or_larger(x.abs());
        }
    }
    let [w_unit, phi_unit, f_unit] = most.map(|most| unit_scale(&[most]));
    for ((phi, f), w) in entries() {
        let w = w_unit * *w;
        whole.push(w);
        phi_sum.push(w * (phi_unit * *phi));
        f_sum.push(w * (f_unit * *f));
    }
    let whole = whole.total();
    ArgError::check_range("weights", whole, whole > R::ZERO, "above 0 somewhere")?;
    let (phi_mean, f_mean) = (phi_sum.total() / whole / phi_unit, f_sum.total() / whole / f_unit);
    let (mut phi_most, mut f_most) = (R::ZERO, R::ZERO);
    for ((phi, f), _) in entries() {
        phi_most = phi_most.or_larger((*phi - phi_mean).abs());
        f_most = f_most.or_larger((*f - f_mean).abs());
    }
    for (arg, most) in [("potential", phi_most), ("loss", f_most)] {
        if !most.is_finite() {
            return Err(ArgError::new(arg, Reason::Overflow));
        }
    }
    let (phi_unit, f_unit) = (unit_scale(&[phi_most]), unit_scale(&[f_most]));
    let common = phi_unit.or_smaller(f_unit);
    let [mut f_square, mut both, mut apart] = [LaneSum::default(); 3];
    for ((phi, f), w) in entries() {
        let (w, phi, f) = (w_unit * *w, *phi - phi_mean, *f - f_mean);
        let (a, b, d) = (phi_unit * phi, f_unit * f, common * phi - common * f);
        f_square.push(w * (b * b));
        both.push(w * (a * b));
        apart.push(w * (d * d));
    }
    let [f_square, both, apart] = [f_square, both, apart].map(|sum| sum.total() / whole);
    let scale = if f_square > R::ZERO { both / f_square } else { R::ZERO };
    let mut left = LaneSum::default();
    for ((phi, f), w) in entries() {
        let a = phi_unit * (*phi - phi_mean) - scale * (f_unit * (*f - f_mean));
        left.push(w_unit * *w * a * a);
    }
    Ok(PotentialFit {
        scale: times_quotient(scale, f_unit, phi_unit),
        distance: sqrt(apart) / common,
        residual: sqrt(left.total() / whole) / phi_unit,
        spread: sqrt(f_square) / f_unit,
    })
}

/// The loss of walkers that sample the local posterior: `nβ f(θ) + ½ γ ‖θ − θ*‖²`.
///
/// The local learning coefficient follows from a mean under the Gibbs distribution of this loss at temperature one
/// (Lau et al. 2023). [`Langevin`](super::Langevin) walkers on it perform stochastic gradient Langevin
/// dynamics with full gradients.
///
/// The centre must be finite and have the objective's dimension; otherwise values are +∞ and gradients NaN.
#[derive(Clone, Copy, Debug)]
pub struct LocalPosterior<'a, R: Real, F: ?Sized> {
    /// f.
    pub objective: &'a F,
    /// nβ, the number of samples divided by the temperature; `n / ln n` in the literature.
    pub n_beta: R,
    /// θ*.
    pub centre: &'a [R],
    /// γ; zero means no localisation.
    pub localisation: R,
}

impl<R: Real, F: Objective<R> + ?Sized> LocalPosterior<'_, R, F> {
    /// Returns ½ γ ‖θ − θ*‖².
    fn pull(&self, params: &[R]) -> R {
        // In a unit in which no square vanishes or overflows.
        let unit = unit_scale(&[largest_difference(params, self.centre)]);
        let mut sum = LaneSum::default();
        for (x, c) in params.iter().zip(self.centre) {
            let d = unit * (*x - *c);
            sum.push(d * d);
        }
        R::HALF * self.localisation * sum.total() / unit / unit
    }
}

impl<R: Real, F: Objective<R> + ?Sized> Objective<R> for LocalPosterior<'_, R, F> {
    fn dim(&self) -> usize {
        self.objective.dim()
    }

    fn scratch_len(&self) -> usize {
        self.objective.scratch_len()
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        if params.len() != self.centre.len() {
            return R::INFINITY;
        }
        self.n_beta * self.objective.value(params, scratch) + self.pull(params)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        if params.len() != self.centre.len() {
            refuse(grad);
            return R::INFINITY;
        }
        let value = self.objective.value_grad(params, grad, scratch);
        for ((g, x), c) in grad.iter_mut().zip(params).zip(self.centre) {
            *g = self.n_beta * *g + self.localisation * (*x - *c);
        }
        self.n_beta * value + self.pull(params)
    }
}

/// Computes the local learning coefficient `λ = nβ (E f − f(θ*))` from the mean loss under the posterior (Lau
/// et al. 2023).
///
/// The mean is exact from a [Gibbs distribution](super::Gibbs::mean) with the potential f at temperature 1/nβ, and an
/// estimate from walkers on a [`LocalPosterior`].
///
/// For a bowl, λ tends to half the dimension. For `w₁² w₂²` it tends to ½, but at any finite nβ it is too low
/// by about `1 / ln(nβ)`: the estimate at a singular point is biased.
///
/// ```
/// let coefficient = losscape::diffusion::learning_coefficient(0.26f64, 0.25, 100.0);
/// assert!((coefficient - 1.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn learning_coefficient<R: Real>(mean_loss: R, least_loss: R, n_beta: R) -> R {
    n_beta * (mean_loss - least_loss)
}
