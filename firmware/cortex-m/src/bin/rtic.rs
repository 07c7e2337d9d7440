//! A run in a software task of RTIC, which a timer interrupts at any moment to look at it.
#![no_std]
#![no_main]

use semihosting as _; // its panic handler

#[rtic::app(device = lm3s6965, dispatchers = [UART0])]
mod app {
    use cortex_m::peripheral::syst::SystClkSource;
    use programs::kept::Run;
    use semihosting::{println, process};

    /// Ticks between two looks.
    const PERIOD: u32 = 10_000;

    /// Who steps the run or reads it locks it, which only raises a priority for so long.
    #[shared]
    struct Shared {
        run: Run,
        looks: u32,
    }

    #[local]
    struct Local {}

    #[init]
    fn init(context: init::Context) -> (Shared, Local) {
        let mut timer = context.core.SYST;
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(PERIOD - 1);
        timer.clear_current();
        timer.enable_interrupt();
        timer.enable_counter();

        let run = Run::new().expect("the constants are accepted");
        train::spawn().expect("spawned once");
        (Shared { run, looks: 0 }, Local {})
    }

    /// Trains while nothing more urgent is to be done. An interrupt waits for one step at most.
    #[task(priority = 1, shared = [run, looks])]
    async fn train(mut context: train::Context) {
        while context.shared.run.lock(Run::step) {}
        println!("fingerprint {:016x}", context.shared.run.lock(|run| run.digest()));
        println!("turns {}", context.shared.looks.lock(|looks| *looks));
        process::exit(0)
    }

    /// What is more urgent. Between two steps the run is whole: here it could be saved, too.
    #[task(binds = SysTick, priority = 2, shared = [run, looks])]
    fn look(context: look::Context) {
        let run = context.shared.run;
        let looks = context.shared.looks;
        (run, looks).lock(|run, looks| *looks += u32::from(run.digest() != 0));
    }
}
