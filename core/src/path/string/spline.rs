//! The natural cubic spline through one coordinate of a string.

use crate::Real;

/// One coordinate of all images.
pub(super) struct Column<'a, R> {
    pub(super) rows: &'a [R],
    pub(super) dim: usize,
    pub(super) k: usize,
}

impl<R: Real> Column<'_, R> {
    pub(super) fn at(&self, i: usize) -> R {
        self.rows[i * self.dim + self.k]
    }
}

/// Second derivatives `bends` of the natural cubic spline through `(knots, column)`, by elimination.
pub(super) fn natural_spline<R: Real>(knots: &[R], column: &Column<'_, R>, bends: &mut [R], upper: &mut [R]) {
    let last = knots.len() - 1;
    (bends[0], upper[0], bends[last]) = (R::ZERO, R::ZERO, R::ZERO);
    for i in 1..last {
        let (before, after) = (knots[i] - knots[i - 1], knots[i + 1] - knots[i]);
        let slope_change =
            (column.at(i + 1) - column.at(i)) / after - (column.at(i) - column.at(i - 1)) / before;
        let pivot = R::TWO * (before + after) - before * upper[i - 1];
        upper[i] = after / pivot;
        bends[i] = (R::from_u32(6) * slope_change - before * bends[i - 1]) / pivot;
    }
    for i in (1..last).rev() {
        bends[i] -= upper[i] * bends[i + 1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spline_reproduces_a_natural_cubic() {
        // x³ on [−1, 0], its continuation with zero end curvature: take knots of a known natural spline.
        let knots = [0.0, 1.0, 2.0, 3.0f64];
        let rows = [0.0, 1.0, 0.0, 1.0f64];
        let (mut bends, mut upper) = ([f64::NAN; 4], [f64::NAN; 4]);
        natural_spline(&knots, &Column { rows: &rows, dim: 1, k: 0 }, &mut bends, &mut upper);
        // 4 m₁ + m₂ = −12, m₁ + 4 m₂ = 12.
        for (found, expected) in bends.iter().zip([0.0, -4.0, 4.0, 0.0]) {
            assert!((found - expected).abs() < 1e-15, "{bends:?}");
        }
    }
}
