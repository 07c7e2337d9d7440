//! `cargo xtask size`: what training takes on a board, and whether the committed table still says so.

mod elf;
mod hot;

use core::fmt::Write;

use elf::Image;

use crate::fingerprint::firmware;
use crate::paths;
use crate::process::{Failure, Log, Result, program};
use crate::setup::{self, Tool};

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
    /// The program's name, and its cargo feature's.
    program: &'static str,
    /// What sets this build apart from others of the program, for a reader.
    note: &'static str,
    opt_level: &'static str,
    /// Cargo features besides the program's own.
    features: &'static str,
}

/// A program as anybody would build it.
const fn fast(program: &'static str) -> Build {
    Build { program, note: "", opt_level: "3", features: "" }
}

const BOARDS: [Board; 3] = [
    Board {
        name: "Cortex-M0, micro:bit",
        triple: "thumbv6m-none-eabi",
        package: "losscape-cortex-m",
        emulator: setup::QEMU_ARM,
        machine: "-M microbit",
        programs: &[fast("xor"), fast("autoneb_xor"), fast("tanh"), fast("tanh_micromath")],
    },
    Board {
        name: "Cortex-M4F, mps2-an386",
        triple: "thumbv7em-none-eabihf",
        package: "losscape-cortex-m",
        emulator: setup::QEMU_ARM,
        machine: "-M mps2-an386",
        programs: &[
            fast("xor"),
            fast("spirals"),
            Build { note: ", small tiles", features: ",small-memory", ..fast("spirals") },
            Build { note: ", `s`, compact", opt_level: "s", features: ",compact", ..fast("spirals") },
            fast("digits"),
            fast("autoneb_digits"),
            fast("resume"),
            fast("tanh"),
            fast("tanh_micromath"),
        ],
    },
    Board {
        name: "RV32IMAC, virt",
        triple: "riscv32imac-unknown-none-elf",
        package: "losscape-riscv",
        emulator: setup::QEMU_RISCV,
        machine: "-M virt -bios none",
        programs: &[
            fast("xor"),
            fast("spirals"),
            fast("digits"),
            fast("autoneb_xor"),
            fast("resume"),
            fast("tanh"),
            fast("tanh_micromath"),
        ],
    },
];

const README: &str = "firmware/README.md";
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
    compare(&measured, &native(&mut log)?).map(drop)
}

/// The check of `cargo xtask test`.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    let hot = hot::check(log)?;
    Ok(format!("{}, {hot}", compare(&measure(log)?, &native(log)?)?))
}

fn measure(log: &mut Log) -> Result<Vec<Measured>> {
    let mut rows: Vec<Measured> = Vec::new();
    for board in &BOARDS {
        setup::rust_target(board.triple)?;
        let emulator = board.emulator.require()?;
        for build in board.programs {
            let name = build.program;
            firmware("build")
                .words("-p")
                .words(board.package)
                .words("--target")
                .words(board.triple)
                .words(&format!("--no-default-features --features {name}{}", build.features))
                .words(&format!("--bin {name} --bin kernel_{name}"))
                .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", build.opt_level)
                .log(log)?;
            let folder = paths::target("firmware").join(board.triple).join("release");
            let image = Image::read(&folder.join(format!("kernel_{name}")))?;
            if let forbidden @ [_, ..] = image.forbidden().as_slice() {
                return Err(Failure::Failed(format!("{name} on {} links {forbidden:?}", board.name)));
            }
            let emulator = program(&emulator).words(board.machine).words("-nographic -icount shift=0");
            let emulator = emulator.words("-semihosting-config enable=on,target=native -kernel");
            let output = emulator.arg(folder.join(name)).limit(300).capture(log)?;
            let lines = |what: &str| -> Vec<String> {
                let start = format!("{name} {what} ");
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
    let committed = figures_of(split(&readme)?.1);
    if committed.len() != measured.len() {
        wrong.push(format!("{README} has {} rows, not {}", committed.len(), measured.len()));
    }
    for (row, committed) in measured.iter().zip(&committed) {
        for (name, (found, written)) in COLUMNS.iter().zip(row.figures.iter().zip(committed)) {
            if found.abs_diff(*written) * 100 > written * TOLERANCE {
                wrong.push(format!(
                    "{}{} on {}: {name} {found}, {README} says {written}",
                    row.program, row.note, row.board
                ));
            }
        }
    }
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

const COLUMNS: [&str; 6] = ["code", "constants", "statics", "stack", "instructions a step", "in all"];

/// The table of the README.
fn table(measured: &[Measured]) -> String {
    let mut text = format!("| program | board | {} | results | fingerprint |\n", COLUMNS.join(" | "));
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
        .ok_or_else(|| Failure::Failed(format!("{README} has lost the marks of its table")))
}

/// The figures of each row of a table.
fn figures_of(table: &str) -> Vec<[u64; 6]> {
    let row = |line: &str| {
        let mut cells = line.split(" | ").skip(2).map(str::parse::<u64>);
        let mut figures = [0; 6];
        for figure in &mut figures {
            *figure = cells.next()?.ok()?;
        }
        Some(figures)
    };
    table.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::{Measured, changes, figures_of, panics, split, table};

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let mut row = Measured {
            board: "Cortex-M0, micro:bit",
            program: "xor",
            note: "",
            figures: [1, 20, 300, 4000, 50000, 600_000],
            results: "loss 0.5, accuracy 1".into(),
            digest: "0123456789abcdef".into(),
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
        let text = "| xor | board | 1 | 20 | 300 | 4000 | 50000 | 600000 | loss 0.5 | `0123456789abcdef` |\n";
        assert_eq!(
            figures_of(&(table(&[]) + text)),
            [[1, 20, 300, 4000, 50000, 600_000]],
            "headings are no rows"
        );
        assert!(split("no marks").is_err(), "a table must be there");
    }
}
