//! A path between two networks that read digits and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(autoneb_digits, cortex_m_rt::entry, cortex_m::singleton);
