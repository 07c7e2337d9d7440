//! The proof that hot functions cannot panic: each is linked alone, and the linker keeps what it may reach.
//!
//! A panic that a function can reach is a symbol in its image, however deep the call. The functions are
//! those of `firmware/hot`, compiled as the boards' programs are.

use std::path::{Path, PathBuf};

use super::elf::Image;
use crate::tools::cargo::firmware;
use crate::tools::install;
use crate::tools::paths;
use crate::tools::process::{Failure, Log, Result, ask, program};

const TARGETS: [&str; 2] = ["thumbv7em-none-eabihf", "riscv32imac-unknown-none-elf"];
/// The prefix of the hot functions' symbols.
const PREFIX: &str = "hot_";
/// Called by their panic handler and defined nowhere, so the compiler cannot see through it.
const HANDLED: &str = "a_panic_was_linked";

/// Says how many functions cannot panic, or which can.
pub(super) fn check(log: &mut Log) -> Result<String> {
    let mut wrong = Vec::new();
    let mut names = Vec::new();
    for target in TARGETS {
        install::rust_target(target)?;
        firmware("build").words("-p losscape-hot --target").arg(target).log(log)?;
        let folder = paths::target("firmware").join(target).join("release");
        let library = folder.join("liblosscape_hot.a");
        let image = folder.join("hot.elf");
        let all = link("--whole-archive", &library, &image, log)?;
        names = all.symbols.into_iter().filter(|name| name.starts_with(PREFIX)).collect();
        for name in &names {
            let alone = link(&format!("--gc-sections --entry {name}"), &library, &image, log)?;
            if let Some(why) = can_panic(name, &alone) {
                wrong.push(format!("{name} on {target}: {why}"));
            }
        }
    }
    match wrong.as_slice() {
        _ if names.is_empty() => Err(Failure::Failed("no hot functions were found".into())),
        [] => Ok(format!("{} hot functions without panics on {} targets", names.len(), TARGETS.len())),
        _ => Err(Failure::Failed(wrong.join("; "))),
    }
}

/// Why a function that was linked alone can panic, if it can.
fn can_panic(name: &str, image: &Image) -> Option<String> {
    let linked = |symbol: &str| image.symbols.iter().any(|name| name == symbol);
    let panics = image.panics();
    if !linked(name) {
        Some("was not linked".into())
    } else if linked(HANDLED) || !panics.is_empty() {
        Some(panics.join(", "))
    } else {
        None
    }
}

fn link(options: &str, library: &Path, image: &Path, log: &mut Log) -> Result<Image> {
    let linker = program(linker()).words("-flavor gnu --unresolved-symbols=ignore-all").words(options);
    linker.arg("-o").arg(image).arg(library).log(log)?;
    Image::read(image)
}

/// The linker that comes with the Rust toolchain.
fn linker() -> PathBuf {
    let sysroot = PathBuf::from(ask("rustc", "--print sysroot"));
    sysroot.join("lib/rustlib").join(install::native()).join("bin/rust-lld")
}

#[cfg(test)]
mod tests {
    use super::{HANDLED, Image, can_panic};

    #[test]
    fn a_panic_is_told_by_its_symbol() {
        let image = |symbols: &[&str]| Image {
            code: 0,
            constants: 0,
            statics: 0,
            symbols: symbols.iter().map(|&name| name.to_owned()).collect(),
        };
        assert_eq!(can_panic("hot_dot", &image(&["hot_dot", "memcpy"])), None, "none");
        let panic = "_ZN4core9panicking18panic_bounds_check17h9fce2875af307a01E";
        let found = can_panic("hot_dot", &image(&["hot_dot", panic, HANDLED]));
        assert_eq!(found.as_deref(), Some("panic_bounds_check"), "by name");
        assert!(can_panic("hot_dot", &image(&["hot_dot", HANDLED])).is_some(), "one that was inlined");
        assert!(can_panic("hot_dot", &image(&["memcpy"])).is_some(), "proves nothing");
    }
}
