//! The residence time of a diffusion in a well.

use crate::base::elementary::{exp, sqrt};
use crate::{ArgError, Real};

/// Computes the mean time to leave a minimum over the saddle that bounds it, at low temperature (Kramers
/// 1940; Bovier et al. 2004, eq. 1.9):
///
/// ```text
/// τ ≈ 2π/|λ₋| · √(|det ∇²V(saddle)| / det ∇²V(minimum)) · e^(barrier/T)
/// ```
///
/// with λ₋ the one negative curvature at the saddle. This is the mean time to reach another minimum, twice
/// the mean time to reach the saddle. The relative error is of the order of T divided by the barrier, so the
/// formula holds for barriers much higher than the temperature. One unit of time is 1/η steps of descent.
///
/// # Shapes
///
/// | argument     | length | contents                                            |
/// |--------------|--------|-----------------------------------------------------|
/// | `at_minimum` | n      | eigenvalues, all above zero                         |
/// | `at_saddle`  | n      | eigenvalues, the first one below zero, others above |
///
/// # Errors
/// [`ArgError`] naming `barrier` (negative or not finite), `temperature` (not positive), `at_minimum` or
/// `at_saddle` (empty, of different lengths, or of the wrong sign).
///
/// # Examples
/// ```
/// use losscape::diffusion::kramers_time;
///
/// // The double well ¼ (x² − 1)²: curvatures 2 and −1, barrier ¼.
/// let time = kramers_time(0.25f64, 0.05, &[2.0], &[-1.0])?;
/// assert!((time - 659.382_3).abs() < 1e-3);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn kramers_time<R: Real>(
    barrier: R,
    temperature: R,
    at_minimum: &[R],
    at_saddle: &[R],
) -> Result<R, ArgError> {
    ArgError::check_non_negative("barrier", barrier)?;
    ArgError::check_positive("temperature", temperature)?;
    ArgError::check_count("at_minimum", at_minimum.len())?;
    ArgError::check_len("at_saddle", at_minimum.len(), at_saddle.len())?;
    // Every factor is applied separately and rescaled: either determinant may overflow, and so may the
    // exponential, although the result does not.
    let mut time = Scaled { x: R::from_f64(core::f64::consts::TAU), power: 0 };
    for (k, (minimum, saddle)) in at_minimum.iter().zip(at_saddle).enumerate() {
        ArgError::check_positive("at_minimum", *minimum)?;
        let saddle = if k == 0 { -*saddle } else { *saddle };
        ArgError::check_positive("at_saddle", saddle)?;
        if k == 0 {
            time.change(|x| x / saddle);
        }
        time.change(|x| x * sqrt(saddle));
        time.change(|x| x / sqrt(*minimum));
    }
    let half = exp(R::HALF * (barrier / temperature));
    time.change(|x| x * half);
    time.change(|x| x * half);
    Ok(time.value())
}

/// `x · 2³⁰ᵖ` with x between 2⁻³⁰ and 2³⁰, unless it is zero or infinite.
struct Scaled<R> {
    x: R,
    power: i32,
}

impl<R: Real> Scaled<R> {
    const LARGE: u32 = 1 << 30;

    /// Applies a multiplication or division by one factor.
    fn change(&mut self, f: impl Fn(R) -> R) {
        self.x = f(self.x);
        let large = R::from_u32(Self::LARGE);
        // The largest number of rescalings that any number needs.
        for _ in 0..36 {
            if self.x > large {
                self.x /= large;
                self.power += 1;
            } else if self.x < R::ONE / large {
                self.x *= large;
                self.power -= 1;
            }
        }
    }

    fn value(self) -> R {
        let large = R::from_u32(Self::LARGE);
        let mut value = self.x;
        for _ in 0..self.power.unsigned_abs().min(72) {
            value = if self.power > 0 { value * large } else { value / large };
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::kramers_time;

    #[test]
    fn any_units() {
        let one = kramers_time(0.25f32, 0.1, &[2.0, 3.0], &[-1.0, 0.5]).unwrap();
        assert!((one / 22.096_6 - 1.0).abs() < 1e-6, "{one}");
        for c in [1e-30f32, 1e-10, 1e10, 1e30] {
            let scaled = kramers_time(0.25 * c, 0.1 * c, &[2.0 * c, 3.0 * c], &[-c, 0.5 * c]).unwrap();
            assert!((scaled * c / one - 1.0).abs() < 1e-5, "in units of {c}: {scaled}");
        }
    }

    /// Determinants that no number can hold, with a ratio that one can.
    #[test]
    fn many_dimensions() {
        let mut saddle = [10.0f32; 101];
        saddle[0] = -1.0;
        saddle[51..].fill(0.1);
        let time = kramers_time(0.0, 1.0, &[1.0; 101], &saddle).unwrap();
        assert!((time / core::f32::consts::TAU - 1.0).abs() < 1e-4, "{time}");
        let extreme = kramers_time(0.0f32, 1.0, &[1e-45, 3e38], &[-3e38, 1e-45]).unwrap();
        let exact = core::f64::consts::TAU / 3e38
            * libm::sqrt(3e38 / f64::from(1e-45f32) * f64::from(1e-45f32) / 3e38);
        assert!((f64::from(extreme) / exact - 1.0).abs() < 1e-2, "{extreme} {exact}");
        saddle[1..].reverse();
        let time = kramers_time(0.0, 1.0, &[1.0; 101], &saddle).unwrap();
        assert!((time / core::f32::consts::TAU - 1.0).abs() < 1e-4, "{time}");
    }

    #[test]
    fn refusals() {
        let arg = |b, t, m: &[f64], s: &[f64]| kramers_time(b, t, m, s).unwrap_err().arg;
        assert_eq!(arg(-0.1, 1.0, &[1.0], &[-1.0]), "barrier");
        assert_eq!(arg(f64::NAN, 1.0, &[1.0], &[-1.0]), "barrier");
        assert_eq!(arg(0.1, 0.0, &[1.0], &[-1.0]), "temperature");
        assert_eq!(arg(0.1, 1.0, &[], &[]), "at_minimum");
        assert_eq!(arg(0.1, 1.0, &[-1.0], &[-1.0]), "at_minimum");
        assert_eq!(arg(0.1, 1.0, &[1.0], &[1.0]), "at_saddle");
        assert_eq!(arg(0.1, 1.0, &[1.0, 1.0], &[-1.0]), "at_saddle");
        assert_eq!(arg(0.1, 1.0, &[1.0, 1.0], &[-1.0, -1.0]), "at_saddle");
    }
}
