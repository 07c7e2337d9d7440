//! `cargo xtask setup`: everything that any command needs.

use super::test;
use crate::tools::install::{self, Tool};
use crate::tools::process::{Failure, Result};

const TOOLS: [Tool; 5] =
    [install::QEMU_ARM, install::QEMU_RISCV, install::QEMU_AARCH64, install::QEMU_S390X, install::GCC_S390X];

/// Finds or installs it all, or names what is missing.
pub(crate) fn run() -> Result {
    let tools = TOOLS.iter().map(|tool| tool.require().map(drop));
    let programs = [install::node().map(drop), install::chromium().map(drop)];
    let targets = test::targets().map(install::rust_target);
    let missing: Vec<String> = tools.chain(programs).chain(targets).filter_map(advice).collect();
    if missing.is_empty() {
        println!("everything is installed");
        Ok(())
    } else {
        Err(Failure::Missing(missing.join("\n")))
    }
}

fn advice(found: Result) -> Option<String> {
    match found.err()? {
        Failure::Failed(text) | Failure::Missing(text) => Some(text),
    }
}
