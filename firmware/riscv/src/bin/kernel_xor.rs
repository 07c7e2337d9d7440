//! Exclusive or and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(xor, riscv_rt::entry, riscv::singleton);
