//! The tables of speed in the README, from the results of one run.

use losscape_benches::workload::Workload;
use serde_json::Value;

/// Ours, and ours again with the narrowest vectors, which the README does not compare.
const OWN: [&str; 2] = ["losscape", "losscape, narrowest"];

/// What was measured on which vectors, and a table of ratios; with a second one if a browser took part.
pub(crate) fn tables(results: &Value) -> Result<String, String> {
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Results in which every rate is 2,500 a second, and a peer knows one workload.
    fn results() -> Value {
        let row = |workload: Workload, contender: &str, ratio: f64| {
            json!({ "workload": workload.name(), "contender": contender, "best": 2500.0, "share_of_limit": 0.256,
                    "ours_over_theirs": ratio })
        };
        let mut rows: Vec<_> = Workload::ALL.map(|workload| row(workload, OWN[0], 1.0)).into();
        rows.extend([row(Workload::W1, OWN[1], 3.0), row(Workload::W2, "Eigen", 12.345)]);
        json!({ "browser": null, "peers": {
            "processor": "Some Processor", "vector_bits": "256", "limit_gflops": 64.6, "workloads": rows } })
    }

    #[test]
    fn a_peer_has_a_column_and_what_it_cannot_do_is_blank() {
        let page = tables(&results()).expect("complete results");
        let lines: Vec<_> = page.lines().collect();
        assert_eq!(lines[0], "Some Processor, vectors of 256 bits, limit 65 GFLOP/s; ours over theirs:");
        assert_eq!(lines[2..4], ["| | ours | of the limit | Eigen |", "|---|--:|--:|--:|"]);
        assert_eq!(lines[4], "| W1: train 2-16-16-1, batch 32 | 2.5 k samples/s | 26 % | |");
        assert_eq!(lines[5], "| W2: train 64-32-10, batch 32 | 2.5 k samples/s | 26 % | 12.3 |");
        assert_eq!(lines.len(), 10, "six workloads, and no browser");
    }

    #[test]
    fn a_browser_has_a_table_of_its_own() {
        let mut results = results();
        results["browser"] =
            json!({ "workloads": [{ "workload": "W4", "simd_over": { "tfjs": 123.4, "native": 0.8123 } }] });
        let page = tables(&results).expect("complete results");
        let lines: Vec<_> = page.lines().skip(11).collect();
        assert_eq!(
            lines,
            [
                "| in Chromium, simd128 | W4 |",
                "|---|--:|",
                "| over tfjs, wasm backend | 123 |",
                "| over our own SSE2 code | 0.81 |",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        let mut results = results();
        results["peers"]["workloads"].as_array_mut().expect("rows").remove(2);
        assert_eq!(tables(&results), Err("the results lack W3".into()));
        assert_eq!(tables(&json!({})), Err("the results lack the limit".into()));
    }
}
