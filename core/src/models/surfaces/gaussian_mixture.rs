use super::shape::{fits, no_gradient};
use crate::base::elementary::exp;
use crate::base::refusal::refuse;
use crate::base::vector::unit_scale;
use crate::{ArgError, Curvature, Objective, Real, Reason};

/// Gaussian wells (or hills), each with its own centre, depth and width.
///
/// ```text
/// f(x) = −scale · Σₖ depthₖ exp(−‖x − centreₖ‖² / (2 widthₖ²))
/// ```
///
/// A negative depth gives a hill.
///
/// # Shapes
///
/// | argument  | length  | layout              |
/// |-----------|---------|---------------------|
/// | `centres` | `K · n` | row `k` is centre k |
/// | `depths`  | `K`     |                     |
/// | `widths`  | `K`     | above zero          |
///
/// # Examples
///
/// ```
/// use losscape::{models::surfaces::GaussianMixture, Objective};
/// let wells = GaussianMixture::new(2, &[0.0f32, 0.0, 30.0, 0.0], &[1.0, 2.0], &[1.0, 1.0])?;
/// assert_eq!(wells.value(&[30.0, 0.0], &mut []), -2.0);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GaussianMixture<'a, R: Real = f32> {
    dim: usize,
    centres: &'a [R],
    depths: &'a [R],
    widths: &'a [R],
    /// The factor that multiplies the whole function.
    pub scale: R,
}

/// A well evaluated at a point.
struct Well<'a, R> {
    value: R,
    centre: &'a [R],
    /// A power of two that scales the width to about one, so that its square neither underflows nor
    /// overflows.
    unit: R,
    /// 1 / (unit · width)².
    sharpness: R,
}

impl<'a, R: Real> GaussianMixture<'a, R> {
    /// Creates the sum of the given wells.
    ///
    /// # Errors
    /// [`ArgError`] if `dim` is zero, `depths` is empty, a length does not fit, a number is not finite or
    /// a width is not above zero.
    pub fn new(dim: usize, centres: &'a [R], depths: &'a [R], widths: &'a [R]) -> Result<Self, ArgError> {
        ArgError::check_count("dim", dim)?;
        if depths.is_empty() {
            return Err(ArgError::new("depths", Reason::Empty));
        }
        ArgError::check_len("centres", dim.saturating_mul(depths.len()), centres.len())?;
        ArgError::check_len("widths", depths.len(), widths.len())?;
        ArgError::check_finite("centres", centres)?;
        ArgError::check_finite("depths", depths)?;
        for width in widths {
            ArgError::check_positive("widths", *width)?;
        }
        Ok(Self { dim, centres, depths, widths, scale: R::ONE })
    }

    /// Iterates over the depth, centre and width of each well.
    pub(super) fn each(&self) -> impl Iterator<Item = (R, &'a [R], R)> {
        let wells = self.centres.chunks_exact(self.dim).zip(self.depths).zip(self.widths);
        wells.map(|((centre, depth), width)| (*depth, centre, *width))
    }

    /// Evaluates each well at a point.
    fn wells(&self, params: &[R]) -> impl Iterator<Item = Well<'a, R>> {
        let scale = self.scale;
        self.centres.chunks_exact(self.dim).zip(self.depths).zip(self.widths).map(
            move |((centre, depth), width)| {
                let unit = unit_scale(&[*width]);
                let mut square = R::ZERO;
                for (x, c) in params.iter().zip(centre) {
                    let d = unit * (*x - *c);
                    square += d * d;
                }
                let width = unit * *width;
                let sharpness = R::ONE / (width * width);
                Well {
                    value: -(scale * *depth * exp(-(R::HALF * square * sharpness))),
                    centre,
                    unit,
                    sharpness,
                }
            },
        )
    }
}

impl<R: Real> Objective<R> for GaussianMixture<'_, R> {
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
        for well in self.wells(params) {
            value += well.value;
        }
        value
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], _scratch: &mut [R]) -> R {
        if !fits(self.dim, [params.len(), grad.len()]) {
            return no_gradient(grad);
        }
        let mut value = R::ZERO;
        grad.fill(R::ZERO);
        for Well { value: well, centre, unit, sharpness } in self.wells(params) {
            value += well;
            for ((g, x), c) in grad.iter_mut().zip(params).zip(centre) {
                *g -= well * sharpness * (unit * (*x - *c)) * unit;
            }
        }
        value
    }
}

impl<R: Real> Curvature<R> for GaussianMixture<'_, R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], _scratch: &mut [R]) {
        if !fits(self.dim, [params.len(), v.len(), out.len()]) {
            return refuse(out);
        }
        out.fill(R::ZERO);
        for Well { value: well, centre, unit, sharpness } in self.wells(params) {
            // ∇²well = well · (s² d dᵀ − s I), d = x − c, s = 1/width²
            let mut along = R::ZERO;
            for ((x, c), v) in params.iter().zip(centre).zip(v) {
                along += unit * (*x - *c) * *v;
            }
            for (((out, x), c), v) in out.iter_mut().zip(params).zip(centre).zip(v) {
                *out += well * sharpness * (sharpness * along * (unit * (*x - *c)) - *v) * unit * unit;
            }
        }
    }
}
