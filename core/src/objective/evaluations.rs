//! The cost of a search.

/// How often an objective was evaluated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evaluations {
    /// Values alone.
    pub values: u32,
    /// Values with gradients.
    pub gradients: u32,
}
