//! Samples for training: your own slices, the handwritten digits, and small generated problems.
//!
//! # Your own data
//!
//! Any data laid out as rows of numbers can become a [`Dataset`] without a copy: inputs row by row in one slice, and
//! targets as numbers or classes in another. The slices may be a static array, a buffer that a driver filled or a
//! vector read from a file. Scale inputs to about unit size first, for instance with [`standardise`]; the initial
//! weights of networks assume it. `examples/own_dataset.rs` is a complete program:
//!
//! ```
//! use losscape::models::data::{Dataset, Targets};
//!
//! static READINGS: [f32; 6] = [0.1, 0.7, 0.3, 0.2, 0.9, 0.4]; // 3 samples of 2 inputs
//! static STATES: [u8; 3] = [0, 1, 0];
//! let data = Dataset::new(&READINGS, 2, Targets::Labels(&STATES))?;
//! assert_eq!(data.input(1), [0.3, 0.2]);
//! # Ok::<(), losscape::ArgError>(())
//! ```

mod curves;
mod dataset;
mod design;
pub mod digits;
mod generate;
pub mod pad;
mod standard;

pub use curves::{chebyshev4, waves};
pub use dataset::{Dataset, Targets};
pub use design::orthogonal_design;
pub use generate::{blobs, moons, spirals, xor};
pub use standard::{column_moments, split_rows, standardise};
