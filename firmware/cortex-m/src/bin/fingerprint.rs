//! Prints `experiment digest` for every experiment that fits into this board's memory.
#![no_std]
#![no_main]

use cortex_m as _; // its critical section
use cortex_m_rt::{entry, heap_start};
use losscape_fingerprint::all;
use semihosting::{println, process};

unsafe extern "C" {
    /// Where the stack begins, set by the linker script; it grows down to the end of the statics.
    static _stack_start: u32;
}

/// What printing needs besides an experiment.
const MARGIN: usize = 1024;

#[entry]
fn main() -> ! {
    let stack = (&raw const _stack_start).addr() - heap_start().addr() - MARGIN;
    for experiment in all().filter(|experiment| experiment.stack <= stack) {
        println!("{} {:016x}", experiment.name, (experiment.run)());
    }
    process::exit(0)
}
