//! Inner products, and updates element by element.

use super::sum::{LANES, LaneSum, fold};
use crate::base::elementwise::pair;
use crate::base::real::Real;
use crate::base::target::VECTORS;

/// `Σₖ xₖ yₖ`. The slices have one length.
///
/// ```
/// assert_eq!(losscape::base::vector::dot(&[1.0, 2.0, 3.0], &[4.0, 5.0, 6.0f32]), 32.0);
/// ```
#[must_use]
pub fn dot<R: Real>(x: &[R], y: &[R]) -> R {
    debug_assert_eq!(x.len(), y.len(), "dot: lengths");
    if !VECTORS {
        // Eight sums at once would not be faster, only longer.
        let mut sum = LaneSum::default();
        for (x, y) in x.iter().zip(y) {
            sum.push(*x * *y);
        }
        return sum.total();
    }
    let mut acc = [R::ZERO; LANES];
    let (xs, x_tail) = x.as_chunks::<LANES>();
    let (ys, y_tail) = y.as_chunks::<LANES>();
    for (x, y) in xs.iter().zip(ys) {
        for ((a, x), y) in acc.iter_mut().zip(x).zip(y) {
            *a += *x * *y;
        }
    }
    for ((a, x), y) in acc.iter_mut().zip(x_tail).zip(y_tail) {
        *a += *x * *y;
    }
    fold(acc)
}

/// `y ← y + a x`. The slices have one length.
///
/// ```
/// let mut y = [1.0f32, 2.0];
/// losscape::base::vector::axpy(3.0, &[10.0, 20.0], &mut y);
/// assert_eq!(y, [31.0, 62.0]);
/// ```
pub fn axpy<R: Real>(a: R, x: &[R], y: &mut [R]) {
    debug_assert_eq!(x.len(), y.len(), "axpy: lengths");
    if VECTORS {
        return pair(y, x, |y, x| y + a * x);
    }
    for (y, x) in y.iter_mut().zip(x) {
        *y += a * *x;
    }
}

/// `x ← a x`.
///
/// ```
/// let mut x = [1.0f32, 2.0];
/// losscape::base::vector::scale(3.0, &mut x);
/// assert_eq!(x, [3.0, 6.0]);
/// ```
pub fn scale<R: Real>(a: R, x: &mut [R]) {
    for x in x {
        *x *= a;
    }
}
