//! Puts the memory map of the emulated board where the linker looks.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let memory = "../boards/virt.x";
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder"));
    fs::copy(memory, out.join("memory.x")).expect("the board has a memory map");
    println!("cargo::rustc-link-search={}", out.display());
    println!("cargo::rerun-if-changed={memory}");
}
