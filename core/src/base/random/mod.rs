//! Randomness as an argument: generators, independent streams and samplers.
//!
//! All randomness in this crate comes from an argument `rng: &mut G` with `G: Rng`, so a source of
//! noise can be named, seeded, recorded and replayed. The samplers are free functions of the
//! generator's 32-bit words and document how many they draw. They use only
//! [`elementary`](super::elementary) functions, so a seed gives the same numbers on every target.
//! They hold no state of their own: it suffices to save the generator.
//!
//! A *draw* is one [`next_u32`](Rng::next_u32) for `f32` and for indices, one
//! [`next_u64`](Rng::next_u64) for `f64` (two words of [`Xoshiro128PlusPlus`], the low one first).
//!
//! ```
//! use losscape::base::random::{fill_normal, stream, uniform};
//! let mut init = stream(7, 0);
//! let mut noise = stream(7, 1); // never overlaps the first: 2⁶⁴ words apart
//! let mut params = [0.0f32; 4];
//! fill_normal(&mut init, &mut params);
//! let u: f32 = uniform(&mut noise);
//! assert!((0.0..1.0).contains(&u));
//! ```

mod ball;
mod index;
mod normal;
mod stream;
mod uniform;

pub use ball::{fill_ball, fill_sphere};
pub use index::{fill_indices, identity, index, partial_shuffle, shuffle};
pub(crate) use normal::normal_pairs;
pub use normal::{add_normal, fill_normal, normal, normal_pair};
pub use rand_core::{Rng, SeedableRng, TryRng};
pub use rand_xoshiro::Xoshiro128PlusPlus;
pub use stream::{Streams, stream, streams};
pub use uniform::{uniform, uniform_in, uniform_positive};
