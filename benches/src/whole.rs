//! Whole programs, ours and others, that answer a question given as their arguments.

use std::process::Command;
use std::time::Instant;

/// Runs of each program, of which the quickest counts, unless there are so many questions that a comparison asks for fewer.
pub(crate) const RUNS: usize = 3;

/// What a program printed, `N` numbers and the seconds that the answer took, and how long the whole program ran.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Answer<const N: usize> {
    pub(crate) numbers: [f64; N],
    pub(crate) seconds: f64,
    pub(crate) program: f64,
}

/// `NAME=COMMAND` of this program with a command of its own, then of the others.
pub(crate) fn with_own(command: &str, programs: &[&str]) -> Result<Vec<(String, String)>, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let own = format!("losscape={} {command}", own.to_str().ok_or("this program's path is no UTF-8")?);
    core::iter::once(own.as_str())
        .chain(programs.iter().copied())
        .map(|program| {
            let (name, command) = program.split_once('=').ok_or("not NAME=COMMAND")?;
            Ok((name.to_owned(), command.to_owned()))
        })
        .collect()
}

/// The quickest of some runs; nothing if the program prints `-`, as it does for a question that it does not know.
pub(crate) fn best<const N: usize>(
    command: &str,
    question: &[&str],
    runs: usize,
) -> Result<Option<Answer<N>>, String> {
    let mut best: Option<Answer<N>> = None;
    for _ in 0..runs {
        let mut words = command.split_whitespace();
        let program = words.next().ok_or("no command")?;
        let start = Instant::now();
        let output =
            Command::new(program).args(words).args(question).output().map_err(|error| error.to_string())?;
        let program = start.elapsed().as_secs_f64();
        let text = String::from_utf8_lossy(&output.stdout);
        if text.trim() == "-" {
            return Ok(None);
        }
        let printed: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let answer = printed.split_last().and_then(|(&seconds, numbers)| {
            Some(Answer { numbers: numbers.try_into().ok()?, seconds, program })
        });
        let Some(answer) = answer else {
            return Err(format!("{command}: {text} {}", String::from_utf8_lossy(&output.stderr)));
        };
        if best.is_none_or(|best| answer.seconds < best.seconds) {
            best = Some(answer);
        }
    }
    Ok(best)
}
