//! Vector operations in the canonical order.
//!
//! A reduction adds term `k` to accumulator `k mod 8` and combines the eight in a fixed tree, so every vector width
//! gives the same bits. After every 1024 terms the accumulators are added to a compensated total and start again from
//! zero, so the error does not grow with the number of terms.
//!
//! The slices passed to one call must have the same length. Otherwise the result is NaN, except that
//! [`largest_difference`] ignores the elements beyond the shorter slice.

mod linear;
mod norm;
mod sum;

pub use linear::{axpy, dot, dot_scaled, scale};
pub use norm::{distance, largest_difference, norm, normalise, unit_scale};
pub(crate) use norm::{largest, times_quotient};
pub(crate) use sum::{Compensated, RUN, SUM_ROUNDINGS, two_sum};
pub use sum::{LANES, LaneSum};

#[cfg(test)]
mod tests;
