//! Handwritten digits and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(digits, cortex_m_rt::entry, cortex_m::singleton);
