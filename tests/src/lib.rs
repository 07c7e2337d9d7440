//! What must hold everywhere.

/// The README's example compiles and does what it says.
#[doc = include_str!("../../README.md")]
#[derive(Debug)]
pub struct Readme;

pub mod critical;
pub mod matching;
pub mod noise;
pub mod paths;
pub mod plot;
pub mod sharp;
pub mod spectrum;
