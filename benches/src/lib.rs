//! The workloads of the comparisons, and the protocol by which any program takes part in one.
#![expect(clippy::cast_precision_loss, reason = "the counts here are exact in an f32 or an f64")]

pub mod contender;
pub mod density;
pub mod kernel;
pub mod path;
pub mod reader;
pub mod readme;
pub mod workload;
