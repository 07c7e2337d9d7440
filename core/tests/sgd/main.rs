//! SGD with explicit noise: transforms, batches, exact stationary variances, refused input.
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::disallowed_methods,
    clippy::lossy_float_literal,
    clippy::neg_multiply,
    reason = "small counts, oracles in the platform's f64, and formulas as the papers write them"
)]

mod adam;
mod arguments;
mod batches;
mod blobs;
mod exact;
mod hostile;
mod memory;
mod noise;
mod objectives;
mod perturbed;
mod saved;
mod scale;
mod settings;
mod sharpness_aware;
mod state_dependent;
mod stationary;
mod stops;
mod transforms;
