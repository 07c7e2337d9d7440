//! What the boards run: a page each, static memory only, nothing of any board. Copy one and change it.
#![no_std]

pub mod digits;
pub mod spirals;
pub mod stack;
pub mod xor;

/// What training came to.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// The loss on the samples trained with.
    pub loss: f32,
    /// The share of samples named correctly: held-out ones, where there are any.
    pub accuracy: f32,
    /// The digest of the parameters: the same on every board, laptop and browser.
    pub digest: u64,
}
