//! The configuration of a band, and reports of its steps.

use crate::path::relax::Relaxer;
use crate::path::tangent::Tangent;
use crate::{ArgError, Real};

/// The spacing of the images of a band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Spacing<R: Real = f32> {
    /// After each move, the images are redistributed along the polyline at their target fractions of its
    /// length (equally spaced, unless images were inserted). This is the limit of infinitely stiff springs.
    Redistribute,
    /// Springs with this constant act between neighbours, along the tangent.
    Springs(R),
}

/// The configuration of a [`Band`](super::Band).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandConfig<R: Real = f32> {
    /// The estimate of the band's direction.
    pub tangent: Tangent,
    /// The spacing of the images.
    pub spacing: Spacing<R>,
    /// The residual below which the highest image starts to climb; zero means never.
    pub climb_below: R,
    /// The relaxer that moves the images.
    pub relaxer: Relaxer<R>,
    /// Whether the objective changes from sweep to sweep ([`OnBatch`](crate::objective::OnBatch)). The ends
    /// are then evaluated again in each sweep, because their heights decide the tangents next to them.
    pub minibatches: bool,
}

impl<R: Real> BandConfig<R> {
    /// Creates a configuration with equal spacing, improved tangent, no climbing and full batch.
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
        /// The number of moves so far.
        sweep: u32,
        /// The largest `‖Gᵢ‖` before the move.
        residual: R,
    },
    /// The objective or its gradient was infinite or NaN at this image, or the move would make this image
    /// non-finite. Nothing has moved, and the next step evaluates again.
    NotFinite {
        /// The index of the image.
        image: usize,
    },
    /// A memory has changed length since the band was created, or the objective has a different dimension or
    /// needs more scratch. Nothing was done.
    MemoryChanged,
}
