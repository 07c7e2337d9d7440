//! A run saved on x86-64 and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(resume, riscv_rt::entry, riscv::singleton);
