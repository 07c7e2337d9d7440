//! Exclusive or, learned on this board: prints results, fingerprint, stack and instructions.
#![no_std]
#![no_main]

use losscape_programs::xor::Memory;
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_riscv::run("xor", memory)
}
