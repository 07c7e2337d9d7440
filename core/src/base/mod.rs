//! Scalars, elementary functions, vectors, matrices, random numbers, digests and byte formats: the foundations of
//! every other module.

pub mod blob;
pub(crate) mod decimal;
pub mod elementary;
pub(crate) mod elementwise;
pub mod error;
pub mod fingerprint;
pub(crate) mod finite;
pub mod grid;
pub mod kernel;
pub(crate) mod layout;
pub mod matrix;
pub mod random;
pub mod real;
pub(crate) mod refusal;
pub(crate) mod rows;
pub(crate) mod target;
pub mod vector;
