//! Exclusive or and nothing else: what the kernel takes of flash and RAM, without printing.
#![no_std]
#![no_main]

use core::hint::black_box;
use core::panic::PanicInfo;

use losscape_programs::xor::{Memory, train};
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    if let Some(memory) = singleton!(: Memory = Memory::new()) {
        let _report = black_box(train(memory, |_| {}));
    }
    halt()
}

#[panic_handler]
fn panic(_: &PanicInfo) -> ! {
    halt()
}

fn halt() -> ! {
    loop {
        core::hint::spin_loop();
    }
}
