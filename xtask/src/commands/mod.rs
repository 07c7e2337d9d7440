//! One file or folder per command of `cargo xtask`.

pub(crate) mod bench;
pub(crate) mod fingerprint;
pub(crate) mod lab;
pub(crate) mod miri;
pub(crate) mod npm;
pub(crate) mod package;
pub(crate) mod python;
pub(crate) mod setup;
pub(crate) mod size;
pub(crate) mod test;
pub(crate) mod wasm;
