//! The crates as a registry would receive them: what they hold, whether it would take them, the page that docs.rs makes of them, the
//! licences of all that is linked, and what a version may not change.

use crate::tools::cargo::cargo;
use crate::tools::paths;
use crate::tools::process::{Failure, Log, Result, ask, find, program};

/// Each crate with what its package must hold besides code: licences and a front page.
const CRATES: [(&str, &[&str]); 2] = [
    ("losscape", &["LICENSE-APACHE", "LICENSE-MIT", "README.md", "src/models/data/digits/NOTICE.md"]),
    ("losscape-dispatch", &["LICENSE-APACHE", "LICENSE-MIT", "README.md"]),
];

/// A variant that needs a feature, and the label that docs.rs must show.
const LABELLED: &str = "losscape/models/mlp/enum.Activation.html";
const LABEL: &str = "Available on <strong>crate feature <code>relu</code></strong> only.";

/// Licences allowed for dependencies: those that require attribution only.
const LICENCES: [&str; 9] = [
    "MIT",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unlicense",
    "Unicode-3.0",
    "CC-BY-4.0",
];

/// The workspaces whose programs people get, by their manifests.
const WORKSPACES: [&str; 3] = ["Cargo.toml", "python/Cargo.toml", "firmware/Cargo.toml"];

/// The licences of every crate that is linked into anything: written down, and none that asks for more.
pub(crate) fn licences(log: &mut Log) -> Result<String> {
    let mut lines = Vec::new();
    for manifest in WORKSPACES {
        let tree = cargo(
            "tree --workspace --all-features --locked -e normal --target all --prefix none --no-dedupe",
        );
        let listed = tree.words("--format {p}|{l} --manifest-path").arg(paths::at(manifest)).capture(log)?;
        lines.extend(listed.lines().filter(|line| !line.is_empty()).map(str::to_owned));
    }
    lines.sort_unstable();
    lines.dedup();
    lines.extend(of_the_page(log)?);
    if let Some(line) =
        lines.iter().find(|line| !line.split_once('|').is_some_and(|(_, licence)| allowed(licence)))
    {
        return Err(Failure::Failed(format!("a licence that is not known to be harmless: {line}")));
    }
    let (count, list) = (lines.len(), paths::logs().join("licences.txt"));
    std::fs::write(list, lines.join("\n") + "\n")?;
    Ok(format!("{count} crates and packages"))
}

/// The packages that the page bundles, by its lock file. Empty without Node: the page cannot be built then either.
fn of_the_page(log: &mut Log) -> Result<Vec<String>> {
    let Some(node) = find("node") else { return Ok(Vec::new()) };
    let script = "for (const [at, { version, license, dev }] of Object.entries(require('./web/package-lock.json').packages)) \
                  if (at && !dev) console.log(`${at.replace('node_modules/', '')} v${version}|${license}`)";
    let listed = program(node).arg("-e").arg(script).dir(paths::root()).capture(log)?;
    Ok(listed.lines().map(str::to_owned).collect())
}

/// Whether every part of `(A OR B) AND C` leaves a choice that is allowed.
fn allowed(licence: &str) -> bool {
    let choice = |part: &str| {
        let part = part.trim_matches(['(', ')']);
        part.split(" OR ").flat_map(|part| part.split('/')).any(|one| LICENCES.contains(&one.trim()))
    };
    licence.split(" AND ").all(choice)
}

/// The step of `cargo xtask test`.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    for (name, files) in CRATES {
        let list = cargo("package --list --locked --allow-dirty -p").arg(name).capture(log)?;
        if let Some(missing) = files.iter().find(|file| !list.lines().any(|line| line == **file)) {
            return Err(Failure::Failed(format!("the package of {name} lacks {missing}")));
        }
    }
    let rehearsed = rehearse(log)?;
    Ok(format!("{rehearsed}, {}", feature_labels(log)?))
}

/// Publishes both crates up to the last moment. What they hold is compiled by the steps beside this one.
fn rehearse(log: &mut Log) -> Result<String> {
    let words = CRATES.map(|(name, _)| format!("-p {name}")).join(" ");
    let options = "--locked --allow-dirty --no-verify";
    let published = cargo("publish --dry-run").words(options).words(&words).log(log);
    match published {
        Ok(()) => Ok("a registry would take them".into()),
        // Publishing asks the registry for what is there already; packing does not.
        Err(_) if NO_NETWORK.iter().any(|words| log.tail().contains(words)) => {
            cargo("package").words(options).words(&words).log(log)?;
            Ok("packed; no registry could be asked".into())
        }
        Err(failure) => Err(failure),
    }
}

/// Cargo's message without a network.
const NO_NETWORK: [&str; 4] =
    ["Could not resolve host", "Could not connect", "Failed to connect", "network failure"];

/// The public API of the kernel against the last release: a patch may only repair, a minor version before 1.0 may change.
pub(crate) fn semver(log: &mut Log) -> Result<String> {
    let tag = ask("git", "describe --tags --abbrev=0 --match v*");
    if tag.is_empty() {
        return Ok("no release yet: nothing to compare with".into());
    }
    if find("cargo-semver-checks").is_none() {
        return Ok(
            "not run here, the hosted workflow does: cargo install --locked cargo-semver-checks".into()
        );
    }
    for (name, _) in CRATES {
        let check = cargo("semver-checks --all-features").arg("--package").arg(name);
        check.arg("--baseline-rev").arg(&tag).limit(900).log(log)?;
    }
    Ok(format!("against {tag}"))
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

#[cfg(test)]
mod tests {
    use super::{allowed, paths};

    #[test]
    fn a_licence_that_asks_for_more_is_told() {
        for good in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "(MIT OR Apache-2.0) AND Unicode-3.0",
            "MIT OR LGPL-2.1-or-later",
        ] {
            assert!(allowed(good), "{good}");
        }
        for bad in ["", "GPL-3.0-only", "(MIT OR Apache-2.0) AND GPL-2.0-only", "MPL-2.0"] {
            assert!(!allowed(bad), "{bad}");
        }
    }

    /// A package cannot take files from above it, so it has copies.
    #[test]
    fn the_licences_of_the_wheel_are_those_of_the_repository() {
        let read = |file: &str| std::fs::read_to_string(paths::at(file)).expect("a file of the repository");
        for (own, original) in [
            ("python/LICENSE-APACHE", "LICENSE-APACHE"),
            ("python/LICENSE-MIT", "LICENSE-MIT"),
            ("python/NOTICE.md", "core/src/models/data/digits/NOTICE.md"),
        ] {
            assert_eq!(read(own), read(original), "{own}");
        }
    }

    /// Crates, wheel and page are of one version, as the citation says too.
    #[test]
    fn everything_is_of_one_version() {
        let own = |name: &str, file: &str, line: String| {
            let text = std::fs::read_to_string(paths::at(file)).expect("a file of the repository");
            assert!(text.lines().any(|found| found == line), "{name}: {file} lacks {line}");
        };
        let version = env!("CARGO_PKG_VERSION");
        own("crates", "Cargo.toml", format!("version = \"{version}\""));
        own("wheel", "python/Cargo.toml", format!("version = \"{version}\""));
        own("boards", "firmware/Cargo.toml", format!("version = \"{version}\""));
        own("page", "web/package.json", format!("  \"version\": \"{version}\","));
        own("citation", "CITATION.cff", format!("version: {version}"));
    }
}
