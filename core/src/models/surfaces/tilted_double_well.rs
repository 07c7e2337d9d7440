use super::DoubleWell;
use crate::{Curvature, Objective, Real};

/// The number of Newton steps towards a critical point. It is even: if rounding makes the iteration alternate between
/// two numbers, it always ends on the same one.
const STEPS: u32 = 64;

/// A [`DoubleWell`] on a slope: one well is deeper than the other.
///
/// ```text
/// f(x) = scale · [ ¼ (x₀² − 1)² + tilt · x₀ + ½ Σᵢ₌₁ xᵢ² ]
/// ```
///
/// The critical points lie on the first axis, at the roots of `x³ − x + tilt = 0`. For |tilt| below 2/(3√3) = 0.385
/// there are three, [two wells](Self::wells) and a pass; beyond, there is one. The curvature along the first axis is
/// `scale · (3x² − 1)`, and `scale` along all other axes.
///
/// # Examples
///
/// ```
/// use losscape::Objective;
/// use losscape::models::surfaces::{DoubleWell, TiltedDoubleWell};
/// let f = TiltedDoubleWell { well: DoubleWell::new(2)?, tilt: 0.25f32 };
/// assert_eq!(f.value(&[0.0, 0.0], &mut []), 0.25);
/// assert_eq!(f.value(&[-1.0, 0.0], &mut []), -0.25);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TiltedDoubleWell<R: Real = f32> {
    /// The wells without the slope; their scale multiplies both terms.
    pub well: DoubleWell<R>,
    /// The slope along the first axis.
    pub tilt: R,
}

/// The critical points of a [`TiltedDoubleWell`], given by their first coordinates; the other coordinates are zero.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TwoWells<R: Real = f32> {
    /// The left minimum, at a negative coordinate.
    pub left: R,
    /// The saddle between the minima.
    pub pass: R,
    /// The right minimum, at a positive coordinate.
    pub right: R,
    /// The heights of the pass above the left minimum and above the right one.
    pub barriers: [R; 2],
    /// The curvatures along the first axis: at the left minimum, at the pass (negative), and at the right minimum.
    pub curvatures: [R; 3],
    /// The curvature along each of the other axes, the same at all points.
    pub across: R,
}

impl<R: Real> TiltedDoubleWell<R> {
    /// Returns both minima, the pass between them, and the quantities that
    /// [`kramers_time`](crate::diffusion::kramers_time) takes. Returns `None` if there are no two wells, if a well
    /// cannot be distinguished from the pass in this precision, or if the scale is not above zero.
    ///
    /// Takes 192 Newton steps on `x³ − x + tilt`. The sequences start beyond the outer roots and in the middle, and
    /// each converges to its root from one side.
    ///
    /// ```
    /// use losscape::diffusion::kramers_time;
    /// use losscape::models::surfaces::{DoubleWell, TiltedDoubleWell};
    /// // x³ − x + ⅜ = (x − ½)(x² + ½ x − ¾)
    /// let f = TiltedDoubleWell { well: DoubleWell::new(2)?, tilt: 0.375f64 };
    /// let wells = f.wells().expect("a tilt below 0.385");
    /// assert!((wells.pass - 0.5).abs() < 1e-12);
    /// assert!((wells.left + 1.151_387_818_865_997).abs() < 1e-15);
    ///
    /// let level = TiltedDoubleWell { tilt: 0.0, ..f }.wells().expect("two");
    /// assert_eq!(level.barriers, [0.25; 2]);
    /// let (minimum, pass) = ([level.curvatures[2], level.across], [level.curvatures[1], level.across]);
    /// assert!((kramers_time(level.barriers[1], 0.05, &minimum, &pass)? - 659.382_3).abs() < 1e-3);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    #[must_use]
    pub fn wells(&self) -> Option<TwoWells<R>> {
        let three = R::from_u32(3);
        // The local extrema of x³ − x are ±2/(3√3).
        if self.tilt.abs() >= R::from_f64(0.384_900_179_459_750_5) {
            return None;
        }
        let outside = R::from_f64(1.2);
        let places = [-outside, R::ZERO, outside].map(|mut x| {
            for _ in 0..STEPS {
                x -= (x * x * x - x + self.tilt) / (three * x * x - R::ONE);
            }
            x
        });
        let scale = self.well.scale;
        let [left, pass, right] = places.map(|x| {
            let w = x * x - R::ONE;
            scale * (R::HALF * R::HALF * w * w + self.tilt * x)
        });
        let curvatures = places.map(|x| scale * (three * x * x - R::ONE));
        let barriers = [pass - left, pass - right];
        let wells = curvatures[0] > R::ZERO && curvatures[1] < R::ZERO && curvatures[2] > R::ZERO;
        let [left, pass, right] = places;
        let apart = left < pass && pass < right;
        (wells && apart).then_some(TwoWells { left, pass, right, barriers, curvatures, across: scale })
    }

    /// Adds the contribution of the slope to a value without it.
    fn sloped(&self, value: R, params: &[R]) -> R {
        match params.first() {
            Some(x) if params.len() == self.well.dim() => value + self.well.scale * self.tilt * *x,
            _ => value,
        }
    }
}

impl<R: Real> Objective<R> for TiltedDoubleWell<R> {
    fn dim(&self) -> usize {
        self.well.dim()
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        self.sloped(self.well.value(params, scratch), params)
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        let value = self.well.value_grad(params, grad, scratch);
        if let Some(g) = grad.first_mut() {
            *g += self.well.scale * self.tilt;
        }
        self.sloped(value, params)
    }
}

impl<R: Real> Curvature<R> for TiltedDoubleWell<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.well.hess_vec(params, v, out, scratch);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::elementary::sqrt;

    fn tilted(tilt: f64) -> TiltedDoubleWell<f64> {
        TiltedDoubleWell { well: DoubleWell::new(2).unwrap(), tilt }
    }

    #[test]
    fn wells_where_the_cubic_factors() {
        let wells = tilted(0.375).wells().unwrap();
        let root = sqrt(13.0);
        for (found, known) in [
            (wells.left, -0.25 * (1.0 + root)),
            (wells.pass, 0.5),
            (wells.right, 0.25 * (root - 1.0)),
            (wells.curvatures[1], -0.25),
            // Computed with 40 digits.
            (wells.barriers[0], 0.733_376_301_414_311_4),
            (wells.barriers[1], 0.000_998_698_585_687_417_6),
        ] {
            assert!((found - known).abs() < 1e-12, "{found} {known}");
        }
    }

    /// The gradient is zero at the critical points, and the opposite tilt gives the mirror image bit for bit.
    #[test]
    fn wells_at_any_tilt() {
        for k in -38..=38 {
            let f = tilted(0.01 * f64::from(k));
            let wells = f.wells().expect("less than 0.385");
            for x in [wells.left, wells.pass, wells.right] {
                let mut grad = [0.0; 2];
                f.value_grad(&[x, 0.0], &mut grad, &mut []);
                assert!(grad[0].abs() < 1e-15, "{k}: {grad:?}");
            }
            let height = |x| f.value(&[x, 0.0], &mut []);
            assert_eq!(wells.barriers[0].to_bits(), (height(wells.pass) - height(wells.left)).to_bits());
            assert_eq!(wells.barriers[1].to_bits(), (height(wells.pass) - height(wells.right)).to_bits());
            let mirrored = tilted(-0.01 * f64::from(k)).wells().unwrap();
            assert_eq!([mirrored.left, mirrored.right], [-wells.right, -wells.left]);
            let mut twice = f;
            twice.well.scale = 2.0;
            assert_eq!(twice.wells().unwrap().barriers, wells.barriers.map(|height| 2.0 * height));
        }
    }

    #[test]
    fn no_wells_that_are_none() {
        for tilt in [0.385, -0.385, 1e30, f64::NAN, f64::INFINITY] {
            assert_eq!(tilted(tilt).wells(), None, "{tilt}");
        }
        let mut upside_down = tilted(0.1);
        upside_down.well.scale = -1.0;
        assert_eq!(upside_down.wells(), None);
        let near = TiltedDoubleWell { well: DoubleWell::new(1).unwrap(), tilt: 0.384_900_15f32 };
        if let Some(wells) = near.wells() {
            assert!(wells.pass < wells.right, "{wells:?}");
        }
    }

    #[test]
    fn other_lengths_have_no_value() {
        let f = tilted(-0.3);
        for params in [&[][..], &[1.0], &[f64::INFINITY; 3]] {
            assert_eq!(f.value(params, &mut []), f64::INFINITY);
            let mut grad = [0.0; 2];
            assert_eq!(f.value_grad(params, &mut grad, &mut []), f64::INFINITY);
            assert!(grad.iter().all(|g| g.is_nan()), "{grad:?}");
        }
    }
}
