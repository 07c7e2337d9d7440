//! Sums in the canonical order, with an error that does not grow with the number of terms.
//!
//! Each accumulator takes [`BLOCK`] terms. The sum of a block is then added to a running total, and the rounding error
//! of that addition is added to the next block (Kahan 1965, with an exact [`two_sum`]).

use crate::base::real::Real;
use crate::base::target::VECTORS;

/// The number of accumulators of a reduction.
pub const LANES: usize = 8;

/// The number of terms that one accumulator takes before its sum is added to the compensated total.
const BLOCK: usize = 128;

/// The number of roundings in the error bound of a [`LaneSum`], at any length.
pub(crate) const SUM_ROUNDINGS: usize = 133;

/// The number of terms in a block of eight accumulators.
pub(crate) const RUN: usize = LANES * BLOCK;

/// Combines eight accumulators in a fixed order: `((0+4)+(2+6)) + ((1+5)+(3+7))`.
#[inline(always)]
fn fold<R: Real>(a: [R; LANES]) -> R {
    ((a[0] + a[4]) + (a[2] + a[6])) + ((a[1] + a[5]) + (a[3] + a[7]))
}

/// Returns `(s, e)`, where `s` is the rounded sum and `s + e = a + b` exactly (Knuth 1997, section 4.2.2, theorem C).
/// `e` is zero where `s` is not finite, so a sum that overflows stays infinite.
#[inline(always)]
pub(crate) fn two_sum<R: Real>(a: R, b: R) -> (R, R) {
    let sum = a + b;
    let b_part = sum - a;
    let rest = (a - (sum - b_part)) + (b - b_part);
    (sum, if sum.is_finite() { rest } else { R::ZERO })
}

/// The total of all blocks, and the error that its last rounding left.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Compensated<R> {
    pub(crate) total: R,
    lost: R,
}

impl<R: Real> Compensated<R> {
    pub(crate) const ZERO: Self = Self { total: R::ZERO, lost: R::ZERO };

    /// Adds a block, given by its accumulators.
    #[inline(always)]
    pub(crate) fn add(&mut self, acc: &[R; LANES]) {
        if VECTORS { self.add_here(acc) } else { self.add_apart(acc) }
    }

    #[inline(always)]
    fn add_here(&mut self, acc: &[R; LANES]) {
        let block = fold(*acc) + self.lost;
        // The first block is usually the only one, and adding it to zero rounds nothing.
        (self.total, self.lost) =
            if self.total == R::ZERO { (block, R::ZERO) } else { two_sum(self.total, block) };
    }

    // One copy for all reductions of a small core, whose accumulators are in memory in any case.
    #[inline(never)]
    fn add_apart(&mut self, acc: &[R; LANES]) {
        self.add_here(acc);
    }
}

/// A sum whose terms arrive one by one, with the same bits as a reduction over all of them at once.
///
/// The total of n terms x lies within
///
/// ```text
/// (133 + n u / 1024) u Σ |x|,   u = 2⁻²⁴ for f32, 2⁻⁵³ for f64
/// ```
///
/// of the exact sum: 127 u from an accumulator, 3 u from combining them, 2 u from adding blocks, and higher-order
/// terms. This is 8 · 10⁻⁶ of the sum of magnitudes for 2 · 10⁷ terms in `f32`.
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
    count: usize,
    blocks: Compensated<R>,
}

impl<R: Real> Default for LaneSum<R> {
    fn default() -> Self {
        Self { acc: [R::ZERO; LANES], count: 0, blocks: Compensated::ZERO }
    }
}

impl<R: Real> LaneSum<R> {
    /// Adds the next term.
    pub fn push(&mut self, x: R) {
        if self.count == RUN {
            self.end_block();
        }
        self.acc[self.count % LANES] += x;
        self.count += 1;
    }

    /// Adds the next eight terms.
    pub(crate) fn push_all(&mut self, x: &[R; LANES]) {
        if !self.count.is_multiple_of(LANES) {
            return x.iter().for_each(|&x| self.push(x));
        }
        if self.count == RUN {
            self.end_block();
        }
        for (a, &x) in self.acc.iter_mut().zip(x) {
            *a += x;
        }
        self.count += LANES;
    }

    /// Begins the next block, outside the loop that adds terms.
    #[cold]
    #[inline(never)]
    fn end_block(&mut self) {
        self.blocks.add(&self.acc);
        self.acc = [R::ZERO; LANES];
        self.count = 0;
    }

    /// Returns the sum so far.
    // Called once per sum, from several places.
    #[inline(never)]
    #[must_use]
    pub fn total(&self) -> R {
        let mut sum = self.blocks;
        sum.add(&self.acc);
        sum.total
    }
}
