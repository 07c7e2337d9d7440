//! Eigenvalues of tridiagonal matrices by QL sweeps.

use crate::Real;
use crate::base::elementary::sqrt;
use crate::base::rows::rows_mut;

/// The maximum number of QL sweeps per eigenvalue; two are usual, and 30 is the limit in the literature.
const SWEEPS: u32 = 60;

/// Diagonalises a tridiagonal matrix by implicit QL sweeps with Wilkinson's shift (Martin & Wilkinson 1968;
/// Dubrulle 1970; compare Golub & Van Loan, section 8.3.5, for QR) and sorts the eigenvalues in ascending order. Returns whether all were found.
///
/// `rows` has n rows of any width and takes part in all rotations: the columns of Qᵀ that it holds (initially
/// of the identity) become the same columns of the matrix whose row i is the eigenvector of eigenvalue i. The
/// last element of `off_diagonal` is not read, but all elements are overwritten.
///
/// An off-diagonal element counts as zero below ε times the largest row. The largest magnitude should be near
/// one.
pub(super) fn tridiagonal_eigen<R: Real>(diagonal: &mut [R], off_diagonal: &mut [R], rows: &mut [R]) -> bool {
    let found = diagonalise(diagonal, off_diagonal, rows);
    sort(diagonal, rows);
    found
}

fn diagonalise<R: Real>(diagonal: &mut [R], off_diagonal: &mut [R], rows: &mut [R]) -> bool {
    let n = diagonal.len();
    let mut size = R::ZERO;
    for (d, e) in diagonal.iter().zip(&*off_diagonal) {
        size = size.or_larger(d.abs() + e.abs());
    }
    let negligible = R::EPSILON * size;
    for l in 0..n {
        let mut sweeps = 0;
        loop {
            let beside = off_diagonal.iter().take(n - 1).skip(l);
            let m = l + beside.take_while(|e| e.abs() > negligible).count();
            if m == l {
                break;
            }
            if sweeps == SWEEPS {
                return false;
            }
            sweeps += 1;
            if sweep(l, m, diagonal, off_diagonal, rows).is_none() {
                return false;
            }
        }
    }
    true
}

/// Makes one sweep over the unreduced block from `l` to `m`, chasing the bulge from its lower end upwards;
/// `None` if the lengths do not fit.
fn sweep<R: Real>(l: usize, m: usize, d: &mut [R], e: &mut [R], rows: &mut [R]) -> Option<()> {
    let width = rows.len().checked_div(d.len())?;
    let (first, beside) = (*d.get(l)?, *e.get(l)?);
    // The eigenvalue of the leading 2 × 2 block that is nearer to d[l].
    let slope = (*d.get(l + 1)? - first) / (R::TWO * beside);
    let root = hypot(slope, R::ONE);
    let denominator = slope + if slope < R::ZERO { -root } else { root };
    let mut g = *d.get(m)? - first + beside / denominator;
    let (mut sine, mut cosine, mut shift) = (R::ONE, R::ONE, R::ZERO);
    for i in (l..m).rev() {
        let [here, below] = e.get_mut(i..)?.first_chunk_mut()?;
        let (f, b) = (sine * *here, cosine * *here);
        let r = hypot(f, g);
        *below = r;
        let [upper, lower] = d.get_mut(i..)?.first_chunk_mut()?;
        if r == R::ZERO {
            // The block splits here; the next sweep takes the rest.
            *lower -= shift;
            *e.get_mut(m)? = R::ZERO;
            return Some(());
        }
        (sine, cosine) = (f / r, g / r);
        g = *lower - shift;
        let t = (*upper - g) * sine + R::TWO * cosine * b;
        shift = sine * t;
        *lower = g + shift;
        g = cosine * t - b;
        rotate(rows.get_mut(i * width..)?.get_mut(..2 * width)?, cosine, sine);
    }
    *d.get_mut(l)? -= shift;
    *e.get_mut(l)? = g;
    *e.get_mut(m)? = R::ZERO;
    Some(())
}

/// Rotates two contiguous rows: `(x, y) ← (c x − s y, s x + c y)`.
fn rotate<R: Real>(pair: &mut [R], c: R, s: R) {
    let Some((x, y)) = pair.split_at_mut_checked(pair.len() / 2) else { return };
    for (x, y) in x.iter_mut().zip(y) {
        (*x, *y) = (c * *x - s * *y, s * *x + c * *y);
    }
}

/// Computes √(a² + b²) without overflow of the squares.
pub(super) fn hypot<R: Real>(a: R, b: R) -> R {
    let (a, b) = (a.abs(), b.abs());
    let (large, small) = if a > b { (a, b) } else { (b, a) };
    if large == R::ZERO {
        return R::ZERO;
    }
    let ratio = small / large;
    large * sqrt(R::ONE + ratio * ratio)
}

/// Sorts in ascending order, by swapping each element with the smallest of those after it.
fn sort<R: Real>(values: &mut [R], rows: &mut [R]) {
    let width = rows.len() / values.len().max(1);
    for i in 0..values.len() {
        let mut smallest: Option<(usize, R)> = None;
        for (j, value) in values.iter().enumerate().skip(i) {
            if smallest.is_none_or(|(_, least)| *value < least) {
                smallest = Some((j, *value));
            }
        }
        let Some((least, _)) = smallest.filter(|(j, _)| *j != i) else { continue };
        if let Ok([a, b]) = values.get_disjoint_mut([i, least]) {
            core::mem::swap(a, b);
        }
        let row = |k: usize| k * width..(k + 1) * width;
        if let Ok([a, b]) = rows.get_disjoint_mut([row(i), row(least)]) {
            a.iter_mut().zip(b).for_each(|(a, b)| core::mem::swap(a, b));
        }
    }
}

/// Makes the component of largest magnitude (the first, if several are equal) of every row positive.
pub(super) fn orient<R: Real>(rows: &mut [R], width: usize) {
    for row in rows_mut(rows, width) {
        let mut largest = R::ZERO;
        for x in &*row {
            if x.abs() > largest.abs() {
                largest = *x;
            }
        }
        if largest < R::ZERO {
            for x in row {
                *x = -*x;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;
    use crate::curvature::{EigenLayout, eigen};
    use std::vec;
    use std::vec::Vec;

    /// The first of several components of equal magnitude is made positive, whatever follows it; a component
    /// that is larger by one bit takes precedence.
    #[test]
    fn the_first_of_equal_components_is_made_positive() {
        let larger = 1.0 + f64::EPSILON;
        let mut rows = [
            [-1.0, 1.0, 1.0],
            [1.0, -1.0, -1.0],
            [0.5, -1.0, 1.0],
            [0.0, 1.0, -1.0],
            [1.0, -larger, 1.0],
            [0.0, 0.0, 0.0],
        ];
        orient(rows.as_flattened_mut(), 3);
        assert_eq!(
            rows,
            [
                [1.0, -1.0, -1.0],
                [1.0, -1.0, -1.0],
                [-0.5, 1.0, -1.0],
                [0.0, 1.0, -1.0],
                [-1.0, larger, -1.0],
                [0.0, 0.0, 0.0],
            ]
        );
    }

    /// Compares with the full matrix: the eigenvalues are the same, and so are the chosen columns of the
    /// eigenvectors up to sign.
    #[test]
    fn any_columns_of_the_eigenvectors_come_along() {
        let n = 9;
        let diagonal: Vec<f64> = (0..n).map(|k| f64::from_usize(k * k % 7) - 2.5).collect();
        let beside: Vec<f64> = (0..n).map(|k| 0.25 + f64::from_usize(k % 3)).collect();
        let mut matrix = vec![0.0; n * n];
        for i in 0..n {
            matrix[i * n + i] = diagonal[i];
            if i + 1 < n {
                (matrix[i * n + i + 1], matrix[(i + 1) * n + i]) = (beside[i], beside[i]);
            }
        }
        let mut values = vec![0.0; n];
        eigen(&mut matrix, &mut values, &mut vec![0.0; EigenLayout::new(n).len()]).unwrap();
        let (mut d, mut e, mut ends) = (diagonal, beside, vec![0.0; 2 * n]);
        (ends[0], ends[2 * n - 1]) = (1.0, 1.0);
        assert!(tridiagonal_eigen(&mut d, &mut e, &mut ends));
        for i in 0..n {
            assert!((d[i] - values[i]).abs() < 1e-14, "{i}: {} against {}", d[i], values[i]);
            let (first, last) = (matrix[i * n], matrix[i * n + n - 1]);
            assert!((ends[2 * i].abs() - first.abs()).abs() < 1e-14);
            assert!((ends[2 * i] * ends[2 * i + 1] - first * last).abs() < 1e-14, "and their signs agree");
        }
        let (mut d, mut e) = ([3.0f32, -1.0], [0.0, f32::NAN]);
        assert!(tridiagonal_eigen(&mut d, &mut e, &mut []));
        assert_eq!(d, [-1.0, 3.0], "no rows, and the last element is not read");
        assert!(tridiagonal_eigen::<f32>(&mut [], &mut [], &mut []));
    }
}
