//! `cargo xtask test`: everything that must hold before a commit lands.

use crate::commands::{bench, fingerprint, miri, npm, package, python, size, wasm};
use crate::tools::cargo::{cargo, count};
use crate::tools::process::{Failure, Log, Result, ask, program};
use crate::tools::report::{self, Step};
use crate::tools::{install, paths};

/// Targets on which the kernel must at least compile.
const BARE: [&str; 5] = [
    "thumbv6m-none-eabi",
    "thumbv7em-none-eabihf",
    "riscv32imc-unknown-none-elf",
    "x86_64-unknown-none",
    "wasm32-unknown-unknown",
];

/// The crates whose documentation has examples: the others would be built, with what their benchmarks need, for none.
const DOCUMENTED: &str = "-p losscape -p losscape-dispatch -p losscape-tests -p losscape-wasm";

/// A target without vectors on which this machine runs tests by itself.
const NARROW: &str = "i686-unknown-linux-musl";

/// Every Rust target that these commands build for.
pub(crate) fn targets() -> impl Iterator<Item = &'static str> {
    BARE.into_iter().chain(fingerprint::all().into_iter().filter_map(|target| target.triple()))
}

/// Runs all steps in lanes that share nothing but the machine: the two long ones, and shorter ones that a third worker starts with,
/// so that no processor waits for a browser or an installation, and none for the end of a lane that began late. Miri takes the time
/// that all others leave.
pub(crate) fn run(exhaustive: bool) -> Result {
    let python = vec![Step::new("Python", "wheel, installed and used", python::check)];
    let idle = vec![Step::new(&install::native(), "undefined behaviour, by Miri", interpreted)];
    let mut lanes = vec![host(exhaustive)];
    let mut alone = Vec::new();
    if paths::at("web/package.json").is_file() {
        lanes.push(page(exhaustive));
        alone.push(browser("test:times", "times of the page, alone"));
    }
    lanes.extend([python, boards(), elsewhere()]);
    report::run(lanes, idle, alone)
}

/// The checks that a developer runs after an edit: lints, unit tests and this machine's digests, and the page without a browser.
pub(crate) fn quick() -> Result {
    let native = &install::native();
    let rust = vec![
        formatting(native),
        lints(native),
        Step::new(native, "unit tests", |log| {
            counted(&cargo("test --workspace --exclude losscape-benches --lib --bins --locked").capture(log)?)
        }),
        Step::new(native, "digests", |_| quiet(fingerprint::run(&["--native"]))),
    ];
    let page = vec![script("lint", "lints of the page"), script("test", "unit tests of the page")];
    report::run(vec![rust, page], Vec::new(), Vec::new())
}

fn formatting(native: &str) -> Step {
    Step::new(native, "formatting", |log| {
        install::rust_component("rustfmt")?;
        quiet(cargo("fmt --all --check").log(log))
    })
}

fn lints(native: &str) -> Step {
    Step::new(native, "lints", |log| {
        install::rust_component("clippy")?;
        quiet(cargo("clippy --workspace --all-targets --locked -- -D warnings").log(log))
    })
}

/// One of the scripts in `web/package.json`.
fn script(name: &'static str, what: &str) -> Step {
    Step::new("web", what, move |log| {
        install::node_packages(log)?;
        quiet(install::npm("run").arg(name).log(log))
    })
}

/// The checks of this machine, in the build folder that a developer uses.
fn host(exhaustive: bool) -> Vec<Step> {
    let native = &install::native();
    let mut steps = vec![
        formatting(native),
        lints(native),
        // First, because the page's tests run native programs of this profile, and would wait while it is being built.
        Step::new(native, "tests", |log| tests("--include-ignored --skip exhaustive", log)),
        Step::new(native, "without optional parts", |log| {
            quiet(
                cargo("clippy -p losscape --no-default-features --features compact --locked -- -D warnings")
                    .log(log),
            )?;
            counted(
                &cargo("test -p losscape --profile optimised --no-default-features --test left_out --locked")
                    .capture(log)?,
            )
        }),
        Step::new(native, "examples in the docs", |log| {
            counted(&cargo("test --doc --profile optimised --locked").words(DOCUMENTED).capture(log)?)
        }),
        Step::new(native, "docs without warnings", |log| {
            let docs = cargo("doc --workspace --no-deps --locked").env("RUSTDOCFLAGS", "-D warnings");
            quiet(docs.log(log))
        }),
        Step::new(native, "packages", package::check),
        Step::new(native, "public API", package::semver),
        Step::new(native, "licences of dependencies", package::licences),
        Step::new(native, "benchmarks, each once", bench::check),
        Step::new(native, "lowest Rust version", lowest_rust),
    ];
    if exhaustive {
        steps.push(Step::new(native, "exhaustive sweeps", |log| tests("--include-ignored exhaustive", log)));
    }
    steps
}

/// The checks of boards, in the build folder of `firmware/`.
fn boards() -> Vec<Step> {
    let mut steps = vec![Step::new("boards", "size and instructions", size::check)];
    steps.extend(fingerprint::steps(true));
    steps
}

/// The checks of other targets, in a build folder of their own.
fn elsewhere() -> Vec<Step> {
    let mut steps: Vec<Step> = BARE
        .map(|target| {
            Step::new(target, "compiles", move |log| {
                install::rust_target(target)?;
                let check = cargo("check -p losscape --locked --target").arg(target);
                quiet(check.env("CARGO_TARGET_DIR", paths::target("elsewhere")).log(log))
            })
        })
        .into();
    steps.extend(fingerprint::steps(false));
    steps.push(Step::new(NARROW, "unit tests, without vectors", |log| narrow("--lib", log)));
    // Arguments that only a 32-bit `usize` cannot count, and nothing else, which the other targets have seen.
    steps.push(Step::new(NARROW, "hostile calls", |log| narrow(&format!("{} hostile", hostile()?), log)));
    steps.push(Step::new(NARROW, "refused without SSE2", refused));
    steps
}

/// Tests of the kernel on a 32-bit target that this machine runs by itself.
fn narrow(which: &str, log: &mut Log) -> Result<String> {
    if !fingerprint::RUNS_I686 {
        return Ok(format!("not run: {}", fingerprint::NO_I686));
    }
    install::rust_target(NARROW)?;
    let test =
        cargo("test -p losscape --profile optimised --locked").words(which).arg("--target").arg(NARROW);
    let test = test.env("CARGO_TARGET_I686_UNKNOWN_LINUX_MUSL_LINKER", "rust-lld");
    // What is looked for is in the sources; bits of optimised programs are the fingerprints' matter.
    let test = test.env("CARGO_PROFILE_OPTIMISED_OPT_LEVEL", "1");
    // Without the checks of other tests, as users run it: a hostile call that overflows would go on.
    let test = test.env("CARGO_PROFILE_OPTIMISED_DEBUG_ASSERTIONS", "false");
    let test = test.env("CARGO_PROFILE_OPTIMISED_OVERFLOW_CHECKS", "false");
    counted(&test.env("CARGO_TARGET_DIR", paths::target("elsewhere")).capture(log)?)
}

/// The tests of the kernel that make hostile calls, as words for cargo: the others would be built for nothing.
fn hostile() -> Result<String> {
    let mut words = Vec::new();
    for entry in std::fs::read_dir(paths::at("core/tests"))? {
        let main = entry?.path().join("main.rs");
        let folder = main.parent().and_then(|folder| folder.file_name()).unwrap_or_default();
        if std::fs::read_to_string(&main).is_ok_and(|text| text.contains("hostile")) {
            words.push(format!("--test {}", folder.display()));
        }
    }
    words.sort_unstable();
    Ok(words.join(" "))
}

/// `cargo check` for x87 arithmetic, as on i586, which must fail with the reason.
fn refused(log: &mut Log) -> Result<String> {
    install::rust_target(NARROW)?;
    let check = cargo("check -p losscape --locked --target").arg(NARROW);
    let check = check.env("CARGO_TARGET_I686_UNKNOWN_LINUX_MUSL_RUSTFLAGS", "-C target-feature=-sse2");
    let passed = check.env("CARGO_TARGET_DIR", paths::target("elsewhere")).log(log).is_ok();
    if passed || !log.tail().contains("x87 registers round to 64 bits first") {
        return Err(Failure::Failed("a target that gives other bits is not refused".into()));
    }
    Ok(String::new())
}

/// A script that needs a browser.
fn browser(name: &'static str, what: &str) -> Step {
    Step::new("Chromium", what, move |log| {
        install::node_packages(log)?;
        let chromium = install::chromium()?;
        quiet(install::npm("run").arg(name).env("CHROMIUM", chromium).log(log))
    })
}

/// The tests of the page in use. They wait for a browser on a machine that other lanes keep busy: files with a test that failed
/// run once more, one at a time, and the table names the tests that passed only then.
fn used() -> Step {
    Step::new("Chromium", "the lab, used", |log| {
        install::node_packages(log)?;
        let chromium = &install::chromium()?;
        // The native runs that pages are compared with: no test should wait for a compiler, nor for the lock of another lane's.
        // Beside the tests, with what the workspace as a whole asks of each crate: alone the kernel would be built again.
        cargo("build --workspace --tests --profile optimised --locked").words(&natives()?).log(log)?;
        let built = &paths::target("optimised/examples");
        let run =
            |words: &str| install::npm("run").words(words).env("CHROMIUM", chromium).env("NATIVES", built);
        let Err(failure) = run("test:lab").log(log) else {
            return Ok(String::new());
        };
        let [names, files] = log.failed_tests();
        println!("failed the first time:\n{}", log.failures());
        // Many failures are no accident.
        if files.is_empty() || names.len() > 4 {
            return Err(failure);
        }
        // With pictures of what there is to see.
        run("test:again --").words(&files.join(" ")).env("SCREENSHOTS", "1").log(log)?;
        Ok(format!("the second time: {}", names.join(", ")))
    })
}

/// The exhibits' native twins, as words for cargo.
fn natives() -> Result<String> {
    let mut words = Vec::new();
    for entry in std::fs::read_dir(paths::at("wasm/examples"))? {
        words.push(format!(
            "--example {}",
            entry?.path().with_extension("").file_name().unwrap_or_default().display()
        ));
    }
    words.sort_unstable();
    Ok(words.join(" "))
}

/// The page: its kernel, its code, and the page itself in Chromium.
fn page(exhaustive: bool) -> Vec<Step> {
    let mut steps = vec![
        Step::new("wasm32-unknown-unknown", "the page's kernel", |log| {
            install::node_packages(log)?;
            wasm::build(log)
        }),
        script("lint", "lints of the page"),
        script("check", "types of the page"),
        script("test", "unit tests of the page"),
        script("build", "bundle"),
        used(),
        Step::new("Node", "npm package", npm::check),
    ];
    if exhaustive {
        steps.push(script("test:fuzz", "readers of the page, 10⁵ inputs each"));
        steps.push(browser("test:soak", "the lab, used for ten minutes"));
    }
    steps
}

fn quiet(result: Result) -> Result<String> {
    result.map(|()| String::new())
}

/// The tests of the workspace that these words choose. Those ignored without optimisation ask whether anything is asserted, and here
/// it is: all are included, and what is never meant is skipped by its name.
fn tests(which: &str, log: &mut Log) -> Result<String> {
    // Everything that has tests; `--lib` and `--bins` would build also what says `test = false`.
    let test = cargo("test --workspace --tests --profile optimised --no-fail-fast --locked --");
    counted(&test.words(which).capture(log)?)
}

/// `N tests`, summed over the closing lines of cargo's test programs.
fn counted(output: &str) -> Result<String> {
    Ok(format!("{} tests", count(output)))
}

/// A nightly toolchain cannot be installed everywhere; where there is none, the hosted workflow runs this.
fn interpreted(log: &mut Log) -> Result<String> {
    miri::check(log).or_else(|failure| match failure {
        Failure::Missing(install) => Ok(format!("not run here, the hosted workflow does: {install}")),
        failed => Err(failed),
    })
}

/// `cargo check` of the kernel with the `rust-version` of the workspace.
fn lowest_rust(log: &mut Log) -> Result<String> {
    let manifest = std::fs::read_to_string(paths::at("Cargo.toml"))?;
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let version = version.expect("the workspace names its rust-version").trim_matches('"');
    let toolchain = format!("{version}.0");
    let installed = ask("rustup", "toolchain list");
    if !installed.lines().any(|line| line.starts_with(&toolchain)) {
        let install = format!("toolchain install {toolchain} --profile minimal");
        if let Err(Failure::Missing(install)) = install::toolchain(&install, log) {
            // A toolchain is no emulator: the hosted workflow always has this one.
            return Ok(format!("not run here, the hosted workflow does: {install}"));
        }
    }
    let check = program("rustup").words("run").arg(&toolchain).words("cargo check -p losscape --locked");
    check.env("CARGO_TARGET_DIR", paths::target("elsewhere")).log(log)?;
    Ok(toolchain)
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::{hostile, paths};

    /// Where manifests say `test = false`.
    const UNTESTED: [&str; 4] = ["benches/src", "tests/src", "tests/fingerprint/src", "wasm/loops/src"];

    /// The sources of the crates that [`super::DOCUMENTED`] leaves out.
    const WITHOUT_EXAMPLES: [&str; 3] = ["benches/src", "tests/fingerprint/src", "wasm/loops/src"];

    /// All sources at a place.
    fn sources(place: PathBuf) -> Vec<(PathBuf, String)> {
        match std::fs::read_dir(&place) {
            Ok(entries) => entries.flat_map(|entry| sources(entry.expect("an entry").path())).collect(),
            Err(_) if place.extension().is_none_or(|extension| extension != "rs") => Vec::new(),
            Err(_) => vec![(place.clone(), std::fs::read_to_string(place).expect("a source"))],
        }
    }

    /// It would not be run there.
    #[test]
    fn no_test_is_where_none_is_run() {
        let holds = |places: &[&str], what: &str| -> Vec<PathBuf> {
            let all = places.iter().flat_map(|place| sources(paths::at(place)));
            all.filter(|(_, text)| text.contains(what)).map(|(file, _)| file).collect()
        };
        assert_eq!(holds(&UNTESTED, "#[test]"), Vec::<PathBuf>::new(), "tests");
        assert_eq!(holds(&WITHOUT_EXAMPLES, "/// ```"), Vec::<PathBuf>::new(), "examples");
        assert!(!holds(&["core/src"], "#[test]").is_empty(), "they are found where they are");
    }

    /// Tests to leave out are chosen by name: [`super::tests`].
    #[test]
    fn a_test_that_is_always_ignored_is_skipped_by_its_name() {
        let all = ["core", "tests", "wasm", "xtask"].iter().flat_map(|place| sources(paths::at(place)));
        let mut ignored = 0;
        for (file, text) in all {
            for test in text.split("#[test]\n").skip(1) {
                let (attributes, rest) = test.split_once("fn ").expect("a function");
                let name = rest.split('(').next().unwrap_or_default();
                let left_out = attributes.contains("#[ignore");
                assert_eq!(left_out, name.contains("exhaustive"), "{}: {name}", file.display());
                ignored += usize::from(left_out);
            }
        }
        assert!(ignored > 5, "they are found where they are: {ignored}");
    }

    #[test]
    fn tests_of_hostile_calls_are_found() {
        let found = hostile().expect("the kernel's tests");
        assert!(found.contains("--test path --test sgd"), "{found}");
        assert!(!found.contains("elementary"), "a test without any: {found}");
        assert!(super::natives().expect("examples").contains("--example paths --example saddles"));
    }
}
