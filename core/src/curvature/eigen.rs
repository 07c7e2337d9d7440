//! The symmetric eigenproblem, solved in the caller's memory.

use super::householder::tridiagonalise;
use super::tridiagonal::{orient, tridiagonal_eigen};
use crate::base::layout::{area, cut};
use crate::base::vector::{axpy, dot, scale, unit_scale};
use crate::{ArgError, Real, Reason};

/// The workspace layout of [`eigenvalues`] and [`eigen`]: 2 n numbers.
///
/// ```
/// assert_eq!(losscape::curvature::EigenLayout::new(7).len(), 14);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EigenLayout {
    rows: usize,
}

impl EigenLayout {
    /// Creates the layout for a matrix of `n` rows.
    #[must_use]
    pub const fn new(n: usize) -> Self {
        Self { rows: n }
    }

    /// Returns the minimum workspace length, saturating on overflow.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "the length of memory needed, not of a container")]
    pub const fn len(self) -> usize {
        area(2, self.rows)
    }
}

/// Computes all eigenvalues of a symmetric matrix, in ascending order, without the eigenvectors.
///
/// The eigenvalues agree with those of [`eigen`] to the last bit, at a cost of about `n³` multiplications. The
/// matrix is overwritten.
///
/// # Errors
/// As [`eigen`].
///
/// ```
/// use losscape::curvature::{EigenLayout, eigenvalues};
/// let mut values = [0.0; 2];
/// eigenvalues(&mut [0.0, 2.0, 2.0, 3.0f64], &mut values, &mut [0.0; EigenLayout::new(2).len()])?;
/// assert!((values[0] + 1.0).abs() < 1e-15 && (values[1] - 4.0).abs() < 1e-15);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn eigenvalues<R: Real>(matrix: &mut [R], values: &mut [R], workspace: &mut [R]) -> Result<(), ArgError> {
    solve(matrix, values, workspace, false)
}

/// Computes all eigenvalues of a symmetric matrix, in ascending order, and an orthonormal set of
/// eigenvectors.
///
/// ```text
/// A = Σᵢ λᵢ vᵢ vᵢᵀ,    λ₀ ≤ λ₁ ≤ …
/// ```
///
/// Householder reflections make the matrix tridiagonal; implicitly shifted QL sweeps make it diagonal
/// (Martin & Wilkinson 1968; Dubrulle 1970; compare Golub & Van Loan, sections 8.3.1 and 8.3.5). An off-diagonal
/// element counts as zero below ε times the largest row of the tridiagonal form, so the error of an
/// eigenvalue is about ε ‖A‖, and the sign of a much smaller eigenvalue is meaningless. Each vector's
/// component of largest magnitude (the first, if several are equal) is positive. The matrix may have any
/// scale.
///
/// # Shapes
///
/// | argument    | length | layout                                                           |
/// |-------------|--------|------------------------------------------------------------------|
/// | `matrix`    | n · n  | row-major; `(A + Aᵀ)/2` is decomposed. Row i becomes vᵢ          |
/// | `values`    | n      | need not be initialised                                          |
/// | `workspace` | [`EigenLayout::len`] | need not be initialised                            |
///
/// # Cost
/// About `6 n³` multiplications: n³ for the tridiagonal form, the rest for the vectors.
///
/// # Errors
/// [`ArgError`] naming `values` (empty), `matrix` (not n · n, not finite) or `workspace`; nothing has been
/// changed in these cases. [`Reason::Overflow`] for `matrix` if an eigenvalue exceeds the largest number, and
/// [`Reason::NotConverged`] if an iteration does not converge (no such matrix is known); the output is
/// meaningless in these two cases.
///
/// # Examples
///
/// ```
/// use losscape::curvature::{EigenLayout, eigen};
/// let mut matrix = [2.0, 1.0, 1.0, 2.0f64];
/// let mut values = [0.0; 2];
/// eigen(&mut matrix, &mut values, &mut [0.0; EigenLayout::new(2).len()])?;
/// assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15);
/// let [_, _, x, y] = matrix; // the eigenvector of 3: (1, 1) / √2
/// assert!((x - 0.5f64.sqrt()).abs() < 1e-15 && (y - x).abs() < 1e-15);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub fn eigen<R: Real>(matrix: &mut [R], values: &mut [R], workspace: &mut [R]) -> Result<(), ArgError> {
    solve(matrix, values, workspace, true)
}

fn solve<R: Real>(
    matrix: &mut [R],
    values: &mut [R],
    workspace: &mut [R],
    vectors: bool,
) -> Result<(), ArgError> {
    let n = values.len();
    if n == 0 {
        return Err(ArgError::new("values", Reason::Empty));
    }
    ArgError::check_len("matrix", n.saturating_mul(n), matrix.len())?;
    ArgError::check_finite("matrix", matrix)?;
    let (needed, found) = (EigenLayout::new(n).len(), workspace.len());
    let ([off_diagonal, direction], _) =
        cut(workspace, [n, n]).ok_or(ArgError::new("workspace", Reason::TooShort { needed, found }))?;
    // Scaling by a power of two rounds nothing and keeps squares from overflowing or vanishing.
    let unit = unit_scale(matrix);
    scale(unit, matrix);
    symmetrise(matrix, n);
    tridiagonalise(matrix, values, off_diagonal, direction);
    let vectors = if vectors {
        accumulate(matrix, n);
        matrix
    } else {
        &mut []
    };
    if !tridiagonal_eigen(values, off_diagonal, vectors) {
        return Err(ArgError::new("matrix", Reason::NotConverged));
    }
    for value in values.iter_mut() {
        *value /= unit;
    }
    orient(vectors, n);
    if values.iter().all(|x| x.is_finite()) { Ok(()) } else { Err(ArgError::new("matrix", Reason::Overflow)) }
}

/// Replaces mirrored elements by their mean and returns the largest difference found.
pub(super) fn symmetrise<R: Real>(matrix: &mut [R], n: usize) -> R {
    let mut worst = R::ZERO;
    for i in 0..n {
        for j in 0..i {
            let (below, above) = (matrix[i * n + j], matrix[j * n + i]);
            worst = worst.or_larger((below - above).abs());
            // Each element is halved first, because the sum of two large elements might overflow.
            let mean = R::HALF * below + R::HALF * above;
            matrix[i * n + j] = mean;
            matrix[j * n + i] = mean;
        }
    }
    worst
}

/// Replaces the stored reflections by `Qᵀ`, whose row i is the i-th column of Q.
fn accumulate<R: Real>(matrix: &mut [R], n: usize) {
    for k in (0..n).rev() {
        let (done, below) = matrix.split_at_mut((k + 1) * n);
        let (tau, v) = done[k * n + k..].split_at_mut(1);
        for row in below.chunks_exact_mut(n) {
            row[k] = R::ZERO;
            let row = &mut row[k + 1..];
            axpy(-(tau[0] * dot(row, v)), v, row);
        }
        tau[0] = R::ONE;
        v.fill(R::ZERO);
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::base::random::{index, stream, uniform};
    use std::vec;
    use std::vec::Vec;

    fn random_symmetric(n: usize, seed: u64) -> Vec<f64> {
        let mut rng = stream(seed, 0);
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                let x = uniform::<f64, _>(&mut rng) - 0.5;
                (matrix[i * n + j], matrix[j * n + i]) = (x, x);
            }
        }
        matrix
    }

    /// Asserts A v = λ v and vᵢ·vⱼ = δᵢⱼ to within `tolerance`, with ascending values.
    fn check<R: Real>(matrix: &[R], tolerance: f64) -> Vec<R> {
        let n = (1..=matrix.len()).find(|n| n * n == matrix.len()).unwrap();
        let (mut rows, mut values) = (matrix.to_vec(), vec![R::ZERO; n]);
        let mut workspace = vec![R::from_f64(f64::NAN); EigenLayout::new(n).len()];
        eigen(&mut rows, &mut values, &mut workspace).unwrap();
        for (i, v) in rows.chunks_exact(n).enumerate() {
            for (j, w) in rows.chunks_exact(n).enumerate() {
                let expected = if i == j { 1.0 } else { 0.0 };
                assert!((dot(v, w).to_f64() - expected).abs() <= tolerance, "{i}·{j}: {}", dot(v, w));
            }
            for (a, x) in matrix.chunks_exact(n).zip(v) {
                let error = dot(a, v).to_f64() - values[i].to_f64() * x.to_f64();
                assert!(error.abs() <= tolerance, "row of eigenvector {i} errs by {error:e}");
            }
        }
        assert!(values.is_sorted(), "{values:?}");
        let mut alone = vec![R::ZERO; n];
        eigenvalues(&mut matrix.to_vec(), &mut alone, &mut workspace).unwrap();
        assert_eq!(alone, values, "the same without vectors");
        values
    }

    #[test]
    fn random_matrices_of_every_size() {
        for n in 1..40 {
            let matrix = random_symmetric(n, n as u64);
            check(&matrix, 1e-13);
            let single: Vec<f32> = matrix.iter().map(|x| f32::from_f64(*x)).collect();
            check(&single, 2e-5);
        }
    }

    #[test]
    fn a_chain_has_its_known_spectrum() {
        // 2 on the diagonal and −1 beside it: the eigenvalues are 2 − 2 cos(kπ / (n + 1)).
        let n = 30;
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            matrix[i * n + i] = 2.0;
            if i > 0 {
                (matrix[i * n + i - 1], matrix[(i - 1) * n + i]) = (-1.0, -1.0);
            }
        }
        for (k, value) in check(&matrix, 1e-13).iter().enumerate() {
            let angle = core::f64::consts::PI * f64::from_usize(k + 1) / f64::from_usize(n + 1);
            let expected = 2.0 - 2.0 * crate::base::elementary::cos(angle);
            assert!((value - expected).abs() < 1e-13, "{k}: {value} against {expected}");
        }
    }

    #[test]
    fn degenerate_spectra() {
        assert_eq!(check(&[0.0f64; 25], 0.0), [0.0; 5], "nothing at all");
        assert_eq!(check(&[3.0, 0.0, 0.0, 0.0, -1.0, 0.0, 0.0, 0.0, 2.0f64], 0.0), [-1.0, 2.0, 3.0]);
        // All elements are 1, so the rank is one.
        let values = check(&[1.0f64; 36], 1e-14);
        assert!((values[5] - 6.0).abs() < 1e-14 && values[..5].iter().all(|x| x.abs() < 1e-14), "{values:?}");
        assert_eq!(check(&[-7.5f64], 0.0), [-7.5]);
        // Wilkinson's matrix has pairs of eigenvalues that agree to ten digits.
        let n = 21;
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            matrix[i * n + i] = (f64::from_usize(i) - 10.0).abs();
            if i > 0 {
                (matrix[i * n + i - 1], matrix[(i - 1) * n + i]) = (1.0, 1.0);
            }
        }
        let values = check(&matrix, 1e-13);
        assert!((values[20] - 10.746_194_182_903_393).abs() < 1e-13, "{}", values[20]);
        assert!((values[19] - 10.746_194_182_903_322).abs() < 1e-13, "{}", values[19]);
    }

    #[test]
    fn vectors_are_oriented() {
        let mut matrix = random_symmetric(9, 3);
        eigen(&mut matrix, &mut [0.0; 9], &mut [0.0; 18]).unwrap();
        for v in matrix.chunks_exact(9) {
            let largest = v.iter().fold(0.0f64, |a, x| if x.abs() > a.abs() { *x } else { a });
            assert!(largest > 0.0, "{v:?}");
        }
    }

    #[test]
    fn bad_arguments_are_named() {
        let mut workspace = [0.0; 4];
        let mut arg = |matrix: &mut [f64], n: usize, short: usize| {
            let refused = eigen(matrix, &mut [0.0; 2][..n], &mut workspace[short..]);
            refused.expect_err("refused")
        };
        assert_eq!(arg(&mut [], 0, 0).arg, "values");
        assert_eq!(arg(&mut [0.0; 3], 2, 0).arg, "matrix");
        assert_eq!(arg(&mut [0.0, f64::NAN, 0.0, 0.0], 2, 0).reason, Reason::NotFinite { index: 1 });
        assert_eq!(arg(&mut [0.0; 4], 2, 1).arg, "workspace");
        let mut huge = [f64::MAX; 9];
        let refused = eigenvalues(&mut huge, &mut [0.0; 3], &mut [0.0; 6]).expect_err("3 MAX overflows");
        assert_eq!(refused, ArgError::new("matrix", Reason::Overflow));
    }

    #[test]
    fn the_symmetric_part_is_decomposed() {
        let mut skewed = random_symmetric(6, 8);
        let (mut symmetric, mut values, mut wanted) = (skewed.clone(), [0.0; 6], [0.0; 6]);
        for i in 0..6 {
            for j in 0..i {
                let twist = 0.125 * f64::from_usize(1 + i * j);
                (skewed[i * 6 + j], skewed[j * 6 + i]) =
                    (skewed[i * 6 + j] + twist, skewed[j * 6 + i] - twist);
            }
        }
        eigen(&mut symmetric, &mut wanted, &mut [0.0; 12]).unwrap();
        eigen(&mut skewed, &mut values, &mut [0.0; 12]).unwrap();
        for (value, wanted) in values.iter().zip(&wanted).chain(skewed.iter().zip(&symmetric)) {
            assert!((value - wanted).abs() < 1e-14, "{value} against {wanted}");
        }
    }

    #[test]
    fn any_magnitude_and_any_mixture_of_them() {
        let matrix = random_symmetric(9, 5);
        let values = check(&matrix, 1e-13);
        // The result is exactly the same at another power of two, up to scales at which squares alone would
        // overflow or vanish: 2¹⁰, 2⁹⁰⁰, 2⁻⁹⁰⁰.
        for unit in [0x409_u64 << 52, 0x783 << 52, 0x7b << 52].map(f64::from_bits) {
            let mut scaled: Vec<f64> = matrix.iter().map(|x| x * unit).collect();
            let mut found = [0.0; 9];
            eigenvalues(&mut scaled, &mut found, &mut [0.0; 18]).unwrap();
            for (found, value) in found.iter().zip(&values) {
                assert_eq!(found.to_bits(), (value * unit).to_bits(), "at {unit:e}");
            }
        }
        let mut rng = stream(6, 0);
        for trial in 0..3000 {
            let n = 1 + trial % 7;
            let mut matrix = random_symmetric(n, 1000 + trial as u64);
            for i in 0..n {
                for j in 0..=i {
                    let size = [0.0, 1e-310, 1e-160, 1.0][index(&mut rng, 4) as usize];
                    matrix[i * n + j] *= size;
                    matrix[j * n + i] = matrix[i * n + j];
                }
            }
            check(&matrix, 1e-14);
        }
    }
}
