//! Prints `experiment digest` for every experiment.
#![no_std]
#![no_main]

use losscape_fingerprint::all;
use riscv as _; // its critical section
use riscv_rt::entry;
use semihosting::{println, process};

#[entry]
fn main() -> ! {
    for experiment in all() {
        println!("{} {:016x}", experiment.name, (experiment.run)());
    }
    process::exit(0)
}
