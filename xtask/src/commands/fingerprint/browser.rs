//! A module without glue, run by Node or by Chromium.

use std::path::Path;

use crate::tools::install;
use crate::tools::paths;
use crate::tools::process::{Log, Result, program};

pub(super) fn run_in_node(module: &Path, log: &mut Log) -> Result<String> {
    let node = install::node()?;
    let script =
        format!("{}\nconsole.log(experiments(require('fs').readFileSync(process.argv[1])));", source()?);
    program(node).arg("-e").arg(script).arg(module).limit(300).capture(log)
}

/// Opens a page that holds the module, and reads it when it has loaded.
pub(super) fn run_in_chromium(module: &Path, log: &mut Log) -> Result<String> {
    let chromium = install::chromium()?;
    let page = paths::logs().join("fingerprint.html");
    let bytes = std::fs::read(module)?;
    let script = format!(
        "{}\nconst bytes = Uint8Array.from(atob('{}'), (c) => c.charCodeAt(0));\n\
         document.body.textContent = `\\n${{experiments(bytes)}}\\n`;",
        source()?,
        base64(&bytes)
    );
    std::fs::write(
        &page,
        format!("<!doctype html><title>fingerprint</title><body><script>{script}</script>"),
    )?;
    let profile = paths::logs().join("chromium");
    let run = program(chromium)
        .words("--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync")
        .words("--disable-background-networking --disable-component-update --dump-dom")
        .arg(format!("--user-data-dir={}", profile.display()));
    let output = run.arg(format!("file://{}", page.display())).limit(300).capture(log);
    // A profile left behind would be locked by a browser that was ended.
    std::fs::remove_dir_all(profile)?;
    output
}

/// The script that both share.
fn source() -> Result<String> {
    Ok(std::fs::read_to_string(paths::at("tests/fingerprint/experiments.js"))?)
}

/// Bytes as base64 (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let byte = |k: usize| u32::from(chunk.get(k).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for k in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * k)) as usize & 63];
            text.push(if k <= chunk.len() { digit.into() } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_of_the_rfc() {
        let vectors = [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")];
        for (plain, encoded) in vectors {
            assert_eq!(base64(plain.as_bytes()), encoded, "{plain}");
        }
    }
}
