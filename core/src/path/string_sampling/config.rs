//! Configuration of path sampling, and reports of its steps.

use crate::path::relax::Relaxer;
use crate::{ArgError, Real};

/// The point at which a segment that is too high is split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SplitAt {
    /// In the middle.
    #[default]
    Middle,
    /// Where it is highest.
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
    /// Gradients enter in units of the largest entry of the bead's first one (to a power of two), so that ε means the
    /// same whatever the scale of the objective.
    Adam {
        /// η.
        learning_rate: R,
    },
}

/// The configuration of a [`StringSampling`](super::StringSampling).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StringSamplingConfig<R: Real = f32> {
    /// L₀, the value the path should stay near.
    pub level: R,
    /// A segment is accepted if it never exceeds this times L₀; 1.1 in the published scripts.
    pub accept: R,
    /// A bead is trained to this times L₀, at most `accept`; 0.95 there.
    pub train_to: R,
    /// Points scanned within a segment; 98 there, with the two beads a hundred.
    pub points: u32,
    /// The point at which segments are split.
    pub split: SplitAt,
    /// The number of times a segment may be halved; 10 there.
    pub depth: u32,
    /// The training of beads.
    pub trainer: Trainer<R>,
    /// Steps of training after which a bead is given up.
    pub train_steps: u32,
}

impl<R: Real> StringSamplingConfig<R> {
    /// Refuses numbers out of range.
    pub(super) fn check(&self) -> Result<(), ArgError> {
        ArgError::check_positive("level", self.level)?;
        ArgError::check_positive("accept", self.accept)?;
        ArgError::check_positive("train_to", self.train_to)?;
        // Beads are not scanned: they must be below the limit when they are trained.
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

/// Why a [`StringSampling`](super::StringSampling) has ended. Only the first proves something.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum StringSamplingEnd<R: Real = f32> {
    /// Every segment stays below the level: the ends are connected there.
    Connected,
    /// An end is above the level.
    EndTooHigh {
        /// Which, 0 or 1.
        end: usize,
        /// Its value.
        value: R,
    },
    /// A segment was still too high after the greatest number of halvings.
    TooDeep,
    /// A bead could not be trained below the level.
    Untrained {
        /// Its last value.
        value: R,
    },
    /// No room for another bead.
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
        /// The value there.
        value: R,
    },
    /// The bead in training took a step from this value.
    Trained {
        /// The value before the step.
        value: R,
    },
    /// A segment was accepted; so many beads are settled now.
    Accepted {
        /// Beads from the first end to here.
        settled: usize,
    },
    /// A new bead has split a segment; both halves are to be examined.
    Split {
        /// The number of times halved.
        depth: u32,
    },
    /// It is over; further steps say the same.
    Ended(StringSamplingEnd<R>),
    /// A memory has changed length since the search was made, or the objective is not the one it was
    /// made for: a different dimension, or more scratch. Nothing was done.
    MemoryChanged,
}
