//! Means over random probes, with their standard errors.

use crate::Real;
use crate::base::elementary::sqrt;
use crate::base::vector::unit_scale;

/// An average over probes and its standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct Estimate<R: Real = f32> {
    /// The mean; NaN before the first probe.
    pub mean: R,
    /// `√(Σ (z − mean)² / (c (c − 1)))` over c probes; infinite for fewer than two.
    pub standard_error: R,
}

/// A running mean and sum of squared deviations, without cancellation (Welford 1962).
#[derive(Clone, Copy, Debug)]
pub(super) struct Running<R> {
    pub(super) count: u32,
    pub(super) mean: R,
    /// A power of two that brings the first probe near one; without it, the squares might overflow or vanish.
    unit: R,
    /// Σ (z − mean)², scaled.
    squares: R,
}

impl<R: Real> Running<R> {
    pub(super) const EMPTY: Self = Self { count: 0, mean: R::ZERO, unit: R::ONE, squares: R::ZERO };

    /// Returns the statistics with one more value, or `None` if they would not be finite.
    pub(super) fn with(self, value: R) -> Option<Self> {
        let unit = if self.squares > R::ZERO { self.unit } else { unit_scale(&[value, self.mean]) };
        let count = self.count.saturating_add(1);
        let away = value - self.mean;
        let mean = self.mean + away / R::from_u32(count);
        let added = |unit: R, squares: R| {
            let squares = squares + (unit * away) * (unit * (value - mean));
            (mean.is_finite() && squares.is_finite()).then_some(Self { count, mean, unit, squares })
        };
        added(unit, self.squares).or_else(|| {
            // All values so far are far smaller than this one, which needs a unit of its own.
            let own = unit_scale(&[value]);
            let change = own / unit;
            added(own, self.squares * change * change)
        })
    }

    pub(super) fn estimate(&self) -> Estimate<R> {
        let mean = if self.count > 0 { self.mean } else { R::NAN };
        Estimate { mean, standard_error: self.standard_error() }
    }

    pub(super) fn standard_error(&self) -> R {
        if self.count < 2 {
            return R::INFINITY;
        }
        let count = R::from_u32(self.count);
        sqrt(self.squares / count / (count - R::ONE)) / self.unit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The squares of the last values overflow in the unit of the first.
    #[test]
    fn small_values_may_come_first() {
        let values = [1e-20f32, 2e-20, 1.0, 2.0];
        let with = |all: Running<f32>, value: &f32| all.with(*value);
        let all = values.iter().try_fold(Running::EMPTY, with).expect("finite");
        // Deviations of ¾, ¾, ¼ and 5/4 from the mean of ¾.
        let want = sqrt((0.75f32 * 0.75 * 2.0 + 0.25 * 0.25 + 1.25 * 1.25) / 12.0);
        assert!((all.mean - 0.75).abs() < 1e-6, "{all:?}");
        assert!((all.standard_error() / want - 1.0).abs() < 1e-6, "{all:?}");
        assert!(all.with(f32::INFINITY).is_none() && all.with(f32::NAN).is_none());
    }
}
