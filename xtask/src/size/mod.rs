//! `cargo xtask size`: what training takes on a board, and whether the committed table still says so.

mod elf;

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
    /// The programs whose memory fits.
    programs: &'static [&'static str],
}

const BOARDS: [Board; 3] = [
    Board {
        name: "Cortex-M0, micro:bit",
        triple: "thumbv6m-none-eabi",
        package: "losscape-cortex-m",
        emulator: setup::QEMU_ARM,
        machine: "-M microbit",
        programs: &["xor"],
    },
    Board {
        name: "Cortex-M4F, mps2-an386",
        triple: "thumbv7em-none-eabihf",
        package: "losscape-cortex-m",
        emulator: setup::QEMU_ARM,
        machine: "-M mps2-an386",
        programs: &["xor", "spirals", "digits"],
    },
    Board {
        name: "RV32IMAC, virt",
        triple: "riscv32imac-unknown-none-elf",
        package: "losscape-riscv",
        emulator: setup::QEMU_RISCV,
        machine: "-M virt -bios none",
        programs: &["xor", "spirals", "digits"],
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
    /// Code, constants, statics, stack, instructions a step.
    figures: [u64; 5],
    loss: String,
    accuracy: String,
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
    compare(&measured).map(drop)
}

/// The check of `cargo xtask test`.
pub(crate) fn check(log: &mut Log) -> Result<String> {
    compare(&measure(log)?)
}

fn measure(log: &mut Log) -> Result<Vec<Measured>> {
    let mut rows: Vec<Measured> = Vec::new();
    for board in &BOARDS {
        setup::rust_target(board.triple)?;
        let emulator = board.emulator.require()?;
        for program_name in board.programs.iter().copied() {
            let bins = format!("--bin {program_name} --bin kernel_{program_name}");
            firmware("build")
                .words("-p")
                .words(board.package)
                .words("--target")
                .words(board.triple)
                .words(&bins)
                .log(log)?;
            let folder = paths::target("firmware").join(board.triple).join("release");
            let image = Image::read(&folder.join(format!("kernel_{program_name}")))?;
            if let forbidden @ [_, ..] = image.forbidden().as_slice() {
                return Err(Failure::Failed(format!("{program_name} on {} links {forbidden:?}", board.name)));
            }
            let emulator = program(&emulator).words(board.machine).words("-nographic -icount shift=0");
            let emulator = emulator.words("-semihosting-config enable=on,target=native -kernel");
            let output = emulator.arg(folder.join(program_name)).limit(300).capture(log)?;
            let printed = |what: &str| {
                let start = format!("{program_name} {what} ");
                let line = output.lines().find_map(|line| line.strip_prefix(&start));
                line.map(|value| value.trim().to_owned()).ok_or_else(|| {
                    Failure::Failed(format!("{program_name} on {} printed no {what}", board.name))
                })
            };
            let number = |what: &str| {
                printed(what)?.parse::<u64>().map_err(|error| Failure::Failed(format!("{what}: {error}")))
            };
            let memory = [image.code, image.constants, image.statics].map(u64::from);
            rows.push(Measured {
                board: board.name,
                program: program_name,
                figures: [memory[0], memory[1], memory[2], number("stack")?, number("instructions")?],
                loss: printed("loss")?,
                accuracy: printed("accuracy")?,
                digest: printed("fingerprint")?,
                panics: image.panics(),
            });
        }
    }
    Ok(rows)
}

/// Digests are one per program, figures near the committed ones, and no panic is new.
fn compare(measured: &[Measured]) -> Result<String> {
    let mut wrong = Vec::new();
    for row in measured {
        let others = measured.iter().filter(|other| other.program == row.program);
        if let Some(other) = others.into_iter().find(|other| other.digest != row.digest) {
            wrong.push(format!(
                "{} has digest {} on {} and {} on {}",
                row.program, row.digest, row.board, other.digest, other.board
            ));
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
                    "{} on {}: {name} {found}, {README} says {written}",
                    row.program, row.board
                ));
            }
        }
    }
    let allowed = std::fs::read_to_string(paths::at(PANICS))?;
    for line in panics(measured).lines().filter(|line| !allowed.lines().any(|allowed| allowed == *line)) {
        wrong.push(format!("a new panic: {line}"));
    }
    if wrong.is_empty() {
        Ok(format!("{} rows as committed, no new panic", measured.len()))
    } else {
        wrong.push("if this is meant: cargo xtask size --write".into());
        Err(Failure::Failed(wrong.join("; ")))
    }
}

const COLUMNS: [&str; 5] = ["code", "constants", "statics", "stack", "instructions a step"];

/// The table of the README.
fn table(measured: &[Measured]) -> String {
    let mut text = format!("| program | board | {} | loss | accuracy | fingerprint |\n", COLUMNS.join(" | "));
    text.push_str("|---|---|--:|--:|--:|--:|--:|--:|--:|---|\n");
    for row in measured {
        let figures = row.figures.map(|figure| figure.to_string()).join(" | ");
        writeln!(
            text,
            "| {} | {} | {figures} | {} | {} | `{}` |",
            row.program, row.board, row.loss, row.accuracy, row.digest
        )
        .expect("writing to a string");
    }
    text
}

/// `program on board: panic` a line.
fn panics(measured: &[Measured]) -> String {
    let lines = measured.iter().flat_map(|row| {
        row.panics.iter().map(move |panic| format!("{} on {}: {panic}\n", row.program, row.board))
    });
    lines.collect()
}

/// A text before its table, the table, and what follows.
fn split(readme: &str) -> Result<(&str, &str, &str)> {
    readme
        .split_once(TABLE_START)
        .and_then(|(before, rest)| rest.split_once(TABLE_END).map(|(table, after)| (before, table, after)))
        .ok_or_else(|| Failure::Failed(format!("{README} has lost the marks of its table")))
}

/// The figures of each row of a table.
fn figures_of(table: &str) -> Vec<[u64; 5]> {
    let row = |line: &str| {
        let mut cells = line.split(" | ").skip(2).map(str::parse::<u64>);
        let mut figures = [0; 5];
        for figure in &mut figures {
            *figure = cells.next()?.ok()?;
        }
        Some(figures)
    };
    table.lines().filter_map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::{Measured, figures_of, panics, split, table};

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let row = Measured {
            board: "Cortex-M0, micro:bit",
            program: "xor",
            figures: [1, 20, 300, 4000, 50000],
            loss: "0.5".into(),
            accuracy: "1".into(),
            digest: "0123456789abcdef".into(),
            panics: vec!["panic_fmt".into()],
        };
        assert_eq!(panics(&[row]), "xor on Cortex-M0, micro:bit: panic_fmt\n", "one line a panic");
        let text = "| xor | board | 1 | 20 | 300 | 4000 | 50000 | 0.5 | 1 | `0123456789abcdef` |\n";
        assert_eq!(figures_of(&(table(&[]) + text)), [[1, 20, 300, 4000, 50000]], "headings are no rows");
        assert!(split("no marks").is_err(), "a table must be there");
    }
}
