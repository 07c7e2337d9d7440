//! The program that the build names and nothing else: what the kernel takes of flash and RAM, without printing.
#![no_std]
#![no_main]

use core::hint::{black_box, spin_loop};
use core::panic::PanicInfo;

use programs::{Chosen, Program};
use riscv::singleton;
use riscv_rt::entry;

#[entry]
fn main() -> ! {
    if let Some(program) = singleton!(: Chosen = Chosen::new()) {
        let _ = black_box(program.train(|| {}));
        black_box(program);
    }
    halt()
}

#[panic_handler]
fn panic(_: &PanicInfo<'_>) -> ! {
    halt()
}

fn halt() -> ! {
    loop {
        spin_loop();
    }
}
