//! `cargo xtask size`: what training takes on a board, and whether the committed table still says so.

mod elf;
mod hot;
mod kept;

use core::fmt::Write;
use std::path::Path;

use elf::Image;

use crate::tools::cargo::firmware;
use crate::tools::install::{self, Tool};
use crate::tools::paths;
use crate::tools::process::{Failure, Log, Result, Run, program};

/// An emulated board that counts instructions.
struct Board {
    name: &'static str,
    triple: &'static str,
    package: &'static str,
    emulator: Tool,
    machine: &'static str,
    /// The programs whose memory and patience suffice.
    programs: &'static [Build],
}

/// How a program is built.
struct Build {
    /// Its name, which is also that of its feature of `losscape-programs`.
    program: &'static str,
    /// What sets this build apart from others of the program, for a reader.
    note: &'static str,
    opt_level: &'static str,
    /// More features of `losscape-programs`.
    features: &'static [&'static str],
}

impl Build {
    fn all_features(&self) -> String {
        let features = core::iter::once(self.program).chain(self.features.iter().copied());
        features.map(|feature| format!("programs/{feature}")).collect::<Vec<_>>().join(",")
    }
}

/// A program as anybody would build it.
const fn fast(program: &'static str) -> Build {
    Build { program, note: "", opt_level: "3", features: &[] }
}

const BOARDS: [Board; 3] = [
    Board {
        name: "Cortex-M0, micro:bit",
        triple: "thumbv6m-none-eabi",
        package: "losscape-cortex-m",
        emulator: install::QEMU_ARM,
        machine: "-M microbit",
        programs: &[
            fast("xor"),
            fast("autoneb_xor"),
            fast("reader"),
            fast("cloud"),
            fast("tanh"),
            fast("tanh_micromath"),
        ],
    },
    Board {
        name: "Cortex-M4F, mps2-an386",
        triple: "thumbv7em-none-eabihf",
        package: "losscape-cortex-m",
        emulator: install::QEMU_ARM,
        machine: "-M mps2-an386",
        programs: &[
            fast("xor"),
            fast("spirals"),
            Build { note: ", small tiles", features: &["small-memory"], ..fast("spirals") },
            Build { note: ", compact", features: &["compact"], ..fast("spirals") },
            Build { note: ", `s`, compact", opt_level: "s", features: &["compact"], ..fast("spirals") },
            fast("digits"),
            fast("autoneb_digits"),
            fast("reader"),
            fast("resume"),
            fast("cloud"),
            fast("flatness"),
            fast("tanh"),
            fast("tanh_micromath"),
        ],
    },
    Board {
        name: "RV32IMAC, virt",
        triple: "riscv32imac-unknown-none-elf",
        package: "losscape-riscv",
        emulator: install::QEMU_RISCV,
        machine: "-M virt -bios none",
        programs: &[
            fast("xor"),
            fast("spirals"),
            fast("digits"),
            fast("autoneb_xor"),
            fast("reader"),
            fast("resume"),
            fast("cloud"),
            fast("tanh"),
            fast("tanh_micromath"),
        ],
    },
];

const README: &str = "firmware/README.md";
/// Where some of its figures are repeated.
const FRONT: &str = "README.md";
const PANICS: &str = "firmware/panics.txt";
const TABLE_START: &str = "<!-- written by `cargo xtask size --write` -->\n";
const TABLE_END: &str = "<!-- end -->";

/// How far a figure may be from the committed one, in per cent: compilers differ a little.
const TOLERANCE: u64 = 5;

/// What one program takes on one board.
struct Measured {
    board: &'static str,
    program: &'static str,
    note: &'static str,
    /// Code, constants, statics, stack, instructions a step and in all.
    figures: [u64; 6],
    /// What it printed as results.
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
    print!("{}", table(&measured));
    if write {
        let readme = std::fs::read_to_string(paths::at(README))?;
        let (before, _, after) = split(&readme)?;
        std::fs::write(
            paths::at(README),
            format!("{before}{TABLE_START}{}{TABLE_END}{after}", table(&measured)),
        )?;
        std::fs::write(paths::at(PANICS), panics(&measured))?;
        return Ok(());
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
    let output = firmware("run").words("-p losscape-programs --example native").capture(log)?;
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
    let readme = std::fs::read_to_string(paths::at(README))?;
    let (committed, found) = (split(&readme)?.1, table(measured));
    wrong.extend(differences(&found, committed));
    let front = std::fs::read_to_string(paths::at(FRONT))?;
    wrong.extend(untold(&front, committed));
    let (listed, linked) = (std::fs::read_to_string(paths::at(PANICS))?, panics(measured));
    wrong.extend(changes(&listed, &linked));
    if wrong.is_empty() {
        let panics = match linked.lines().count() {
            0 => "no".into(),
            count => count.to_string(),
        };
        Ok(format!("{} rows as committed, {panics} panics in them", measured.len()))
    } else {
        wrong.push("if this is meant: cargo xtask size --write".into());
        Err(Failure::Failed(wrong.join("; ")))
    }
}

const COLUMNS: [&str; 10] = [
    "program",
    "board",
    "code",
    "constants",
    "statics",
    "stack",
    "instructions a step",
    "in all",
    "results",
    "fingerprint",
];

/// The table of the README.
fn table(measured: &[Measured]) -> String {
    let mut text = format!("| {} |\n", COLUMNS.join(" | "));
    text.push_str("|---|---|--:|--:|--:|--:|--:|--:|---|---|\n");
    for row in measured {
        let figures = row.figures.map(|figure| figure.to_string()).join(" | ");
        writeln!(
            text,
            "| {}{} | {} | {figures} | {} | `{}` |",
            row.program, row.note, row.board, row.results, row.digest
        )
        .expect("writing to a string");
    }
    text
}

/// `program on board: panic` a line.
fn panics(measured: &[Measured]) -> String {
    let lines = measured.iter().flat_map(|row| {
        let Measured { program, note, board, .. } = row;
        row.panics.iter().map(move |panic| format!("{program}{note} on {board}: {panic}\n"))
    });
    lines.collect()
}

/// How the panics that are linked differ from those that are listed.
fn changes(listed: &str, linked: &str) -> Vec<String> {
    let new = only_in(linked, listed).into_iter().map(|line| format!("a new panic: {line}"));
    let gone = only_in(listed, linked).into_iter();
    new.chain(gone.map(|line| format!("a panic is gone and must leave {PANICS}: {line}"))).collect()
}

/// The lines of one text that are none of another's.
fn only_in<'a>(text: &'a str, other: &str) -> Vec<&'a str> {
    text.lines().filter(|line| !other.lines().any(|other| other == *line)).collect()
}

/// A text before its table, the table, and what follows.
fn split(readme: &str) -> Result<(&str, &str, &str)> {
    readme
        .split_once(TABLE_START)
        .and_then(|(before, rest)| rest.split_once(TABLE_END).map(|(table, after)| (before, table, after)))
        .ok_or_else(|| Failure::Failed(format!("{README} lacks the markers of its table")))
}

/// Where a table that was measured differs from the committed one: figures by more than the tolerance, names, results
/// and fingerprints at all.
fn differences(found: &str, committed: &str) -> Vec<String> {
    let (found, committed) = (rows(found), rows(committed));
    let mut wrong = Vec::new();
    if found.len() != committed.len() {
        wrong.push(format!("{README} has {} rows, not {}", committed.len(), found.len()));
    }
    for (found, written) in found.iter().zip(&committed) {
        for (column, (found_cell, written)) in COLUMNS.iter().zip(found.iter().zip(written)) {
            let near = match (found_cell.parse::<u64>(), written.parse::<u64>()) {
                (Ok(found), Ok(written)) => found.abs_diff(written) * 100 <= written * TOLERANCE,
                _ => found_cell == written,
            };
            if !near {
                let [program, board, ..] = found;
                wrong.push(format!("{program} on {board}: {column} {found_cell}, {README} says {written}"));
            }
        }
    }
    wrong
}

/// What the front page should say of the table, and does not.
fn untold(front: &str, committed: &str) -> Vec<String> {
    let rows = rows(committed);
    let figures = |program: &str, board: &str| {
        let row = rows.iter().find(|row| row[0] == program && row[1].starts_with(board))?;
        let number = |column: usize| row[column].parse::<f64>().ok();
        Some([number(6)? / 1e3, number(2)? / 1e3, (number(4)? + number(5)?) / 1e3])
    };
    let curve = [
        ("as it is", "spirals"),
        ("tiles of 4 samples", "spirals, small tiles"),
        ("feature `compact`", "spirals, compact"),
        ("the same at opt-level `s`", "spirals, `s`, compact"),
    ];
    let mut sentences: Vec<Option<String>> = curve
        .iter()
        .map(|(what, program)| {
            let [step, code, ram] = figures(program, "Cortex-M4F")?;
            Some(format!("| {what} | {step:.0} k | {code:.1} kB | {ram:.1} kB |"))
        })
        .collect();
    let ram = |program, board| figures(program, board).map(|[_, _, ram]| ram);
    sentences.push(ram("digits", "Cortex-M4F").map(|ram| format!("64-16-10 on a Cortex-M4F in {ram:.0} kB")));
    sentences.push(
        ram("autoneb_xor", "Cortex-M0").map(|ram| format!("{ram:.0} kB of RAM for XOR on a Cortex-M0")),
    );
    sentences.push(
        ram("autoneb_digits", "Cortex-M4F")
            .map(|ram| format!("{ram:.0} kB for digit classifiers on a Cortex-M4F")),
    );
    let missing = |sentence: Option<String>| match sentence {
        Some(sentence) if front.contains(&sentence) => None,
        Some(sentence) => Some(format!("{FRONT} does not say: {sentence}")),
        None => Some(format!("{README} lacks a row that {FRONT} repeats")),
    };
    sentences.into_iter().filter_map(missing).collect()
}

/// The cells of each row of a table, its headings left out.
fn rows(table: &str) -> Vec<[&str; 10]> {
    table
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.strip_prefix("| ")?.strip_suffix(" |")?.split(" | ").collect();
            cells.try_into().ok()
        })
        .filter(|cells| *cells != COLUMNS)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{FRONT, Measured, README, changes, differences, panics, paths, split, table, untold};

    fn row(stack: u64, results: &str) -> String {
        table(&[Measured {
            board: "Cortex-M0, micro:bit",
            program: "xor",
            note: "",
            figures: [1, 20, 300, stack, 50000, 600_000],
            results: results.into(),
            digest: "0123456789abcdef".into(),
            panics: vec!["panic_fmt".into()],
        }])
    }

    #[test]
    fn a_table_is_compared_with_the_committed_one() {
        let committed = row(4000, "loss 0.5, accuracy 1");
        assert!(differences(&row(4200, "loss 0.5, accuracy 1"), &committed).is_empty(), "5 % more");
        let differs = |found: &str, column: &str| {
            let wrong = differences(found, &committed);
            assert_eq!(wrong.len(), 1, "{wrong:?}");
            assert!(wrong[0].contains(column), "{wrong:?}");
        };
        differs(&row(4201, "loss 0.5, accuracy 1"), "stack");
        differs(&row(4000, "loss 0.6, accuracy 1"), "results");
        differs(&committed.replace("0123", "3210"), "fingerprint");
        differs(&committed.replace("xor", "or"), "program");
        differs(&table(&[]), "rows");
    }

    /// The front page repeats some figures.
    #[test]
    fn the_front_page_tells_the_figures_of_the_table() {
        let read = |path| std::fs::read_to_string(paths::at(path)).expect("a page");
        let (front, firmware) = (read(FRONT), read(README));
        let committed = split(&firmware).expect("a table").1;
        assert_eq!(untold(&front, committed), [""; 0]);
        assert_eq!(untold("", committed).len(), 7, "sentences");
        assert_eq!(untold(&front, "").len(), 7, "rows");
    }

    #[test]
    fn panics_are_lines() {
        let mut row = Measured {
            board: "Cortex-M0, micro:bit",
            program: "xor",
            note: "",
            figures: [0; 6],
            results: String::new(),
            digest: String::new(),
            panics: vec!["panic_fmt".into()],
        };
        let one = panics(core::slice::from_ref(&row));
        assert_eq!(one, "xor on Cortex-M0, micro:bit: panic_fmt\n", "one line a panic");
        row.panics.clear();
        let none = panics(&[row]);
        assert_eq!((none.as_str(), changes("", &none)), ("", Vec::new()), "without panics the list is empty");
        assert_eq!(
            changes("", &one),
            ["a new panic: xor on Cortex-M0, micro:bit: panic_fmt"],
            "and stays so"
        );
        assert_eq!(changes(&one, &one), Vec::<String>::new(), "as listed");
        assert_eq!(changes(&one, "").len(), 1, "one that is gone must leave");
        assert!(split("no marks").is_err(), "a table must be there");
    }
}
