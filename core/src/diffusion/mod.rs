//! Descent that is noisy as a diffusion: clouds of walkers, and the density that they share.

mod current;
mod density;
mod fokker_planck;
mod gibbs;

pub use density::{Moments, marginal, mass, moments, normalise, share};
pub use fokker_planck::{
    Boundary, Calculus, Diffusion, Dynamics, Elimination, EliminationLayout, EliminationStep, Evolution,
    EvolutionLayout, EvolutionStep, FokkerPlanck, FokkerPlanckLayout, GapStep, Relaxation, Scheme,
    SpectralGap, SpectralGapLayout,
};
pub use gibbs::{Gibbs, entropy, relative_entropy};
