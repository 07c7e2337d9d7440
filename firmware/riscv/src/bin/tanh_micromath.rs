//! Hyperbolic tangents from micromath's exponential, timed on this board.
#![no_std]
#![no_main]

use losscape_programs::tanh_micromath::Memory;
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_riscv::run("tanh_micromath", memory)
}
