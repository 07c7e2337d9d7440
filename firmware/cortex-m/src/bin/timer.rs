//! A run in a `static`, stepped by a timer interrupt while the main loop does something else.
#![no_std]
#![no_main]

use core::cell::RefCell;

use cortex_m::interrupt::{self, Mutex};
use cortex_m::peripheral::syst::SystClkSource;
use cortex_m_rt::{entry, exception};
use programs::kept::Run;
use semihosting::{println, process};

/// `None` before the run begins and after it has ended.
static RUN: Mutex<RefCell<Option<Run>>> = Mutex::new(RefCell::new(None));
/// What the run came to.
static DIGEST: Mutex<RefCell<Option<u64>>> = Mutex::new(RefCell::new(None));

/// Ticks between two steps: more than a step takes.
const PERIOD: u32 = 50_000;

#[entry]
fn main() -> ! {
    let run = Run::new().expect("the constants are accepted");
    interrupt::free(|cs| RUN.borrow(cs).replace(Some(run)));

    let mut timer = cortex_m::Peripherals::take().expect("taken once").SYST;
    timer.set_clock_source(SystClkSource::Core);
    timer.set_reload(PERIOD - 1);
    timer.clear_current();
    timer.enable_interrupt();
    timer.enable_counter();

    // What the board is for goes on meanwhile; here it counts.
    let mut turns = 0u32;
    loop {
        turns = turns.wrapping_add(1);
        if let Some(digest) = interrupt::free(|cs| *DIGEST.borrow(cs).borrow()) {
            println!("fingerprint {digest:016x}");
            println!("turns {turns}");
            process::exit(0)
        }
    }
}

#[exception]
fn SysTick() {
    interrupt::free(|cs| {
        let mut slot = RUN.borrow(cs).borrow_mut();
        if let Some(run) = slot.as_mut()
            && !run.step()
        {
            DIGEST.borrow(cs).replace(Some(run.digest()));
            *slot = None;
        }
    });
}
