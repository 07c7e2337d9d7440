//! Handwritten digits, learned on this board: prints loss, accuracy, fingerprint, stack and instructions per step.
#![no_std]
#![no_main]

use losscape_programs::digits::{Memory, train};
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_riscv::run("digits", |after_step| train(memory, after_step))
}
