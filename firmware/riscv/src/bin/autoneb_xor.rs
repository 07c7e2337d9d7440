//! A path between two networks that know exclusive or, found on this board: prints results, fingerprint, stack and instructions.
#![no_std]
#![no_main]

use losscape_programs::autoneb_xor::Memory;
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_riscv::run("autoneb_xor", memory)
}
