//! Reports of the steps of a search.

use crate::Real;
use crate::path::location::Location;
use crate::path::scan::PathReport;

/// The report at the end of a cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct CycleReport<R: Real = f32> {
    /// The index of the cycle, from 0.
    pub cycle: usize,
    /// The number of images of the band, including the ends.
    pub images: usize,
    /// The dense scan of the path.
    pub path: PathReport<R>,
    /// Whether the path is the best so far, and was kept.
    pub best: bool,
}

/// The reason why an [`AutoNeb`](super::AutoNeb) has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum AutoNebEnd<R: Real = f32> {
    /// All cycles of the schedule are done.
    Completed,
    /// An end is not a minimum.
    NotMinimum {
        /// The index of the end, 0 or 1.
        end: usize,
        /// The gradient norm at the end.
        grad_norm: R,
    },
    /// The objective was not finite on the band or between its images. The band is as it was before the step,
    /// and the best path of the previous cycles is kept.
    NotFinite,
}

/// The outcome of one [`AutoNeb::step`](super::AutoNeb::step).
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum AutoNebStep<R: Real = f32> {
    /// The gradient at an end was checked.
    EndChecked {
        /// The index of the end, 0 or 1.
        end: usize,
        /// The gradient norm at the end.
        grad_norm: R,
    },
    /// A cycle has begun.
    Grown {
        /// The number of images of the band, including the ends.
        images: usize,
        /// Whether an image did not fit; the band continues without it.
        full: bool,
    },
    /// An image was evaluated.
    Evaluated(usize),
    /// The band has moved; this is the moment to draw another batch.
    Moved {
        /// The number of moves so far.
        sweep: u32,
        /// The largest gradient of an image before the move.
        residual: R,
    },
    /// A point of the dense scan was evaluated.
    Scanned(Location<R>),
    /// A cycle has ended.
    CycleDone(CycleReport<R>),
    /// The search has ended; further steps return the same outcome.
    Ended(AutoNebEnd<R>),
    /// A memory has changed length since the search was created, or an objective has a different dimension or
    /// needs more scratch. Nothing was done.
    MemoryChanged,
}
