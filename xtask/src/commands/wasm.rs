//! `cargo xtask wasm`: the kernel for the page, scalar and with 128-bit vectors.

use std::path::{Path, PathBuf};

use crate::tools::cargo::cargo;
use crate::tools::process::{Failure, Log, Result, Run, program};
use crate::tools::{install, paths};

const TARGET: &str = "wasm32-unknown-unknown";

/// The two builds: their names and the compiler's flags.
pub(crate) const BUILDS: [(&str, &str); 2] = [("scalar", ""), ("simd", "-C target-feature=+simd128")];

/// Checks that the border can omit in a page.
const TYPED: &str = "--typed";

/// Prints what the page's manifest of exhibits makes of it: a line a module, its name and the features in it.
const MODULES: &str = "--import ./test/typescript.mjs build/modules.ts";

/// Builds all and prints their sizes.
pub(crate) fn run() -> Result {
    let mut log = Log::new("wasm")?;
    let result = build(&mut log);
    println!("{}", result.as_ref().map_or_else(|_| log.tail(), Clone::clone));
    result.map(drop)
}

/// Writes the modules into `web/pkg/scalar` and `web/pkg/simd`; returns their sizes in words.
pub(crate) fn build(log: &mut Log) -> Result<String> {
    install::node_packages(log)?;
    let listed = program("node").words(MODULES).dir(paths::at("web")).capture(log)?;
    let modules: Vec<_> = listed.lines().filter_map(|line| line.split_once(' ')).collect();
    // What an earlier version of this command wrote is not to be taken for a module.
    let _ = std::fs::remove_dir_all(paths::at("web/pkg"));
    let mut sizes = Vec::new();
    for (name, flags) in BUILDS {
        let folder = paths::at("web/pkg").join(name);
        for &(module, features) in &modules {
            let written = bindings(module, features, flags, TYPED, &folder, log)?;
            sizes.push(format!("{name} {module} {} bytes", written.metadata()?.len()));
        }
        // The page runs them beside the recorded targets.
        std::fs::copy(experiments(flags, "", log)?, folder.join("fingerprint.wasm"))?;
    }
    for (module, _) in modules {
        same_glue(module)?;
    }
    Ok(sizes.join(", "))
}

/// Compiles the experiments of `cargo xtask fingerprint`, with its own features, as the page has them; returns the module's path.
pub(crate) fn experiments(flags: &str, features: &str, log: &mut Log) -> Result<PathBuf> {
    install::rust_target(TARGET)?;
    // Cargo keeps one build of a crate, whatever the compiler's flags: in one folder each would replace the other.
    let folder = paths::target(if flags.is_empty() { "experiments/scalar" } else { "experiments/simd" });
    compile("-p losscape-fingerprint --example wasm --profile wasm", flags)
        .words(features)
        // Every experiment in both precisions: small matters more than fast, and the bits do not notice.
        .env("CARGO_PROFILE_WASM_OPT_LEVEL", "s")
        .env("CARGO_PROFILE_WASM_STRIP", "symbols")
        .env("CARGO_TARGET_DIR", &folder)
        .log(log)?;
    Ok(folder.join(TARGET).join("wasm/examples/wasm.wasm"))
}

/// Compiles the bindings with `features` and writes `name.js`, its types and the module into `folder`; returns the
/// module's path. `checks` is empty or `--typed`.
pub(crate) fn bindings(
    name: &str,
    features: &str,
    flags: &str,
    checks: &str,
    folder: &Path,
    log: &mut Log,
) -> Result<PathBuf> {
    install::rust_target(TARGET)?;
    same_version()?;
    let writer = paths::target("bindgen");
    cargo("build --locked --manifest-path xtask/bindgen/Cargo.toml")
        .env("CARGO_TARGET_DIR", &writer)
        .log(log)?;
    let writer = writer.join("debug/losscape-bindgen").with_extension(std::env::consts::EXE_EXTENSION);
    compile("-p losscape-wasm --lib --profile page --no-default-features --features", flags)
        .arg(features)
        .log(log)?;
    program(&writer).arg(compiled("page/losscape_wasm.wasm")).arg(folder).arg(name).words(checks).log(log)?;
    Ok(folder.join(format!("{name}_bg.wasm")))
}

fn compile(what: &str, flags: &str) -> Run {
    // Panics name files: those of other crates by their crate, not by where this machine keeps it.
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or(std::env::home_dir().map(|at| at.join(".cargo")));
    let crates = home.unwrap_or_default().join("registry/src");
    let flags = format!("{flags} --remap-path-prefix={}=crates", crates.display());
    cargo("build --locked --target")
        .arg(TARGET)
        .words(what)
        .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags.trim())
        .env("CARGO_TARGET_DIR", paths::target("wasm"))
}

fn compiled(file: &str) -> PathBuf {
    paths::target("wasm").join(TARGET).join(file)
}

/// A worker has one glue and calls either build through it.
fn same_glue(module: &str) -> Result {
    let [scalar, simd] =
        BUILDS.map(|(build, _)| std::fs::read(paths::at("web/pkg").join(build).join(format!("{module}.js"))));
    if scalar? == simd? {
        return Ok(());
    }
    Err(Failure::Failed(format!("{module}.js differs between the builds of the kernel")))
}

/// The page's glue is written by the very version of wasm-bindgen that the module was compiled with.
fn same_version() -> Result {
    let kernel = locked("Cargo.lock", "wasm-bindgen")?;
    let writer = locked("xtask/bindgen/Cargo.lock", "wasm-bindgen-cli-support")?;
    if kernel == writer {
        return Ok(());
    }
    Err(Failure::Failed(format!(
        "wasm-bindgen is {kernel} in Cargo.lock, but {writer} in xtask/bindgen: change xtask/bindgen/Cargo.toml"
    )))
}

/// The version of a package in a lock file.
fn locked(file: &str, package: &str) -> Result<String> {
    let text = std::fs::read_to_string(paths::at(file))?;
    let name = format!("name = \"{package}\"");
    let mut lines = text.lines().skip_while(|line| *line != name).skip(1);
    let version = lines.next().and_then(|line| line.strip_prefix("version = "));
    version
        .map(|version| version.trim_matches('"').to_owned())
        .ok_or_else(|| Failure::Failed(format!("{file} has no {package}")))
}
