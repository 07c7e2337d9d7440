//! `cargo xtask bench`: speeds as ratios, both sides measured in one sitting.

use std::path::{Path, PathBuf};

use crate::tools::cargo::cargo;
use crate::tools::process::{Failure, Log, Result, Run, ask, find, program};
use crate::tools::{install, paths};

/// A requirement of a comparison, and how to install it.
const EIGEN: &str = "C++ with Eigen: apt-get install g++ libeigen3-dev (Fedora: dnf install gcc-c++ eigen3-devel; \
                     macOS: brew install eigen)";
const PATHS: &str = "Python with ASE and NumPy: python3 -m venv target/jax && target/jax/bin/pip install ase";
const JAX: &str = "Python with JAX: python3 -m venv target/jax && target/jax/bin/pip install jax";

const DIFFUSION: &str =
    "Python with fplanck and SciPy: python3 -m venv target/jax && target/jax/bin/pip install fplanck";

const CURVATURE: &str = "Python with JAX, SciPy and PyTorch's libraries: python3 -m venv target/jax && target/jax/bin/pip install jax scipy \
                         torch curvlinops-for-pytorch hessian-eigenthings";

/// Where packages put Eigen's headers.
const EIGEN_HEADERS: [&str; 4] = [
    "/usr/include/eigen3",
    "/usr/local/include/eigen3",
    "/opt/homebrew/include/eigen3",
    "/opt/local/include/eigen3",
];

const BROWSER: &str = "benches/browser";

/// The widest vectors in use, here and by the peers that can be kept from wider ones.
#[derive(Clone, Copy, PartialEq)]
enum Width {
    /// The processor's.
    Native,
    /// So many bits.
    Bits(&'static str),
}

impl Width {
    const ALL: [&'static str; 3] = ["128", "256", "512"];

    /// The file of the results.
    fn file(self, name: &str) -> PathBuf {
        match self {
            Self::Native => paths::target(&format!("{name}.json")),
            Self::Bits(bits) => paths::target(&format!("{name}-{bits}.json")),
        }
    }

    /// Our program, which takes the width as its first arguments.
    fn program(self, native: &Path) -> Run {
        match self {
            Self::Native => program(native),
            Self::Bits(bits) => {
                let isa = ["SSE4_2", "AVX2", "AVX512"]
                    [Self::ALL.iter().position(|&width| width == bits).unwrap_or(2)];
                // JAX takes part as a child of it.
                program(native)
                    .words("--width")
                    .arg(bits)
                    .env("XLA_FLAGS", format!("--xla_cpu_max_isa={isa}"))
            }
        }
    }

    /// Names and compiler flags of Eigen's rows.
    fn eigen(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Self::Native => &[("Eigen", "-march=native")],
            Self::Bits("128") => &[("Eigen, SSE2", "")],
            Self::Bits("256") => &[
                ("Eigen, AVX2", "-march=haswell -mno-fma -ffp-contract=off"),
                ("Eigen, AVX2 fused", "-march=haswell"),
            ],
            Self::Bits(_) => &[("Eigen", "-march=skylake-avx512")],
        }
    }
}

const USAGE: &str =
    "cargo xtask bench [--width 128|256|512] [--write | --jax] | --paths | --diffusion | --curvature";

const README: &str = "README.md";
const TABLE_END: &str = "<!-- end -->";

/// Prints the tables and writes `target/bench.json`, with `--write` also those of the README; with `--width`, with vectors no wider (`target/bench-256.json`); with
/// `--jax`, only the comparison with JAX; with `--paths`, only bands and AutoNEB; with `--diffusion`, only densities, clouds
/// and convolutions; with `--curvature`, only products of Hessians and what is made of them.
pub(crate) fn run(flags: &[&str]) -> Result {
    let mut log = Log::new("bench")?;
    let (width, flags) = match *flags {
        ["--width", bits, ref flags @ ..] => {
            let known = Width::ALL.into_iter().find(|&known| known == bits);
            (Width::Bits(known.ok_or_else(|| Failure::Failed(USAGE.into()))?), flags)
        }
        ref flags => (Width::Native, flags),
    };
    let result = match (width, flags) {
        (_, []) => all(width, &mut log).map(drop),
        (_, ["--write"]) => all(width, &mut log).and_then(|native| write(width, &native, &mut log)),
        (_, ["--jax"]) => with_jax(width, &mut log),
        (Width::Native, ["--paths"]) => paths_of_peers(&mut log),
        (Width::Native, ["--diffusion"]) => diffusion_of_peers(&mut log),
        (Width::Native, ["--curvature"]) => curvature_of_peers(&mut log),
        _ => Err(Failure::Failed(USAGE.into())),
    };
    if matches!(result, Err(Failure::Failed(_))) {
        eprintln!("{}", log.tail());
    }
    result
}

/// Runs everything that is timed once, and compares with the naive twins.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    // Built with the tests, and so with what the workspace as a whole asks of each crate: alone it would be built again.
    cargo("build --workspace --tests --profile optimised --locked").log(log)?;
    program(executable("optimised/losscape-benches")).arg("check").log(log).map(|()| String::new())
}

/// Returns our program.
fn all(width: Width, log: &mut Log) -> Result<PathBuf> {
    println!("building (frameworks to compare with take some minutes, once) ...");
    let native = build(log)?;
    let (mut peers, mut missing) = (Vec::new(), Vec::new());
    let folder = data(&native, log)?;
    for found in [eigen(width, &folder, log), jax(&folder).map(|jax| vec![jax])] {
        match found {
            Ok(found) => peers.extend(found),
            Err(Failure::Missing(what)) => missing.push(what),
            Err(failure) => return Err(failure),
        }
    }
    peers.extend(frameworks(log)?);
    let kernels = measure(width.program(&native), "kernels", &[], log)?;
    let peers = measure(width.program(&native), "peers", &peers, log)?;
    // A browser's vectors are 128 bits wide in any case.
    let chromium = if width == Width::Native {
        match page(&[SCALAR, SIMD], log).and_then(|modules| in_browser("run.js", &modules, &native, log)) {
            Ok(json) => json,
            Err(Failure::Missing(what)) => {
                missing.push(what);
                "null".into()
            }
            Err(failure) => return Err(failure),
        }
    } else {
        "null".into()
    };
    let out = width.file("bench");
    std::fs::write(
        &out,
        format!("{{\"native\": {kernels}, \"peers\": {peers}, \"browser\": {chromium}}}\n"),
    )?;
    println!("\nwritten to {}", out.display());
    if missing.is_empty() { Ok(native) } else { Err(Failure::Missing(missing.join("\n         "))) }
}

/// Puts the results of a width into the README.
fn write(width: Width, native: &Path, log: &mut Log) -> Result {
    let tables = program(native).arg("readme").arg(width.file("bench")).capture(log)?;
    let readme = std::fs::read_to_string(paths::at(README))?;
    std::fs::write(paths::at(README), replaced(&readme, width, &tables)?)?;
    println!("written to {README}");
    Ok(())
}

/// The README with other tables of a width.
fn replaced(readme: &str, width: Width, tables: &str) -> Result<String> {
    let marker = match width {
        Width::Native => "<!-- written by `cargo xtask bench --write` -->\n".into(),
        Width::Bits(bits) => format!("<!-- written by `cargo xtask bench --width {bits} --write` -->\n"),
    };
    let parts =
        readme.split_once(&marker).and_then(|(before, rest)| Some((before, rest.split_once(TABLE_END)?)));
    let Some((before, (_, after))) = parts else {
        return Err(Failure::Failed(format!("{README} lacks {} ... {TABLE_END}", marker.trim_end())));
    };
    Ok(format!("{before}{marker}{tables}{TABLE_END}{after}"))
}

/// The program with our side of everything.
fn build(log: &mut Log) -> Result<PathBuf> {
    cargo("build --release --locked -p losscape-benches").log(log)?;
    Ok(executable("release/losscape-benches"))
}

/// The workloads' numbers, in a folder.
fn data(native: &Path, log: &mut Log) -> Result<PathBuf> {
    let folder = paths::logs().join("bench");
    program(native).arg("data").arg(&folder).log(log)?;
    Ok(folder)
}

/// Runs one of the program's comparisons, prints its table and returns its JSON.
fn measure(native: Run, command: &str, args: &[String], log: &mut Log) -> Result<String> {
    let out = paths::logs().join(format!("bench-{command}.json"));
    let run = args.iter().fold(native.arg(command).arg(&out), |run, arg| run.arg(arg));
    print!("{}", run.capture(log)?);
    Ok(std::fs::read_to_string(out)?)
}

/// The training step in C++, for vectors of a width, as arguments of the program.
fn eigen(width: Width, folder: &Path, log: &mut Log) -> Result<Vec<String>> {
    let headers = EIGEN_HEADERS.into_iter().find(|path| Path::new(path).is_dir());
    let (Some(headers), Some(compiler)) = (headers, find("c++").or_else(|| find("g++"))) else {
        return Err(Failure::Missing(EIGEN.into()));
    };
    let mut rows = Vec::new();
    for (row, (name, flags)) in width.eigen().iter().enumerate() {
        let train = executable(&format!("xtask/bench-eigen-{row}"));
        let compile = program(&compiler).words("-O3 -DNDEBUG").words(flags).arg("-I").arg(headers);
        compile.arg("benches/peers/eigen/train.cc").arg("-o").arg(&train).log(log)?;
        rows.push(format!("{name}={} {}", train.display(), folder.display()));
    }
    Ok(rows)
}

/// The frameworks of `benches/peers`, as arguments of the program.
fn frameworks(log: &mut Log) -> Result<Vec<String>> {
    let builds = paths::target("peers");
    // Without --locked: the lock file also lists the kernel's own dependencies, which may just have changed.
    cargo("build --release --manifest-path benches/peers/Cargo.toml")
        .env("CARGO_TARGET_DIR", &builds)
        .log(log)?;
    let named = |name| format!("{name}={}", executable(&format!("peers/release/peer-{name}")).display());
    Ok(["dfdx", "candle"].map(named).into())
}

/// The builds of the page's module: name and flags.
const SCALAR: (&str, &str) = ("scalar", "");
const SIMD: (&str, &str) = ("simd", "-C target-feature=+simd128");

/// The packages of the page and some builds of its module: the folder with `simd.wasm`, say.
fn page(builds_of: &[(&str, &str)], log: &mut Log) -> Result<PathBuf> {
    install::packages(BROWSER, log)?;
    install::chromium()?;
    install::rust_target("wasm32-unknown-unknown")?;
    let (builds, folder) = (paths::target("wasm"), paths::logs().join("bench"));
    for (name, flags) in builds_of {
        cargo("build --locked -p losscape-benches --example browser --profile wasm --target wasm32-unknown-unknown")
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags)
            .env("CARGO_TARGET_DIR", &builds)
            .log(log)?;
        let module = builds.join("wasm32-unknown-unknown/wasm/examples/browser.wasm");
        std::fs::copy(module, folder.join(name).with_extension("wasm"))?;
    }
    Ok(folder)
}

fn in_browser(script: &str, modules: &Path, native: &Path, log: &mut Log) -> Result<String> {
    let out = paths::logs().join("bench-browser.json");
    let run = program(install::node()?).arg(paths::at(BROWSER).join(script));
    let run = run.arg(modules).arg(native).arg(&out).env("CHROMIUM", install::chromium()?);
    print!("{}", run.limit(900).capture(log)?);
    Ok(std::fs::read_to_string(out)?)
}

/// The workloads in JAX, as an argument of the program.
fn jax(folder: &Path) -> Result<String> {
    let name = python("jax", JAX)?;
    let train = paths::at("benches/peers/jax/train.py");
    Ok(format!("JAX={name} {} {}", train.display(), folder.display()))
}

fn with_jax(width: Width, log: &mut Log) -> Result {
    let native = build(log)?;
    let peer = jax(&data(&native, log)?)?;
    let json = measure(width.program(&native), "peers", &[peer], log)?;
    let out = width.file("bench-jax");
    std::fs::write(&out, json)?;
    println!("\nwritten to {}", out.display());
    Ok(())
}

fn paths_of_peers(log: &mut Log) -> Result {
    let native = build(log)?;
    print!("{}", cargo("bench --locked -p losscape-benches --bench paths").capture(log)?);
    let name = python("ase", PATHS)?;
    let folder = data(&native, log)?;
    let script = |path: &str| paths::at("benches/peers").join(path).display().to_string();
    let peers = [
        format!("ASE={name} {}", script("ase/band.py")),
        format!("NumPy={name} {} {}", script("numpy/autoneb.py"), folder.display()),
    ];
    let json = measure(program(&native), "paths", &peers, log)?;
    let out = paths::target("bench-paths.json");
    std::fs::write(&out, json)?;
    println!("\nwritten to {}", out.display());
    Ok(())
}

fn diffusion_of_peers(log: &mut Log) -> Result {
    let native = build(log)?;
    let name = python("fplanck", DIFFUSION)?;
    let script = |path: &str| paths::at("benches/peers").join(path).display().to_string();
    let peers = [
        format!("fplanck={name} {}", script("fplanck/density.py")),
        format!("NumPy={name} {}", script("numpy/cloud.py")),
    ];
    // Modules of the page lie beside the data.
    data(&native, log)?;
    let json = measure(program(&native), "diffusion", &peers, log)?;
    with_browser("diffusion", "density.js", &native, &json, log)
}

/// Asks the page as well and writes both tables.
fn with_browser(name: &str, script: &str, native: &Path, json: &str, log: &mut Log) -> Result {
    let browser = page(&[SIMD], log).and_then(|modules| in_browser(script, &modules, native, log));
    let out = paths::target(&format!("bench-{name}.json"));
    let (chromium, missing) = match browser {
        Ok(json) => (json, None),
        Err(Failure::Missing(what)) => ("null".into(), Some(what)),
        Err(failure) => return Err(failure),
    };
    std::fs::write(&out, format!("{{\"native\": {json}, \"browser\": {chromium}}}\n"))?;
    println!("\nwritten to {}", out.display());
    missing.map_or(Ok(()), |what| Err(Failure::Missing(what)))
}

fn curvature_of_peers(log: &mut Log) -> Result {
    let native = build(log)?;
    let name = python("curvlinops-for-pytorch", CURVATURE)?;
    let folder = data(&native, log)?;
    let peer = |title: &str, script: &str| {
        let script = paths::at("benches/peers/curvature").join(script);
        format!("{title}={name} -W ignore {}", script.display())
    };
    let (jax, torch) = ("jax_products.py", "torch_peers.py");
    let peers = [
        format!("{} {}", peer("JAX", jax), folder.display()),
        format!("{} curvlinops {}", peer("curvlinops", torch), folder.display()),
        format!("{} eigenthings {}", peer("hessian-eigenthings", torch), folder.display()),
    ];
    let json = measure(program(&native), "curvature", &peers, log)?;
    with_browser("curvature", "curvature.js", &native, &json, log)
}

/// A Python that has a package: the one of `target/jax`, or the system's.
fn python(package: &str, missing: &str) -> Result<String> {
    let own = paths::target("jax/bin/python");
    let python = if own.is_file() { own } else { PathBuf::from("python3") };
    let name = python.to_string_lossy().into_owned();
    if ask(&name, &format!("-m pip show {package}")).is_empty() {
        return Err(Failure::Missing(missing.into()));
    }
    Ok(name)
}

/// A program below the build folder.
fn executable(path: &str) -> PathBuf {
    paths::target(path).with_extension(std::env::consts::EXE_EXTENSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_tables_of_the_width_are_replaced() {
        let end = TABLE_END;
        let (wide, narrow) = (
            "<!-- written by `cargo xtask bench --write` -->",
            "<!-- written by `cargo xtask bench --width 256 --write` -->",
        );
        let page = |a: &str, b: &str| format!("one\n{wide}\n{a}{end}\ntwo\n{narrow}\n{b}{end}\nthree\n");
        let replaced = |width, tables| replaced(&page("old\n", "old\n"), width, tables).unwrap_or_default();
        assert_eq!(replaced(Width::Native, "new\n"), page("new\n", "old\n"));
        assert_eq!(replaced(Width::Bits("256"), "new\n"), page("old\n", "new\n"));
        assert_eq!(replaced(Width::Bits("128"), "new\n"), "", "a page without its markers");
        assert!(super::replaced("", Width::Native, "").is_err());
    }
}
