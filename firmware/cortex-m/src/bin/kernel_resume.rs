//! A run saved on x86-64 and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(resume, cortex_m_rt::entry, cortex_m::singleton);
