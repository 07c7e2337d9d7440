//! How the kernel says no, and what is heard when it stops.

use losscape::ArgError;
#[cfg(feature = "digits")]
use losscape::base::blob::BlobError;
use wasm_bindgen::prelude::*;

/// A setting was refused; nothing has been changed.
#[wasm_bindgen(getter_with_clone)]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabError {
    /// The argument that was refused, by its name.
    pub field: String,
    /// What is wrong with it.
    pub message: String,
}

impl From<ArgError> for LabError {
    fn from(error: ArgError) -> Self {
        Self { field: error.arg.to_owned(), message: error.to_string() }
    }
}

impl core::fmt::Display for LabError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{}: {}", self.field, self.message)
    }
}

impl core::error::Error for LabError {}

#[cfg(feature = "digits")]
impl LabError {
    /// Bytes that were refused.
    pub(crate) fn blob(field: &str, error: BlobError) -> Self {
        Self { field: field.to_owned(), message: error.to_string() }
    }
}

#[cfg(target_family = "wasm")]
mod hook {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        /// Given by the worker: keeps the first message. A trapped instance is not to be asked again, so
        /// the message leaves while the instance still runs.
        #[wasm_bindgen(js_namespace = globalThis, js_name = losscapePanic)]
        fn losscape_panic(message: &str);
    }

    /// Runs when the module is instantiated.
    #[wasm_bindgen(start)]
    pub(crate) fn start() {
        std::panic::set_hook(Box::new(|info| losscape_panic(&info.to_string())));
    }
}

/// Panics. The page calls it when asked to rehearse what it says if the kernel stops.
///
/// # Panics
/// Always.
#[wasm_bindgen]
pub fn rehearse_panic() {
    panic!("rehearsed, on request");
}
