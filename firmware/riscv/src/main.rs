//! Runs the program that the build names: `--features programs/NAME`.
#![no_std]
#![no_main]

use programs::Chosen;
use riscv::register::minstret;
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    let program = singleton!(: Chosen = Chosen::new()).expect("taken once");
    // QEMU counts instructions only with `-icount`.
    losscape_runner::run(program, minstret::read64)
}
