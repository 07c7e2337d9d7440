//! Logs what a run comes to by defmt: of an outcome or an error a few bytes leave the board, and the host has the words.
#![no_std]
#![no_main]

use cortex_m as _; // its critical section
use cortex_m_rt::entry;
use defmt_semihosting as _; // where the bytes go
use losscape::models::mlp::Mlp;
use programs::kept::Run;
use semihosting::process;

#[entry]
fn main() -> ! {
    let mut run = Run::new().expect("the constants are accepted");
    for _ in 0..3 {
        defmt::info!("{}", run.sgd.step(&run.objective, &mut run.rng));
    }
    if let Err(refused) = Mlp::new(&[2]) {
        defmt::error!("{}", refused);
    }
    process::exit(0)
}
