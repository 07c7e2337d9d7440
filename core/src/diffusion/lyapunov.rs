//! Stationary covariances of linear forces.

use crate::base::vector::unit_scale;
use crate::{ArgError, Real, Reason};

/// The maximum number of doublings of a Smith iteration; a force that needs more is too close to instability.
const DOUBLINGS: u32 = 64;

/// An N × N matrix.
pub type Matrix<R, const N: usize> = [[R; N]; N];

/// The stationary distribution of `dx = −F x dt + √(2 D) dW`, normal with mean zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinearLaw<R: Real, const N: usize> {
    /// Σ, the solution of `F Σ + Σ Fᵀ = 2 D`.
    pub covariance: Matrix<R, N>,
    /// U = Σ⁻¹: the potential of the distribution is `½ xᵀ U x`.
    pub potential: Matrix<R, N>,
    /// Q = F Σ − D, antisymmetric: `F = (D + Q) U`. Q is zero if and only if no current circulates.
    pub circulation: Matrix<R, N>,
}

/// Computes the covariance, potential and circulation of a linear force F with constant diffusion D (the linear
/// example of Chaudhari & Soatto 2018):
///
/// ```text
/// F Σ + Σ Fᵀ = 2 D,   U = Σ⁻¹,   Q = F Σ − D,   F = (D + Q) U
/// ```
///
/// The method is Cayley's transform and [doubling](discrete_covariance), O(N³). Multiplying D by a
/// temperature T multiplies Σ by T.
///
/// # Errors
/// [`ArgError`] naming `force` (not finite, or with an eigenvalue whose real part is not positive:
/// [`Reason::NotConverged`]) or `diffusion` (not finite, not symmetric, not positive semidefinite, or so
/// degenerate that Σ is singular: [`Reason::Dependent`]).
///
/// ```
/// use losscape::diffusion::linear_law;
/// let law = linear_law(&[[1.0f64, 0.0], [0.0, 4.0]], &[[1.0, 0.5], [0.5, 1.0]])?;
/// assert!((law.covariance[0][1] - 0.2).abs() < 1e-14);
/// assert!((law.circulation[0][1] + 0.3).abs() < 1e-14);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn linear_law<R: Real, const N: usize>(
    force: &Matrix<R, N>,
    diffusion: &Matrix<R, N>,
) -> Result<LinearLaw<R, N>, ArgError> {
    ArgError::check_finite("force", force.as_flattened())?;
    check_semidefinite("diffusion", diffusion)?;
    let covariance = balance(force, diffusion).ok_or(ArgError::new("force", Reason::NotConverged))?;
    let potential = invert(&covariance).ok_or(ArgError::new("diffusion", Reason::Dependent))?;
    let mut circulation = product(force, &covariance);
    for (q, d) in circulation.as_flattened_mut().iter_mut().zip(diffusion.as_flattened()) {
        *q -= *d;
    }
    Ok(LinearLaw { covariance, potential, circulation })
}

/// Computes the stationary covariance `Σ = A Σ Aᵀ + C` of `x ← A x + ξ` with independent ξ of covariance C.
///
/// The method is doubling (Smith 1968), `Σ ← Σ + A Σ Aᵀ`, `A ← A²`, which only adds positive semidefinite
/// matrices.
///
/// Gradient descent on ½ xᵀ H x, with gradient noise of covariance C and learning rate η, has A = 1 − η H and
/// noise η² C, so `H Σ + Σ H − η H Σ H = η C`. See [`descent_covariance`].
///
/// # Errors
/// [`ArgError`] naming `step` (not finite, or with an eigenvalue of magnitude one or more: [`Reason::NotConverged`]) or
/// `noise` (not finite, not symmetric, not positive semidefinite).
///
/// ```
/// let variance = losscape::diffusion::discrete_covariance(&[[0.5f64]], &[[0.75]])?;
/// assert_eq!(variance, [[1.0]]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn discrete_covariance<R: Real, const N: usize>(
    step: &Matrix<R, N>,
    noise: &Matrix<R, N>,
) -> Result<Matrix<R, N>, ArgError> {
    ArgError::check_finite("step", step.as_flattened())?;
    check_semidefinite("noise", noise)?;
    doubled(*step, *noise).ok_or(ArgError::new("step", Reason::NotConverged))
}

/// Computes the stationary covariance of gradient descent with learning rate η, force F x and gradient noise
/// of covariance C:
///
/// ```text
/// F Σ + Σ Fᵀ − η F Σ Fᵀ = η C
/// ```
///
/// The equation is solved as `G Σ + Σ Gᵀ = η M C Mᵀ` with `M = (1 − η F / 2)⁻¹` and `G = F M`, because
/// `1 − η F` loses the digits of F where `η F` is small.
///
/// # Errors
/// [`ArgError`] naming `learning_rate` (not positive), `force` (not finite, or unstable at this rate:
/// [`Reason::NotConverged`]) or `noise` (as in [`discrete_covariance`]; [`Reason::Overflow`] if the
/// covariance is too large for a number).
///
/// ```
/// use losscape::diffusion::descent_covariance;
/// let variance = descent_covariance(&[[2.0f64]], &[[1.0]], 0.1)?;
/// assert!((variance[0][0] - 0.1 / (2.0 * (2.0 - 0.2))).abs() < 1e-16); // η σ² / (λ (2 − η λ))
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn descent_covariance<R: Real, const N: usize>(
    force: &Matrix<R, N>,
    noise: &Matrix<R, N>,
    learning_rate: R,
) -> Result<Matrix<R, N>, ArgError> {
    ArgError::check_positive("learning_rate", learning_rate)?;
    ArgError::check_finite("force", force.as_flattened())?;
    check_semidefinite("noise", noise)?;
    let half = force.map(|row| row.map(|x| -(R::HALF * learning_rate * x)));
    // The noise is scaled by its own unit, without η, so that neither product overflows or underflows unless
    // the result does.
    let unit = unit_scale(noise.as_flattened());
    let share = learning_rate / unit;
    let solved = invert(&shifted(&half, R::ONE)).and_then(|m| {
        let scaled = noise.map(|row| row.map(|x| R::HALF * (unit * x)));
        balance(&product(force, &m), &product(&product(&m, &scaled), &transposed(&m)))
    });
    let mut covariance = solved.ok_or(ArgError::new("force", Reason::NotConverged))?;
    for x in covariance.as_flattened_mut() {
        let normal = share >= R::MIN_POSITIVE && share.is_finite();
        *x = if normal { *x * share } else { *x * learning_rate / unit };
    }
    if !covariance.as_flattened().iter().all(|x| x.is_finite()) {
        return Err(ArgError::new("noise", Reason::Overflow));
    }
    Ok(covariance)
}

/// Computes `A + s`.
fn shifted<R: Real, const N: usize>(matrix: &Matrix<R, N>, s: R) -> Matrix<R, N> {
    let mut out = *matrix;
    for (k, row) in out.iter_mut().enumerate() {
        if let Some(x) = row.get_mut(k) {
            *x += s;
        }
    }
    out
}

/// Refuses a matrix that is not a covariance: not finite, not symmetric, or not positive semidefinite, up to
/// rounding.
///
/// # Errors
/// [`ArgError`] naming `arg`.
fn check_semidefinite<R: Real, const N: usize>(
    arg: &'static str,
    matrix: &Matrix<R, N>,
) -> Result<(), ArgError> {
    ArgError::check_finite(arg, matrix.as_flattened())?;
    let tolerance = R::from_usize(8 * N) * R::EPSILON * size(matrix);
    let across = transposed(matrix);
    for (k, (x, y)) in matrix.as_flattened().iter().zip(across.as_flattened()).enumerate() {
        if (*x - *y).abs() > tolerance {
            return Err(ArgError::new(
                arg,
                Reason::Element { index: k, value: x.to_f64(), range: "symmetric" },
            ));
        }
    }
    // Elimination with the largest pivot on the diagonal: for a semidefinite matrix, the remainder never has
    // a negative one.
    let mut left = *matrix;
    for _ in 0..N {
        let mut pivot = (0, R::ZERO);
        for (k, row) in left.iter().enumerate() {
            let d = row.get(k).copied().unwrap_or(R::ZERO);
            if d < -tolerance {
                let reason = Reason::Element { index: k, value: d.to_f64(), range: "positive semidefinite" };
                return Err(ArgError::new(arg, reason));
            }
            if d > pivot.1 {
                pivot = (k, d);
            }
        }
        let Some(row) = left.get(pivot.0).copied() else { break };
        if pivot.1 <= tolerance {
            // If the diagonal is zero, all other elements must be zero too.
            return match left.as_flattened().iter().position(|x| x.abs() > R::from_u32(4) * tolerance) {
                None => Ok(()),
                Some(index) => {
                    let value = left.as_flattened().get(index).map_or(0.0, |x| x.to_f64());
                    Err(ArgError::new(arg, Reason::Element { index, value, range: "positive semidefinite" }))
                }
            };
        }
        for (other, top) in left.iter_mut().zip(row) {
            for (x, y) in other.iter_mut().zip(row) {
                *x -= top * y / pivot.1;
            }
        }
        if let Some(row) = left.get_mut(pivot.0) {
            row.fill(R::ZERO);
        }
        for row in &mut left {
            if let Some(x) = row.get_mut(pivot.0) {
                *x = R::ZERO;
            }
        }
    }
    Ok(())
}

/// Computes Σ of `F Σ + Σ Fᵀ = 2 D`, if F is stable.
fn balance<R: Real, const N: usize>(force: &Matrix<R, N>, diffusion: &Matrix<R, N>) -> Option<Matrix<R, N>> {
    // The eigenvalues of (s + F)⁻¹ (s − F) lie within the unit circle if and only if those of F lie to the
    // right of zero.
    let s = size(force);
    let (plus, minus) = (shifted(force, s), shifted(&force.map(|row| row.map(|x| -x)), s));
    let inverse = invert(&plus)?;
    let step = product(&inverse, &minus);
    // One inverse is rescaled, because the product of both leaves the finite range before the noise does.
    let unit = unit_scale(&[s]);
    let scaled = inverse.map(|row| row.map(|x| x / unit));
    let mut noise = product(&product(&scaled, diffusion), &transposed(&inverse));
    for x in noise.as_flattened_mut() {
        *x *= R::from_u32(4) * (s * unit);
    }
    doubled(step, noise)
}

/// Computes `Σ Aᵏ C (Aᵏ)ᵀ`, if it converges.
fn doubled<R: Real, const N: usize>(mut step: Matrix<R, N>, mut sum: Matrix<R, N>) -> Option<Matrix<R, N>> {
    for _ in 0..DOUBLINGS {
        let term = product(&product(&step, &sum), &transposed(&step));
        let before = sum;
        for (x, t) in sum.as_flattened_mut().iter_mut().zip(term.as_flattened()) {
            *x += *t;
        }
        if !sum.as_flattened().iter().all(|x| x.is_finite()) {
            return None;
        }
        step = product(&step, &step);
        // The remaining terms are even smaller once the powers are small.
        if sum == before && size(&step) < R::HALF {
            return Some(symmetric(sum));
        }
    }
    None
}

fn symmetric<R: Real, const N: usize>(matrix: Matrix<R, N>) -> Matrix<R, N> {
    let across = transposed(&matrix);
    let mut mean = matrix;
    for (x, y) in mean.as_flattened_mut().iter_mut().zip(across.as_flattened()) {
        *x = R::HALF * (*x + *y);
    }
    mean
}

/// Returns the largest sum of magnitudes in a row.
fn size<R: Real, const N: usize>(matrix: &Matrix<R, N>) -> R {
    let mut size = R::ZERO;
    for row in matrix {
        let mut sum = R::ZERO;
        for x in row {
            sum += x.abs();
        }
        size = size.or_larger(sum);
    }
    size
}

fn transposed<R: Real, const N: usize>(matrix: &Matrix<R, N>) -> Matrix<R, N> {
    let mut out = [[R::ZERO; N]; N];
    for (j, row) in out.iter_mut().enumerate() {
        for (x, from) in row.iter_mut().zip(matrix) {
            *x = from.get(j).copied().unwrap_or(R::ZERO);
        }
    }
    out
}

fn product<R: Real, const N: usize>(a: &Matrix<R, N>, b: &Matrix<R, N>) -> Matrix<R, N> {
    let mut out = [[R::ZERO; N]; N];
    for (out, a) in out.iter_mut().zip(a) {
        for (a, b) in a.iter().zip(b) {
            for (x, b) in out.iter_mut().zip(b) {
                *x += *a * *b;
            }
        }
    }
    out
}

/// Inverts a matrix by Gauss–Jordan elimination with the largest pivot of each column; `None` if a column has
/// no pivot.
fn invert<R: Real, const N: usize>(matrix: &Matrix<R, N>) -> Option<Matrix<R, N>> {
    let mut left = *matrix;
    let mut right = [[R::ZERO; N]; N];
    for (k, row) in right.iter_mut().enumerate() {
        *row.get_mut(k)? = R::ONE;
    }
    let negligible = R::EPSILON * size(matrix);
    for k in 0..N {
        let mut pivot = k;
        for (i, row) in left.iter().enumerate().skip(k) {
            if row.get(k)?.abs() > left.get(pivot)?.get(k)?.abs() {
                pivot = i;
            }
        }
        left.swap(k, pivot);
        right.swap(k, pivot);
        let scale = *left.get(k)?.get(k)?;
        if scale.abs() <= negligible {
            return None;
        }
        for matrix in [&mut left, &mut right] {
            for x in matrix.get_mut(k)? {
                *x /= scale;
            }
        }
        let (top, beside) = (*left.get(k)?, *right.get(k)?);
        for (i, (l, r)) in left.iter_mut().zip(&mut right).enumerate() {
            if i == k {
                continue;
            }
            let factor = *l.get(k)?;
            for (x, y) in l.iter_mut().zip(top) {
                *x -= factor * y;
            }
            for (x, y) in r.iter_mut().zip(beside) {
                *x -= factor * y;
            }
        }
    }
    Some(right)
}
