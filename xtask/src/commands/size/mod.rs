//! `cargo xtask size`: what training takes on a board, and whether the committed table still says so.

mod boards;
mod committed;
mod elf;
mod hot;
mod kept;

use std::path::Path;

use boards::BOARDS;
use elf::Image;

use crate::tools::cargo::{firmware, quickly};
use crate::tools::install;
use crate::tools::paths;
use crate::tools::process::{Failure, Log, Result, Run, program};

/// The figures of one program on one board.
struct Measured {
    board: &'static str,
    program: &'static str,
    note: &'static str,
    /// Code, constants, statics, stack, instructions a step and in all.
    figures: [u64; 6],
    /// The results it printed.
    results: String,
    digest: String,
    panics: Vec<String>,
}

/// Prints the table; with `--write`, commits it; otherwise compares it with the committed one.
pub(crate) fn run(flags: &[&str]) -> Result {
    let write = match flags {
        [] => false,
        ["--write"] => true,
        _ => return Err(Failure::Failed(format!("cargo xtask size does not know {}", flags.join(" ")))),
    };
    let mut log = Log::new("size")?;
    println!("{}", hot::check(&mut log).inspect_err(|_| eprintln!("{}", log.tail()))?);
    let measured = measure(&mut log).inspect_err(|_| eprintln!("{}", log.tail()))?;
    print!("{}", committed::table(&measured));
    if write {
        return committed::write(&measured);
    }
    let native = native(&mut log)?;
    println!("{}", kept::check(&native, &mut log).inspect_err(|_| eprintln!("{}", log.tail()))?);
    compare(&measured, &native).map(drop)
}

/// The check of `cargo xtask test`.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    let (hot, native) = (hot::check(log)?, native(log)?);
    let kept = kept::check(&native, log)?;
    Ok(format!("{}, {hot}, {kept}", compare(&measure(log)?, &native)?))
}

fn measure(log: &mut Log) -> Result<Vec<Measured>> {
    let mut rows: Vec<Measured> = Vec::new();
    for board in &BOARDS {
        install::rust_target(board.triple)?;
        let emulator = board.emulator.require()?;
        for build in board.programs {
            let name = build.program;
            firmware("build")
                .words("-p")
                .words(board.package)
                .words("--target")
                .words(board.triple)
                .words("--bin run --bin kernel --features")
                .arg(build.all_features())
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", build.opt_level)
                .log(log)?;
            let folder = paths::target("firmware").join(board.triple).join("release");
            let image = Image::read(&folder.join("kernel"))?;
            if let forbidden @ [_, ..] = image.forbidden().as_slice() {
                return Err(Failure::Failed(format!("{name} on {} links {forbidden:?}", board.name)));
            }
            let output = emulated(&emulator, board.machine, &folder.join("run")).capture(log)?;
            let lines = |what: &str| -> Vec<String> {
                let start = format!("{what} ");
                output
                    .lines()
                    .filter_map(|line| line.strip_prefix(&start))
                    .map(|x| x.trim().to_owned())
                    .collect()
            };
            let printed = |what: &str| {
                lines(what)
                    .pop()
                    .ok_or_else(|| Failure::Failed(format!("{name} on {} printed no {what}", board.name)))
            };
            let number = |what: &str| {
                printed(what)?.parse::<u64>().map_err(|error| Failure::Failed(format!("{what}: {error}")))
            };
            let [code, constants, statics] = [image.code, image.constants, image.statics].map(u64::from);
            let (stack, step, in_all) = (number("stack")?, number("instructions")?, number("in all")?);
            rows.push(Measured {
                board: board.name,
                program: name,
                note: build.note,
                figures: [code, constants, statics, stack, step, in_all],
                results: lines("result").join(", "),
                digest: printed("fingerprint")?,
                panics: image.panics(),
            });
        }
    }
    Ok(rows)
}

/// An emulator that counts an instruction as a nanosecond, with a program to run.
fn emulated(emulator: &Path, machine: &str, image: &Path) -> Run {
    let run = program(emulator).words(machine).words("-nographic -icount shift=0");
    run.words("-semihosting-config enable=on,target=native -kernel").arg(image).limit(300)
}

/// `program digest` of every program on this machine.
fn native(log: &mut Log) -> Result<Vec<(String, String)>> {
    let run = quickly(firmware("run")).words("-p losscape-programs --example native");
    // Its digests are compared, and neither its size nor its time.
    let output = run.env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "0").capture(log)?;
    let digest = |line: &str| {
        let (name, digest) = line.split_once(" fingerprint ")?;
        Some((name.to_owned(), digest.trim().to_owned()))
    };
    Ok(output.lines().filter_map(digest).collect())
}

/// Digests are those of this machine, figures near the committed ones, and the panics those of the list: it can only
/// shrink, because one that is gone must leave it and cannot come back.
fn compare(measured: &[Measured], native: &[(String, String)]) -> Result<String> {
    let mut wrong = Vec::new();
    for Measured { board, program, note, digest, .. } in measured {
        match native.iter().find(|(name, _)| name == program) {
            Some((_, own)) if own == digest => {}
            Some((_, own)) => wrong.push(format!("{program}{note} has {digest} on {board} and {own} here")),
            None => wrong.push(format!("{program} does not run on this machine")),
        }
    }
    let (differences, panics) = committed::compare(measured)?;
    wrong.extend(differences);
    if wrong.is_empty() {
        let panics = if panics == 0 { "no".into() } else { panics.to_string() };
        Ok(format!("{} rows as committed, {panics} panics in them", measured.len()))
    } else {
        wrong.push("if this is meant: cargo xtask size --write".into());
        Err(Failure::Failed(wrong.join("; ")))
    }
}
