//! The spirals and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(spirals, riscv_rt::entry, riscv::singleton);
