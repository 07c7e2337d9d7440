//! Sums over blocks of samples.
//!
//! A single accumulator over N terms errs by up to N units in the last place. Here the terms of a block are added
//! plainly, and the sum of the block is added to the total by a compensated addition (Kahan 1965). The next block
//! starts from the rounding error, which therefore needs no memory of its own.

use losscape_dispatch::{Simd, Task, run};

use crate::Real;
use crate::base::vector::two_sum;

/// A sum of vectors, block by block.
#[derive(Debug)]
pub(super) struct BlockSum<'s, R> {
    /// The sum of the completed blocks, n; empty if there is only one block.
    total: &'s mut [R],
    /// The sum of the current block, n.
    block: &'s mut [R],
}

impl<'s, R: Real> BlockSum<'s, R> {
    /// Creates a sum that ends up in `sum`; splits room for a block off `scratch` if there are `several` blocks.
    pub(super) fn new<'b: 's>(sum: &'s mut [R], several: bool, scratch: &mut &'b mut [R]) -> Option<Self> {
        let new = Self::unfilled(sum, several, scratch)?;
        new.block.fill(R::ZERO);
        Some(new)
    }

    /// As [`new`](Self::new), but the first block is not zeroed: the caller must write its first terms.
    pub(super) fn unfilled<'b: 's>(
        sum: &'s mut [R],
        several: bool,
        scratch: &mut &'b mut [R],
    ) -> Option<Self> {
        if !several {
            return Some(Self { total: &mut [], block: sum });
        }
        sum.fill(R::ZERO);
        Some(Self { block: scratch.split_off_mut(..sum.len())?, total: sum })
    }

    /// Returns the slice to which the terms of the current block are added.
    pub(super) const fn block(&mut self) -> &mut [R] {
        self.block
    }

    /// Ends a block.
    pub(super) fn close(&mut self) {
        run(Add { total: self.total, block: self.block });
    }
}

/// `total ← total + block`, `block ←` the rounding error.
struct Add<'a, R> {
    total: &'a mut [R],
    block: &'a mut [R],
}

impl<R: Real> Task for Add<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (total, block) in self.total.iter_mut().zip(self.block) {
            (*total, *block) = two_sum(*total, *block);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_rounded_off_is_not_lost() {
        let (mut total, mut scratch) = ([f32::NAN; 2], [f32::NAN; 5]);
        let mut rest = &mut scratch[..];
        let mut sum = BlockSum::new(&mut total, true, &mut rest).expect("room");
        assert_eq!(rest.len(), 3, "a vector was taken");
        // 2²⁴ + 1 does not fit in 24 bits: a single accumulator would not change.
        for terms in [[16_777_216.0, -33_554_432.0], [1.0; 2], [1.0; 2], [1.0; 2], [1.0; 2]] {
            for (sum, term) in sum.block().iter_mut().zip(terms) {
                *sum += term;
            }
            sum.close();
        }
        assert_eq!(total, [16_777_220.0, -33_554_428.0]);
    }

    #[test]
    fn one_block_needs_no_room() {
        let mut total = [f32::NAN];
        let mut sum = BlockSum::new(&mut total, false, &mut &mut [][..]).expect("no room is needed");
        sum.block()[0] += 3.0;
        sum.close();
        assert_eq!(total, [3.0]);
        assert!(BlockSum::new(&mut [1.0f32; 2], true, &mut &mut [0.0][..]).is_none(), "too little");
    }
}
