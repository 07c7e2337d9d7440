//! Runs the program that the build names: `--features programs/NAME`.
#![no_std]
#![no_main]

use cortex_m::peripheral::SYST;
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m::singleton;
use cortex_m_rt::entry;
use programs::Chosen;

#[entry]
fn main() -> ! {
    let peripherals = cortex_m::Peripherals::take().expect("taken once");
    let program = singleton!(: Chosen = Chosen::new()).expect("taken once");
    losscape_runner::run(program, instructions(peripherals.SYST))
}

/// SysTick counts down in 24 bits.
const TICKS: u32 = 1 << 24;
/// The argument of a delay that the clock is compared with, and what it takes: two instructions a turn, and one turn
/// more.
const DELAY: u32 = 500_000;
const CALIBRATION: u32 = 2 * (DELAY + 1);

/// Counts instructions by SysTick, compared with a loop of known length: exact to a tick where every instruction takes
/// the same time, as under QEMU's `-icount`, and an estimate on silicon.
///
/// Two readings must lie fewer than 2²⁴ ticks apart, or a turn of the counter is lost.
fn instructions(mut clock: SYST) -> impl FnMut() -> u64 {
    clock.set_clock_source(SystClkSource::Core);
    clock.set_reload(TICKS - 1);
    clock.clear_current();
    clock.enable_counter();
    let elapsed = |since: u32| u64::from(since.wrapping_sub(SYST::get_current()) % TICKS);

    let start = SYST::get_current();
    cortex_m::asm::delay(DELAY);
    let calibration = elapsed(start);

    let (mut before, mut ticks) = (SYST::get_current(), 0u64);
    move || {
        let now = SYST::get_current();
        ticks += u64::from(before.wrapping_sub(now) % TICKS);
        before = now;
        ticks * u64::from(CALIBRATION) / calibration
    }
}
