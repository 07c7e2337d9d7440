//! `cargo xtask fingerprint`: the same bits on every target.

mod browser;
mod record;
mod targets;

use std::sync::Mutex;

pub(crate) use targets::{NO_I686, RUNS_I686, Target, all};

use crate::tools::cargo::cargo;
use crate::tools::paths;
use crate::tools::process::{Failure, Log, Result};
use crate::tools::report::Step;

/// Further actions on the digests besides comparing them.
#[derive(Clone, Copy, Default)]
pub(crate) struct Options {
    /// This machine's own target only.
    native: bool,
    /// Writes them down for the lab, if all are equal.
    record: bool,
    /// Builds the faulty experiment and expects every target to differ.
    fault: bool,
    /// Writes this machine's digests into the experiments.
    bless: bool,
}

impl Options {
    fn of(flags: &[&str]) -> Result<Self> {
        let mut options = Self::default();
        for flag in flags {
            match *flag {
                "--native" => options.native = true,
                "--record" => options.record = true,
                "--fault" => options.fault = true,
                "--bless" => options.bless = true,
                _ => return Err(Failure::Failed(format!("cargo xtask fingerprint does not know {flag}"))),
            }
        }
        if options.record && (options.native || options.fault) {
            let why = "the lab shows every target, as it is: --record goes with neither --native nor --fault";
            return Err(Failure::Failed(why.into()));
        }
        Ok(options)
    }
}

/// How many experiments fit into the smallest board's memory; the README says so.
const FITTING: usize = 13;

/// The one experiment that has a fault if it is asked for.
const FAULTY: &str = "vector-f32 ";

/// An experiment as committed.
#[derive(Clone)]
struct Expected {
    name: String,
    digest: String,
}

/// One line that a target printed.
pub(crate) struct Digest {
    experiment: String,
    digest: String,
}

/// `cargo xtask fingerprint` with its flags.
pub(crate) fn run(flags: &[&str]) -> Result {
    let options = Options::of(flags)?;
    if options.bless {
        return bless();
    }
    let mut rows = Vec::new();
    let mut failed = Vec::new();
    for target in all().into_iter().filter(|target| !options.native || target.is_native()) {
        let mut log = Log::new(&format!("fingerprint {}", target.name))?;
        if let Some(reason) = target.absent() {
            println!("{:16}  {:42}  not run: {reason}", "", target.name);
            continue;
        }
        let result = target.run(options.fault, &mut log).and_then(|digests| {
            for digest in &digests {
                println!("{:16}  {:42}  {}", digest.experiment, target.name, digest.digest);
            }
            let verdict = judge(&target, &digests, options.fault, &mut log);
            rows.push((target.clone(), digests));
            verdict
        });
        match result {
            Ok(note) => println!("{:16}  {:42}  {note}", "", target.name),
            Err(failure) => {
                if matches!(failure, Failure::Failed(_)) {
                    eprintln!("{}", log.tail());
                }
                failed.push(format!("{}: {failure}", target.name));
            }
        }
    }
    if !failed.is_empty() {
        return Err(Failure::Failed(failed.join("\n")));
    }
    if options.record { record::write(&rows) } else { Ok(()) }
}

/// A step of `cargo xtask test` per target: of boards, or of all others.
pub(crate) fn steps(boards: bool) -> impl Iterator<Item = Step> {
    all().into_iter().filter(move |target| target.is_board() == boards).map(|target| {
        Step::new(&target.name.clone(), "fingerprints", move |log| match target.absent() {
            Some(reason) => Ok(format!("not run: {reason}")),
            None => {
                let digests = target.run(false, log)?;
                judge(&target, &digests, false, log)
            }
        })
    })
}

/// Compares what a target printed with what is committed.
fn judge(target: &Target, found: &[Digest], fault: bool, log: &mut Log) -> Result<String> {
    let expected = expected(log)?;
    let mut differing = Vec::new();
    for digest in found {
        match expected.iter().find(|expected| expected.name == digest.experiment) {
            Some(committed) if committed.digest == digest.digest => {}
            Some(committed) => differing
                .push(format!("{} is {}, committed {}", digest.experiment, digest.digest, committed.digest)),
            None => differing.push(format!("{} is not committed", digest.experiment)),
        }
    }
    let wanted = if target.is_small() { FITTING } else { expected.len() };
    match (fault, differing.as_slice()) {
        _ if found.len() != wanted => {
            Err(Failure::Failed(format!("{} experiments ran, not {wanted}", found.len())))
        }
        (false, []) => Ok(format!("{} of {} experiments, equal", found.len(), expected.len())),
        (false, _) => Err(Failure::Failed(differing.join("; "))),
        (true, []) => Err(Failure::Failed("the fault went unnoticed".into())),
        (true, [only]) if only.starts_with(FAULTY) => Ok(format!("fault noticed: {only}")),
        (true, _) => Err(Failure::Failed(format!("more than the fault: {}", differing.join("; ")))),
    }
}

/// The committed digests, read from the native program once.
fn expected(log: &mut Log) -> Result<Vec<Expected>> {
    static EXPECTED: Mutex<Vec<Expected>> = Mutex::new(Vec::new());
    let mut expected =
        EXPECTED.lock().map_err(|_| Failure::Failed("the expected digests are lost".into()))?;
    if expected.is_empty() {
        let output = targets::host("run").words("--release -- --expected").capture(log)?;
        expected.extend(output.lines().filter_map(|line| {
            let mut words = line.split(' ').map(str::to_owned);
            Some(Expected { name: words.next()?, digest: words.next()? })
        }));
    }
    Ok(expected.clone())
}

/// The `experiment digest` lines among a program's output.
fn parse(output: &str) -> Vec<Digest> {
    let digest = |line: &str| {
        let (experiment, digest) = line.trim().split_once(' ')?;
        let hex = digest.len() == 16 && digest.bytes().all(|byte| byte.is_ascii_hexdigit());
        hex.then(|| Digest { experiment: experiment.to_owned(), digest: digest.to_owned() })
    };
    output.lines().filter_map(digest).collect()
}

/// Replaces the constants in the sources of the experiments by what this machine computes. A new experiment
/// starts with any sixteen digits of its own.
fn bless() -> Result {
    let mut log = Log::new("bless")?;
    let found = parse(&cargo("run --quiet --release -p losscape-fingerprint").capture(&mut log)?);
    let committed = expected(&mut log)?;
    for entry in std::fs::read_dir(paths::at("tests/fingerprint/src"))? {
        let path = entry?.path();
        let before = std::fs::read_to_string(&path)?;
        let mut text = before.clone();
        for Digest { experiment, digest } in &found {
            if let Some(old) = committed.iter().find(|expected| expected.name == *experiment) {
                text = text.replace(&format!("0x{}", old.digest), &format!("0x{digest}"));
            }
        }
        if text != before {
            println!("changed {}: say why in CHANGELOG.md under Numerics", path.display());
            std::fs::write(&path, text)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Options, parse};

    #[test]
    fn only_what_is_true_of_all_targets_is_recorded() {
        assert!(Options::of(&["--record"]).is_ok_and(|options| options.record), "alone");
        for flags in [&["--record", "--fault"][..], &["--native", "--record"], &["--recrod"]] {
            assert!(Options::of(flags).is_err(), "{flags:?}");
        }
    }

    #[test]
    fn only_digest_lines_are_read() {
        let found = parse(
            "warning: x\nmlp-f32 0123456789abcdef\n<pre>\nvector-f32 12\r\nrandom-f64 ffffffffffffffff\r",
        );
        let names: Vec<&str> = found.iter().map(|digest| digest.experiment.as_str()).collect();
        assert_eq!(names, ["mlp-f32", "random-f64"], "two lines hold a name and sixteen hex digits");
        assert_eq!(found[1].digest, "ffffffffffffffff", "without the line's end");
    }
}
