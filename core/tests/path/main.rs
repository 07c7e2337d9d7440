//! Paths through the public interface: at any scale, with whatever arguments, and until they rest.
#![cfg(test)]

#[path = "../scaled/exact.rs"]
mod exact;
mod finite;
mod hostile;
mod hostile_searches;
mod landscapes;
mod memory;
mod rest;
mod scale;
#[path = "../scaled/mod.rs"]
mod scaled;
