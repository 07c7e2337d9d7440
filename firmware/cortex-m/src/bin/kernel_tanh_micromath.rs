//! Hyperbolic tangents from micromath's exponential and nothing else.
#![no_std]
#![no_main]

losscape_programs::kernel!(tanh_micromath, cortex_m_rt::entry, cortex_m::singleton);
