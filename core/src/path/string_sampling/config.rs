//! The configuration of dynamic string sampling, and reports of its steps.

use crate::path::relax::Relaxer;
use crate::{ArgError, Real};

/// The point at which a segment that is too high is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SplitAt {
    /// The middle of the segment.
    #[default]
    Middle,
    /// The highest point of the segment.
    Highest,
}

/// The training of a new bead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Trainer<R: Real = f32> {
    /// Gradient steps with momentum.
    Descent {
        /// η.
        learning_rate: R,
        /// μ.
        momentum: R,
    },
    /// Adam (Kingma & Ba 2015), with β₁ = 0.9, β₂ = 0.999 and ε = 10⁻⁸.
    ///
    /// Gradients are scaled by the largest element of the bead's first gradient (to a power of two), so that
    /// the meaning of ε does not depend on the scale of the objective.
    Adam {
        /// η.
        learning_rate: R,
    },
}

/// The configuration of a [`StringSampling`](super::StringSampling).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StringSamplingConfig<R: Real = f32> {
    /// L₀, the target level of the path.
    pub level: R,
    /// The factor of L₀ that an accepted segment never exceeds; 1.1 in the published scripts.
    pub accept: R,
    /// The factor of L₀ to which a bead is trained, at most `accept`; 0.95 in the published scripts.
    pub train_to: R,
    /// The number of points scanned within a segment; 98 in the published scripts, which with the two beads
    /// makes a hundred.
    pub points: u32,
    /// The point at which segments are split.
    pub split: SplitAt,
    /// The number of times a segment may be split; 10 in the published scripts.
    pub depth: u32,
    /// The training of beads.
    pub trainer: Trainer<R>,
    /// The number of training steps after which a bead is given up.
    pub train_steps: u32,
}

impl<R: Real> StringSamplingConfig<R> {
    /// Refuses numbers out of range.
    pub(super) fn check(&self) -> Result<(), ArgError> {
        ArgError::check_positive("level", self.level)?;
        ArgError::check_positive("accept", self.accept)?;
        ArgError::check_positive("train_to", self.train_to)?;
        // Beads are not scanned, so their training must end below the limit.
        let below = self.train_to <= self.accept;
        ArgError::check_range("train_to", self.train_to, below, "at most `accept`")?;
        for (arg, factor) in [("accept", self.accept), ("train_to", self.train_to)] {
            let level = factor * self.level;
            let positive = level.is_finite() && level > R::ZERO;
            ArgError::check_range(
                arg,
                factor,
                positive,
                "finite and above 0 after multiplication by `level`",
            )?;
        }
        ArgError::check_count("points", self.points as usize)?;
        match self.trainer {
            Trainer::Descent { learning_rate, momentum } => Relaxer::descent(learning_rate, momentum).check(),
            Trainer::Adam { learning_rate } => ArgError::check_positive("learning_rate", learning_rate),
        }
    }
}

/// The reason why a [`StringSampling`](super::StringSampling) has ended. Only `Connected` is a proof.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum StringSamplingEnd<R: Real = f32> {
    /// All scanned points of every segment are at most `accept` times the level: the ends are connected
    /// there.
    Connected,
    /// An end is higher than `accept` times the level.
    EndTooHigh {
        /// The index of the end, 0 or 1.
        end: usize,
        /// The value at the end.
        value: R,
    },
    /// A segment was still too high after the maximum number of splits.
    TooDeep,
    /// A bead could not be trained to `train_to` times the level.
    Untrained {
        /// The last value of the bead.
        value: R,
    },
    /// There is no room for another bead.
    Full,
    /// The objective was infinite or NaN.
    NotFinite,
}

/// The outcome of one [`StringSampling::step`](super::StringSampling::step).
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum StringSamplingStep<R: Real = f32> {
    /// A bead or a point of a segment was evaluated.
    Scanned {
        /// The value at that point.
        value: R,
    },
    /// The bead in training took a step.
    Trained {
        /// The value before the step.
        value: R,
    },
    /// A segment was accepted.
    Accepted {
        /// The number of settled beads, counted from the first end.
        settled: usize,
    },
    /// A new bead has split a segment; both halves will be examined.
    Split {
        /// The number of times that the segment was split.
        depth: u32,
    },
    /// The search has ended; further steps return the same outcome.
    Ended(StringSamplingEnd<R>),
    /// A memory has changed length since the search was created, or the objective has a different dimension
    /// or needs more scratch. Nothing was done.
    MemoryChanged,
}
