//! Exclusive or, learned on this board: prints loss, accuracy, fingerprint, stack and instructions per step.
#![no_std]
#![no_main]

use cortex_m::singleton;
use cortex_m_rt::entry;
use losscape_programs::xor::{Memory, train};

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_cortex_m::run("xor", |after_step| train(memory, after_step))
}
