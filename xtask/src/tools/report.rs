//! Steps that run three at a time, and the table of what they found.

use std::sync::Mutex;
use std::time::Instant;

use crate::tools::process::{Failure, Log, Result};

/// The result of one step.
pub(crate) struct Row {
    pub(crate) target: String,
    pub(crate) what: String,
    pub(crate) result: Result<String>,
}

type Work = Box<dyn FnOnce(&mut Log) -> Result<Vec<Row>> + Send>;

/// Something to run, with a log of its own.
pub(crate) struct Step {
    target: String,
    what: String,
    work: Work,
}

impl Step {
    /// A step of one row.
    pub(crate) fn new(
        target: &str,
        what: &str,
        work: impl FnOnce(&mut Log) -> Result<String> + Send + 'static,
    ) -> Self {
        let (row_target, row_what) = (target.to_owned(), what.to_owned());
        Self::many(target, what, move |log| {
            work(log).map(|note| vec![Row { target: row_target, what: row_what, result: Ok(note) }])
        })
    }

    /// A step of as many rows as it returns.
    pub(crate) fn many(
        target: &str,
        what: &str,
        work: impl FnOnce(&mut Log) -> Result<Vec<Row>> + Send + 'static,
    ) -> Self {
        Self { target: target.to_owned(), what: what.to_owned(), work: Box::new(work) }
    }

    fn run(self, idle: bool) -> Vec<Row> {
        let start = Instant::now();
        println!("      {} · {}", self.target, self.what);
        let name = format!("{} {}", self.what, self.target);
        let mut log = match Log::new(&name) {
            Ok(log) if idle => log.idle(),
            Ok(log) => log,
            Err(failure) => return vec![Row { target: self.target, what: self.what, result: Err(failure) }],
        };
        let rows = match (self.work)(&mut log) {
            Ok(rows) => rows,
            Err(failure) => {
                let failure = match failure {
                    Failure::Failed(text) => {
                        println!("{}\n", log.tail());
                        Failure::Failed(format!("{text}\n{}", log.failures()))
                    }
                    missing @ Failure::Missing(_) => missing,
                };
                vec![Row { target: self.target.clone(), what: self.what.clone(), result: Err(failure) }]
            }
        };
        for row in &rows {
            let seconds = start.elapsed().as_secs();
            println!("{} {} · {} · {seconds} s", mark(&row.result), row.target, row.what);
        }
        rows
    }
}

fn mark(result: &Result<String>) -> &'static str {
    match result {
        Ok(_) => "ok   ",
        Err(Failure::Failed(_)) => "FAIL ",
        Err(Failure::Missing(_)) => "NONE ",
    }
}

/// Steps that run one after another, and what they found.
struct Lane {
    /// The next one last.
    steps: Vec<Step>,
    busy: bool,
    rows: Vec<Row>,
}

/// How many steps run at a time.
const WORKERS: usize = 3;

/// How many workers take processors from others, and how many lanes are theirs alone. A browser and an installation wait as much as
/// they work: what they leave goes to the other workers, and no test of the page has to wait for those.
const FIRST: usize = 2;

/// Runs three steps at a time, those of a lane in order, and prints the table. A worker takes a step of the
/// first lane that waits for one, so that a later lane fills what earlier ones leave. Beside them, one after another, run steps that
/// are content with `idle` time, and steps that measure time run `alone` in the end.
///
/// # Errors
///
/// If any step failed or could not run.
pub(crate) fn run(lanes: Vec<Vec<Step>>, idle: Vec<Step>, alone: Vec<Step>) -> Result {
    let start = Instant::now();
    let lanes = lanes.into_iter().map(|mut steps| {
        steps.reverse();
        Lane { steps, busy: false, rows: Vec::new() }
    });
    let lanes = Mutex::new(lanes.collect::<Vec<_>>());
    let aside = std::thread::scope(|scope| {
        let aside = scope.spawn(|| idle.into_iter().flat_map(|step| step.run(true)).collect::<Vec<_>>());
        let work = |idle: bool| {
            loop {
                // The lock is let go before the step runs.
                let next = take(&mut lanes.lock().expect(NOT_POISONED), if idle { FIRST } else { 0 });
                let Some((at, step)) = next else { break };
                let rows = step.run(idle);
                let lane = &mut lanes.lock().expect(NOT_POISONED)[at];
                lane.rows.extend(rows);
                lane.busy = false;
            }
        };
        for worker in 0..WORKERS {
            scope.spawn(move || work(worker >= FIRST));
        }
        aside.join().expect(NOT_POISONED)
    });
    let lanes = lanes.into_inner().expect(NOT_POISONED);
    let mut rows: Vec<Row> = lanes.into_iter().flat_map(|lane| lane.rows).collect();
    rows.extend(aside);
    rows.extend(alone.into_iter().flat_map(|step| step.run(false)));
    print_table(&rows);
    let passed = rows.iter().filter(|row| row.result.is_ok()).count();
    let failed = rows.len() - passed;
    let of_processors =
        processor_seconds().map_or_else(String::new, |spent| format!(", {spent} s of processors"));
    println!("\n{} s{of_processors}", start.elapsed().as_secs());
    println!("{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { Err(Failure::Failed(String::new())) }
}

/// Processor seconds of this program and of the children it has waited for, where Linux reports them.
fn processor_seconds() -> Option<u64> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    // After the name, which may hold anything: user and system time of its own, then of its children, a hundredth of a second each.
    let ticks = stat.rsplit_once(')')?.1.split_whitespace().skip(11).take(4);
    Some(ticks.map_while(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() / 100)
}

const NOT_POISONED: &str = "a step that panics ends the run";

/// The next step of the first lane, `from` this number on, that waits for a worker, with the lane's number.
fn take(lanes: &mut [Lane], from: usize) -> Option<(usize, Step)> {
    let mut lanes = lanes.iter_mut().enumerate().skip(from);
    let (at, lane) = lanes.find(|(_, lane)| !lane.busy && !lane.steps.is_empty())?;
    lane.busy = true;
    Some((at, lane.steps.pop()?))
}

/// `target  what ran  result`, in columns, and below them what failed.
fn print_table(rows: &[Row]) {
    let width = |cell: fn(&Row) -> &str| rows.iter().map(|row| cell(row).chars().count()).fold(9, usize::max);
    let (target, what) = (width(|row| &row.target), width(|row| &row.what));
    println!("\n{:target$}  {:what$}  result", "target", "what ran");
    for row in rows {
        let result = match &row.result {
            Ok(note) if note.is_empty() => "passed".to_owned(),
            Ok(note) => format!("passed: {note}"),
            Err(Failure::Failed(text)) => format!("FAILED: {}", text.lines().next().unwrap_or_default()),
            Err(failure) => failure.to_string(),
        };
        println!("{:target$}  {:what$}  {result}", row.target, row.what);
    }
    for row in rows {
        if let Err(Failure::Failed(text)) = &row.result {
            println!("\n{} · {}: {text}", row.target, row.what);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Barrier};

    use super::*;

    #[test]
    fn lanes_keep_their_order_and_the_last_fills_what_the_first_leaves() {
        let meet = Arc::new(Barrier::new(WORKERS + 1));
        let order = Arc::new(Mutex::new(Vec::new()));
        let step = |name: &'static str, waits: bool| {
            let (meet, order) = (Arc::clone(&meet), Arc::clone(&order));
            Step::new("test", name, move |_| {
                order.lock().expect(NOT_POISONED).push(name);
                if waits {
                    meet.wait();
                }
                Ok(String::new())
            })
        };
        // The long steps of the second and third lanes end only beside the last one of the fourth, and beside what takes idle time.
        let lanes = vec![
            vec![step("a", false)],
            vec![step("b", true)],
            vec![step("f", true)],
            vec![step("c", false), step("d", true)],
        ];
        assert!(run(lanes, vec![step("e", true)], Vec::new()).is_ok());
        let order = order.lock().expect(NOT_POISONED).clone();
        let at = |name| order.iter().position(|other| *other == name);
        assert!(order.len() == 6 && at("c") < at("d"), "{order:?}");
    }
}
