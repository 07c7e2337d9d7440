//! `cargo xtask bench`: speeds as ratios, both sides measured in one sitting.

use std::path::{Path, PathBuf};

use crate::tools::cargo::cargo;
use crate::tools::process::{Failure, Log, Result, ask, find, program};
use crate::tools::{install, paths};

/// What a comparison needs, and how to get it.
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

/// Prints the tables and writes `target/bench.json`; with `--jax`, only the comparison with JAX; with
/// `--paths`, only bands and AutoNEB; with `--diffusion`, only densities, clouds and convolutions; with `--curvature`, only products of
/// Hessians and what is made of them.
pub(crate) fn run(flags: &[&str]) -> Result {
    let mut log = Log::new("bench")?;
    let result = match flags {
        [] => all(&mut log),
        ["--jax"] => with_jax(&mut log),
        ["--paths"] => paths_of_peers(&mut log),
        ["--diffusion"] => diffusion_of_peers(&mut log),
        ["--curvature"] => curvature_of_peers(&mut log),
        _ => Err(Failure::Failed("cargo xtask bench [--jax | --paths | --diffusion | --curvature]".into())),
    };
    if matches!(result, Err(Failure::Failed(_))) {
        eprintln!("{}", log.tail());
    }
    result
}

/// Runs everything that is timed once, and compares with the naive twins.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    let native = build(log)?;
    program(native).arg("check").log(log).map(|()| String::new())
}

fn all(log: &mut Log) -> Result {
    println!("building (frameworks to compare with take some minutes, once) ...");
    let native = build(log)?;
    let (mut peers, mut missing) = (Vec::new(), Vec::new());
    let folder = data(&native, log)?;
    match eigen(log) {
        Ok(train) => peers.push(format!("Eigen={} {}", train.display(), folder.display())),
        Err(Failure::Missing(what)) => missing.push(what),
        Err(failure) => return Err(failure),
    }
    peers.extend(frameworks(log)?);
    let browser = page(log);
    let kernels = measure(&native, "kernels", &[], log)?;
    let peers = measure(&native, "peers", &peers, log)?;
    let chromium = match browser.and_then(|modules| in_browser("run.js", &modules, &native, log)) {
        Ok(json) => json,
        Err(Failure::Missing(what)) => {
            missing.push(what);
            "null".into()
        }
        Err(failure) => return Err(failure),
    };
    let out = paths::target("bench.json");
    std::fs::write(
        &out,
        format!("{{\"native\": {kernels}, \"peers\": {peers}, \"browser\": {chromium}}}\n"),
    )?;
    println!("\nwritten to {}", out.display());
    if missing.is_empty() { Ok(()) } else { Err(Failure::Missing(missing.join("\n         "))) }
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
fn measure(native: &Path, command: &str, args: &[String], log: &mut Log) -> Result<String> {
    let out = paths::logs().join(format!("bench-{command}.json"));
    let run = args.iter().fold(program(native).arg(command).arg(&out), |run, arg| run.arg(arg));
    print!("{}", run.capture(log)?);
    Ok(std::fs::read_to_string(out)?)
}

/// The training step in C++.
fn eigen(log: &mut Log) -> Result<PathBuf> {
    let headers = EIGEN_HEADERS.into_iter().find(|path| Path::new(path).is_dir());
    let (Some(headers), Some(compiler)) = (headers, find("c++").or_else(|| find("g++"))) else {
        return Err(Failure::Missing(EIGEN.into()));
    };
    let train = executable("xtask/bench-eigen");
    let compile = program(compiler).words("-O3 -march=native -DNDEBUG -I").arg(headers);
    compile.arg("benches/peers/eigen/train.cc").arg("-o").arg(&train).log(log)?;
    Ok(train)
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

/// The modules and packages of the page: the folder with `simd.wasm` and `scalar.wasm`.
fn page(log: &mut Log) -> Result<PathBuf> {
    install::packages(BROWSER, log)?;
    install::chromium()?;
    install::rust_target("wasm32-unknown-unknown")?;
    let (builds, folder) = (paths::target("wasm"), paths::logs().join("bench"));
    for (name, flags) in [("scalar", ""), ("simd", "-C target-feature=+simd128")] {
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
    print!("{}", run.limit(300).capture(log)?);
    Ok(std::fs::read_to_string(out)?)
}

fn with_jax(log: &mut Log) -> Result {
    let name = python("jax", JAX)?;
    let native = build(log)?;
    let folder = data(&native, log)?;
    let train = paths::at("benches/peers/jax/train.py");
    let peer = format!("JAX={name} {} {}", train.display(), folder.display());
    let json = measure(&native, "peers", &[peer], log)?;
    let out = paths::target("bench-jax.json");
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
    let json = measure(&native, "paths", &peers, log)?;
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
    let json = measure(&native, "diffusion", &peers, log)?;
    let browser = page(log).and_then(|modules| in_browser("density.js", &modules, &native, log));
    let out = paths::target("bench-diffusion.json");
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
    let json = measure(&native, "curvature", &peers, log)?;
    let out = paths::target("bench-curvature.json");
    std::fs::write(&out, json)?;
    println!("\nwritten to {}", out.display());
    Ok(())
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
