//! Curves of one variable for a small network to learn: evenly spaced points without noise.

use crate::base::elementary::{cos, sin};
use crate::{ArgError, Real, Reason};

/// Writes the Chebyshev polynomial T₄ at N evenly spaced points of [−1, 1]:
///
/// ```text
/// xₖ = −1 + 2k / (N − 1),    yₖ = 8 xₖ⁴ − 8 xₖ² + 1,    k = 0 … N − 1
/// ```
///
/// Cohen et al. (2021) show the edge of stability on this task, with twenty points of Chebyshev polynomials.
///
/// # Shapes
/// `inputs` and `targets` are N numbers each, N ≥ 2.
///
/// # Errors
/// [`ArgError`] naming `inputs` (fewer than 2, or more than a `u32` counts) or `targets` (not as many); nothing is written then.
///
/// ```
/// use losscape::models::data::chebyshev4;
/// let (mut inputs, mut targets) = ([0.0f64; 5], [0.0; 5]);
/// chebyshev4(&mut inputs, &mut targets)?;
/// assert_eq!(inputs, [-1.0, -0.5, 0.0, 0.5, 1.0]);
/// assert_eq!(targets, [1.0, -0.5, 1.0, -0.5, 1.0]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn chebyshev4<R: Real>(inputs: &mut [R], targets: &mut [R]) -> Result<(), ArgError> {
    let eight = R::from_u32(8);
    curve(inputs, targets, |x| eight * x * x * x * x - eight * x * x + R::ONE)
}

/// Writes a sum of two waves at N evenly spaced points of [−1, 1]:
///
/// ```text
/// xₖ = −1 + 2k / (N − 1),    yₖ = sin 3xₖ + 0.3 cos 7xₖ,    k = 0 … N − 1
/// ```
///
/// A few hidden units nearly fit this curve, so the loss has minima and saddles of every index that can be found.
/// The tests of critical points in this repository learn thirty points of it.
///
/// # Shapes
/// As [`chebyshev4`].
///
/// # Errors
/// As [`chebyshev4`].
///
/// ```
/// use losscape::models::data::waves;
/// let (mut inputs, mut targets) = ([0.0f64; 3], [0.0; 3]);
/// waves(&mut inputs, &mut targets)?;
/// assert_eq!((inputs, targets[1]), ([-1.0, 0.0, 1.0], 0.3));
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn waves<R: Real>(inputs: &mut [R], targets: &mut [R]) -> Result<(), ArgError> {
    let (three, seven, weaker) = (R::from_u32(3), R::from_u32(7), R::from_f64(0.3));
    curve(inputs, targets, |x| sin(three * x) + weaker * cos(seven * x))
}

fn curve<R: Real>(inputs: &mut [R], targets: &mut [R], f: impl Fn(R) -> R) -> Result<(), ArgError> {
    ArgError::check_min_len("inputs", 2, inputs.len())?;
    let Ok(last) = u32::try_from(inputs.len() - 1) else {
        return Err(ArgError::new("inputs", Reason::Overflow));
    };
    ArgError::check_len("targets", inputs.len(), targets.len())?;
    let last = R::from_u32(last);
    for (k, (x, y)) in (0u32..).zip(inputs.iter_mut().zip(targets)) {
        *x = -R::ONE + R::TWO * R::from_u32(k) / last;
        *y = f(*x);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{chebyshev4, waves};

    /// T₄ = T₂(T₂) with T₂(x) = 2x² − 1, since Tₙ(cos φ) = cos nφ.
    #[test]
    fn chebyshev_polynomials_stay_within_one() {
        let (mut x, mut y) = ([0.0f64; 20], [0.0; 20]);
        chebyshev4(&mut x, &mut y).unwrap();
        assert_eq!((x[0], x[19], y[0], y[19]), (-1.0, 1.0, 1.0, 1.0));
        for (k, (x, y)) in x.iter().zip(&y).enumerate() {
            let double = |x: f64| 2.0 * x * x - 1.0;
            let exact = double(double(*x));
            assert!((y - exact).abs() < 1e-14 && y.abs() <= 1.0, "{k}: {x} {y} {exact}");
        }
        // Spaced evenly: each is the mean of its neighbours.
        assert!(x.windows(3).all(|x| (x[1] - 0.5 * (x[0] + x[2])).abs() < 1e-15), "{x:?}");
    }

    #[test]
    fn waves_are_a_sine_and_a_cosine() {
        let (mut x, mut y) = ([0.0f64; 30], [0.0; 30]);
        waves(&mut x, &mut y).unwrap();
        // sin 3 + 0.3 cos 7, and with the other sign.
        assert!((y[29] - (0.141_120_008_059_867_2 + 0.3 * 0.753_902_254_343_304_6)).abs() < 1e-15, "{y:?}");
        assert!((y[0] - (-0.141_120_008_059_867_2 + 0.3 * 0.753_902_254_343_304_6)).abs() < 1e-15, "{y:?}");
        let (mut single, mut same) = ([0.0f32; 30], [0.0; 30]);
        waves(&mut single, &mut same).unwrap();
        assert!(same.iter().zip(&y).all(|(a, b)| (f64::from(*a) - b).abs() < 1e-6));
    }

    #[test]
    fn too_few_points_are_refused_and_nothing_is_written() {
        for points in [&mut [][..], &mut [7.0f32][..]] {
            let mut targets = [7.0; 1];
            assert_eq!(chebyshev4(points, &mut targets).unwrap_err().arg, "inputs");
            assert_eq!(targets, [7.0]);
            assert!(points.iter().all(|x| *x == 7.0));
        }
        let mut points = [7.0f32; 3];
        assert_eq!(waves(&mut points, &mut [0.0; 2]).unwrap_err().arg, "targets");
        assert_eq!(points, [7.0; 3]);
    }
}
