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
        let squares = self.squares + (unit * away) * (unit * (value - mean));
        (mean.is_finite() && squares.is_finite()).then_some(Self { count, mean, unit, squares })
    }

    pub(super) fn standard_error(&self) -> R {
        if self.count < 2 {
            return R::INFINITY;
        }
        let count = R::from_u32(self.count);
        sqrt(self.squares / count / (count - R::ONE)) / self.unit
    }
}
