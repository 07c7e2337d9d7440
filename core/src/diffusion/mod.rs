//! Noisy descent as a diffusion: clouds of walkers, and the evolution of their density.
//!
//! SGD with learning rate η and batches of b samples moves like
//!
//! ```text
//! dx = −∇f dt + √(2 T D) dW,    T = η / (2 b),    one step lasting dt = η
//! ```
//!
//! (Chaudhari & Soatto 2018), with D the [covariance](GradientCovariance) of the per-sample gradients. Many
//! such walkers form an [`Ensemble`]. Their density obeys the [Fokker–Planck equation](FokkerPlanck) and
//! descends the [free energy](Gibbs::free_energy) until it is stationary. If D is isotropic, the stationary
//! density is the [Gibbs distribution](Gibbs) of the loss; otherwise it is that of [another
//! potential](measured_potential), with [currents](FokkerPlanck::current) that never vanish. For linear
//! forces and finite steps, the deviations from this picture are known exactly: [`linear_law`],
//! [`descent_covariance`], [`shuffled_variance`].
//!
//! Compute densities in binary64: in binary32, rounding may make the relative entropy rise at low
//! temperature.

mod clock;
mod covariance;
mod current;
mod density;
mod ensemble;
mod fokker_planck;
mod gibbs;
mod kramers;
mod lyapunov;
mod potential;
mod profile;
mod variances;

pub use clock::steps_of_time;
pub use covariance::{
    BatchNoise, CovarianceStep, GradientCovariance, GradientCovarianceLayout, shuffled_variance,
    trace_quantile,
};
pub use density::{Moments, coarsen, marginal, mass, moments, normal_density, normalise_mass, share};
pub use ensemble::{
    BATCH_PIECE, BatchDescent, Ensemble, EnsembleLayout, EnsembleStep, Kicked, Langevin, NOT_ARRIVED,
    NoiseFloor, Svag, Uneven, Walk, arrivals, cloud_moments, cloud_share, histogram, mean_arrival,
    noise_floor, seed_walkers,
};
pub use fokker_planck::{
    Boundary, Calculus, Diffusion, Dynamics, Elimination, EliminationLayout, EliminationStep, Evolution,
    EvolutionLayout, EvolutionStep, FokkerPlanck, FokkerPlanckLayout, GapStep, Relaxation, Scheme,
    SpectralGap, SpectralGapLayout,
};
pub use gibbs::{Gibbs, entropy, relative_entropy};
pub use kramers::kramers_time;
pub use lyapunov::{LinearLaw, Matrix, descent_covariance, discrete_covariance, linear_law};
pub use potential::{
    LocalPosterior, PotentialFit, compare_potential, learning_coefficient, measured_potential,
};
pub use profile::TanhProfile;
pub use variances::{fill_gradient_variances, gradient_variances, gradient_variances_scratch_len};
