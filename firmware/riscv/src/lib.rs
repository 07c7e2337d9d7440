//! Runs a program on a RISC-V hart and prints what it came to and what it took.
#![no_std]

use losscape_programs::{Program, stack};
use riscv::register::minstret;
use semihosting::{println, process};

/// Runs a program, prints what it came to and what it took, and exits.
///
/// Counts instructions by `minstret`; QEMU counts them only with `-icount`.
pub fn run(name: &str, program: &mut impl Program) -> ! {
    stack::paint();
    // What comes before the end of the first step is not counted as one.
    let (start, mut first, mut steps) = (minstret::read64(), 0, 0);
    let result = program.train(|| {
        steps += 1;
        first = if steps == 1 { minstret::read64() } else { first };
    });
    let last = minstret::read64();
    let stack = stack::peak();
    let (Ok(()), Ok(report)) = (result, program.report()) else { process::exit(1) };
    println!("{name} fingerprint {:016x}", report.digest);
    println!("{name} stack {stack}");
    println!("{name} instructions {}", (last - first) / (steps - 1).max(1));
    println!("{name} in all {}", last - start);
    for (result, value) in report.results.iter().zip(report.values) {
        println!("{name} result {result} {value}");
    }
    process::exit(0)
}
