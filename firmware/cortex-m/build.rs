//! Chooses the memory map of the emulated board by the target, or by the chip that an example names.

use std::path::PathBuf;
use std::{env, fs};

fn main() {
    let target = env::var("TARGET").expect("cargo names the target");
    let board = match target.as_str() {
        "thumbv7m-none-eabi" if env::var_os("CARGO_FEATURE_RTIC").is_some() => "lm3s6965",
        "thumbv6m-none-eabi" => "microbit",
        "thumbv7m-none-eabi" => "mps2-an385",
        "thumbv7em-none-eabihf" => "mps2-an386",
        "thumbv8m.main-none-eabihf" => "mps2-an505",
        _ => panic!("no board for {target}"),
    };
    let memory = format!("../boards/{board}.x");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo names the folder"));
    fs::copy(&memory, out.join("memory.x")).expect("the board has a memory map");
    println!("cargo::rustc-link-search={}", out.display());
    // The words of the log, which stay on the host.
    println!("cargo::rustc-link-arg-bin=log=-Tdefmt.x");
    println!("cargo::rerun-if-changed={memory}");
}
