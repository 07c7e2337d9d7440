//! Runs a program on a Cortex-M and prints what it came to and what it took.
#![no_std]

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use losscape_programs::{Program, stack};
use semihosting::{println, process};

/// The argument of the delay that the clock is compared with, and what it takes: two instructions a turn, and one
/// turn more.
const DELAY: u32 = 500_000;
const CALIBRATION: u32 = 2 * (DELAY + 1);
/// SysTick counts down in 24 bits.
const TICKS: u32 = 1 << 24;

/// Runs a program, prints what it came to and what it took, and exits.
///
/// Counts instructions by SysTick, compared with a loop of known length: exact to a tick where every
/// instruction takes the same time, as under QEMU's `-icount`, and an estimate on silicon. What lies between two calls
/// of `after_step` must take fewer than 2²⁴ ticks, or a turn of the counter is lost.
pub fn run(name: &str, program: &mut impl Program) -> ! {
    let Some(mut peripherals) = cortex_m::Peripherals::take() else { process::exit(1) };
    let clock = &mut peripherals.SYST;
    clock.set_clock_source(SystClkSource::Core);
    clock.set_reload(TICKS - 1);
    clock.clear_current();
    clock.enable_counter();

    let start = SYST::get_current();
    cortex_m::asm::delay(DELAY);
    let calibration = elapsed(start);

    stack::paint();
    // What comes before the end of the first step is not counted as one.
    let (mut start, mut ticks, mut steps, mut first) = (SYST::get_current(), 0u64, 0u64, 0u64);
    let result = program.train(|| {
        let now = SYST::get_current();
        ticks += u64::from(start.wrapping_sub(now) % TICKS);
        (start, steps) = (now, steps + 1);
        first = if steps == 1 { ticks } else { first };
    });
    let stack = stack::peak();
    let (Ok(()), Ok(report)) = (result, program.report()) else { process::exit(1) };
    let instructions = |ticks: u64| ticks * u64::from(CALIBRATION) / u64::from(calibration);
    println!("{name} fingerprint {:016x}", report.digest);
    println!("{name} stack {stack}");
    println!("{name} instructions {}", instructions(ticks - first) / (steps - 1).max(1));
    println!("{name} in all {}", instructions(ticks));
    for (result, value) in report.results.iter().zip(report.values) {
        println!("{name} result {result} {value}");
    }
    process::exit(0)
}

fn elapsed(since: u32) -> u32 {
    since.wrapping_sub(SYST::get_current()) % TICKS
}
