//! Runs that share the processor: in a `static` stepped by an interrupt, and in a task beside another.
//!
//! Each must end with the digest of the same run made in a plain loop on this machine.

use super::emulated;
use crate::tools::cargo::firmware;
use crate::tools::process::{Failure, Log, Result};
use crate::tools::{install, paths};

/// Binaries of `losscape-cortex-m`, which are also the features that they need.
const PROGRAMS: [&str; 2] = ["timer", "embassy"];
const TRIPLE: &str = "thumbv7em-none-eabihf";
const MACHINE: &str = "-M mps2-an386";

pub(super) fn check(native: &[(String, String)], log: &mut Log) -> Result<String> {
    install::rust_target(TRIPLE)?;
    let emulator = install::QEMU_ARM.require()?;
    let expected = native.iter().find(|(name, _)| name == "kept").map(|(_, digest)| digest.as_str());
    for name in PROGRAMS {
        let build = firmware("build").words("-p losscape-cortex-m --target").arg(TRIPLE);
        build.words("--features").arg(name).words("--bin").arg(name).log(log)?;
        let image = paths::target("firmware").join(TRIPLE).join("release").join(name);
        let output = emulated(&emulator, MACHINE, &image).capture(log)?;
        let found = output.lines().find_map(|line| line.trim().strip_prefix("fingerprint "));
        if found.is_none() || found != expected {
            let found = found.unwrap_or("nothing");
            return Err(Failure::Failed(format!("{name} printed {found}, in a loop it is {expected:?}")));
        }
    }
    Ok(format!("{} runs shared the processor", PROGRAMS.len()))
}
