//! A run saved on x86-64, continued on this board: prints results, fingerprint, stack and instructions.
#![no_std]
#![no_main]

use losscape_programs::resume::Memory;
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_riscv::run("resume", memory)
}
