//! Bands and AutoNEB by whole programs: the seconds are those from a program's start to its end.

use std::process::Command;
use std::time::Instant;

use losscape::objective::Evaluations;
use losscape_benches::path::{Pair, mueller_brown};
use serde_json::{Value, json};

/// What every program is asked, as arguments, and the words of the table.
const QUESTIONS: [(&[&str], &str); 3] = [
    (&["band", "9"], "Müller–Brown, 9 images, residual 0.01, climbing"),
    (&["band", "17"], "Müller–Brown, 17 images, residual 0.01, climbing"),
    (&["digits"], "digits 64-16-10, AutoNEB, ends given"),
];

/// Runs of each program.
const RUNS: usize = 3;

/// Prints gradients, the highest value found and the seconds that the search took: `path band 17`.
pub(crate) fn answer(question: &[&str]) -> Result<(), String> {
    let told = |evaluations: Evaluations, saddle: f64, seconds: f64| {
        println!("{} {saddle} {seconds:e}", evaluations.gradients);
    };
    match question {
        ["band", images] => {
            let images = images.parse().map_err(|_| format!("{images}: not a number of images"))?;
            let start = Instant::now();
            let (evaluations, saddle) = mueller_brown(images).map_err(|error| error.to_string())?;
            told(evaluations, saddle, start.elapsed().as_secs_f64());
        }
        ["digits"] => {
            let pair = Pair::new().map_err(|error| error.to_string())?;
            let start = Instant::now();
            let found = pair.connect().map_err(|error| error.to_string())?;
            told(found.evaluations, f64::from(found.path.saddle), start.elapsed().as_secs_f64());
        }
        _ => return Err("path band IMAGES | path digits".into()),
    }
    Ok(())
}

/// Prints and returns the table; `programs` are `NAME=COMMAND` with arguments after spaces.
pub(crate) fn compare(programs: &[&str]) -> Result<Value, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let own = format!("losscape={} path", own.to_str().ok_or("this program's path is no UTF-8")?);
    let mut rows = Vec::new();
    println!("\npaths: whole programs in turn, best of {RUNS}; seconds of the search, and of the program\n");
    for (question, words) in QUESTIONS {
        println!("  {words}");
        let mut ours = None;
        for program in core::iter::once(own.as_str()).chain(programs.iter().copied()) {
            let (name, command) = program.split_once('=').ok_or("not NAME=COMMAND")?;
            let Some(found) = best(command, question)? else { continue };
            let ours = *ours.get_or_insert(found.search);
            println!(
                "    {name:10} {:>8} gradients, highest {:12.6}, {:10.6} s ({:7.3} s), theirs / ours {:8.1}",
                found.gradients,
                found.saddle,
                found.search,
                found.program,
                found.search / ours
            );
            rows.push(json!({
                "what": words, "contender": name, "gradients": found.gradients, "highest": found.saddle,
                "seconds": found.search, "program_seconds": found.program, "theirs_over_ours": found.search / ours,
            }));
        }
    }
    Ok(rows.into())
}

struct Found {
    gradients: u64,
    saddle: f64,
    search: f64,
    program: f64,
}

/// The quickest of some runs; nothing if the program does not know the question.
fn best(command: &str, question: &[&str]) -> Result<Option<Found>, String> {
    let mut best: Option<Found> = None;
    for _ in 0..RUNS {
        let mut words = command.split_whitespace();
        let program = words.next().ok_or("no command")?;
        let start = Instant::now();
        let output =
            Command::new(program).args(words).args(question).output().map_err(|error| error.to_string())?;
        let seconds = start.elapsed().as_secs_f64();
        let text = String::from_utf8_lossy(&output.stdout);
        if text.trim() == "-" {
            return Ok(None);
        }
        let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
        let [gradients, saddle, search] = numbers[..] else {
            return Err(format!("{command}: {text} {}", String::from_utf8_lossy(&output.stderr)));
        };
        if best.as_ref().is_none_or(|best| search < best.search) {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a printed count")]
            let gradients = gradients as u64;
            best = Some(Found { gradients, saddle, search, program: seconds });
        }
    }
    Ok(best)
}
