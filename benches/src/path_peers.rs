//! Bands and AutoNEB by whole programs: the seconds are those from a program's start to its end.

use std::time::Instant;

use losscape::objective::Evaluations;
use losscape_benches::path::{Pair, mueller_brown};
use serde_json::{Value, json};

use crate::whole::{self, Answer};

/// What every program is asked, as arguments, and the words of the table.
const QUESTIONS: [(&[&str], &str); 3] = [
    (&["band", "9"], "Müller–Brown, 9 images, residual 0.01, climbing"),
    (&["band", "17"], "Müller–Brown, 17 images, residual 0.01, climbing"),
    (&["digits"], "digits 64-16-10, AutoNEB, ends given"),
];

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
    let programs = whole::with_own("path", programs)?;
    let mut rows = Vec::new();
    println!(
        "\npaths: whole programs in turn, best of {}; seconds of the search, and of the program\n",
        whole::RUNS
    );
    for (question, words) in QUESTIONS {
        println!("  {words}");
        let mut ours = None;
        for (name, command) in &programs {
            let Some(Answer { numbers: [gradients, saddle], seconds, program }) =
                whole::best(command, question, whole::RUNS)?
            else {
                continue;
            };
            let ours = *ours.get_or_insert(seconds);
            println!(
                "    {name:10} {gradients:>8} gradients, highest {saddle:12.6}, {seconds:10.6} s ({program:7.3} s), \
                 theirs / ours {:8.1}",
                seconds / ours
            );
            rows.push(json!({
                "what": words, "contender": name, "gradients": gradients, "highest": saddle,
                "seconds": seconds, "program_seconds": program, "theirs_over_ours": seconds / ours,
            }));
        }
    }
    Ok(rows.into())
}
