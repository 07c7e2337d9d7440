//! How deep the stack has been: paint the free memory, run, look for the lowest spot that changed.
//!
//! Works where the runtime's linker script names the end of the statics `__sheap` and the top of the stack
//! `_stack_start`, as cortex-m-rt and riscv-rt do, and no heap is in between.

unsafe extern "C" {
    static mut __sheap: u32;
    static _stack_start: u32;
}

const PAINT: u32 = 0x5a5a_c3c3;
/// What the painter's own frame and its callees may take.
const MARGIN: usize = 256;

/// Paints everything between the statics and the caller's frame.
#[inline(never)]
pub fn paint() {
    let here = 0u32;
    let end = (&raw const here).addr() - MARGIN;
    let mut spot = &raw mut __sheap;
    while spot.addr() < end {
        // SAFETY: between the end of the statics and the lowest frame nothing is allocated.
        unsafe {
            spot.write_volatile(PAINT);
            spot = spot.add(1);
        }
    }
}

/// The largest depth of the stack since [`paint`], in bytes.
#[must_use]
pub fn peak() -> usize {
    let top = (&raw const _stack_start).addr();
    let mut spot = &raw const __sheap;
    // SAFETY: reads words between the statics and the top of the stack.
    while spot.addr() < top && unsafe { spot.read_volatile() } == PAINT {
        spot = unsafe { spot.add(1) };
    }
    top - spot.addr()
}
