//! The tables of speed, from results that are known.
#![cfg(test)]

use losscape_benches::readme::tables;
use losscape_benches::workload::Workload;
use serde_json::{Value, json};

/// Results in which every rate is 2,500 a second, and a peer knows one workload.
fn results() -> Value {
    let row = |workload: Workload, contender: &str, ratio: f64| {
        json!({ "workload": workload.name(), "contender": contender, "best": 2500.0, "share_of_limit": 0.256,
                "ours_over_theirs": ratio })
    };
    let mut rows: Vec<_> = Workload::ALL.map(|workload| row(workload, "losscape", 1.0)).into();
    rows.extend([row(Workload::W1, "losscape, narrowest", 3.0), row(Workload::W2, "Eigen", 12.345)]);
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
