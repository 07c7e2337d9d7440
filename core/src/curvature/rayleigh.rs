//! The curvature along a direction.

use crate::Real;
use crate::base::vector::{dot_scaled, times_quotient, unit_scale};

/// Computes the Rayleigh quotient of a symmetric operator from a direction v and its product H v:
///
/// ```text
/// vᵀ H v / vᵀ v
/// ```
///
/// This is the curvature along v, independent of the length of v. It lies between the smallest and the largest
/// eigenvalue, and for an eigenvector it is the eigenvalue (Parlett 1998, ch. 1). It is NaN if v is zero or has
/// another length than its product.
///
/// ```
/// use losscape::curvature::rayleigh_quotient;
/// // H = diag(1, 5) along (1, 1).
/// assert_eq!(rayleigh_quotient(&[1.0f64, 1.0], &[1.0, 5.0]), 3.0);
/// ```
#[must_use]
pub fn rayleigh_quotient<R: Real>(direction: &[R], product: &[R]) -> R {
    // Powers of two, or squares might overflow or vanish.
    let (a, b) = (unit_scale(direction), unit_scale(product));
    let quotient = dot_scaled(a, direction, b, product) / dot_scaled(a, direction, a, direction);
    times_quotient(quotient, a, b)
}

#[cfg(test)]
mod tests {
    use super::rayleigh_quotient;

    #[test]
    fn no_length_and_no_unit_changes_a_curvature() {
        for length in [1e-30f32, 1.0, 1e30] {
            for unit in [1e-6f32, 1.0, 1e6] {
                let direction = [length, -2.0 * length];
                let product = [3.0 * unit * length, -10.0 * unit * length];
                let quotient = rayleigh_quotient(&direction, &product) / unit;
                assert!((quotient - 4.6).abs() < 1e-6, "{length} {unit}: {quotient}");
            }
        }
        // Orthogonal to its product, and the unit alone overflows.
        assert_eq!(rayleigh_quotient(&[1e-30f32, 0.0], &[0.0, 1e30]), 0.0);
        assert!(rayleigh_quotient(&[0.0f64; 2], &[0.0; 2]).is_nan());
        assert!(rayleigh_quotient(&[1.0f64; 2], &[0.0; 3]).is_nan());
    }

    /// Equals the eigenvalue for an eigenvector and lies between two eigenvalues otherwise.
    #[test]
    fn eigenvectors_have_their_eigenvalue() {
        let product = |v: [f64; 2]| [2.0 * v[0] + v[1], v[0] + 2.0 * v[1]];
        for (v, value) in [([3.0, -3.0], 1.0), ([0.1, 0.1], 3.0), ([1.0, 0.0], 2.0)] {
            assert!((rayleigh_quotient(&v, &product(v)) - value).abs() < 1e-15, "{v:?}");
        }
    }
}
