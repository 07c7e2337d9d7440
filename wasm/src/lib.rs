//! WebAssembly bindings of losscape: a handle per experiment, no arithmetic of their own.
//!
//! Each handle owns its memory and lends views of it by address; what it computes is the kernel's, so a
//! native run of the same handle ends with the same bits as the page (`examples/train_digest.rs`).

#[cfg(any(feature = "train", feature = "paths"))]
mod digits;
mod failure;
#[cfg(feature = "paths")]
mod paths;
#[cfg(feature = "paths")]
pub use paths::{Paths, PathsSettings, Route, Task, Toy, ToySurface};
#[cfg(feature = "surface")]
mod surface;
#[cfg(feature = "train")]
mod train;
#[cfg(feature = "bits")]
mod twins;

#[cfg(any(feature = "train", feature = "paths"))]
pub use digits::Digits;
pub use failure::{LabError, rehearse_panic};
#[cfg(feature = "surface")]
pub use surface::{Cut, Surface, SurfaceSettings};
#[cfg(feature = "train")]
pub use train::{Order, Start, Train, TrainSettings};
#[cfg(feature = "bits")]
pub use twins::Twins;

#[cfg(target_family = "wasm")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

/// The version of the kernel, to be told beside a digest.
#[wasm_bindgen::prelude::wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}
