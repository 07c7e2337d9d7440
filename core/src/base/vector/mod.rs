//! Vectors in the canonical order of operations.
//!
//! A reduction adds term `k` to accumulator `k mod 8` and folds the eight in a fixed tree, so that every
//! vector width gives the same bits. After 1024 terms the eight start again, and what they held is added to a compensated
//! total, so that the error does not grow with the number of terms.
//!
//! Slices of one call have one length; elements of a longer one beyond the shorter are ignored.

mod linear;
mod norm;
mod sum;

pub use linear::{axpy, dot, dot_scaled, scale};
pub(crate) use norm::times_quotient;
pub use norm::{distance, largest_difference, norm, normalise, unit_scale};
pub(crate) use sum::{Compensated, RUN, two_sum};
pub use sum::{LANES, LaneSum};

#[cfg(test)]
mod tests;
