//! The targets of a tile's rows.

use super::tile::Rows;
use crate::Real;
use crate::models::data::Targets;

/// The targets of the rows of a tile.
pub(super) struct Answers<'b, R: Real> {
    pub(super) rows: Rows<'b>,
    pub(super) targets: Targets<'b, R>,
    pub(super) outputs: usize,
}

impl<R: Real> Answers<'_, R> {
    /// Returns the targets of one row alone.
    pub(super) const fn one(&self, row: usize) -> Self {
        Self { rows: self.rows.one(row), targets: self.targets, outputs: self.outputs }
    }

    /// Returns whether the targets are labels.
    #[cfg(feature = "softmax-cross-entropy")]
    pub(super) const fn are_labels(&self) -> bool {
        matches!(self.targets, Targets::Labels(_))
    }

    /// Returns the label of a row.
    pub(super) fn label(&self, row: usize) -> Option<usize> {
        match self.targets {
            Targets::Labels(labels) => labels.get(self.rows.sample(row)?).copied().map(usize::from),
            Targets::Values(_) => None,
        }
    }

    /// Returns the labels of consecutive rows.
    #[cfg(feature = "softmax-cross-entropy")]
    #[inline(always)]
    pub(super) fn labels<const N: usize>(&self, first: usize) -> Option<[usize; N]> {
        let Targets::Labels(labels) = self.targets else { return None };
        let mut found = [0; N];
        if let Some(indices) = self.rows.indices() {
            for (found, &sample) in found.iter_mut().zip(indices.get(first..)?.get(..N)?) {
                *found = usize::from(*labels.get(sample as usize)?);
            }
        } else {
            for (found, &label) in found.iter_mut().zip(labels.get(self.rows.sample(first)?..)?.get(..N)?) {
                *found = usize::from(label);
            }
        }
        Some(found)
    }

    /// Returns the sum of a row's probabilities, which is 1 or nearly so.
    #[cfg(feature = "softmax-cross-entropy")]
    #[inline]
    pub(super) fn mass(&self, row: usize) -> R {
        #[cfg(feature = "soft-labels")]
        if let Some(values) = self.values(row) {
            let mut sum = R::ZERO;
            values.iter().for_each(|&y| sum += y);
            return sum;
        }
        let _ = row; // a label has mass 1
        R::ONE
    }

    /// Returns the target values of a row.
    #[cfg(feature = "soft-labels")]
    pub(super) fn values(&self, row: usize) -> Option<&[R]> {
        match self.targets {
            Targets::Labels(_) => None,
            Targets::Values(values) => {
                values.get(self.rows.sample(row)?.checked_mul(self.outputs)?..)?.get(..self.outputs)
            }
        }
    }

    /// Writes the targets of all rows, one number each.
    pub(super) fn targets(&self, y: &mut [R]) -> Option<()> {
        match (self.targets, self.rows.indices()) {
            (Targets::Values(values), None) => {
                for (y, value) in y.iter_mut().zip(values.get(self.rows.sample(0)?..)?) {
                    *y = *value;
                }
            }
            (Targets::Values(values), Some(indices)) => {
                for (y, &sample) in y.iter_mut().zip(indices) {
                    *y = *values.get(sample as usize)?;
                }
            }
            (Targets::Labels(_), _) => {
                for (row, y) in y.iter_mut().enumerate() {
                    *y = self.target(row, 0)?;
                }
            }
        }
        Some(())
    }

    // Not inlined: otherwise a loop over targets is instantiated for each kind of rows and targets.
    #[inline(never)]
    pub(super) fn target(&self, row: usize, j: usize) -> Option<R> {
        let sample = self.rows.sample(row)?;
        match self.targets {
            Targets::Values(values) => values.get(sample.checked_mul(self.outputs)?.checked_add(j)?).copied(),
            Targets::Labels(labels) => {
                let one = if self.outputs == 1 { 1 } else { j };
                Some(if usize::from(*labels.get(sample)?) == one { R::ONE } else { R::ZERO })
            }
        }
    }
}
