//! Configuration of a band, and reports of its steps.

use crate::path::relax::Relaxer;
use crate::path::tangent::Tangent;
use crate::{ArgError, Real};

/// The spacing of the images of a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spacing<R: Real = f32> {
    /// After each move the images are redistributed along the polyline, at their target fractions of its
    /// length (equal ones, unless images were inserted). The limit of infinitely stiff springs.
    Redistribute,
    /// Springs of this constant between neighbours, along the tangent.
    Springs(R),
}

/// The configuration of a [`Band`](super::Band).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandConfig<R: Real = f32> {
    /// The estimate of the band's direction.
    pub tangent: Tangent,
    /// The spacing of the images.
    pub spacing: Spacing<R>,
    /// Once the residual is below this, the highest image climbs. Zero: never.
    pub climb_below: R,
    /// The rule of motion.
    pub relaxer: Relaxer<R>,
    /// Whether the objective changes from sweep to sweep ([`OnBatch`](crate::objective::OnBatch)): then the ends are
    /// evaluated again in each sweep, since their heights decide the tangents beside them.
    pub minibatches: bool,
}

impl<R: Real> BandConfig<R> {
    /// Equal spacing, improved tangent, no climbing, full batch.
    #[must_use]
    pub const fn new(relaxer: Relaxer<R>) -> Self {
        Self {
            tangent: Tangent::Improved,
            spacing: Spacing::Redistribute,
            climb_below: R::ZERO,
            relaxer,
            minibatches: false,
        }
    }

    /// Refuses numbers out of range.
    pub(in crate::path) fn check(&self) -> Result<(), ArgError> {
        if let Spacing::Springs(spring) = self.spacing {
            ArgError::check_positive("spring", spring)?;
        }
        let climb = self.climb_below;
        ArgError::check_range("climb_below", climb, climb >= R::ZERO, "at least 0")?;
        self.relaxer.check()
    }
}

/// The outcome of one [`Band::step`](super::Band::step).
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum BandStep<R: Real = f32> {
    /// This image was evaluated.
    Evaluated(usize),
    /// All images were evaluated and have moved.
    Moved {
        /// The number of times the band has moved.
        sweep: u32,
        /// The largest `‖Gᵢ‖` before the move.
        residual: R,
    },
    /// The objective was infinite or NaN at this image, or its gradient was, or the move would take this image out of the
    /// finite numbers. Nothing has moved, and the next step evaluates again.
    NotFinite {
        /// Which.
        image: usize,
    },
    /// A memory has changed length since the band was made, or the objective is not the one it was
    /// made for: a different dimension, or more scratch. Nothing was done.
    MemoryChanged,
}
