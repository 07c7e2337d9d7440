//! The tables of speed in the README, from the results of one run.

use serde_json::Value;

use crate::workload::Workload;

/// Ours, and ours again with the narrowest vectors, which the README does not compare.
const OWN: [&str; 2] = ["losscape", "losscape, narrowest"];

/// What was measured on which vectors, and a table of ratios; with a second one if a browser took part.
///
/// # Errors
/// What the results lack.
pub fn tables(results: &Value) -> Result<String, String> {
    let peers = &results["peers"];
    let text = |key: &str| peers[key].as_str().ok_or_else(|| format!("the results lack {key}"));
    let limit = peers["limit_gflops"].as_f64().ok_or("the results lack the limit")?;
    let rows = peers["workloads"].as_array().ok_or("the results lack workloads")?;
    let mut others: Vec<&str> = Vec::new();
    for row in rows {
        let name = row["contender"].as_str().ok_or("a row lacks its contender")?;
        if !OWN.contains(&name) && !others.contains(&name) {
            others.push(name);
        }
    }
    let mut page = format!(
        "{}, vectors of {} bits, limit {limit:.0} GFLOP/s; ours over theirs:\n\n| | ours | of the limit |",
        text("processor")?,
        text("vector_bits")?,
    );
    for other in &others {
        page += &format!(" {other} |");
    }
    page += &format!("\n|---|--:|--:|{}\n", "--:|".repeat(others.len()));
    for workload in Workload::ALL {
        let of = |name: &str| {
            rows.iter().find(|row| row["workload"] == workload.name() && row["contender"] == name)
        };
        let own = of(OWN[0]).ok_or_else(|| format!("the results lack {}", workload.name()))?;
        let number = |key: &str| own[key].as_f64().ok_or_else(|| format!("a row lacks {key}"));
        page += &format!(
            "| {}: {} | {}/s | {:.0} % |",
            workload.name(),
            workload.title(),
            rate(number("best")?, workload.unit()),
            100.0 * number("share_of_limit")?
        );
        for other in &others {
            let ratio = of(other).and_then(|row| row["ours_over_theirs"].as_f64());
            page += &ratio.map_or_else(|| " |".to_owned(), |ratio| format!(" {} |", three_digits(ratio)));
        }
        page += "\n";
    }
    Ok(page + &in_chromium(&results["browser"]))
}

/// The page's rates against those of others, or nothing without a browser.
fn in_chromium(browser: &Value) -> String {
    let Some(rows) = browser["workloads"].as_array() else { return String::new() };
    let line = |name: &str, cell: &dyn Fn(&Value) -> String| {
        format!("| {name} |{}\n", rows.iter().map(|row| format!(" {} |", cell(row))).collect::<String>())
    };
    let over =
        |row: &Value, other: &str| row["simd_over"][other].as_f64().map_or(String::new(), three_digits);
    let head = line("in Chromium, simd128", &|row| row["workload"].as_str().unwrap_or_default().to_owned());
    let rule = format!("|---|{}\n", "--:|".repeat(rows.len()));
    let bodies = [("over tfjs, wasm backend", "tfjs"), ("over our own SSE2 code", "native")];
    let bodies = bodies.map(|(name, other)| line(name, &|row| over(row, other)));
    format!("\n{head}{rule}{}", bodies.concat())
}

fn rate(rate: f64, unit: &str) -> String {
    let unit = if unit == "samples" { " samples" } else { "" };
    match rate {
        1e6.. => format!("{:.1} M{unit}", rate / 1e6),
        1e5.. => format!("{:.0} k{unit}", rate / 1e3),
        _ => format!("{:.1} k{unit}", rate / 1e3),
    }
}

fn three_digits(ratio: f64) -> String {
    match ratio {
        19.5.. => format!("{ratio:.0}"),
        9.95.. => format!("{ratio:.1}"),
        _ => format!("{ratio:.2}"),
    }
}
