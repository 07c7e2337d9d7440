//! The program that the build names and nothing else: what the library takes of flash and RAM, without printing.
#![no_std]
#![no_main]

use programs::Chosen;
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    losscape_bare::run(singleton!(: Chosen = Chosen::new()))
}
