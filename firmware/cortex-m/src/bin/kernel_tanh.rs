//! Hyperbolic tangents and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(tanh, cortex_m_rt::entry, cortex_m::singleton);
