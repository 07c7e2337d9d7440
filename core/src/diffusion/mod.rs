//! Descent that is noisy as a diffusion: clouds of walkers, and the density that they share.

mod density;
mod fokker_planck;

pub use density::{Moments, marginal, mass, moments, normalise, share};
pub use fokker_planck::{
    Boundary, Calculus, Diffusion, Dynamics, Evolution, EvolutionLayout, EvolutionStep, FokkerPlanck,
    FokkerPlanckLayout, Scheme,
};
