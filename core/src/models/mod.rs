//! Landscapes to explore: networks on data, linear least squares, and surfaces with known critical points.

pub mod data;
mod least_squares;
pub mod mlp;
mod sum;
pub mod surfaces;

pub use least_squares::LeastSquares;
