//! `cargo xtask python`: the wheel, built, installed where nothing else is, and tested there.

use std::path::{Path, PathBuf};

use crate::tools::process::{Failure, Log, Result, ask, find, program};
use crate::tools::{cargo::cargo, install, paths};

/// The package's folder.
const FOLDER: &str = "python";

/// The oldest Python that the wheel is for; `python/pyproject.toml` says so too.
const OLDEST: [u32; 2] = [3, 10];

/// Builds and tests, and says where the wheel is.
pub(crate) fn run() -> Result {
    let mut log = Log::new("python")?;
    let result = check(&mut log);
    match &result {
        Ok(note) => println!("{note}\n{}", paths::target("python/wheels").display()),
        Err(Failure::Failed(_)) => println!("{}", log.tail()),
        Err(Failure::Missing(_)) => (),
    }
    result.map(drop)
}

/// The step of `cargo xtask test`.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    let python = match interpreter() {
        Err(Failure::Missing(install)) => {
            return Ok(format!("not run here, the hosted workflow does: {install}"));
        }
        found => found?,
    };
    let bin = environment(&python, log)?;
    let manifest = paths::at(FOLDER).join("Cargo.toml");
    let builds = paths::target("python/cargo");
    cargo("fmt --check --manifest-path").arg(&manifest).log(log)?;
    let lints = cargo("clippy --quiet --locked --manifest-path").arg(&manifest).words("-- -D warnings");
    lints.env("CARGO_TARGET_DIR", &builds).log(log)?;
    sources(&bin, &manifest, &builds, log)?;
    // Of the package, its extras and what its tests need, as installed.
    let licences = program(bin.join("python")).arg(paths::at("python/tests/licences.py")).capture(log)?;
    std::fs::write(paths::logs().join("licences-python.txt"), licences)?;
    let wheel = wheel(&bin, &manifest, &builds, log)?;
    program(bin.join("python"))
        .words("-m pip install --quiet --force-reinstall --no-deps")
        .arg(wheel)
        .log(log)?;
    let tests = program(bin.join("pytest")).words("-q -p no:cacheprovider --rootdir").arg(paths::at(FOLDER));
    let output = tests.arg(paths::at(FOLDER).join("tests")).limit(600).capture(log)?;
    let summary = output.lines().rev().find(|line| line.contains(" passed")).unwrap_or_default();
    let passed = summary.split(" passed").next().and_then(|words| words.rsplit(' ').next());
    passed.map(|passed| format!("{passed} tests")).ok_or_else(|| Failure::Failed("no test ran".into()))
}

/// A Python that is new enough and can make environments.
fn interpreter() -> Result<PathBuf> {
    let names = ["python3", "python3.13", "python3.12", "python3.11", "python3.10"];
    let found = names.into_iter().filter_map(find).find(|path| is_new_enough(&version(path)));
    let path = match found {
        Some(path) => path,
        None => install::PYTHON.install()?,
    };
    if !is_new_enough(&version(&path)) {
        return Err(install::PYTHON.missing());
    }
    // Debian has the part that environments need in a package of its own.
    let complete = |path: &Path| !ask(&path.to_string_lossy(), "-m ensurepip --version").is_empty();
    if !complete(&path) {
        install::PYTHON.install()?;
    }
    if complete(&path) { Ok(path) } else { Err(install::PYTHON.missing()) }
}

fn version(python: &Path) -> String {
    ask(&python.to_string_lossy(), "--version")
}

/// Whether `Python 3.11.2` is.
fn is_new_enough(version: &str) -> bool {
    let numbers = version.trim_start_matches("Python ").split('.').map(|number| number.parse().unwrap_or(0));
    numbers.take(2).collect::<Vec<u32>>() >= OLDEST.to_vec()
}

/// An environment with what the tests need, made afresh when that has changed; its folder of programs.
fn environment(python: &Path, log: &mut Log) -> Result<PathBuf> {
    let folder = paths::target("python/environment");
    let stamp = folder.join("made-for");
    let needed = requirements(&std::fs::read_to_string(paths::at("python/pyproject.toml"))?);
    let wanted = format!("{}\nmaturin {needed}\n", version(python));
    let bin = folder.join(if cfg!(windows) { "Scripts" } else { "bin" });
    if std::fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return Ok(bin);
    }
    let _ = std::fs::remove_dir_all(&folder);
    program(python).words("-m venv").arg(&folder).log(log)?;
    let pip = program(bin.join("python")).words("-m pip install --quiet --disable-pip-version-check maturin");
    pip.words(&needed).limit(900).log(log)?;
    std::fs::write(stamp, wanted)?;
    Ok(bin)
}

/// Requirements of the package and its tests, as listed in `pyproject.toml`.
fn requirements(project: &str) -> String {
    let lists =
        project.lines().filter(|line| line.starts_with("dependencies = ") || line.starts_with("test = "));
    let quoted = lists.flat_map(|line| line.split('"').skip(1).step_by(2));
    quoted.collect::<Vec<_>>().join(" ")
}

/// Builds the wheel.
fn wheel(bin: &Path, manifest: &Path, builds: &Path, log: &mut Log) -> Result<PathBuf> {
    let folder = paths::target("python/wheels");
    let _ = std::fs::remove_dir_all(&folder);
    let build = program(bin.join("maturin")).words("build --locked --profile optimised --interpreter");
    let build = build.arg(bin.join("python")).arg("--manifest-path").arg(manifest).arg("--out").arg(&folder);
    build.env("CARGO_TARGET_DIR", builds).log(log)?;
    let wheel = std::fs::read_dir(&folder)?.find_map(|entry| entry.ok().map(|entry| entry.path()));
    wheel.ok_or_else(|| Failure::Failed("no wheel was built".into()))
}

/// The source distribution, unpacked: it must compile with what it holds.
fn sources(bin: &Path, manifest: &Path, builds: &Path, log: &mut Log) -> Result {
    let folder = paths::target("python/sources");
    let _ = std::fs::remove_dir_all(&folder);
    let sdist =
        program(bin.join("maturin")).words("sdist --manifest-path").arg(manifest).arg("--out").arg(&folder);
    sdist.log(log)?;
    let archive = std::fs::read_dir(&folder)?.find_map(|entry| entry.ok().map(|entry| entry.path()));
    let archive = archive.ok_or_else(|| Failure::Failed("no source distribution was made".into()))?;
    let unpack = program(bin.join("python")).words("-m tarfile --extract").arg(&archive).arg(&folder);
    unpack.log(log)?;
    let name =
        archive.file_name().map(|name| name.to_string_lossy().replace(".tar.gz", "")).unwrap_or_default();
    let unpacked = folder.join(name).join(FOLDER).join("Cargo.toml");
    // What the lints of the repository have checked is not checked again, except for what is in the archive.
    cargo("check --locked --manifest-path").arg(unpacked).env("CARGO_TARGET_DIR", builds).log(log)
}

#[cfg(test)]
mod tests {
    use super::{OLDEST, is_new_enough, paths, requirements};

    #[test]
    fn an_old_python_is_told() {
        for (version, new) in
            [("Python 3.9.2", false), ("Python 2.7.18", false), ("Python 3.10.0", true), ("", false)]
        {
            assert_eq!(is_new_enough(version), new, "{version}");
        }
        let project =
            std::fs::read_to_string(paths::at("python/pyproject.toml")).expect("the package's project");
        let [major, minor] = OLDEST;
        assert!(
            project.contains(&format!("requires-python = \">={major}.{minor}\"")),
            "the package says the same"
        );
        assert!(requirements(&project).starts_with("numpy>="), "{}", requirements(&project));
        assert!(requirements(&project).contains(" pytest>="), "{}", requirements(&project));
    }
}
