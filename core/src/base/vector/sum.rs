//! Sums in the canonical order.

use crate::base::real::Real;

/// Accumulators of a reduction.
pub const LANES: usize = 8;

/// The fixed fold of eight accumulators: `((0+4)+(2+6)) + ((1+5)+(3+7))`.
#[inline(always)]
pub(crate) fn fold<R: Real>(a: [R; LANES]) -> R {
    ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]))
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
