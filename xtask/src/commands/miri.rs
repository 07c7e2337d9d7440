//! `cargo xtask miri`: undefined behaviour, looked for by an interpreter.
//!
//! `core/dispatch` holds the only `unsafe`: its tests run with the registers of the build and with the widest. The kernel's, which
//! are products built on it and what an interpreter finishes in seconds, run with the widest alone: it is compiled once.

use crate::tools::cargo::count;
use crate::tools::process::{Log, Result, ask, program};
use crate::tools::{install, paths};

/// Its requirements. Miri comes with a nightly Rust only.
const INSTALL: &str = "toolchain install nightly --profile minimal --component miri --component rust-src";

/// All registers of `losscape-dispatch` on x86-64.
const WIDEST: &str = "-C target-feature=+avx,+avx2,+avx512f,+avx512bw,+avx512dq,+avx512vl";

/// Flags of the compiler, and words for `cargo miri test`.
const RUNS: [(&str, &str); 3] = [
    ("", "-p losscape-dispatch"),
    (WIDEST, "-p losscape-dispatch"),
    (
        WIDEST,
        "-p losscape --lib -- base::matrix base::blob base::finite base::grid base::layout base::rows curvature::hessian \
         models::mlp::spec models::surfaces objective::check objective::on_batch --skip surfaces::convolved \
         --skip every_flipped_bit --skip a_network_passes --skip points_are_in_the_cell --skip derivatives_of_all_surfaces",
    ),
];

/// Runs it all and prints how many tests found nothing.
pub(crate) fn run() -> Result {
    let mut log = Log::new("miri")?;
    let note = check(&mut log).inspect_err(|_| eprintln!("{}", log.tail()))?;
    println!("{note}, no undefined behaviour");
    Ok(())
}

/// The step of `cargo xtask test`.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    if ask("rustup", "run nightly cargo miri --version").is_empty() {
        install::toolchain(INSTALL, log)?;
    }
    let mut tests = 0;
    for (flags, words) in RUNS {
        // The widest registers are those of x86-64; elsewhere the build's are.
        let flags = if cfg!(target_arch = "x86_64") { flags } else { "" };
        let output = program("rustup")
            .words("run nightly cargo miri test --locked")
            .words(words)
            .env("CARGO_TARGET_DIR", paths::target("interpreted"))
            .env("RUSTFLAGS", flags)
            .env("RUSTDOCFLAGS", flags)
            .capture(log)?;
        tests += count(&output);
    }
    Ok(format!("{tests} tests"))
}
