//! The diagonal of the covariance of per-sample gradients.

use crate::base::grid::Grid;
use crate::base::layout::cut;
use crate::base::rows::row_mut;
use crate::{ArgError, Real, Reason, SampledObjective};

/// Returns the scratch length that [`gradient_variances`] needs: 2 n, plus the objective's scratch for a
/// batch of one.
#[must_use]
pub const fn gradient_variances_scratch_len(dim: usize, batch_scratch_len: usize) -> usize {
    dim.saturating_mul(2).saturating_add(batch_scratch_len)
}

/// Computes the variance of every component of the per-sample gradients, the diagonal of their
/// [covariance](super::GradientCovariance):
///
/// ```text
/// Dᵢᵢ = (1/N) Σₖ (gₖᵢ − ḡᵢ)²
/// ```
///
/// A grid with [`Diffusion::Places`](super::Diffusion::Places) needs these variances at each of its cells.
/// Computing them takes 2 n numbers of memory instead of the N n + N² of the full covariance. Running means
/// and squares (Welford 1962) lose no digits where the noise is small compared with the gradient.
///
/// # Shapes
///
/// | argument    | length                             | contents                |
/// |-------------|------------------------------------|-------------------------|
/// | `params`    | n                                  | θ                       |
/// | `variances` | n                                  | written                 |
/// | `scratch`   | [`gradient_variances_scratch_len`] | need not be initialised |
///
/// # Errors
/// [`ArgError`] naming `params`, `variances` or `scratch` (wrong length), `samples` (none, or more than a
/// `u32` can count), or `gradient` (not finite for a sample); `variances` is then NaN for `gradient` and
/// unchanged otherwise.
///
/// # Cost
/// N gradients of one sample.
///
/// # Examples
/// ```
/// use losscape::diffusion::gradient_variances;
/// use losscape::models::LeastSquares;
///
/// // Gradients of ½ (w x − y)² at w = 0 are −x y: 1 and −3 here.
/// let f = LeastSquares::new(&[1.0f64, 1.0], &[-1.0, 3.0])?;
/// let mut variances = [0.0];
/// gradient_variances(&f, &[0.0], &mut variances, &mut [0.0; 2])?;
/// assert_eq!(variances, [4.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn gradient_variances<R: Real, F: SampledObjective<R> + ?Sized>(
    objective: &F,
    params: &[R],
    variances: &mut [R],
    scratch: &mut [R],
) -> Result<(), ArgError> {
    let (samples, dim) = (objective.samples(), objective.dim());
    ArgError::check_len("params", dim, params.len())?;
    ArgError::check_len("variances", dim, variances.len())?;
    ArgError::check_count("samples", samples)?;
    let Ok(count) = u32::try_from(samples) else {
        return Err(ArgError::new("samples", Reason::Overflow));
    };
    let needed = gradient_variances_scratch_len(dim, objective.batch_scratch_len(1));
    ArgError::check_min_len("scratch", needed, scratch.len())?;
    let Some(([mean, grad], scratch)) = cut(scratch, [dim; 2]) else { return Ok(()) };
    mean.fill(R::ZERO);
    variances.fill(R::ZERO);
    for k in 0..count {
        let value = objective.batch_value_grad(params, &[k], grad, scratch);
        if !value.is_finite() {
            variances.fill(R::NAN);
        }
        let weight = R::ONE / R::from_u32(k + 1);
        for ((variance, mean), g) in variances.iter_mut().zip(&mut *mean).zip(&*grad) {
            let before = *g - *mean;
            *mean += before * weight;
            *variance += (before * (*g - *mean) - *variance) * weight;
        }
    }
    match variances.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(index) => {
            variances.fill(R::NAN);
            let range = "finite for every sample";
            Err(ArgError::new("gradient", Reason::Element { index, value: f64::NAN, range }))
        }
    }
}

/// Computes the [variances](gradient_variances) of per-sample gradients in every cell of a grid, in units of σ².
///
/// [`Diffusion::Places`](super::Diffusion::Places) takes them, with the
/// [temperature](crate::sgd::temperature_of_noise) η σ² / (2b).
///
/// ```text
/// Dᵢ(x) = (1/N) Σₖ (gₖᵢ(x) − ḡᵢ(x))² / σ²
/// ```
///
/// # Shapes
///
/// | argument  | length                             | contents                                   |
/// |-----------|------------------------------------|--------------------------------------------|
/// | `values`  | D times the number of cells        | written: all cells for one axis at a time  |
/// | `scratch` | [`gradient_variances_scratch_len`] | need not be initialised                    |
///
/// # Errors
/// [`ArgError`] naming `objective` (not of D parameters), `variance` (σ², not above zero) or `values` (wrong length);
/// for `scratch`, `samples` and `gradient`, as [`gradient_variances`]. `values` are unchanged, except for `gradient`.
///
/// # Cost
/// N gradients of one sample per cell.
///
/// ```
/// use losscape::base::grid::{Axis, Grid};
/// use losscape::models::LeastSquares;
///
/// // Gradients of ½ (w x − y)² are w − 1 and w + 3 at x = −1 and 1, wherever w is.
/// let f = LeastSquares::new(&[1.0f64, 1.0], &[1.0, -3.0])?;
/// let (grid, mut values) = (Grid::new([Axis::new(-1.0, 1.0, 2)?])?, [0.0; 2]);
/// losscape::diffusion::fill_gradient_variances(&f, &grid, 2.0, &mut values, &mut [0.0; 2])?;
/// assert_eq!(values, [2.0; 2]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn fill_gradient_variances<R: Real, F: SampledObjective<R> + ?Sized, const D: usize>(
    objective: &F,
    grid: &Grid<R, D>,
    variance: R,
    values: &mut [R],
    scratch: &mut [R],
) -> Result<(), ArgError> {
    ArgError::check_len("objective", D, objective.dim())?;
    ArgError::check_positive("variance", variance)?;
    let cells = grid.len();
    ArgError::check_len("values", cells.saturating_mul(D), values.len())?;
    for k in 0..cells {
        let mut variances = [R::ZERO; D];
        gradient_variances(objective, &grid.centre(k), &mut variances, scratch)?;
        for (axis, of_axis) in variances.into_iter().enumerate() {
            if let Some(value) = row_mut(values, cells, axis).and_then(|along| along.get_mut(k)) {
                *value = of_axis / variance;
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{fill_gradient_variances, gradient_variances, gradient_variances_scratch_len};
    use crate::base::grid::{Axis, Grid};
    use crate::models::LeastSquares;

    /// Noise ±e on the targets at inputs ±s: the variance is e² s², at the minimum and far from it.
    #[test]
    fn variances_of_least_squares() {
        let (s, e) = (3.0f64, 0.5);
        let inputs = [s, s, -s, -s];
        let targets = [e, -e, e, -e];
        let f = LeastSquares::new(&inputs, &targets).unwrap();
        let mut out = [0.0];
        let mut scratch = [0.0; 2];
        gradient_variances(&f, &[0.0], &mut out, &mut scratch).unwrap();
        assert!((out[0] - e * e * s * s).abs() < 1e-14, "{out:?}");
        // At w: g = s² w ± s e.
        gradient_variances(&f, &[1e6], &mut out, &mut scratch).unwrap();
        assert!((out[0] / (e * e * s * s) - 1.0).abs() < 1e-6, "no cancellation: {out:?}");
    }

    #[test]
    fn scales_and_refusals() {
        for unit in [1e-30f64, 1.0, 1e30] {
            let f = LeastSquares::new(&[1.0, 1.0], &[-unit, 3.0 * unit]).map(|f| {
                let mut out = [0.0];
                gradient_variances(&f, &[0.0], &mut out, &mut [0.0; 2]).map(|()| out[0] / unit / unit)
            });
            assert!((f.unwrap().unwrap() - 4.0).abs() < 1e-14, "{unit}");
        }
        let f = LeastSquares::new(&[1.0f64, 1.0], &[-1.0, 3.0]).unwrap();
        let mut out = [7.0];
        assert_eq!(gradient_variances(&f, &[], &mut out, &mut [0.0; 2]).unwrap_err().arg, "params");
        assert_eq!(gradient_variances(&f, &[0.0], &mut [], &mut [0.0; 2]).unwrap_err().arg, "variances");
        assert_eq!(gradient_variances(&f, &[0.0], &mut out, &mut [0.0; 1]).unwrap_err().arg, "scratch");
        assert_eq!(out, [7.0]);
        assert_eq!(gradient_variances(&f, &[1e200], &mut out, &mut [0.0; 2]).unwrap_err().arg, "gradient");
        assert!(out[0].is_nan());
        assert_eq!(gradient_variances_scratch_len(usize::MAX, 1), usize::MAX);
    }

    /// Cell by cell and axis by axis what is measured at each place, over the unit.
    #[test]
    fn a_grid_has_the_variances_of_its_cells() {
        let (inputs, targets) = ([1.0f64, 0.0, 2.0, 1.0, 0.0, -1.0], [1.0, 0.5, -2.0]);
        let f = LeastSquares::new(&inputs, &targets).unwrap();
        let axes = [Axis::new(-1.0, 1.0, 3).unwrap(), Axis::new(0.0, 1.0, 2).unwrap()];
        let (grid, mut values, mut scratch) = (Grid::new(axes).unwrap(), [f64::NAN; 12], [0.0; 4]);
        fill_gradient_variances(&f, &grid, 0.1, &mut values, &mut scratch).unwrap();
        for k in 0..6 {
            let mut here = [0.0; 2];
            gradient_variances(&f, &grid.centre(k), &mut here, &mut scratch).unwrap();
            assert_eq!([values[k], values[6 + k]], here.map(|d| d / 0.1), "{k}");
        }
        assert!(values[0] != values[1] && values[0] != values[6], "{values:?}");
        let line = Grid::new([axes[0]]).unwrap();
        let mut refused = |variance, len: usize| {
            fill_gradient_variances(&f, &grid, variance, &mut values[..len], &mut scratch).unwrap_err().arg
        };
        assert_eq!(refused(0.0, 12), "variance");
        assert_eq!(refused(f64::NAN, 12), "variance");
        assert_eq!(refused(1.0, 11), "values");
        let other = fill_gradient_variances(&f, &line, 1.0, &mut [0.0; 3], &mut [0.0; 4]);
        assert_eq!(other.unwrap_err().arg, "objective");
    }
}
