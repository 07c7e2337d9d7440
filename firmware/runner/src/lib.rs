//! Runs a program on any board and prints what it came to and what it took.
#![no_std]

mod stack;

use programs::{Program, Run};
use semihosting::{println, process};

/// Runs a program, prints its results, and exits.
///
/// `clock` returns the instructions executed since some moment; it is read after each step.
pub fn run<P: Program>(program: &mut P, mut clock: impl FnMut() -> u64) -> ! {
    stack::paint();
    // The first step is left out of the mean: what comes before its end is set-up too.
    let (start, mut first, mut steps) = (clock(), 0, 0);
    let mut count = || {
        let now = clock();
        steps += 1;
        first = if steps == 1 { now } else { first };
    };
    for part in 0..P::PARTS {
        let Ok(mut run) = program.begin(part) else { process::exit(1) };
        let Ok(()) = P::resume(&mut run) else { process::exit(1) };
        while run.step() {
            count();
        }
        count();
    }
    {
        let Ok(mut run) = program.finish() else { process::exit(1) };
        while run.step() {
            count();
        }
    }
    let last = clock();
    print(program, stack::peak(), (last - first) / (steps - 1).max(1), last - start)
}

/// Never inlined: room for a report is no part of the stack that a program takes.
#[inline(never)]
fn print<P: Program>(program: &mut P, stack: usize, instructions: u64, in_all: u64) -> ! {
    let Ok(report) = program.report() else { process::exit(1) };
    println!("fingerprint {:016x}", report.digest);
    println!("stack {stack}");
    println!("instructions {instructions}");
    println!("in all {in_all}");
    for (result, value) in report.results.iter().zip(report.values) {
        println!("result {result} {value}");
    }
    process::exit(0)
}
