//! The samples of a sum, how they are divided into blocks and tiles, and where their inputs are.

use crate::Real;
use crate::base::rows::{copy, rows_mut};
use crate::base::target::VECTORS;
use crate::models::data::Dataset;

/// The maximum number of samples in a block; a sum over more samples is the sum of the sums of its blocks.
///
/// Sums run over the samples in index order, plainly within a block and with compensation across blocks. Neither their
/// error nor their order depends on the number of samples evaluated together.
pub const BLOCK: usize = 128;

/// Samples that are evaluated or summed together: a consecutive part of all samples, or of a minibatch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'b> {
    batch: Option<&'b [u32]>,
    start: usize,
    len: usize,
}

impl<'b> Rows<'b> {
    /// Creates the rows of all `samples`, or of a minibatch.
    pub(super) fn new(samples: usize, batch: Option<&'b [u32]>) -> Self {
        Self { batch, start: 0, len: batch.map_or(samples, <[u32]>::len) }
    }

    /// Returns the number of rows.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// Splits off the first `most` rows, but none beyond the end of the current block of `block` rows. Returns `None`
    /// if no rows are left.
    pub(super) fn take(&mut self, most: usize, block: usize) -> Option<Self> {
        let len = most.min(block - self.start % block).min(self.len);
        if len == 0 {
            return None;
        }
        let first = Self { len, ..*self };
        self.start += len;
        self.len -= len;
        Some(first)
    }

    /// Returns whether the rows split off so far end at a boundary of blocks of `block` rows, or at the end.
    pub(super) const fn at_block(&self, block: usize) -> bool {
        self.len == 0 || self.start.is_multiple_of(block)
    }

    /// Returns the index of the sample in a row.
    pub(super) fn sample(&self, row: usize) -> Option<usize> {
        let at = self.start.checked_add(row)?;
        self.batch.map_or(Some(at), |indices| indices.get(at).map(|&sample| sample as usize))
    }

    /// Returns one row alone.
    pub(super) const fn one(&self, row: usize) -> Self {
        Self { batch: self.batch, start: self.start.saturating_add(row), len: 1 }
    }

    /// Returns the sample indices of a minibatch.
    pub(super) fn indices(&self) -> Option<&'b [u32]> {
        self.batch?.get(self.start..self.start + self.len)
    }

    /// Returns the inputs: borrowed where they are contiguous, gathered otherwise.
    pub(super) fn inputs<'x, R: Real>(
        &self,
        data: &Dataset<'x, R>,
        gathered: &'x mut [R],
    ) -> Option<&'x [R]> {
        let width = data.width();
        let Some(indices) = self.indices() else {
            return data.inputs().get(self.start * width..)?.get(..self.len * width);
        };
        if VECTORS
            && let Some(&first) = indices.first()
            && indices.iter().zip(first..=u32::MAX).all(|(&sample, next)| sample == next)
        {
            // A batch of consecutive samples needs no copy.
            return data.inputs().get(first as usize * width..)?.get(..self.len * width);
        }
        match width {
            1 if VECTORS => gather_few::<R, 1>(data, indices, gathered)?,
            2 if VECTORS => gather_few::<R, 2>(data, indices, gathered)?,
            3 if VECTORS => gather_few::<R, 3>(data, indices, gathered)?,
            _ => {
                for (to, &sample) in rows_mut(gathered, width).zip(indices) {
                    copy(data.get(sample as usize)?, to);
                }
            }
        }
        Some(gathered)
    }
}

/// Gathers rows of a few numbers, for which a call to copy would cost more than the copy itself.
fn gather_few<R: Real, const WIDTH: usize>(
    data: &Dataset<'_, R>,
    indices: &[u32],
    gathered: &mut [R],
) -> Option<()> {
    let (rows, gathered) = (data.inputs().as_chunks::<WIDTH>().0, gathered.as_chunks_mut().0);
    for (row, &sample) in gathered.iter_mut().zip(indices) {
        *row = *rows.get(sample as usize)?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec::Vec;

    use super::*;

    #[test]
    fn what_is_taken_is_all_rows_in_order() {
        let batch: Vec<u32> = (0..300).map(|k| k * 7 % 300).collect();
        for (rows, want) in [
            (Rows::new(300, None), (0..300).collect::<Vec<usize>>()),
            (Rows::new(9, Some(&batch)), batch.iter().map(|&k| k as usize).collect()),
        ] {
            for most in [1, 7, 127, 128, 129, usize::MAX] {
                let (mut rest, mut found, mut blocks) = (rows, Vec::new(), 0);
                while let Some(tile) = rest.take(most, BLOCK) {
                    found.extend((0..tile.len()).filter_map(|row| tile.sample(row)));
                    assert!(tile.len() <= most.min(BLOCK) && tile.len() > 0);
                    blocks += usize::from(rest.at_block(BLOCK));
                }
                assert_eq!(found, want, "{most} at a time");
                assert_eq!(blocks, want.len().div_ceil(BLOCK), "{most} at a time");
            }
        }
        assert!(Rows::new(300, Some(&[])).take(3, BLOCK).is_none(), "an empty batch");
    }

    #[test]
    fn a_row_beyond_the_batch_names_no_sample() {
        let rows = Rows::new(9, Some(&[4, 2]));
        assert_eq!([0, 1, 2, usize::MAX].map(|row| rows.sample(row)), [Some(4), Some(2), None, None]);
    }

    #[test]
    fn a_batch_in_the_order_of_the_data_has_the_inputs_of_a_gathered_one() {
        let numbers: Vec<f32> = (0u8..24).map(f32::from).collect();
        let targets = [0.0; 6];
        let data =
            Dataset::new(&numbers, 4, crate::models::data::Targets::Values(&targets)).expect("6 samples");
        for (batch, first) in [(&[2, 3, 4][..], Some(8.0)), (&[0], Some(0.0)), (&[3, 2], Some(12.0))] {
            let mut gathered = [f32::NAN; 24];
            let rows = Rows::new(6, Some(batch));
            let inputs = rows.inputs(&data, &mut gathered[..batch.len() * 4]).expect("samples");
            let want: Vec<f32> =
                batch.iter().flat_map(|&k| data.get(k as usize).expect("a sample").to_vec()).collect();
            assert_eq!((inputs, inputs.first().copied()), (&want[..], first), "{batch:?}");
        }
        for batch in [&[4, 5, 6][..], &[u32::MAX, 0], &[u32::MAX]] {
            let mut gathered = [f32::NAN; 24];
            let inputs = Rows::new(6, Some(batch)).inputs(&data, &mut gathered[..batch.len() * 4]);
            assert!(inputs.is_none(), "{batch:?} are no samples");
        }
    }
}
