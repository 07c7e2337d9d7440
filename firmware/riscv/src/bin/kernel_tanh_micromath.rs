//! Hyperbolic tangents from micromath's exponential and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(tanh_micromath, riscv_rt::entry, riscv::singleton);
