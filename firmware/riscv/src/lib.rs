//! Runs a program on a RISC-V hart and prints what it came to and what it took.
#![no_std]

use losscape::ArgError;
use losscape_programs::{Report, stack};
use riscv::register::minstret;
use semihosting::{println, process};

/// Runs `train`, which calls its argument after each step, prints the results and exits.
///
/// Counts instructions by `minstret`; QEMU counts them only with `-icount`.
pub fn run(name: &str, train: impl FnOnce(&mut dyn FnMut(u32)) -> Result<Report, ArgError>) -> ! {
    stack::paint();
    let (mut instructions, mut steps, mut last) = (0, 0, None);
    let report = train(&mut |_| {
        // The first call only starts the clock: what came before it is not a step.
        if let Some(last) = last {
            instructions += minstret::read64() - last;
            steps += 1;
        }
        last = Some(minstret::read64());
    });
    let stack = stack::peak();
    let Ok(report) = report else { process::exit(1) };
    println!("{name} loss {:.6}", report.loss);
    println!("{name} accuracy {:.4}", report.accuracy);
    println!("{name} fingerprint {:016x}", report.digest);
    println!("{name} stack {stack}");
    println!("{name} instructions {}", instructions / steps.max(1));
    process::exit(0)
}
