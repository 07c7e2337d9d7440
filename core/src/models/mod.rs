//! Landscapes to explore: networks on data, and surfaces with known critical points.

pub mod data;
pub mod mlp;
pub mod surfaces;
