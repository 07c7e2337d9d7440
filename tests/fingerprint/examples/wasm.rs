//! The experiments for Node and Chromium, without any glue.

use losscape_fingerprint::{Experiment, all};

/// How many experiments there are.
#[unsafe(no_mangle)]
pub extern "C" fn count() -> usize {
    all().count()
}

/// Where the name of an experiment starts, in UTF-8.
#[unsafe(no_mangle)]
pub extern "C" fn name(experiment: usize) -> *const u8 {
    at(experiment).name.as_ptr()
}

/// How many bytes the name has.
#[unsafe(no_mangle)]
pub extern "C" fn name_len(experiment: usize) -> usize {
    at(experiment).name.len()
}

/// The digest, computed now.
#[unsafe(no_mangle)]
pub extern "C" fn run(experiment: usize) -> u64 {
    (at(experiment).run)()
}

fn at(experiment: usize) -> &'static Experiment {
    all().nth(experiment).expect("the caller counted")
}
