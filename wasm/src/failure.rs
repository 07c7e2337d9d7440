//! Errors and panics as the page receives them.

use losscape::ArgError;
#[cfg(feature = "train")]
use losscape::base::blob::BlobError;
use wasm_bindgen::prelude::*;

/// An argument was refused; nothing has been changed. JavaScript receives an `Error` with the same `arg` and `message`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabError {
    /// The argument's name.
    pub arg: &'static str,
    /// The reason.
    pub message: String,
}

#[wasm_bindgen]
extern "C" {
    /// The class `LabError` of JavaScript, which `xtask/bindgen/src/border.js` puts at the head of the glue.
    #[wasm_bindgen(js_name = LabError)]
    type Thrown;

    #[wasm_bindgen(constructor, js_class = "LabError")]
    fn new(arg: &str, message: &str) -> Thrown;
}

impl From<LabError> for JsValue {
    fn from(error: LabError) -> Self {
        Thrown::new(error.arg, &error.message).into()
    }
}

impl From<ArgError> for LabError {
    fn from(error: ArgError) -> Self {
        Self::new(error.arg, error.to_string())
    }
}

impl core::fmt::Display for LabError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for LabError {}

impl LabError {
    pub(crate) fn new(arg: &'static str, message: impl Into<String>) -> Self {
        Self { arg, message: message.into() }
    }

    /// Refuses a count outside `range`: what would not fit in memory, or take for ever.
    #[cfg(any(
        feature = "batch",
        feature = "cloud",
        feature = "digits",
        feature = "saddles",
        feature = "smoothing",
        feature = "standard"
    ))]
    pub(crate) fn check_count(
        arg: &'static str,
        count: u32,
        range: core::ops::RangeInclusive<u32>,
    ) -> Result<(), Self> {
        if range.contains(&count) {
            return Ok(());
        }
        let (least, most) = range.into_inner();
        Err(Self::new(arg, format!("`{arg}` is {count}, must be from {least} to {most}")))
    }

    /// Refuses bytes.
    #[cfg(feature = "train")]
    pub(crate) fn blob(arg: &'static str, error: BlobError) -> Self {
        Self::new(arg, error.to_string())
    }
}

#[cfg(target_family = "wasm")]
mod hook {
    use wasm_bindgen::prelude::*;

    #[wasm_bindgen]
    extern "C" {
        /// Set by the worker; keeps only the first message. It is called while the instance still runs, because a
        /// trapped instance must not be called again.
        #[wasm_bindgen(js_namespace = globalThis, js_name = losscapePanic)]
        fn losscape_panic(message: &str);
    }

    /// Runs when the module is instantiated.
    #[wasm_bindgen(start)]
    pub(crate) fn start() {
        std::panic::set_hook(Box::new(|info| losscape_panic(&info.to_string())));
    }
}

/// Panics, so that the page can rehearse how it reports a kernel that stopped.
///
/// # Panics
/// Always.
#[wasm_bindgen]
pub fn rehearse_panic() {
    panic!("rehearsed on request");
}
