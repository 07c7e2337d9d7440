//! Runs a program on any board and says nothing: the image holds what the library takes and no more.
#![no_std]

use core::hint::{black_box, spin_loop};
use core::panic::PanicInfo;

use programs::{Program, Run};

/// Does the work of a program and halts.
pub fn run<P: Program>(program: Option<&'static mut P>) -> ! {
    if let Some(program) = program {
        for part in 0..P::PARTS {
            let Ok(mut run) = program.begin(part) else { break };
            let Ok(()) = P::resume(&mut run) else { break };
            while run.step() {}
        }
        if let Ok(mut last) = program.finish() {
            while last.step() {}
        }
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
