//! The natural cubic spline through one coordinate of a string.

use super::Interpolation;
use crate::Real;
use crate::base::rows::rows;

/// Returns coordinate `k` of all rows of `dim` numbers.
pub(super) fn column<R: Real>(matrix: &[R], dim: usize, k: usize) -> impl Iterator<Item = R> {
    rows(matrix, dim).filter_map(move |row| row.get(k).copied())
}

/// A coordinate of the string at one knot: its position, its value and its second derivative.
#[derive(Clone, Copy)]
pub(super) struct Corner<R> {
    pub(super) knot: R,
    pub(super) value: R,
    pub(super) bend: R,
}

impl<R: Real> Corner<R> {
    /// Returns the value at `target`, between this corner and the next.
    pub(super) fn towards(self, next: Self, target: R, interpolation: Interpolation) -> R {
        let h = next.knot - self.knot;
        let b = (target - self.knot) / h;
        let a = R::ONE - b;
        let line = a * self.value + b * next.value;
        match interpolation {
            Interpolation::Linear => line,
            Interpolation::Cubic => {
                let (p, q) = (self.bend, next.bend);
                let sixth = h * h / R::from_u32(6);
                line + ((a * a * a - a) * p + (b * b * b - b) * q) * sixth
            }
        }
    }
}

/// Computes the second derivatives `bends` of the natural cubic spline through `(knots, column)`, by
/// elimination.
pub(super) fn natural_spline<R: Real>(
    knots: &[R],
    column: impl Iterator<Item = R>,
    bends: &mut [R],
    upper: &mut [R],
) {
    let mut points = knots.iter().copied().zip(column);
    let (Some(mut last), Some(mut here)) = (points.next(), points.next()) else { return };
    bends.fill(R::ZERO); // the ends keep this value
    let (mut ratio, mut bend) = (R::ZERO, R::ZERO);
    let mut inner = upper.iter_mut().zip(&mut *bends);
    let _first = inner.next();
    for (next, (u, b)) in points.zip(inner) {
        let (before, after) = (here.0 - last.0, next.0 - here.0);
        let slope_change = (next.1 - here.1) / after - (here.1 - last.1) / before;
        let pivot = R::TWO * (before + after) - before * ratio;
        ratio = after / pivot;
        bend = (R::from_u32(6) * slope_change - before * bend) / pivot;
        (*u, *b) = (ratio, bend);
        (last, here) = (here, next);
    }
    let mut after = R::ZERO;
    let mut inner = bends.iter_mut().zip(upper);
    let _ends = (inner.next(), inner.next_back());
    for (bend, ratio) in inner.rev() {
        *bend -= *ratio * after;
        after = *bend;
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
        natural_spline(&knots, column(&rows, 1, 0), &mut bends, &mut upper);
        // 4 m₁ + m₂ = −12, m₁ + 4 m₂ = 12.
        for (found, expected) in bends.iter().zip([0.0, -4.0, 4.0, 0.0]) {
            assert!((found - expected).abs() < 1e-15, "{bends:?}");
        }
    }
}
