//! Runs that share the processor: in a `static` stepped by an interrupt, and in tasks beside or below others; and a log of a run.
//!
//! Each run must end with the digest of the same run made in a plain loop on this machine.

use super::emulated;
use crate::tools::cargo::firmware;
use crate::tools::process::{Failure, Log, Result};
use crate::tools::{install, paths};

/// A binary of `losscape-cortex-m`, which is also the feature that it needs.
struct Example {
    name: &'static str,
    triple: &'static str,
    machine: &'static str,
}

const M4F: Example = Example { name: "", triple: "thumbv7em-none-eabihf", machine: "-M mps2-an386" };

const RUNS: [Example; 3] = [
    Example { name: "timer", ..M4F },
    Example { name: "embassy", ..M4F },
    Example { name: "rtic", triple: "thumbv7m-none-eabi", machine: "-M lm3s6965evb" },
];
const LOG: Example = Example { name: "log", ..M4F };

impl Example {
    /// Builds and runs it; what it printed.
    fn output(&self, log: &mut Log) -> Result<String> {
        install::rust_target(self.triple)?;
        let build = firmware("build").words("-p losscape-cortex-m --target").arg(self.triple);
        build.words("--features").arg(self.name).words("--bin").arg(self.name).log(log)?;
        let image = paths::target("firmware").join(self.triple).join("release").join(self.name);
        emulated(&install::QEMU_ARM.require()?, self.machine, &image).capture(log)
    }
}

/// The number after a word at the beginning of a line.
fn after<'o>(output: &'o str, word: &str) -> Option<&'o str> {
    output.lines().find_map(|line| line.trim().strip_prefix(word)?.strip_prefix(' '))
}

pub(super) fn check(native: &[(String, String)], log: &mut Log) -> Result<String> {
    let expected = native.iter().find(|(name, _)| name == "kept").map(|(_, digest)| digest.as_str());
    for example in RUNS {
        let (output, name) = (example.output(log)?, example.name);
        let found = after(&output, "fingerprint");
        if found.is_none() || found != expected {
            let found = found.unwrap_or("nothing");
            return Err(Failure::Failed(format!("{name} printed {found}, in a loop it is {expected:?}")));
        }
        // The board had turns for something else meanwhile.
        if after(&output, "turns").and_then(|turns| turns.parse().ok()).unwrap_or(0) < 10 {
            return Err(Failure::Failed(format!("{name} did not share the processor: {output}")));
        }
    }
    // Frames are raw: the name of the argument that was refused can be read in them, the words around it stay in the image.
    let logged = LOG.output(log)?;
    if !logged.contains("widths") || logged.contains("must be") {
        return Err(Failure::Failed(format!("{} sent {logged:?}", LOG.name)));
    }
    Ok(format!("{} runs shared the processor", RUNS.len()))
}

#[cfg(test)]
mod tests {
    use super::after;

    #[test]
    fn a_number_is_found_by_its_word() {
        let output = "turned 3\n turns 12\nturns 13";
        assert_eq!((after(output, "turns"), after(output, "fingerprint")), (Some("12"), None));
    }
}
