//! Copies and zeros in a few dozen bytes of code, instead of the thousand that the toolchain's take for their speed.
//!
//! These are the names that the compiler calls on Arm (Run-time ABI for the Arm Architecture, section 4.3.4). Accesses
//! are volatile, so that it does not see a copy in a copy and makes it call itself.

/// Copies `bytes` from and to multiples of 4.
///
/// # Safety
/// As for `memcpy`: both ends are valid for `bytes` and do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __aeabi_memcpy4(mut to: *mut u32, mut from: *const u32, mut bytes: usize) {
    while bytes >= 4 {
        // SAFETY: 4 bytes are left, which the caller vouches for.
        unsafe {
            to.write(from.read_volatile());
            (to, from) = (to.add(1), from.add(1));
        }
        bytes -= 4;
    }
    // SAFETY: as the caller's.
    unsafe { __aeabi_memcpy(to.cast(), from.cast(), bytes) }
}

/// Copies `bytes`.
///
/// # Safety
/// As for `memcpy`: both ends are valid for `bytes` and do not overlap.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __aeabi_memcpy(to: *mut u8, from: *const u8, bytes: usize) {
    for k in 0..bytes {
        // SAFETY: below `bytes`, which the caller vouches for.
        unsafe { to.add(k).write(from.add(k).read_volatile()) }
    }
}

/// Writes `bytes` of zeros from a multiple of 4 on.
///
/// # Safety
/// As for `memset`: the end is valid for `bytes`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn __aeabi_memclr4(mut to: *mut u32, mut bytes: usize) {
    while bytes >= 4 {
        // SAFETY: 4 bytes are left, which the caller vouches for.
        unsafe {
            to.write_volatile(0);
            to = to.add(1);
        }
        bytes -= 4;
    }
    for k in 0..bytes {
        // SAFETY: below what is left.
        unsafe { to.cast::<u8>().add(k).write_volatile(0) }
    }
}
