//! Where things are.

use std::path::{Path, PathBuf};

/// The root of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask is a folder of the repository")
}

/// Logs and recorded results.
pub(crate) fn logs() -> PathBuf {
    target("xtask")
}

/// A folder for builds that may run beside the host's own.
pub(crate) fn target(name: &str) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from).join(name)
}

/// A file or folder of the repository.
pub(crate) fn at(path: &str) -> PathBuf {
    root().join(path)
}
