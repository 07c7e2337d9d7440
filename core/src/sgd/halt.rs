//! Reasons for not making a step.

use core::fmt;

/// The reason that a [`GradientSource`](super::GradientSource) or a
/// [`Transform`](super::Transform) cannot make a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum Halt {
    /// A number would have been infinite or NaN.
    NotFinite,
    /// A noise recording has run out.
    NoiseExhausted,
    /// A piece of memory has changed its length since the run was started.
    MemoryChanged,
}

impl fmt::Display for Halt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFinite => "a number would not have been finite",
            Self::NoiseExhausted => "the recorded noise has run out",
            Self::MemoryChanged => "memory has changed its length",
        })
    }
}

impl core::error::Error for Halt {}
