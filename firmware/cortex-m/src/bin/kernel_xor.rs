//! Exclusive or and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(xor, cortex_m_rt::entry, cortex_m::singleton);
