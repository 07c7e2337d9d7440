//! What every other floor stands on: scalars, elementary functions, vectors, randomness, digests, bytes.

pub mod blob;
pub mod elementary;
pub(crate) mod elementwise;
pub mod fingerprint;
pub mod matrix;
pub mod random;
pub mod real;
pub mod vector;
