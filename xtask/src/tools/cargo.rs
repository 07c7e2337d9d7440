//! `cargo` in its several workspaces, and what it prints.

use super::paths;
use super::process::{Run, program};

/// `cargo` with these arguments, split at spaces.
pub(crate) fn cargo(args: &str) -> Run {
    program(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())).words(args)
}

/// `cargo COMMAND` in `firmware/`.
pub(crate) fn firmware(command: &str) -> Run {
    let cargo = cargo(command).words("--quiet --locked --release").dir(paths::at("firmware"));
    cargo.env("CARGO_TARGET_DIR", paths::target("firmware")).limit(900)
}

/// A release build without link-time optimisation: compiles in half the time, to other instructions and the same bits.
pub(crate) fn quickly(run: Run) -> Run {
    let run = run.env("CARGO_PROFILE_RELEASE_LTO", "off").env("CARGO_PROFILE_RELEASE_DEBUG", "0");
    run.env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
}

/// The number of tests that passed, summed over the closing lines of cargo's test programs.
pub(crate) fn count(output: &str) -> u32 {
    let passed = |line: &str| line.strip_prefix("test result: ok. ")?.split(' ').next()?.parse::<u32>().ok();
    output.lines().filter_map(passed).sum()
}
