//! The committed figures: the table of the firmware's README, what the front page repeats of it, and the list of panics.

use core::fmt::Write;

use super::Measured;
use crate::tools::paths;
use crate::tools::process::{Failure, Result};

const README: &str = "firmware/README.md";
/// Where some of its figures are repeated.
const FRONT: &str = "README.md";
const PANICS: &str = "firmware/panics.txt";
const TABLE_START: &str = "<!-- written by `cargo xtask size --write` -->\n";
const TABLE_END: &str = "<!-- end -->";

/// How far a figure may be from the committed one, in per cent: compilers differ a little.
const TOLERANCE: u64 = 5;

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

/// Writes the table into the README, and the list of panics.
pub(super) fn write(measured: &[Measured]) -> Result {
    let readme = std::fs::read_to_string(paths::at(README))?;
    let (before, _, after) = split(&readme)?;
    let table = table(measured);
    std::fs::write(paths::at(README), format!("{before}{TABLE_START}{table}{TABLE_END}{after}"))?;
    std::fs::write(paths::at(PANICS), panics(measured))?;
    Ok(())
}

/// Differences from the committed table, from the front page and from the list of panics; and how many panics are linked.
pub(super) fn compare(measured: &[Measured]) -> Result<(Vec<String>, usize)> {
    let readme = std::fs::read_to_string(paths::at(README))?;
    let (committed, found) = (split(&readme)?.1, table(measured));
    let mut wrong = differences(&found, committed);
    let front = std::fs::read_to_string(paths::at(FRONT))?;
    wrong.extend(unrepeated(&front, committed));
    let (listed, linked) = (std::fs::read_to_string(paths::at(PANICS))?, panics(measured));
    wrong.extend(changes(&listed, &linked));
    Ok((wrong, linked.lines().count()))
}

/// The table of the README.
pub(super) fn table(measured: &[Measured]) -> String {
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

/// The figures of the table that the front page should repeat, and does not.
fn unrepeated(front: &str, committed: &str) -> Vec<String> {
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
    use super::{FRONT, Measured, README, changes, differences, panics, paths, split, table, unrepeated};

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
    fn the_front_page_repeats_figures_of_the_table() {
        let read = |path| std::fs::read_to_string(paths::at(path)).expect("a page");
        let (front, firmware) = (read(FRONT), read(README));
        let committed = split(&firmware).expect("a table").1;
        assert_eq!(unrepeated(&front, committed), [""; 0]);
        assert_eq!(unrepeated("", committed).len(), 7, "sentences");
        assert_eq!(unrepeated(&front, "").len(), 7, "rows");
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
