//! The targets: how each is built and run.

use super::{Digest, browser, parse};
use crate::commands::wasm;
use crate::tools::cargo::{cargo, firmware, quickly};
use crate::tools::install::{self, Tool};
use crate::tools::paths;
use crate::tools::process::{Log, Result, Run, ask};

/// A machine, or something that behaves like one.
#[derive(Clone)]
pub(crate) struct Target {
    pub(crate) name: String,
    kind: Kind,
}

#[derive(Clone, Copy)]
enum Kind {
    /// This machine: cargo's profile and, on x86-64, a newer baseline or a run-time choice of vectors.
    Native { profile: &'static str, cpu: &'static str, arguments: &'static str },
    /// Another kind of Linux: the linker, and what emulates its programs.
    Linux { triple: &'static str, linker: &'static str, emulator: &'static str, tools: &'static [Tool] },
    /// WebAssembly in Node or in Chromium.
    Wasm { engine: Engine, flags: &'static str },
    /// An emulated board; see `firmware/.cargo/config.toml`.
    Board { triple: &'static str, package: &'static str, machine: &'static str, tool: Tool, small: bool },
}

#[derive(Clone, Copy)]
enum Engine {
    Node,
    Chromium,
}

const V3: &str = "x86-64-v3";
const V4: &str = "x86-64-v4";
const V3_LEVEL: &str = "-- --level 2";
const V4_LEVEL: &str = "-- --level 3";

/// Whether this machine runs programs of 32-bit Linux by itself, and what to say where it does not.
pub(crate) const RUNS_I686: bool = cfg!(all(target_arch = "x86_64", target_os = "linux"));
pub(crate) const NO_I686: &str = "this machine runs no programs of 32-bit x86 Linux";

const WASM: &str = "wasm32-unknown-unknown";
const SIMD: &str = "-C target-feature=+simd128";

/// Every target, the native ones first.
pub(crate) fn all() -> Vec<Target> {
    let native = install::native();
    let target = |name: String, kind| Target { name, kind };
    let release = |cpu, arguments| Kind::Native { profile: "release", cpu, arguments };
    let mut targets = vec![
        target(format!("{native}, opt-level 3"), release("", "")),
        target(format!("{native}, opt-level 0"), Kind::Native { profile: "dev", cpu: "", arguments: "" }),
        target("x86-64, dispatch to 128 bits".into(), release("", "-- --level 1")),
        target("x86-64, dispatch to 256 bits".into(), release("", V3_LEVEL)),
        target("x86-64, dispatch to 512 bits".into(), release("", V4_LEVEL)),
        target("x86-64-v3".into(), release(V3, "")),
        target("x86-64-v4".into(), release(V4, "")),
    ];
    for (triple, linker, emulator, tools) in LINUX {
        targets.push(target(triple.into(), Kind::Linux { triple, linker, emulator, tools }));
    }
    for (engine, word) in [(Engine::Node, "Node"), (Engine::Chromium, "Chromium")] {
        targets.push(target(format!("wasm32, {word}"), Kind::Wasm { engine, flags: "" }));
        targets.push(target(format!("wasm32 + simd128, {word}"), Kind::Wasm { engine, flags: SIMD }));
    }
    for (triple, package, machine, tool, small) in BOARDS {
        let kind = Kind::Board { triple, package, machine, tool, small };
        targets.push(target(format!("{triple}, {machine}"), kind));
    }
    targets
}

const LINUX: [(&str, &str, &str, &[Tool]); 3] = [
    ("i686-unknown-linux-musl", "rust-lld", "", &[]),
    ("aarch64-unknown-linux-musl", "rust-lld", "qemu-aarch64", &[install::QEMU_AARCH64]),
    (
        "s390x-unknown-linux-gnu",
        "s390x-linux-gnu-gcc",
        "qemu-s390x -L /usr/s390x-linux-gnu",
        &[install::QEMU_S390X, install::GCC_S390X],
    ),
];

/// The first one's memory holds only the smaller experiments.
const BOARDS: [(&str, &str, &str, Tool, bool); 5] = [
    ("thumbv6m-none-eabi", "losscape-cortex-m", "microbit", install::QEMU_ARM, true),
    ("thumbv7m-none-eabi", "losscape-cortex-m", "mps2-an385", install::QEMU_ARM, false),
    ("thumbv7em-none-eabihf", "losscape-cortex-m", "mps2-an386", install::QEMU_ARM, false),
    ("thumbv8m.main-none-eabihf", "losscape-cortex-m", "mps2-an505", install::QEMU_ARM, false),
    ("riscv32imac-unknown-none-elf", "losscape-riscv", "virt", install::QEMU_RISCV, false),
];

impl Target {
    /// Whether this machine runs it without any emulator.
    pub(crate) const fn is_native(&self) -> bool {
        matches!(self.kind, Kind::Native { .. })
    }

    /// The Rust target it needs besides this machine's own.
    pub(crate) const fn triple(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Native { .. } => None,
            Kind::Linux { triple, .. } | Kind::Board { triple, .. } => Some(triple),
            Kind::Wasm { .. } => Some(WASM),
        }
    }

    /// Whether it is built in `firmware/`.
    pub(crate) const fn is_board(&self) -> bool {
        matches!(self.kind, Kind::Board { .. })
    }

    /// Whether it may leave out experiments that do not fit.
    pub(crate) const fn is_small(&self) -> bool {
        matches!(self.kind, Kind::Board { small: true, .. })
    }

    /// Why this machine cannot be such a target, if it cannot.
    pub(crate) fn absent(&self) -> Option<&'static str> {
        match self.kind {
            Kind::Native { cpu, arguments, .. }
                if !(cpu.is_empty() && arguments.is_empty() || cfg!(target_arch = "x86_64")) =>
            {
                Some("this machine is no x86-64")
            }
            Kind::Linux { emulator: "", .. } if !RUNS_I686 => Some(NO_I686),
            Kind::Native { cpu: V3, .. } | Kind::Native { arguments: V3_LEVEL, .. } if !cpu_has_v3() => {
                Some("this CPU has no AVX2")
            }
            Kind::Native { cpu: V4, .. } | Kind::Native { arguments: V4_LEVEL, .. } if !cpu_has_v4() => {
                Some("this CPU has no AVX-512")
            }
            _ => None,
        }
    }

    /// Who runs it, for a reader: an emulator is named as one.
    pub(crate) fn how(&self) -> String {
        match self.kind {
            Kind::Native { .. } => "native".into(),
            Kind::Linux { emulator: "", .. } => "native, 32-bit".into(),
            Kind::Linux { emulator, .. } => {
                let emulator = emulator.split(' ').next().unwrap_or(emulator);
                format!("{} (emulator)", version(&ask(emulator, "--version")))
            }
            Kind::Wasm { engine: Engine::Node, .. } => format!("Node {}", ask("node", "--version")),
            Kind::Wasm { engine: Engine::Chromium, .. } => {
                install::chromium().map(|path| ask(&path.to_string_lossy(), "--version")).unwrap_or_default()
            }
            Kind::Board { machine, tool, .. } => {
                let emulator = ask(tool.program(), "--version");
                format!("{} {machine} (emulator)", version(&emulator))
            }
        }
    }

    /// Builds and runs the experiments.
    pub(crate) fn run(&self, fault: bool, log: &mut Log) -> Result<Vec<Digest>> {
        let features = if fault { "--features fault" } else { "" };
        let output = match self.kind {
            Kind::Native { profile, cpu, arguments } => {
                let flags = if cpu.is_empty() { String::new() } else { format!("-C target-cpu={cpu}") };
                let run = host("run").words("--profile").arg(profile).words(features).words(arguments);
                let run = if cpu.is_empty() { run } else { quickly(run) };
                run.env("RUSTFLAGS", flags).capture(log)?
            }
            Kind::Linux { triple, linker, emulator, tools } => {
                install::rust_target(triple)?;
                require(tools)?;
                let run = quickly(host("run")).words("--release --target").arg(triple).words(features);
                let run = run.env(&cargo_variable(triple, "LINKER"), linker);
                let run = if emulator.is_empty() {
                    run
                } else {
                    run.env(&cargo_variable(triple, "RUNNER"), emulator)
                };
                run.capture(log)?
            }
            Kind::Wasm { engine, flags } => {
                // The very module that the page loads, and no other build of it.
                let module = wasm::experiments(flags, features, log)?;
                match engine {
                    Engine::Node => browser::run_in_node(&module, log)?,
                    Engine::Chromium => browser::run_in_chromium(&module, log)?,
                }
            }
            Kind::Board { triple, package, tool, small, .. } => {
                install::rust_target(triple)?;
                tool.require()?;
                let run = if small { compactly(firmware("run")) } else { quickly(firmware("run")) };
                let run = run
                    .words("--features fingerprint --bin fingerprint -p")
                    .arg(package)
                    .arg("--target")
                    .arg(triple);
                run.words(features).capture(log)?
            }
        };
        Ok(parse(&output))
    }
}

/// `cargo COMMAND` for the experiments, in a build folder of its own, without what only a debugger reads.
pub(super) fn host(command: &str) -> Run {
    let cargo = cargo(command).words("--quiet --locked -p losscape-fingerprint");
    let cargo = cargo.env("CARGO_PROFILE_RELEASE_DEBUG", "0").env("CARGO_PROFILE_DEV_DEBUG", "0");
    let cargo = cargo.env("CARGO_INCREMENTAL", "0");
    cargo.env("CARGO_TARGET_DIR", paths::target("elsewhere")).limit(900)
}

/// For size: all experiments in 256 KiB of flash.
fn compactly(run: Run) -> Run {
    run.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s")
}

fn require(tools: &[Tool]) -> Result {
    tools.iter().try_for_each(|tool| tool.require().map(drop))
}

/// `CARGO_TARGET_TRIPLE_NAME`.
fn cargo_variable(triple: &str, name: &str) -> String {
    format!("CARGO_TARGET_{}_{name}", triple.to_uppercase().replace(['-', '.'], "_"))
}

/// `QEMU 7.2.0` from the first line that QEMU says of itself.
fn version(line: &str) -> String {
    let number = line.split(' ').skip_while(|word| *word != "version").nth(1).unwrap_or_default();
    format!("QEMU {}", number.lines().next().unwrap_or_default())
}

fn cpu_has_v3() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx2") && std::is_x86_feature_detected!("fma");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

fn cpu_has_v4() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::is_x86_feature_detected!("avx512f") && std::is_x86_feature_detected!("avx512vl");
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}
