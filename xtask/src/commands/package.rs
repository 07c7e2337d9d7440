//! The crates as a registry would receive them: what they hold, and the page that docs.rs makes of them.

use crate::tools::cargo::cargo;
use crate::tools::paths;
use crate::tools::process::{Failure, Log, Result, ask, program};

/// Each crate with what its package must hold besides code: licences and a front page.
const CRATES: [(&str, &[&str]); 2] = [
    ("losscape", &["LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/models/data/digits/NOTICE.md"]),
    ("losscape-dispatch", &["LICENSE-APACHE", "LICENSE-MIT", "README.md"]),
];

/// A variant that needs a feature, and the label that docs.rs must show.
const LABELLED: &str = "losscape/models/mlp/enum.Activation.html";
const LABEL: &str = "Available on <strong>crate feature <code>relu</code></strong> only.";

/// The step of `cargo xtask test`.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    for (name, files) in CRATES {
        let list = cargo("package --list --locked --allow-dirty -p").arg(name).capture(log)?;
        if let Some(missing) = files.iter().find(|file| !list.lines().any(|line| line == **file)) {
            return Err(Failure::Failed(format!("the package of {name} lacks {missing}")));
        }
    }
    let words = CRATES.map(|(name, _)| format!("-p {name}")).join(" ");
    cargo("package --locked --allow-dirty --no-verify").words(&words).log(log)?;
    feature_labels(log)
}

/// docs.rs builds with a nightly compiler, which alone labels what needs a feature.
fn feature_labels(log: &mut Log) -> Result<String> {
    if ask("rustup", "run nightly rustc --version").is_empty() {
        return Ok("labels of features not checked: no nightly Rust here".into());
    }
    let target = paths::target("docsrs");
    let doc = program("rustup").words("run nightly cargo doc -p losscape --no-deps --all-features --locked");
    doc.env("RUSTDOCFLAGS", "--cfg docsrs").env("CARGO_TARGET_DIR", &target).log(log)?;
    if std::fs::read_to_string(target.join("doc").join(LABELLED))?.contains(LABEL) {
        Ok("features labelled".into())
    } else {
        Err(Failure::Failed(format!("{LABELLED} does not say: {LABEL}")))
    }
}
