//! Vectors in the canonical order of operations.
//!
//! A reduction adds term `k` to accumulator `k mod 8` and folds the eight in a fixed tree, so that every
//! vector width gives the same bits.

mod linear;
mod norm;
mod sum;

pub use linear::{axpy, dot, scale};
pub use norm::{distance, dot_scaled, norm, normalise, unit_scale};
pub use sum::{LANES, LaneSum};

#[cfg(test)]
mod tests;
