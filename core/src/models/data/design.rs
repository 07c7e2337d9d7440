//! A regression whose loss is a bowl of given curvatures, and whose batches have noise of a given strength.

use crate::base::elementary::sqrt;
use crate::{ArgError, Real, Reason};

/// Writes an orthogonal design: N samples for [`LeastSquares`](crate::models::LeastSquares) in n weights, m = N/n
/// per weight, whose loss is `½ Σᵢ λᵢ wᵢ²` plus a constant. Sample k of weight i is
///
/// ```text
/// x = √(n λᵢ) eᵢ,    y = s (k − (m − 1)/2),    s = √(12 σ² / (m² − 1)),    k = 0 … m − 1
/// ```
///
/// Each sample depends on one weight only, so the columns of the inputs are orthogonal (Fisher 1935; Box, Hunter &
/// Hunter 2005, ch. 5) and the Hessian is diagonal. The off-diagonal covariance of the per-sample gradients is only
/// the product of their means. The minimum is at the origin; the residuals there are evenly spaced with variance σ²,
/// and the covariance of the per-sample gradients is `σ² ∇²f` (Jastrzębski et al. 2017).
///
/// # Shapes
///
/// | argument     | length | layout            |
/// |--------------|--------|-------------------|
/// | `curvatures` | n      | λ                 |
/// | `inputs`     | N × n  | a sample in a row |
/// | `targets`    | N      |                   |
///
/// # Errors
/// [`ArgError`] naming `curvatures` (none, or one that is negative or not finite), `variance` (σ², negative or not
/// finite, also when multiplied by 12), `targets` (not a multiple of n, fewer than 2 or more than 65,535 per weight) or
/// `inputs` (wrong length). Nothing is written then.
///
/// ```
/// use losscape::Objective;
/// use losscape::models::{LeastSquares, data::orthogonal_design};
///
/// let (mut inputs, mut targets) = ([0.0f64; 8], [0.0; 4]);
/// orthogonal_design(&[2.0, 8.0], 0.25, &mut inputs, &mut targets)?;
/// assert_eq!(inputs, [2.0, 0.0, 2.0, 0.0, 0.0, 4.0, 0.0, 4.0]);
/// assert_eq!(targets, [-0.5, 0.5, -0.5, 0.5]);
/// // ½ (2 w₁² + 8 w₂²) and half the variance.
/// let f = LeastSquares::new(&inputs, &targets)?;
/// assert_eq!(f.value(&[1.0, 1.0], &mut []), 5.125);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn orthogonal_design<R: Real>(
    curvatures: &[R],
    variance: R,
    inputs: &mut [R],
    targets: &mut [R],
) -> Result<(), ArgError> {
    let n = curvatures.len();
    ArgError::check_count("curvatures", n)?;
    let lengths = R::from_usize(n);
    for (index, curvature) in curvatures.iter().enumerate() {
        if !(*curvature >= R::ZERO && (lengths * *curvature).is_finite()) {
            let range = "finite and at least 0, also n times";
            let reason = Reason::Element { index, value: curvature.to_f64(), range };
            return Err(ArgError::new("curvatures", reason));
        }
    }
    let each = targets.len() / n;
    ArgError::check_min_len("targets", 2usize.saturating_mul(n), targets.len())?;
    ArgError::check_len("targets", each * n, targets.len())?;
    let Ok(m) = u16::try_from(each).map(u32::from) else {
        return Err(ArgError::new("targets", Reason::TooMany { limit: usize::from(u16::MAX), found: each }));
    };
    ArgError::check_len("inputs", targets.len().saturating_mul(n), inputs.len())?;
    ArgError::check_non_negative("variance", variance)?;
    let spread = R::from_u32(12) * variance;
    ArgError::check_range("variance", variance, spread.is_finite(), "finite when multiplied by 12")?;
    let spacing = sqrt(spread / R::from_u32(m * m - 1));
    let middle = R::HALF * R::from_u32(m - 1);
    let weights = curvatures.iter().enumerate();
    let samples = inputs.chunks_exact_mut(each * n).zip(targets.chunks_exact_mut(each));
    for ((axis, curvature), (inputs, targets)) in weights.zip(samples) {
        inputs.fill(R::ZERO);
        let length = sqrt(lengths * *curvature);
        inputs.iter_mut().skip(axis).step_by(n).for_each(|x| *x = length);
        for (k, target) in (0u32..).zip(targets) {
            *target = spacing * (R::from_u32(k) - middle);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::orthogonal_design;
    use crate::diffusion::gradient_variances;
    use crate::models::LeastSquares;
    use crate::{Curvature, Objective};
    use std::vec;

    #[test]
    fn the_loss_is_the_bowl_and_its_noise_as_strong_as_the_curvature() {
        for unit in [1e-30f64, 1.0, 1e30] {
            let (curvatures, variance) = ([unit, 5.0 * unit, 0.0], 20.0 * unit);
            let (mut inputs, mut targets) = (vec![f64::NAN; 3 * 96], vec![f64::NAN; 96]);
            orthogonal_design(&curvatures, variance, &mut inputs, &mut targets).unwrap();
            let f = LeastSquares::new(&inputs, &targets).unwrap();
            let (mut out, mut scratch) = ([0.0; 3], [0.0; 9]);
            f.hess_vec(&[0.0; 3], &[1.0, 10.0, 100.0], &mut out, &mut scratch);
            for (k, factor) in [1.0, 50.0, 0.0].into_iter().enumerate() {
                assert!((out[k] - factor * unit).abs() <= 1e-14 * factor * unit, "{unit} {k}: {out:?}");
            }
            f.value_grad(&[0.0; 3], &mut out, &mut scratch);
            assert!(out.iter().all(|g| g.abs() < 1e-13 * unit), "{out:?}");
            gradient_variances(&f, &[0.0; 3], &mut out, &mut scratch).unwrap();
            for (k, curvature) in curvatures.into_iter().enumerate() {
                let exact = variance * curvature;
                assert!((out[k] - exact).abs() <= 1e-13 * exact, "{unit} {k}: {out:?}");
            }
        }
    }

    #[test]
    fn what_is_no_design_is_refused_and_nothing_is_written() {
        let (mut inputs, mut targets) = ([7.0f64; 8], [7.0; 4]);
        let mut refused = |curvatures: &[f64], variance, inputs_len: usize, targets_len: usize| {
            let (inputs, targets) = (&mut inputs[..inputs_len], &mut targets[..targets_len]);
            let error = orthogonal_design(curvatures, variance, inputs, targets).unwrap_err();
            assert!(inputs.iter().chain(&*targets).all(|x| *x == 7.0));
            error.arg
        };
        assert_eq!(refused(&[], 1.0, 8, 4), "curvatures");
        for bad in [-1.0, f64::NAN, f64::INFINITY, f64::MAX] {
            assert_eq!(refused(&[1.0, bad], 1.0, 8, 4), "curvatures");
        }
        for bad in [-1.0, f64::NAN, f64::INFINITY, f64::MAX] {
            assert_eq!(refused(&[1.0, 2.0], bad, 8, 4), "variance");
        }
        assert_eq!(refused(&[1.0, 2.0], 1.0, 6, 3), "targets", "fewer than two each");
        assert_eq!(refused(&[1.0], 1.0, 1, 1), "targets");
        assert_eq!(refused(&[1.0, 2.0], 1.0, 7, 4), "inputs");
    }
}
