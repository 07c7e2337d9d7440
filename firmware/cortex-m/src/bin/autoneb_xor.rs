//! A path between two networks that know exclusive or, found on this board: prints results, fingerprint, stack and instructions.
#![no_std]
#![no_main]

use cortex_m::singleton;
use cortex_m_rt::entry;
use losscape_programs::autoneb_xor::Memory;

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_cortex_m::run("autoneb_xor", memory)
}
