//! Reports of a step of a search.

use crate::Real;
use crate::path::location::Location;
use crate::path::scan::PathReport;

/// The end of a cycle.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct CycleReport<R: Real = f32> {
    /// Which cycle, from 0.
    pub cycle: usize,
    /// Images of the band, ends included.
    pub images: usize,
    /// Its dense scan.
    pub path: PathReport<R>,
    /// Whether it is the best so far, and was kept.
    pub best: bool,
}

/// Why an [`AutoNeb`](super::AutoNeb) has ended.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum AutoNebEnd<R: Real = f32> {
    /// The schedule was run to its end.
    Completed,
    /// An end is not a minimum.
    NotMinimum {
        /// Which, 0 or 1.
        end: usize,
        /// The length of its gradient.
        grad_norm: R,
    },
    /// The objective was not finite on the band or between its images. The band is as it was before the
    /// step, and the best path of the cycles before is kept.
    NotFinite,
}

/// The outcome of one [`AutoNeb::step`](super::AutoNeb::step).
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum AutoNebStep<R: Real = f32> {
    /// The gradient at an end was found to have this length.
    EndChecked {
        /// Which, 0 or 1.
        end: usize,
        /// The length of its gradient.
        grad_norm: R,
    },
    /// A cycle has begun.
    Grown {
        /// Images of the band, ends included.
        images: usize,
        /// Whether an image was wanted that did not fit; the band goes on without it.
        full: bool,
    },
    /// An image was evaluated.
    Evaluated(usize),
    /// The band has moved: the moment to draw another batch.
    Moved {
        /// The number of times the band has moved.
        sweep: u32,
        /// The largest gradient of an image, before the move.
        residual: R,
    },
    /// A point of the dense scan was evaluated.
    Scanned(Location<R>),
    /// A cycle has ended.
    CycleDone(CycleReport<R>),
    /// It is over; further steps say the same.
    Ended(AutoNebEnd<R>),
    /// A memory has changed length since the search was made, or an objective is not the one it was
    /// made for: a different dimension, or more scratch. Nothing was done.
    MemoryChanged,
}
