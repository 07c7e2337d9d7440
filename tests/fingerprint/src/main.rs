//! Prints `experiment digest` a line; with `--expected`, `experiment digest stack` as committed. `--level 1`,
//! `2` or `3` keeps the run-time choice of vectors at or below 128, 256 or 512 bits.

use losscape_dispatch::{Level, limit, widest};
use losscape_fingerprint::all;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => run(),
        ["--expected"] => {
            for experiment in all() {
                println!("{} {:016x} {}", experiment.name, experiment.digest, experiment.stack);
            }
        }
        ["--level", number] => {
            let levels = [Level::Build, Level::V3, Level::V4];
            let level = levels.into_iter().find(|level| (*level as u8).to_string() == *number);
            let level = level.expect("a level is 1, 2 or 3");
            assert!(level <= widest(), "this processor has no {level:?}");
            limit(level);
            run();
        }
        _ => panic!("usage: losscape-fingerprint [--expected | --level 1|2|3]"),
    }
}

fn run() {
    for experiment in all() {
        println!("{} {:016x}", experiment.name, (experiment.run)());
    }
}
