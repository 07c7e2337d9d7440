//! What every other floor stands on: scalars, elementary functions, vectors, randomness, digests, bytes.

pub mod blob;
pub mod elementary;
pub(crate) mod elementwise;
pub mod error;
pub mod fingerprint;
pub mod grid;
pub mod matrix;
pub mod random;
pub mod real;
pub(crate) mod room;
pub(crate) mod rows;
pub mod vector;

/// Whether floating-point registers hold vectors. Where they do not, a loop body may branch, and a wide tile is
/// only a large one; the bits do not depend on it.
pub(crate) const VECTORS: bool =
    cfg!(any(target_arch = "x86_64", target_arch = "aarch64", target_feature = "simd128"));

/// Whether products go by tiles of vectors. In WebAssembly, blocks of four by four numbers, which become vectors by
/// themselves, are much less code: networks of a few units lose up to a seventh of their speed by it, those of hundreds
/// gain a quarter. The bits do not depend on it.
pub(crate) const TILES: bool = VECTORS && !cfg!(target_family = "wasm");

/// Whether less code is worth more instructions; `Cargo.toml` says how much. The bits do not depend on it.
pub(crate) const COMPACT: bool = cfg!(feature = "compact");
