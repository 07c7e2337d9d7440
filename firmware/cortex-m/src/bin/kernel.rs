//! The program that the build names and nothing else: what the library takes of flash and RAM, without printing.
#![no_std]
#![no_main]

use cortex_m::singleton;
use cortex_m_rt::entry;
use programs::Chosen;

#[entry]
fn main() -> ! {
    losscape_bare::run(singleton!(: Chosen = Chosen::new()))
}
