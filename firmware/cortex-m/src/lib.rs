//! Runs a program on a Cortex-M and prints what it came to and what it took.
#![no_std]

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use losscape::ArgError;
use losscape_programs::{Report, stack};
use semihosting::{println, process};

/// Instructions that the clock is compared with.
const CALIBRATION: u32 = 1_000_000;
/// SysTick counts down in 24 bits.
const TICKS: u32 = 1 << 24;

/// Runs `train`, which calls its argument after each step, prints the results and exits.
///
/// Counts instructions by SysTick, compared with a loop of known length: exact to a tick where every
/// instruction takes the same time, as under QEMU's `-icount`, and an estimate on silicon.
pub fn run(name: &str, train: impl FnOnce(&mut dyn FnMut(u32)) -> Result<Report, ArgError>) -> ! {
    let Some(mut peripherals) = cortex_m::Peripherals::take() else { process::exit(1) };
    let clock = &mut peripherals.SYST;
    clock.set_clock_source(SystClkSource::Core);
    clock.set_reload(TICKS - 1);
    clock.clear_current();
    clock.enable_counter();

    let start = SYST::get_current();
    cortex_m::asm::delay(CALIBRATION);
    let calibration = elapsed(start);

    stack::paint();
    let (mut ticks, mut steps, mut last) = (0u64, 0u32, None);
    let report = train(&mut |_| {
        // The first call only starts the clock: what came before it is not a step.
        if let Some(last) = last {
            ticks += u64::from(elapsed(last));
            steps += 1;
        }
        last = Some(SYST::get_current());
    });
    let stack = stack::peak();
    let Ok(report) = report else { process::exit(1) };
    let instructions = ticks * u64::from(CALIBRATION) / u64::from(calibration) / u64::from(steps.max(1));
    println!("{name} loss {:.6}", report.loss);
    println!("{name} accuracy {:.4}", report.accuracy);
    println!("{name} fingerprint {:016x}", report.digest);
    println!("{name} stack {stack}");
    println!("{name} instructions {instructions}");
    process::exit(0)
}

fn elapsed(since: u32) -> u32 {
    since.wrapping_sub(SYST::get_current()) % TICKS
}
