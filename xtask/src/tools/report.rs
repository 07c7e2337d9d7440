//! Steps that run two at a time, and the table of what they found.

use std::sync::Mutex;
use std::time::Instant;

use crate::tools::process::{Failure, Log, Result};

/// What one step found.
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

    fn run(self) -> Vec<Row> {
        let start = Instant::now();
        println!("      {} · {}", self.target, self.what);
        let name = format!("{} {}", self.what, self.target);
        let mut log = match Log::new(&name) {
            Ok(log) => log,
            Err(failure) => return vec![Row { target: self.target, what: self.what, result: Err(failure) }],
        };
        let rows = match (self.work)(&mut log) {
            Ok(rows) => rows,
            Err(failure) => {
                if matches!(failure, Failure::Failed(_)) {
                    println!("{}\n", log.tail());
                }
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

/// Runs lanes side by side, the steps of a lane in order, and prints the table.
///
/// # Errors
///
/// If any step failed or could not run.
pub(crate) fn run(lanes: Vec<Vec<Step>>) -> Result {
    let start = Instant::now();
    let tables: Vec<Mutex<Vec<Row>>> = lanes.iter().map(|_| Mutex::new(Vec::new())).collect();
    std::thread::scope(|scope| {
        for (lane, table) in lanes.into_iter().zip(&tables) {
            scope.spawn(move || {
                for step in lane {
                    let rows = step.run();
                    table.lock().expect("one thread writes here").extend(rows);
                }
            });
        }
    });
    let rows: Vec<Row> =
        tables.into_iter().flat_map(|table| table.into_inner().expect("the lane has ended")).collect();
    print_table(&rows);
    let passed = rows.iter().filter(|row| row.result.is_ok()).count();
    let failed = rows.len() - passed;
    println!("\n{} s", start.elapsed().as_secs());
    println!("{passed} passed, {failed} failed");
    if failed == 0 { Ok(()) } else { Err(Failure::Failed(String::new())) }
}

/// `target  what ran  result`, in columns.
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
}
