//! The Fokker–Planck equation on a grid: densities that drift and diffuse.
//!
//! ```text
//! ∂ρ/∂t = −∇·J,    J = u ρ − T ∇·(D ρ),    u = −∇V + j
//! ```
//!
//! for `dx = u dt + √(2 T D) dW`. [`FokkerPlanck`] is the equation on a grid, a matrix of rates between
//! neighbouring cells. [`Evolution`] advances a density in time. [`Elimination`] solves with the full matrix:
//! stationary densities of any drift, implicit steps without splitting, mean passage times and spectral gaps.

mod bernoulli;
mod dynamics;
mod elimination;
mod evolution;
mod gap;
mod operator;
mod poisson;
mod sweep;
#[cfg(test)]
mod tests;
mod transport;

pub use dynamics::{Boundary, Calculus, Diffusion, Dynamics};
pub use elimination::{Elimination, EliminationLayout, EliminationStep};
pub use evolution::{Evolution, EvolutionLayout, EvolutionStep, Scheme};
pub use gap::{GapStep, Relaxation, SpectralGap, SpectralGapLayout};
pub(super) use operator::upper;
pub use operator::{FokkerPlanck, FokkerPlanckLayout};
