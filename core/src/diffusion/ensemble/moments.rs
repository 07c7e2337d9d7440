//! The mean and covariance of a cloud.

use crate::base::rows::{count_whole, rows};
use crate::base::vector::LaneSum;
use crate::diffusion::Moments;
use crate::{ArgError, Real};

/// Computes the mean and covariance of a cloud of equally weighted walkers:
///
/// ```text
/// m = Σₖ xₖ / N,   C = Σₖ (xₖ − m)(xₖ − m)ᵀ / N
/// ```
///
/// # Errors
/// [`ArgError`] naming `positions` (empty, not a whole number of rows, not finite).
///
/// # Cost
/// Two passes over the walkers, with D² multiplications each.
///
/// ```
/// let moments = losscape::diffusion::cloud_moments(&[1.0f64, 0.0, 3.0, 4.0])?; // (1, 0) and (3, 4)
/// assert_eq!((moments.mean, moments.covariance), ([2.0, 2.0], [[1.0, 2.0], [2.0, 4.0]]));
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn cloud_moments<R: Real, const D: usize>(positions: &[R]) -> Result<Moments<R, D>, ArgError> {
    let walkers = R::from_usize(count_whole("positions", D, positions.len())?);
    ArgError::check_finite("positions", positions)?;
    let mut sums = [LaneSum::default(); D];
    for walker in rows(positions, D) {
        for (sum, x) in sums.iter_mut().zip(walker) {
            sum.push(*x);
        }
    }
    let mean = sums.map(|sum| sum.total() / walkers);
    let mut squares = [[LaneSum::default(); D]; D];
    for walker in rows(positions, D) {
        for (row, (x, m)) in squares.iter_mut().zip(walker.iter().zip(mean)) {
            for (sum, (y, n)) in row.iter_mut().zip(walker.iter().zip(mean)) {
                sum.push((*x - m) * (*y - n));
            }
        }
    }
    Ok(Moments { mean, covariance: squares.map(|row| row.map(|sum| sum.total() / walkers)) })
}

/// Returns the share of walkers that are in a region, as [`share`](crate::diffusion::share) does for a density.
///
/// # Errors
/// [`ArgError`] naming `positions` (empty, not a whole number of places).
///
/// ```
/// let left = losscape::diffusion::cloud_share(&[-1.0f64, 0.0, 3.0, 4.0, -2.0, 9.0, 0.0, 0.0], |[x, _]| x < 0.0)?;
/// assert_eq!(left, 0.5);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn cloud_share<R: Real, const D: usize>(
    positions: &[R],
    mut region: impl FnMut([R; D]) -> bool,
) -> Result<R, ArgError> {
    let walkers = R::from_usize(count_whole("positions", D, positions.len())?);
    let mut inside = 0;
    for walker in positions.as_chunks().0 {
        inside += usize::from(region(*walker));
    }
    Ok(R::from_usize(inside) / walkers)
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::Reason;
    use crate::base::random::{fill_normal, stream};
    use std::vec;

    /// The cloud is far from the origin, where the mean square minus the squared mean would be noise.
    #[test]
    fn the_place_of_a_cloud_does_not_change_its_width() {
        let mut positions = vec![0.0f64; 2000];
        fill_normal(&mut stream(1, 0), &mut positions);
        let here = cloud_moments::<f64, 2>(&positions).unwrap();
        positions.iter_mut().for_each(|x| *x += 1e6);
        let there = cloud_moments::<f64, 2>(&positions).unwrap();
        for (here, there) in here.covariance.iter().flatten().zip(there.covariance.iter().flatten()) {
            // The positions themselves are rounded to 1e-10.
            assert!((here - there).abs() < 1e-9, "{here} {there}");
        }
        assert!((there.mean[0] - here.mean[0] - 1e6).abs() < 1e-9);
        assert!((here.covariance[0][0] - 1.0).abs() < 0.15, "three standard errors of 1000 normal numbers");
    }

    #[test]
    fn what_is_no_cloud_is_refused() {
        let refused = |positions: &[f32]| cloud_moments::<f32, 2>(positions).unwrap_err();
        assert_eq!(refused(&[]), ArgError::new("positions", Reason::Empty));
        assert_eq!(refused(&[1.0, 2.0, 3.0]).arg, "positions");
        assert_eq!(refused(&[1.0, f32::NAN]).arg, "positions");
        for none in [&[][..], &[1.0, 2.0, 3.0]] {
            assert_eq!(cloud_share::<f32, 2>(none, |_| true).unwrap_err().arg, "positions");
        }
    }

    /// A region and what is left of it: both shares are of the same cloud.
    #[test]
    fn shares_of_a_region_and_its_rest_are_all() {
        let mut positions = vec![0.0f32; 3000];
        fill_normal(&mut stream(2, 0), &mut positions);
        let share = |side: f32| cloud_share(&positions, |[x, ..]: [f32; 3]| side * x > 0.0).unwrap();
        assert_eq!(share(1.0) + share(-1.0), 1.0);
        assert!((share(1.0) - 0.5).abs() < 0.05, "three standard errors of a thousand coins");
        assert_eq!(cloud_share(&positions, |_: [f32; 3]| true).unwrap(), 1.0);
    }
}
