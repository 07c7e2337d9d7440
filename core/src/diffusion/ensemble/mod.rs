//! Clouds of walkers.

mod cloud;
mod histogram;
#[cfg(test)]
mod tests;
mod walk;

pub use cloud::{Ensemble, EnsembleLayout, EnsembleStep, NOT_ARRIVED, arrivals, mean_arrival, seed_walkers};
pub use histogram::{NoiseFloor, histogram, noise_floor};
pub use walk::{BATCH_PIECE, BatchDescent, Kicked, Langevin, Svag, Uneven, Walk};
