//! The spirals, learned on this board: prints results, fingerprint, stack and instructions.
#![no_std]
#![no_main]

use cortex_m::singleton;
use cortex_m_rt::entry;
use losscape_programs::spirals::Memory;

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_cortex_m::run("spirals", memory)
}
