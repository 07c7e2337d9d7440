//! What the tangent from micromath's exponential costs.

use losscape::models::mlp::Activation;

use crate::tangents::{self, Function};

/// The tangent from micromath's exponential.
pub struct TanhMicromath;

impl Function for TanhMicromath {
    const ACTIVATION: Activation = Activation::TanhMicromath;
}

/// The memory of the program.
pub type Memory = tangents::Memory<TanhMicromath>;
