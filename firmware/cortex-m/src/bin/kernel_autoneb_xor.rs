//! A path between two networks that know exclusive or and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(autoneb_xor, cortex_m_rt::entry, cortex_m::singleton);
