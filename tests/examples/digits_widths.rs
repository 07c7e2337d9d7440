//! Overparametrisation removes barriers: two minima of a digits network, over ten widths.
//!
//! ```text
//! cargo run --release -p losscape-tests --example digits_widths
//! ```
//!
//! Trains pairs of 64-h-10 tanh networks from different seeds on the 1500 training rows, joins each pair by
//! AutoNEB without alignment, and writes `docs/digits-widths.md` and `docs/digits-widths.svg`. The numbers
//! have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape::path::Restarts;
use losscape_tests::paths::{Connection, Digits, SCHEDULE, connect, highest_error, path_rng, train};
use losscape_tests::plot::{Mark, WidthPlot};

const WIDTHS: [usize; 10] = [2, 3, 4, 5, 6, 8, 12, 16, 24, 32];
const PAIRS: u64 = 5;
const TRAINING_STEPS: u32 = 3000;
/// Searches for each pair, on other batches.
const SEARCHES: u64 = 4;

struct Row {
    hidden: usize,
    pair: u64,
    connection: Connection,
    restarts: Restarts<f32, 4>,
    errors: [[f32; 2]; 2], // ends, path; training, held out
}

fn main() -> Result<(), Box<dyn Error>> {
    let (training, held_out) = (Digits::<f32>::training()?, Digits::<f32>::held_out()?);
    let mut rows = Vec::new();
    for hidden in WIDTHS {
        let (f, test) = (training.objective(hidden)?, held_out.objective(hidden)?);
        for pair in 0..PAIRS {
            let a = train(&f, 128, 2 * pair + 1, TRAINING_STEPS)?;
            let b = train(&f, 128, 2 * pair + 2, TRAINING_STEPS)?;
            let connection = connect(&f, &a, &b, &SCHEDULE, &mut path_rng(pair))?;
            let mut restarts = Restarts::new();
            restarts.add(connection.path.saddle)?;
            for search in 1..SEARCHES {
                let again = connect(&f, &a, &b, &SCHEDULE, &mut path_rng(pair + 100 * search))?;
                restarts.add(again.path.saddle)?;
            }
            let ends: Vec<f32> = a.iter().chain(&b).copied().collect();
            let error = |images: &[f32], points| {
                [highest_error(&f, images, points), highest_error(&test, images, points)]
            };
            // Of two rows alone, no points between: the ends.
            let at_ends = [&ends[..a.len()], &ends[a.len()..]].map(|end| {
                let twice: Vec<f32> = end.iter().chain(end).copied().collect();
                error(&twice, 0)
            });
            let worse = |k: usize| if at_ends[0][k] < at_ends[1][k] { at_ends[1][k] } else { at_ends[0][k] };
            let errors = [[worse(0), worse(1)], error(&connection.images, 9)];
            eprintln!(
                "h = {hidden}, pair {pair}: line {:.4}, path {:.4}, higher end {:.4}",
                connection.line.saddle,
                connection.path.saddle,
                connection.path.saddle - connection.path.rise()
            );
            rows.push(Row { hidden, pair, connection, restarts, errors });
        }
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::create_dir_all(&docs)?;
    std::fs::write(docs.join("digits-widths.md"), table(&rows)?)?;
    std::fs::write(docs.join("digits-widths.svg"), plot(&rows)?)?;
    Ok(())
}

/// The middle one of an odd number of values.
fn median(mut values: Vec<f32>) -> f32 {
    values.sort_by(f32::total_cmp);
    values[values.len() / 2]
}

fn table(rows: &[Row]) -> Result<String, core::fmt::Error> {
    let mut out = String::new();
    writeln!(out, "# Width removes barriers: digits\n")?;
    writeln!(
        out,
        "Two minima of a 64-h-10 tanh network, trained from different seeds on the 1500 training rows\n\
         ({TRAINING_STEPS} steps of SGD, momentum 0.9, batches of 128, rate 0.1, then 0.01, then 0.001), are connected by\n\
         AutoNEB without alignment: at most 17 images, 3000 sweeps at batch 128, dense scan of nine points in\n\
         each segment. All numbers are values of the objective: training cross-entropy plus ½ · 10⁻⁴ ‖θ‖², in nats.\n\
         *Line* is the highest value on the straight line, *path* on the dense scan of the best path, *end* the\n\
         higher of the two ends, *rise* = path − end. *Lowest of {SEARCHES}* and *spread* cover that many searches on different\n\
         batches, the first of which is *path*: they are the noise floor of the other columns. Errors are in percent: at the worse end, and the worst on the path.\n\n\
         `cargo run --release -p losscape-tests --example digits_widths` writes this page; the numbers have the same bits on\n\
         every machine. A path found proves that the barrier is at most this high; a rise that remains proves\n\
         nothing, since another search might find less. Ends trained to convergence (rate going to zero) are\n\
         deeper by a third, and a rise of about 0.001 remains at h = 8.\n\n\
         ![All values](digits-widths.svg)\n"
    )?;
    writeln!(out, "## Medians\n")?;
    writeln!(
        out,
        "| h | parameters | line | path | end | rise | lowest of {SEARCHES} | spread | length / chord |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|")?;
    for hidden in WIDTHS {
        let of =
            |value: fn(&Row) -> f32| median(rows.iter().filter(|r| r.hidden == hidden).map(value).collect());
        writeln!(
            out,
            "| {hidden} | {} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {:.2} |",
            hidden * 75 + 10,
            of(|r| r.connection.line.saddle),
            of(|r| r.connection.path.saddle),
            of(|r| r.connection.path.saddle - r.connection.path.rise()),
            of(|r| r.connection.path.rise()),
            of(|r| r.restarts.lowest().unwrap_or(f32::NAN)),
            of(|r| r.restarts.spread().unwrap_or(f32::NAN)),
            of(|r| r.connection.path.length_ratio()),
        )?;
    }
    writeln!(out, "\n## All pairs\n")?;
    writeln!(
        out,
        "| h | pair | line | path | ends | rise | barrier | lowest of {SEARCHES} | spread | images | gradients | length / chord | \
         training error: ends, path | held-out error: ends, path |"
    )?;
    writeln!(out, "|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")?;
    for Row { hidden, pair, connection, restarts, errors } in rows {
        let path = &connection.path;
        writeln!(
            out,
            "| {hidden} | {pair} | {:.4} | {:.4} | {:.4}, {:.4} | {:.4} | {:.4} | {:.4} | {:.4} | {} | {} | {:.2} | {:.2}, {:.2} | {:.2}, {:.2} |",
            connection.line.saddle,
            path.saddle,
            path.ends[0],
            path.ends[1],
            path.rise(),
            path.barrier,
            restarts.lowest().unwrap_or(f32::NAN),
            restarts.spread().unwrap_or(f32::NAN),
            connection.images.len() / (hidden * 75 + 10),
            connection.evaluations.gradients,
            path.length_ratio(),
            errors[0][0],
            errors[1][0],
            errors[0][1],
            errors[1][1],
        )?;
    }
    Ok(out)
}

/// All values over the widths.
fn plot(rows: &[Row]) -> Result<String, core::fmt::Error> {
    let title = "Highest value between two minima over the width";
    let mut plot = WidthPlot::new(title, &WIDTHS, 1.0, &["10", "1", "0.1", "0.01"])?;
    for (column, hidden) in (0u16..).zip(WIDTHS) {
        for (k, row) in (0u16..).zip(rows.iter().filter(|r| r.hidden == hidden)) {
            let aside = 9.0 * (f32::from(k) - 2.0);
            let path = &row.connection.path;
            plot.mark(column, aside, row.connection.line.saddle, Mark::Open)?;
            plot.mark(column, aside, path.saddle - path.rise(), Mark::Line)?;
            plot.mark(column, aside, path.saddle, Mark::Filled)?;
        }
    }
    plot.explain(Mark::Open, "highest on the straight line")?;
    plot.explain(Mark::Filled, "highest on the path")?;
    plot.explain(Mark::Line, "higher end")?;
    plot.finish()
}
