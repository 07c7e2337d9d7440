//! Hyperbolic tangents from micromath's exponential, timed on this board.
#![no_std]
#![no_main]

use cortex_m::singleton;
use cortex_m_rt::entry;
use losscape_programs::tanh_micromath::Memory;

#[entry]
fn main() -> ! {
    let memory = singleton!(: Memory = Memory::new()).expect("taken once");
    losscape_cortex_m::run("tanh_micromath", memory)
}
