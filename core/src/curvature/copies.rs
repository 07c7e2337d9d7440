//! How often a value appears.

use crate::Real;

/// Counts the values equal to `of` within a relative tolerance: `|vₖ − v| ≤ t |v|`.
///
/// Without re-orthogonalisation, Lanczos' method reports converged eigenvalues several times, as if they were
/// multiple. Compared with the true multiplicity, the count shows such ghosts (Paige 1972; Cullum & Willoughby 1985).
///
/// ```
/// assert_eq!(losscape::curvature::copies(&[1.0f64, 4.0, 4.000_000_001, 4.1], 4.0, 1e-9), 2);
/// ```
#[must_use]
pub fn copies<R: Real>(values: &[R], of: R, tolerance: R) -> usize {
    values.iter().filter(|value| (**value - of).abs() <= tolerance * of.abs()).count()
}

#[cfg(test)]
mod tests {
    use super::copies;

    #[test]
    fn what_counts_as_a_copy_does_not_depend_on_the_unit() {
        for unit in [1e-300f64, -1e-30, 1.0, 1e300] {
            let values = [1.0, 2.0, 2.0 * (1.0 + 5e-10), 2.0 * (1.0 - 2e-9), f64::NAN].map(|v| v * unit);
            assert_eq!(copies(&values, 2.0 * unit, 1e-9), 2, "{unit}");
        }
        assert_eq!(copies(&[0.0, -0.0, 1e-300], 0.0, 1e-9), 2);
        assert_eq!(copies(&[1.0], f64::NAN, 1e-9), 0);
    }
}
