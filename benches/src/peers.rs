//! The workloads, in turn with other programs that answer as `contender` says.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use losscape_benches::workload::Workload;
use serde_json::{Value, json};

use crate::machine::{Widths, processor};

/// Questions to each contender about each workload.
const ROUNDS: usize = 7;

/// Seconds of an answer.
const SECONDS: f64 = 0.1;

/// The largest relative difference between two programs' checks: rounding, and nothing else.
const TOLERANCE: f64 = 2e-3;

/// A program that is kept ready.
struct Program {
    name: String,
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Program {
    fn start(name: &str, command: &[&str]) -> Result<Self, String> {
        let fail = |error: std::io::Error| format!("{name}: {error}");
        let (program, args) = command.split_first().ok_or_else(|| format!("{name}: no command"))?;
        let mut child = Command::new(program)
            .args(args)
            // One thread for everybody: two of the frameworks ask for these.
            .env("RAYON_NUM_THREADS", "1")
            .env("OMP_NUM_THREADS", "1")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(fail)?;
        let (input, output) = (child.stdin.take(), child.stdout.take());
        let (input, output) = input.zip(output).ok_or_else(|| format!("{name}: no pipes"))?;
        Ok(Self { name: name.to_owned(), child, input, output: BufReader::new(output) })
    }

    /// The number that answers a question, if the program knows one.
    fn ask(&mut self, question: &str) -> Result<Option<f64>, String> {
        let fail = |error: std::io::Error| format!("{}: {question}: {error}", self.name);
        writeln!(self.input, "{question}").map_err(fail)?;
        self.input.flush().map_err(fail)?;
        let mut line = String::new();
        self.output.read_line(&mut line).map_err(fail)?;
        match line.trim() {
            "-" => Ok(None),
            text => text.parse().map(Some).map_err(|_| format!("{}: {question}: {text:?}", self.name)),
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended by itself; nothing is left to do then.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Prints and returns rates; `programs` are `NAME=COMMAND` with arguments after spaces.
pub(crate) fn compare(programs: &[&str], widths: Widths) -> Result<Value, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let own = own.to_str().ok_or("this program's path is no UTF-8")?;
    let mut ready = vec![
        Program::start("losscape", &[own, "--width", widths.bits(), "serve"])?,
        Program::start("losscape, narrowest", &[own, "--width", "128", "serve"])?,
    ];
    for program in programs {
        let (name, command) =
            program.split_once('=').ok_or_else(|| format!("{program}: not NAME=COMMAND"))?;
        ready.push(Program::start(name, &command.split_whitespace().collect::<Vec<_>>())?);
    }
    let limit = widths.limit_of_widest();
    println!(
        "\n{}\nworkloads: millions or thousands per second, best and median of {ROUNDS}; limit {limit:.0} GFLOP/s\n",
        widths.describe()
    );
    println!(
        "  {:4}{:22}  {:>11}  {:>11}  {:>13}  {:>8}",
        "", "", "best", "median", "ours / theirs", "of limit"
    );
    let mut rows = Vec::new();
    for workload in Workload::ALL {
        rows.extend(one(workload, &mut ready, limit)?);
    }
    Ok(json!({
        "processor": processor(), "vector_bits": widths.bits(), "limit_gflops": limit, "workloads": rows,
    }))
}

/// One workload by all that know it.
fn one(workload: Workload, ready: &mut [Program], limit: f64) -> Result<Vec<Value>, String> {
    let name = workload.name();
    let mut checks = Vec::new();
    for program in &mut *ready {
        checks.push(program.ask(&format!("check {name}"))?);
    }
    let own = checks[0].ok_or_else(|| format!("{name}: we must know it"))?;
    for (program, &check) in ready.iter().zip(&checks) {
        if let Some(check) = check
            && ((check - own).abs() > TOLERANCE * own.abs() || !check.is_finite())
        {
            return Err(format!("{name}: {} computes {check}, we {own}", program.name));
        }
    }
    let mut rates = vec![Vec::new(); ready.len()];
    for _ in 0..ROUNDS {
        for ((program, rates), check) in ready.iter_mut().zip(&mut rates).zip(&checks) {
            if check.is_some() {
                rates.extend(program.ask(&format!("time {name} {SECONDS}"))?);
            }
        }
    }
    let mut rows = Vec::new();
    let mut ours = 0.0;
    for ((program, mut rates), check) in ready.iter().zip(rates).zip(checks) {
        rates.sort_by(f64::total_cmp);
        let Some(&best) = rates.last() else { continue };
        let median = rates[rates.len() / 2];
        if ours == 0.0 {
            ours = best;
        }
        let share = best * workload.flop() / 1e9 / limit;
        println!(
            "  {:4}{:22}  {:>11}  {:>11}  {:13.2}  {:7.0}%",
            if rows.is_empty() { name } else { "" },
            program.name,
            readable(best),
            readable(median),
            ours / best,
            100.0 * share
        );
        rows.push(json!({
            "workload": name, "unit": workload.unit(), "contender": program.name, "best": best,
            "median": median, "ours_over_theirs": ours / best, "share_of_limit": share, "check": check,
        }));
    }
    Ok(rows)
}

fn readable(rate: f64) -> String {
    if rate >= 1e6 { format!("{:.2} M", rate / 1e6) } else { format!("{:.2} k", rate / 1e3) }
}
