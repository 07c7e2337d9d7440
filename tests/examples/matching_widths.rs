//! Matching hidden units lowers the barrier of the straight line: two networks on clusters, over eight widths.
//!
//! ```text
//! cargo run --release -p losscape-tests --example matching_widths
//! ```
//!
//! Trains pairs of 10-h-4 ReLU networks from different seeds, scans the straight line between them before and
//! after the second's hidden units are matched with the first's, and writes `docs/matching-widths.md` and
//! `docs/matching-widths.svg`. The numbers have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape_tests::matching::{Barriers, Clusters, barriers};
use losscape_tests::plot::{Mark, WidthPlot};

const WIDTHS: [usize; 8] = [4, 8, 16, 32, 64, 128, 256, 512];
const PAIRS: u32 = 5;
const L2: f64 = 1e-3;

struct Row {
    hidden: usize,
    pairs: Vec<Barriers>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let clusters = Clusters::default();
    let mut rows = Vec::new();
    for hidden in WIDTHS {
        let f = clusters.objective(hidden, L2)?;
        let mut pairs = Vec::new();
        for pair in 0..PAIRS {
            let found = barriers(&f, pair)?;
            eprintln!("h = {hidden}, pair {pair}: {found:?}");
            pairs.push(found);
        }
        rows.push(Row { hidden, pairs });
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::write(docs.join("matching-widths.md"), table(&rows)?)?;
    std::fs::write(docs.join("matching-widths.svg"), plot(&rows)?)?;
    Ok(())
}

/// The values in ascending order, and the middle one of an odd number of them.
fn sorted(row: &Row, value: fn(&Barriers) -> f64) -> (String, f64) {
    let mut values: Vec<f64> = row.pairs.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    let listed: Vec<String> = values.iter().map(|v| format!("{v:.4}")).collect();
    (listed.join(", "), values[values.len() / 2])
}

fn table(rows: &[Row]) -> Result<String, core::fmt::Error> {
    let mut out = String::new();
    writeln!(
        out,
        "# Matching lowers the barrier of the straight line\n\n\
         Two 10-h-4 ReLU networks, trained from different seeds on 400 samples of eight Gaussian clusters in four\n\
         classes (cross-entropy, L2 {L2}, 150 epochs in batches of 50, rate 0.05, momentum 0.9). *Naive* is the barrier of the\n\
         straight line between them, the greatest height above the line between the values of the ends, from 24 points;\n\
         *matched* is the same after reordering the second network's hidden units to match the first's\n\
         (`Mlp::align`), which changes its outputs by rounding only. {PAIRS} pairs for each width; all values are in\n\
         ascending order.\n\n\
         `cargo run --release -p losscape-tests --example matching_widths` writes this page; the numbers have the same bits on\n\
         every machine. Narrow networks differ in what they compute, not only in the order of their units: at h = 4 a\n\
         third of the barrier remains, and matching can raise it. For [deep networks](alignment.md) the search has local optima.\n\n\
         ![All values](matching-widths.svg)\n\n\
         Barriers below 0.0001 are drawn on the lower edge.\n\n\
         | h | naive, median | matched, median | matched / naive | naive, all | matched, all |\n\
         |--:|--:|--:|--:|---|---|"
    )?;
    for row in rows {
        let (naive, matched) = (sorted(row, |b| b.naive), sorted(row, |b| b.matched));
        let ratio = matched.1 / naive.1;
        writeln!(
            out,
            "| {} | {:.4} | {:.4} | {ratio:.3} | {} | {} |",
            row.hidden, naive.1, matched.1, naive.0, matched.0
        )?;
    }
    Ok(out)
}

fn plot(rows: &[Row]) -> Result<String, core::fmt::Error> {
    let title = "Barrier of the straight line over the width, before and after matching";
    let scale = ["10", "1", "0.1", "0.01", "0.001", "0.0001"];
    let mut plot = WidthPlot::new(title, &WIDTHS, 1.0, &scale)?;
    for (column, row) in (0u16..).zip(rows) {
        for (k, pair) in (0u16..).zip(&row.pairs) {
            let aside = 9.0 * (f32::from(k) - 2.0);
            #[expect(clippy::cast_possible_truncation, reason = "places in a picture")]
            let (naive, matched) = (pair.naive as f32, pair.matched as f32);
            plot.mark(column, aside, naive, Mark::Open)?;
            plot.mark(column, aside, matched, Mark::Filled)?;
        }
    }
    plot.explain(Mark::Open, "as they are")?;
    plot.explain(Mark::Filled, "matched")?;
    plot.finish()
}
