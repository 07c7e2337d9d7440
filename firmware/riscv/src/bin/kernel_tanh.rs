//! Hyperbolic tangents and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(tanh, riscv_rt::entry, riscv::singleton);
