//! Clouds of walkers.

mod cloud;
mod histogram;
mod layout;
mod moments;
#[cfg(test)]
mod tests;
mod walk;

pub use cloud::{Ensemble, EnsembleStep, NOT_ARRIVED, arrivals, mean_arrival, seed_walkers};
pub use histogram::{NoiseFloor, histogram, noise_floor};
pub use layout::EnsembleLayout;
pub use moments::{cloud_moments, cloud_share};
pub use walk::{BATCH_PIECE, BatchDescent, Kicked, Langevin, Svag, Uneven, Walk};
