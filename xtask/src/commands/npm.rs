//! `cargo xtask npm`: the bindings as a package of npm, for those who want the kernel without the page.

use std::path::{Path, PathBuf};

use crate::commands::wasm;
use crate::tools::process::{Failure, Log, Result, program};
use crate::tools::{install, paths};

/// The files written by hand; the version is the workspace's.
const OWN: &str = "wasm/npm";

/// The tests of the package: as its README uses it, with wrong numbers, and under a bundler.
const TESTS: &str = "tests/npm/package.test.mjs tests/npm/border.test.mjs tests/npm/vite.test.mjs \
                     tests/npm/webpack.test.mjs";

/// Where the digits come from.
const NOTICE: &str = "core/src/models/data/digits/NOTICE.md";

/// Everything else that is copied.
const COPIED: [&str; 4] = ["core/src/models/data/digits/digits.bin", NOTICE, "LICENSE-APACHE", "LICENSE-MIT"];

/// Writes the package and says where.
pub(crate) fn run() -> Result {
    let mut log = Log::new("npm")?;
    let result = build(&mut log);
    match &result {
        Ok(folder) => println!("{}: ready for `npm pack`", folder.display()),
        Err(_) => println!("{}", log.tail()),
    }
    result.map(drop)
}

/// Writes the package into `target/npm`: both builds of one module with all experiments, and their common glue.
fn build(log: &mut Log) -> Result<PathBuf> {
    let folder = paths::target("npm");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder)?;
    let mut glue: Option<String> = None;
    for (name, flags) in wasm::BUILDS {
        let build = paths::target("npm-builds").join(name);
        let module = wasm::bindings("losscape", "default", flags, "", &build, log)?;
        std::fs::copy(module, folder.join(format!("losscape_{name}.wasm")))?;
        std::fs::copy(build.join("losscape.d.ts"), folder.join("losscape.d.ts"))?;
        let written = std::fs::read_to_string(build.join("losscape.js"))?;
        if glue.as_ref().is_some_and(|other| *other != written) {
            return Err(Failure::Failed("the two builds need different glue".to_owned()));
        }
        glue = Some(written);
    }
    std::fs::write(folder.join("losscape.js"), glue.unwrap_or_default())?;
    std::fs::write(folder.join("bytes.js"), inlined(&folder)?)?;
    for entry in std::fs::read_dir(paths::at(OWN))? {
        copy(&entry?.path(), &folder)?;
    }
    for file in COPIED {
        copy(&paths::at(file), &folder)?;
    }
    replace(&folder.join("package.json"), "of the workspace", env!("CARGO_PKG_VERSION"))?;
    replace(&folder.join("README.md"), &format!("../../{NOTICE}"), "NOTICE.md")?;
    Ok(folder)
}

/// The kernel and the digits as text, for where no file can be fetched. The build without vectors runs everywhere.
fn inlined(folder: &Path) -> Result<String> {
    let kernel = base64(&std::fs::read(folder.join("losscape_scalar.wasm"))?);
    let digits = base64(&std::fs::read(paths::at(COPIED[0]))?);
    Ok(format!("export const kernel = '{kernel}';\nexport const digits = '{digits}';\n"))
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let at = |i: usize| u32::from(three.get(i).copied().unwrap_or(0));
        let word = at(0) << 16 | at(1) << 8 | at(2);
        for k in 0..4 {
            let digit = DIGITS[(word >> (18 - 6 * k) & 63) as usize];
            text.push(if k <= three.len() { char::from(digit) } else { '=' });
        }
    }
    text
}

/// Writes what the hand-written file says otherwise in the package.
fn replace(file: &Path, from: &str, to: &str) -> Result {
    let text = std::fs::read_to_string(file)?;
    if !text.contains(from) {
        return Err(Failure::Failed(format!("{} does not hold {from}", file.display())));
    }
    Ok(std::fs::write(file, text.replace(from, to))?)
}

fn copy(file: &Path, folder: &Path) -> Result {
    let name = file.file_name().expect("a file");
    std::fs::copy(file, folder.join(name))?;
    Ok(())
}

/// Packs the package, installs it elsewhere and runs it.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    install::node_packages(log)?;
    build(log)?;
    let node = program("node").words("--test").words(TESTS).dir(paths::root());
    node.env("CHROMIUM", install::chromium()?).log(log)?;
    Ok(String::new())
}

#[cfg(test)]
mod tests {
    use super::base64;

    /// The vectors of RFC 4648, section 10.
    #[test]
    fn bytes_as_text() {
        for (bytes, text) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(bytes.as_bytes()), text, "{bytes}");
        }
        assert_eq!(base64(&[251, 255, 191]), "+/+/", "the last two digits");
    }
}
