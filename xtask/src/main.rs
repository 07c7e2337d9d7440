//! The only automation of this repository: `cargo xtask <command>`.

mod commands;
#[cfg(test)]
mod rooms;
mod tools;

use std::process::ExitCode;

use commands::{bench, fingerprint, lab, miri, npm, python, setup, size, test, wasm};
use tools::process::{Failure, Result};

const HELP: &str = "\
cargo xtask <command>

  setup                       install, or name, everything the other commands need
  lab [--build] [--port N]    build the page and serve it; needs Rust and Node only
  wasm                        build the kernel for the page into web/pkg
  npm                         build the kernel as a package of npm into target/npm
  python                      build the wheel for Python into target/python/wheels, install and test it
  fingerprint [--native]      run the experiments on every target (or this one) and compare their digests
              [--record]      and write them down for the lab
              [--fault]       with a deliberate fault, which every target must notice
              [--bless]       accept this machine's digests as the committed ones
  size [--write]              flash, RAM, stack and instructions on boards, compared with (or written to)
                              firmware/README.md
  bench [--width BITS] [--write | --jax] | --paths | --diffusion | --curvature
                              speeds next to naive twins, other libraries and the machine's limit
                              (or next to JAX; or of paths, next to ASE and NumPy), as ratios of one sitting;
                              --write puts them into README.md
  miri                        undefined behaviour, looked for by an interpreter; needs a nightly Rust
  test [--exhaustive]         everything that must hold before a commit lands
       [--quick]              or the quick part, in minutes: lints, unit tests, this machine's digests
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args.split_first() {
        Some((&"setup", [])) => setup::run(),
        Some((&"lab", ["--build"])) => lab::build(),
        Some((&"lab", [])) => lab::serve(4173),
        Some((&"lab", ["--port", port])) => lab_port(port).and_then(lab::serve),
        Some((&"wasm", [])) => wasm::run(),
        Some((&"npm", [])) => npm::run(),
        Some((&"python", [])) => python::run(),
        Some((&"fingerprint", flags)) => fingerprint::run(flags),
        Some((&"bench", flags)) => bench::run(flags),
        Some((&"size", flags)) => size::run(flags),
        Some((&"miri", [])) => miri::run(),
        Some((&"test", [])) => test::run(false),
        Some((&"test", ["--quick"])) => test::quick(),
        Some((&"test", ["--exhaustive"])) => test::run(true),
        None | Some((&("help" | "--help"), _)) => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(Failure::Failed(format!("unknown command: cargo xtask {}\n\n{HELP}", args.join(" ")))),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn lab_port(text: &str) -> Result<u16> {
    text.parse().map_err(|_| Failure::Failed(format!("--port {text}: not a port number")))
}
