//! Densities and clouds in the hands of a stranger, and at any scale.
#![cfg(test)]

mod hostile;
mod scale;
