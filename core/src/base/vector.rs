//! Vectors in the canonical order of operations.
//!
//! A reduction adds term `k` to accumulator `k mod 8` and folds the eight in a fixed tree, so that any
//! vector width gives the same bits.

use super::VECTORS;
use super::elementary::sqrt;
use super::elementwise::pair;
use super::real::Real;

/// Accumulators of a reduction.
pub const LANES: usize = 8;

/// The fixed fold of eight accumulators: `((0+4)+(2+6)) + ((1+5)+(3+7))`.
#[inline(always)]
pub(crate) fn fold<R: Real>(a: [R; LANES]) -> R {
    ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]))
}

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

/// `‖x‖ = √(x · x)`, without rescaling: squares that overflow give infinity.
///
/// ```
/// assert_eq!(losscape::base::vector::norm(&[3.0, 4.0f32]), 5.0);
/// ```
#[must_use]
pub fn norm<R: Real>(x: &[R]) -> R {
    sqrt(dot(x, x))
}

/// `‖x − y‖`. The slices have one length.
///
/// ```
/// assert_eq!(losscape::base::vector::distance(&[1.0, 1.0], &[4.0, 5.0f32]), 5.0);
/// ```
#[must_use]
pub fn distance<R: Real>(x: &[R], y: &[R]) -> R {
    debug_assert_eq!(x.len(), y.len(), "distance: lengths");
    let mut acc = [R::ZERO; LANES];
    let (xs, x_tail) = x.as_chunks::<LANES>();
    let (ys, y_tail) = y.as_chunks::<LANES>();
    for (x, y) in xs.iter().zip(ys) {
        for ((a, x), y) in acc.iter_mut().zip(x).zip(y) {
            let d = *x - *y;
            *a += d * d;
        }
    }
    for ((a, x), y) in acc.iter_mut().zip(x_tail).zip(y_tail) {
        let d = *x - *y;
        *a += d * d;
    }
    sqrt(fold(acc))
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

/// A sum whose terms arrive one by one, with the bits of a reduction over all of them at once.
///
/// ```
/// use losscape::base::vector::{LaneSum, dot};
/// let (x, y) = ([0.1f32; 11], [0.3f32; 11]);
/// let mut sum = LaneSum::default();
/// for (x, y) in x.iter().zip(&y) {
///     sum.push(x * y);
/// }
/// assert_eq!(sum.total(), dot(&x, &y));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LaneSum<R: Real = f32> {
    acc: [R; LANES],
    count: u32,
}

impl<R: Real> Default for LaneSum<R> {
    fn default() -> Self {
        Self { acc: [R::ZERO; LANES], count: 0 }
    }
}

impl<R: Real> LaneSum<R> {
    /// Adds the next term.
    pub fn push(&mut self, x: R) {
        self.acc[self.count as usize % LANES] += x;
        self.count = self.count.wrapping_add(1);
    }

    /// Adds the next eight terms.
    pub(crate) fn push_all(&mut self, x: &[R; LANES]) {
        if self.count.is_multiple_of(8) {
            for (a, &x) in self.acc.iter_mut().zip(x) {
                *a += x;
            }
            self.count = self.count.wrapping_add(8);
        } else {
            x.iter().for_each(|&x| self.push(x));
        }
    }

    /// The sum so far.
    #[must_use]
    pub fn total(&self) -> R {
        fold(self.acc)
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use super::*;

    /// The definition: term k goes to accumulator k mod 8, and the eight are folded as a tree.
    fn naive_sum(terms: impl Iterator<Item = f32>) -> f32 {
        let mut acc = [0.0; 8];
        for (k, term) in terms.enumerate() {
            acc[k % 8] += term;
        }
        let pairs = [acc[0] + acc[4], acc[1] + acc[5], acc[2] + acc[6], acc[3] + acc[7]];
        (pairs[0] + pairs[2]) + (pairs[1] + pairs[3])
    }

    /// Numbers of many magnitudes and both signs.
    fn filler<const N: usize>(mut state: u32) -> [f32; N] {
        core::array::from_fn(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let unit = f32::from_bits(0x3f80_0000 | (state >> 9)) - 1.5;
            unit * [1e-3, 1.0, 37.0, 1e4][(state >> 30) as usize]
        })
    }

    #[test]
    fn reductions_and_updates_equal_their_naive_twins() {
        let (x, y) = (filler::<70>(1), filler::<70>(2));
        for n in 0..=70 {
            let (x, y) = (&x[..n], &y[..n]);
            let products = || x.iter().zip(y).map(|(x, y)| x * y);
            let squares = || x.iter().zip(y).map(|(x, y)| (x - y) * (x - y));
            let mut streamed = LaneSum::default();
            products().for_each(|term| streamed.push(term));
            let mut grouped = LaneSum::default();
            let terms: std::vec::Vec<f32> = products().collect();
            // From any accumulator on.
            let (first, then) = terms.split_at(n % 11 % (n + 1));
            first.iter().for_each(|&term| grouped.push(term));
            let (groups, rest) = then.as_chunks();
            groups.iter().for_each(|group| grouped.push_all(group));
            rest.iter().for_each(|&term| grouped.push(term));
            assert_eq!(dot(x, y).to_bits(), naive_sum(products()).to_bits(), "dot of {n}");
            assert_eq!(streamed.total().to_bits(), dot(x, y).to_bits(), "streamed sum of {n}");
            assert_eq!(grouped.total().to_bits(), dot(x, y).to_bits(), "sum of {n} in groups");
            assert_eq!(norm(x).to_bits(), sqrt(naive_sum(x.iter().map(|x| x * x))).to_bits(), "norm of {n}");
            assert_eq!(distance(x, y).to_bits(), sqrt(naive_sum(squares())).to_bits(), "distance of {n}");

            let mut moved = [0.0; 70];
            moved[..n].copy_from_slice(y);
            axpy(0.3, x, &mut moved[..n]);
            scale(1.7, &mut moved[..n]);
            for k in 0..n {
                assert_eq!(moved[k].to_bits(), (1.7 * (y[k] + 0.3 * x[k])).to_bits(), "element {k} of {n}");
            }
        }
    }
}
