//! Runs a program on any board and prints what it came to and what it took.
#![no_std]

mod stack;

use programs::{Program, Run};
use semihosting::{println, process};

/// Runs a program, prints its progress and its results, and exits.
///
/// `clock` returns the instructions executed since some moment; it is read after each step.
pub fn run<P: Program>(program: &mut P, clock: impl FnMut() -> u64) -> ! {
    stack::paint();
    let mut clock = Clock { read: clock, printing: 0 };
    // The first step is left out of the mean: what comes before its end is set-up too.
    let (start, mut first, mut steps, mut peak) = (clock.now(), 0, 0, 0);
    let count = |clock: &mut Clock<_>, steps: &mut u64, first: &mut u64| {
        let now = clock.now();
        *steps += 1;
        *first = if *steps == 1 { now } else { *first };
    };
    for part in 0..P::PARTS {
        {
            let Ok(mut run) = program.begin(part) else { process::exit(1) };
            let Ok(()) = P::resume(&mut run) else { process::exit(1) };
            while run.step() {
                count(&mut clock, &mut steps, &mut first);
            }
            count(&mut clock, &mut steps, &mut first);
        }
        let (names, values) = program.progress();
        if !names.is_empty() {
            clock.pause(|| {
                peak = peak.max(stack::peak());
                tell(part, names, &values);
                stack::paint();
            });
        }
    }
    {
        let Ok(mut run) = program.finish() else { process::exit(1) };
        while run.step() {
            count(&mut clock, &mut steps, &mut first);
        }
    }
    let last = clock.now();
    print(program, peak.max(stack::peak()), (last - first) / (steps - 1).max(1), last - start)
}

/// Counts instructions, those of printing left out.
struct Clock<F> {
    read: F,
    printing: u64,
}

impl<F: FnMut() -> u64> Clock<F> {
    fn now(&mut self) -> u64 {
        (self.read)() - self.printing
    }

    fn pause(&mut self, print: impl FnOnce()) {
        let begun = (self.read)();
        print();
        self.printing += (self.read)() - begun;
    }
}

#[inline(never)]
fn tell(part: u32, names: &[&str], values: &[f32]) {
    for (name, value) in names.iter().zip(values) {
        println!("part {part}: {name} {value}");
    }
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
