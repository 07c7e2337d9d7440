//! The digests of a run, written down for the lab.

use core::fmt::Write;

use super::{Digest, Target};
use crate::tools::paths;
use crate::tools::process::{Result, ask};

/// Writes `web/src/recorded.json`.
pub(super) fn write(rows: &[(Target, Vec<Digest>)]) -> Result {
    let date = ask("node", "-p (new(Date)).toISOString().slice(0,10)");
    let toolchain = ask("rustc", "--version");
    let mut text = format!("{{\n  \"date\": \"{date}\",\n  \"toolchain\": \"{toolchain}\",\n  \"rows\": [");
    let mut comma = "";
    for (target, digests) in rows {
        let how = target.how();
        for Digest { experiment, digest } in digests {
            write!(
                text,
                "{comma}\n    {{ \"target\": \"{}\", \"how\": \"{how}\", \"experiment\": \"{experiment}\", \
                 \"digest\": \"{digest}\" }}",
                target.name
            )
            .expect("writing to a string");
            comma = ",";
        }
    }
    text.push_str("\n  ]\n}\n");
    Ok(std::fs::write(paths::at("web/src/recorded.json"), text)?)
}
