//! Checks of an objective's derivatives against finite differences.

use crate::base::elementary::sqrt;
use crate::base::layout::{cut, total};
use crate::base::real::cube_root_of_epsilon;
use crate::base::vector::norm;
use crate::{ArgError, Curvature, Objective, Real, Reason};

/// The error of derivatives relative to finite differences, for the worst component.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct Check<R: Real = f32> {
    /// |g − d| divided by the largest of |g|, |d| and the root mean square of all g. The error is infinite,
    /// and the component counts as the worst, if g or d is not finite.
    pub error: R,
    /// The index of this component.
    pub index: usize,
    /// g, the objective's own derivative.
    pub derivative: R,
    /// d, the central difference.
    pub difference: R,
}

/// Returns the workspace length of [`check_grad`] for an objective of `dim` parameters with this
/// `scratch_len`, and of [`check_hess_vec`] with the larger of `scratch_len` and `hess_vec_scratch_len`.
#[must_use]
pub const fn check_workspace_len(dim: usize, scratch_len: usize) -> usize {
    total([dim, dim, dim, dim, scratch_len])
}

/// Compares every component of a gradient with a central difference of the value,
///
/// ```text
/// dᵢ = (f(θ + h eᵢ) − f(θ − h eᵢ)) / 2h,   h = ∛ε · (1 + |θᵢ|)
/// ```
///
/// where ε is the type's [`EPSILON`](Real::EPSILON). For a smooth function of ordinary size, expect an error
/// of about ε to the power ⅔, 4·10⁻¹¹ for `f64` and 2·10⁻⁵ for `f32`; it can be some hundred times larger
/// where the value is large compared with its changes or strongly curved. A wrong derivative errs by 10⁻² or
/// more. Check in `f64` if the objective is generic. At a kink, such as a ReLU at zero, there is no
/// derivative to compare. The step assumes parameters of about one; [`check_grad_over`] takes another length.
///
/// # Cost
/// One gradient and 2 n values.
///
/// # Errors
/// [`ArgError`] naming `params` (wrong length, not finite) or `workspace` (shorter than
/// [`check_workspace_len`]).
///
/// # Examples
/// ```
/// use losscape::{Objective, objective::{check_grad, check_workspace_len}};
///
/// struct Bowl; // ½ x² + 2 y², with a mistake in its gradient
/// impl Objective<f64> for Bowl {
///     fn dim(&self) -> usize { 2 }
///     fn scratch_len(&self) -> usize { 0 }
///     fn value(&self, p: &[f64], _: &mut [f64]) -> f64 { 0.5 * p[0] * p[0] + 2.0 * p[1] * p[1] }
///     fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
///         grad.copy_from_slice(&[p[0], 2.0 * p[1]]);
///         self.value(p, scratch)
///     }
/// }
///
/// let check = check_grad(&Bowl, &[3.0, 1.0], &mut [0.0; check_workspace_len(2, 0)])?;
/// assert_eq!(check.index, 1);
/// assert!((check.error - 0.5).abs() < 1e-6); // 2 instead of 4
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn check_grad<R: Real, F: Objective<R> + ?Sized>(
    objective: &F,
    params: &[R],
    workspace: &mut [R],
) -> Result<Check<R>, ArgError> {
    check_grad_over(objective, params, R::ONE, workspace)
}

/// Performs [`check_grad`] on a landscape whose parameters are in other units. `length` is roughly the
/// distance over which the landscape changes its shape, and
///
/// ```text
/// h = ∛ε · (length + |θᵢ|)
/// ```
///
/// So a function of θ/u, checked at u θ with length u, has the same errors as at θ with length 1, up to
/// rounding.
///
/// # Errors
/// As [`check_grad`], and [`ArgError`] naming `length` (not above zero, not finite).
///
/// # Examples
/// ```
/// use losscape::objective::{check_grad, check_grad_over, check_workspace_len};
/// use losscape::Objective;
///
/// struct Well; // (x/u)² (1 − x/u) for u = 10⁻¹⁰
/// impl Objective<f64> for Well {
///     fn dim(&self) -> usize { 1 }
///     fn scratch_len(&self) -> usize { 0 }
///     fn value(&self, x: &[f64], scratch: &mut [f64]) -> f64 { self.value_grad(x, &mut [0.0], scratch) }
///     fn value_grad(&self, x: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
///         let t = x[0] * 1e10;
///         grad[0] = (2.0 - 3.0 * t) * t * 1e10;
///         t * t * (1.0 - t)
///     }
/// }
/// let mut workspace = [0.0; check_workspace_len(1, 0)];
/// assert!(check_grad(&Well, &[0.5e-10], &mut workspace)?.error > 0.9); // steps of 6 · 10⁻⁶
/// assert!(check_grad_over(&Well, &[0.5e-10], 1e-10, &mut workspace)?.error < 1e-9);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn check_grad_over<R: Real, F: Objective<R> + ?Sized>(
    objective: &F,
    params: &[R],
    length: R,
    workspace: &mut [R],
) -> Result<Check<R>, ArgError> {
    ArgError::check_positive("length", length)?;
    let dim = objective.dim();
    let ([point, grad, differences], scratch) = parts(dim, objective.scratch_len(), params, workspace)?;
    point.copy_from_slice(params);
    objective.value_grad(point, grad, scratch);
    for (i, difference) in differences.iter_mut().enumerate() {
        let theta = params[i];
        let h = cube_root_of_epsilon::<R>() * (length + theta.abs());
        let (above, below) = (theta + h, theta - h);
        point[i] = above;
        let value_above = objective.value(point, scratch);
        point[i] = below;
        let value_below = objective.value(point, scratch);
        point[i] = theta;
        // The actual step, which rounding makes differ from 2 h.
        *difference = (value_above - value_below) / (above - below);
    }
    Ok(worst(grad, differences))
}

/// Compares every component of a Hessian–vector product with a central difference of the gradient along the
/// vector,
///
/// ```text
/// d = (∇f(θ + h v) − ∇f(θ − h v)) / 2h,   h = ∛ε · (1 + ‖θ‖) / ‖v‖
/// ```
///
/// The remarks at [`check_grad`] apply here too; [`check_hess_vec_over`] takes a length other than one.
///
/// # Cost
/// One Hessian–vector product and two gradients.
///
/// # Errors
/// [`ArgError`] naming `params` or `v` (wrong length, not finite) or `workspace` (shorter than
/// [`check_workspace_len`] for the larger of the two scratch lengths).
///
/// # Examples
/// ```
/// use losscape::models::data::{Dataset, Targets};
/// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
/// use losscape::objective::{check_hess_vec, check_workspace_len};
///
/// const NET: Mlp = Mlp::from_widths(&[1, 2, 1]);
/// const DIM: usize = NET.param_len();
/// let data = Dataset::new(&[0.5f64, -1.0], 1, Targets::Values(&[1.0, 0.0]))?;
/// let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, 0.0)?.with_tile(2)?;
/// let mut workspace = [0.0; check_workspace_len(DIM, NET.hess_vec_scratch_len(2))];
/// let check = check_hess_vec(&f, &[0.25; DIM], &[1.0; DIM], &mut workspace)?;
/// assert!(check.error < 1e-8, "{check:?}");
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn check_hess_vec<R: Real, F: Curvature<R> + ?Sized>(
    objective: &F,
    params: &[R],
    v: &[R],
    workspace: &mut [R],
) -> Result<Check<R>, ArgError> {
    check_hess_vec_over(objective, params, v, R::ONE, workspace)
}

/// Performs [`check_hess_vec`] on a landscape whose parameters are in other units, with
/// `h = ∛ε · (length + ‖θ‖) / ‖v‖`; see [`check_grad_over`].
///
/// # Errors
/// As [`check_hess_vec`], and [`ArgError`] naming `length` (not above zero, not finite).
///
/// # Examples
/// ```
/// use losscape::models::surfaces::Quadratic;
/// use losscape::objective::{check_hess_vec_over, check_workspace_len};
/// let bowl = Quadratic::new(&[1e20, 4e20])?; // its length scale is 10⁻¹⁰
/// let (at, v, mut workspace) = ([1e-10, 1e-10], [1.0, -1.0], [0.0; check_workspace_len(2, 4)]);
/// let check = check_hess_vec_over(&bowl, &at, &v, 1e-10, &mut workspace)?;
/// assert!(check.error < 1e-9, "{check:?}");
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn check_hess_vec_over<R: Real, F: Curvature<R> + ?Sized>(
    objective: &F,
    params: &[R],
    v: &[R],
    length: R,
    workspace: &mut [R],
) -> Result<Check<R>, ArgError> {
    ArgError::check_positive("length", length)?;
    let dim = objective.dim();
    let scratch_len = objective.scratch_len().max(objective.hess_vec_scratch_len());
    ArgError::check_len("v", dim, v.len())?;
    ArgError::check_finite("v", v)?;
    let ([point, product, differences, below], scratch) = parts(dim, scratch_len, params, workspace)?;
    objective.hess_vec(params, v, product, scratch);
    let along = norm(v);
    let along = if along > R::ZERO { along } else { R::ONE };
    let h = cube_root_of_epsilon::<R>() * (length + norm(params)) / along;
    for ((x, &theta), &v) in point.iter_mut().zip(params).zip(v) {
        *x = theta + h * v;
    }
    objective.value_grad(point, differences, scratch);
    for ((x, &theta), &v) in point.iter_mut().zip(params).zip(v) {
        *x = theta - h * v;
    }
    objective.value_grad(point, below, scratch);
    for (difference, &below) in differences.iter_mut().zip(&*below) {
        *difference = (*difference - below) / (R::TWO * h);
    }
    Ok(worst(product, differences))
}

/// Checks the arguments and splits `N ≤ 4` vectors off the workspace.
fn parts<'w, R: Real, const N: usize>(
    dim: usize,
    scratch_len: usize,
    params: &[R],
    workspace: &'w mut [R],
) -> Result<([&'w mut [R]; N], &'w mut [R]), ArgError> {
    ArgError::check_len("params", dim, params.len())?;
    ArgError::check_finite("params", params)?;
    let (needed, found) = (check_workspace_len(dim, scratch_len), workspace.len());
    let short = ArgError::new("workspace", Reason::TooShort { needed, found });
    if found < needed { Err(short) } else { cut(workspace, [dim; N]).ok_or(short) }
}

fn worst<R: Real>(derivatives: &[R], differences: &[R]) -> Check<R> {
    let mut worst = Check { error: R::ZERO, index: 0, derivative: R::ZERO, difference: R::ZERO };
    let typical = norm(derivatives) / sqrt(R::from_usize(derivatives.len()));
    // Squares that overflow would make every error zero.
    let typical = if typical.is_finite() { typical } else { R::ZERO };
    for (index, (&derivative, &difference)) in derivatives.iter().zip(differences).enumerate() {
        let distance = (derivative - difference).abs();
        if !distance.is_finite() {
            return Check { error: R::INFINITY, index, derivative, difference };
        }
        let size = typical.or_larger(derivative.abs()).or_larger(difference.abs());
        let error = if distance == R::ZERO { R::ZERO } else { distance / size };
        if index == 0 || error > worst.error {
            worst = Check { error, index, derivative, difference };
        }
    }
    worst
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::data::{Dataset, Targets};
    use crate::models::mlp::{Loss, Mlp, MlpObjective};

    /// x⁴ + e·y + x y², with an error in one of its derivatives.
    struct Quartic {
        grad_error: [f64; 2],
        hess_error: f64,
    }

    impl Objective<f64> for Quartic {
        fn dim(&self) -> usize {
            2
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, p: &[f64], _: &mut [f64]) -> f64 {
            let [x, y] = [p[0], p[1]];
            x * x * x * x + core::f64::consts::E * y + x * y * y
        }
        fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
            let [x, y] = [p[0], p[1]];
            grad[0] = 4.0 * x * x * x + y * y + self.grad_error[0];
            grad[1] = core::f64::consts::E + 2.0 * x * y + self.grad_error[1];
            self.value(p, scratch)
        }
    }

    impl Curvature<f64> for Quartic {
        fn hess_vec(&self, p: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
            let [x, y] = [p[0], p[1]];
            out[0] = 12.0 * x * x * v[0] + 2.0 * y * v[1];
            out[1] = 2.0 * y * v[0] + 2.0 * x * v[1] + self.hess_error;
        }
    }

    const EXACT: Quartic = Quartic { grad_error: [0.0; 2], hess_error: 0.0 };
    const POINT: [f64; 2] = [1.25, -0.75];

    #[test]
    fn right_derivatives_pass() {
        let workspace = &mut [f64::NAN; check_workspace_len(2, 0)];
        let check = check_grad(&EXACT, &POINT, workspace).expect("accepted");
        assert!(check.error < 1e-9, "{check:?}");
        let check = check_hess_vec(&EXACT, &POINT, &[0.5, 3.0], workspace).expect("accepted");
        assert!(check.error < 1e-8, "{check:?}");
        let still = check_hess_vec(&EXACT, &POINT, &[0.0; 2], workspace).expect("accepted");
        assert_eq!(still.error.to_bits(), 0, "nothing along the null vector");
    }

    #[test]
    fn wrong_derivatives_are_found() {
        let workspace = &mut [f64::NAN; check_workspace_len(2, 0)];
        for index in 0..2 {
            let mut wrong = EXACT;
            wrong.grad_error[index] = 0.01;
            let check = check_grad(&wrong, &POINT, workspace).expect("accepted");
            assert_eq!(check.index, index);
            assert!((check.derivative - check.difference - 0.01).abs() < 1e-8, "{check:?}");
            assert!(check.error > 1e-3, "{check:?}");
        }
        let wrong = Quartic { hess_error: -0.01, ..EXACT };
        let check = check_hess_vec(&wrong, &POINT, &[0.5, 3.0], workspace).expect("accepted");
        assert!(check.index == 1 && check.error > 1e-4, "{check:?}");
        let wrong = Quartic { grad_error: [0.0, f64::NAN], ..EXACT };
        let check = check_grad(&wrong, &POINT, workspace).expect("accepted");
        assert!(check.index == 1 && check.error == f64::INFINITY, "{check:?}");
    }

    #[test]
    fn a_network_passes_in_both_types() {
        fn error<R: Real>() -> R {
            let net = Mlp::new(&[2, 3, 2]).expect("widths");
            let inputs = [R::ONE, R::HALF, -R::ONE, R::TWO];
            let data = Dataset::new(&inputs, 2, Targets::Labels(&[0, 1])).expect("data");
            let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, R::HALF)
                .and_then(|f| f.with_tile(2))
                .expect("objective");
            let mut params = [R::ZERO; 17];
            for (k, p) in (0u8..).zip(&mut params) {
                *p = R::from_f64(f64::from(k * 7 % 17) / 17.0 - 0.5);
            }
            let mut workspace = [R::ZERO; 2048];
            let grad = check_grad(&f, &params, &mut workspace).expect("accepted").error;
            let product = check_hess_vec(&f, &params, &[R::ONE; 17], &mut workspace).expect("accepted").error;
            grad.or_larger(product)
        }
        assert!(error::<f64>() < 1e-8, "{}", error::<f64>());
        assert!(error::<f32>() < 1e-2, "{}", error::<f32>());
    }

    #[test]
    fn a_product_has_the_scratch_it_needs() {
        let net = Mlp::new(&[2, 3, 2]).expect("widths");
        let data = Dataset::new(&[1.0, 0.5, -1.0, 2.0], 2, Targets::Labels(&[0, 1])).expect("data");
        let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.5)
            .and_then(|f| f.with_tile(2))
            .expect("objective");
        let params = [0.25f64; 17];
        assert!(f.hess_vec_scratch_len() > f.scratch_len(), "or the test tests nothing");
        let needed = check_workspace_len(17, f.hess_vec_scratch_len());
        let mut workspace = [f64::NAN; 2048];
        let check = check_hess_vec(&f, &params, &[1.0; 17], &mut workspace[..needed]).expect("accepted");
        assert!(check.error < 1e-8, "{check:?}");
        let error =
            check_hess_vec(&f, &params, &[1.0; 17], &mut workspace[..needed - 1]).expect_err("refused");
        assert_eq!(error.arg, "workspace");
    }

    /// k f(θ / u).
    struct Scaled {
        k: f64,
        unit: f64,
    }

    impl Objective<f64> for Scaled {
        fn dim(&self) -> usize {
            2
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, p: &[f64], scratch: &mut [f64]) -> f64 {
            self.k * EXACT.value(&[p[0] / self.unit, p[1] / self.unit], scratch)
        }
        fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
            let value = EXACT.value_grad(&[p[0] / self.unit, p[1] / self.unit], grad, scratch);
            grad.iter_mut().for_each(|g| *g *= self.k / self.unit);
            self.k * value
        }
    }

    impl Curvature<f64> for Scaled {
        fn hess_vec(&self, p: &[f64], v: &[f64], out: &mut [f64], scratch: &mut [f64]) {
            EXACT.hess_vec(&[p[0] / self.unit, p[1] / self.unit], v, out, scratch);
            out.iter_mut().for_each(|x| *x *= self.k / self.unit / self.unit);
        }
    }

    /// In any unit of values and parameters the errors are the same: bit for bit for powers of two, and
    /// equally small otherwise.
    #[test]
    fn units_do_not_matter() {
        let workspace = &mut [f64::NAN; check_workspace_len(2, 0)];
        let mut both = |k: f64, unit: f64| {
            let (f, at) = (Scaled { k, unit }, POINT.map(|x| x * unit));
            let grad = check_grad_over(&f, &at, unit, workspace).expect("accepted");
            (grad.error, check_hess_vec_over(&f, &at, &[0.5, 3.0], unit, workspace).expect("accepted").error)
        };
        let want = both(1.0, 1.0);
        assert!(want.0 < 1e-9 && want.1 < 1e-8, "{want:?}");
        for power in [-100, -34, 34, 100] {
            let two = f64::from_bits(u64::try_from(1023 + power).expect("an exponent") << 52);
            assert_eq!(both(two, 1.0), want, "values by 2^{power}");
            assert_eq!(both(1.0, two), want, "parameters by 2^{power}");
        }
        for ten in [1e-30, 1e-10, 1e-3, 1e3, 1e10, 1e30] {
            for found in [both(ten, 1.0), both(1.0, ten), both(1.0 / ten, ten)] {
                assert!(found.0 < 1e-9 && found.1 < 1e-8, "{ten}: {found:?}");
            }
        }
        // With a length of one, the same landscape at a scale of 10⁻¹⁰ is not resolved.
        let tiny = Scaled { k: 1.0, unit: 1e-10 };
        let check = check_grad(&tiny, &POINT.map(|x| x * 1e-10), workspace).expect("accepted");
        assert!(check.error > 0.5, "{check:?}");
    }

    /// Derivatives are compared even if their squares overflow.
    #[test]
    fn large_derivatives_are_compared() {
        let found = worst(&[1e200, 2e200], &[1e200, 3e200f64]);
        assert_eq!(found.index, 1);
        assert!((found.error - 1.0 / 3.0).abs() < 1e-15, "{found:?}");
    }

    #[test]
    fn bad_arguments_are_named() {
        let workspace = &mut [0.0; check_workspace_len(2, 0)];
        let arg = |refused: Result<Check<f64>, ArgError>| refused.expect_err("refused").arg;
        assert_eq!(arg(check_grad(&EXACT, &[1.0], workspace)), "params");
        assert_eq!(arg(check_grad(&EXACT, &[1.0, f64::NAN], workspace)), "params");
        assert_eq!(arg(check_grad(&EXACT, &POINT, &mut workspace[1..])), "workspace");
        assert_eq!(arg(check_hess_vec(&EXACT, &POINT, &[1.0], workspace)), "v");
        assert_eq!(arg(check_hess_vec(&EXACT, &POINT, &[1.0, f64::INFINITY], workspace)), "v");
        for length in [0.0, -1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(arg(check_grad_over(&EXACT, &POINT, length, workspace)), "length");
            assert_eq!(arg(check_hess_vec_over(&EXACT, &POINT, &POINT, length, workspace)), "length");
        }
    }
}
