//! WebAssembly bindings of losscape: a handle per experiment, no arithmetic of their own.
//!
//! Each handle owns its memory and lends views of it by address; what it computes is the kernel's, so a
//! native run of the same handle ends with the same bits as the page (`examples/`).

// What is computed is the kernel's: a sum or a product of numbers belongs there.
#![cfg_attr(not(test), deny(clippy::float_arithmetic))]

#[cfg(any(feature = "cloud", feature = "paths", feature = "surface", feature = "toy", feature = "train"))]
mod choice;
#[cfg(feature = "digits")]
mod digits;
mod failure;
#[cfg(any(feature = "bits", feature = "paths", feature = "train"))]
mod nets;
#[cfg(any(feature = "batch", feature = "paths", feature = "standard", feature = "surface"))]
mod own;
#[cfg(not(target_family = "wasm"))]
mod packed;
#[cfg(any(
    feature = "batch",
    feature = "paths",
    feature = "saddles",
    feature = "surface",
    feature = "toy",
    feature = "train"
))]
mod record;
#[cfg(any(feature = "batch", feature = "saddles"))]
mod slices;

#[cfg(all(
    not(target_family = "wasm"),
    any(feature = "cloud", feature = "paths", feature = "surface", feature = "toy", feature = "train")
))]
pub use choice::Choice;
#[cfg(feature = "digits")]
pub use digits::{Digits, Reading};
pub use failure::{LabError, rehearse_panic};
#[cfg(feature = "standard")]
pub use own::standardise;
#[cfg(not(target_family = "wasm"))]
pub use packed::Packed;

// An exhibit each: a folder, a feature of its name, and an example that runs the handle natively.
#[cfg(feature = "batch")]
pub mod batch;
#[cfg(feature = "bits")]
pub mod bits;
#[cfg(feature = "cloud")]
pub mod cloud;
#[cfg(any(feature = "paths", feature = "toy"))]
pub mod paths;
#[cfg(feature = "saddles")]
pub mod saddles;
#[cfg(feature = "smoothing")]
pub mod smoothing;
#[cfg(feature = "surface")]
pub mod surface;
#[cfg(feature = "train")]
pub mod train;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// The version of the kernel, to report beside a digest.
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
