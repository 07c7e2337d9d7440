//! Handwritten digits and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(digits, riscv_rt::entry, riscv::singleton);
