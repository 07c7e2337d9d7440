//! The shape of a landscape around a point: its Hessian, its spectrum, and slices through it.
//!
//! | item | what it does | source |
//! |---|---|---|
//! | [`Hessian`] | the full matrix, one Hessian–vector product per step | Pearlmutter 1994 |
//! | [`eigenvalues`], [`eigen`] | the spectrum of a symmetric matrix | Householder; Martin & Wilkinson 1968; Dubrulle 1970 |
//! | [`Lanczos`] | extreme eigenvalues from products alone, with residual bounds | Lanczos 1950; Parlett 1998 |
//! | [`PowerIteration`] | the eigenvalue of largest magnitude in memory for three vectors | von Mises & Pollaczek-Geiringer 1929; De Sa et al. 2017 |
//! | [`SpectralDensity`] | density of the spectrum, and averages over it, with their standard errors | Ubaru, Chen & Saad 2017 |
//! | [`TraceEstimate`] | the trace from random products, with its standard error | Hutchinson 1990 |
//! | [`DeflatedTrace`] | the trace with the largest eigenvalues treated exactly: far fewer products if they decay | Meyer, Musco, Musco & Woodruff 2021 |
//! | [`Sharpness`] | the largest rise of the landscape within a box or a ball, and its caveats | Keskar et al. 2017; Foret et al. 2021; Dinh et al. 2017 |
//! | [`Subspace`] | a landscape restricted to a few directions, such as the random ones of Keskar's sharpness | Keskar et al. 2017 |
//! | [`BatchSharpness`] | the curvature of batches along their own gradients, in two means | Andreyev & Beneventano 2024 |
//! | [`rayleigh_quotient`] | the curvature along a direction | Parlett 1998 |
//! | [`stability_ratio`] | a curvature in units of 2/η, the stability limit of gradient descent | Cohen et al. 2021 |
//! | [`heavy_ball_edge`], [`nesterov_edge`] | the largest curvature at which descent with momentum is stable | Cohen et al. 2021 |
//! | [`sharpness_aware_edge`] | the same of sharpness-aware descent, by the gradient's norm | Long & Bartlett 2024 |
//! | [`copies`] | how often a value appears, to show the ghosts of Lanczos' method | Cullum & Willoughby 1985 |
//! | [`log_volume`] | the volume around a minimum, from its spectrum | Wu, Zhu & E 2017 |
//! | [`signature`] | the numbers of directions that curve upwards, are flat, curve downwards | |
//! | [`EigenvectorFollowing`] | walks to a minimum or saddle and certifies it | Cerjan & Miller 1981; Wales 1994 |
//! | [`CriticalSearch`] | finds a nearby critical point of any index: Newton's method, damped so that the slope falls | Levenberg 1944; Dauphin et al. 2014 |
//! | [`SaddleFree`] | descends with the magnitudes of the curvatures, from k products a move; the dense method with k = n | Dauphin et al. 2014 |
//! | [`slices`] | planes through parameter space, and how much of a trajectory they show | Li et al. 2018; Garipov et al. 2018 |
//!
//! Compute curvature in `f64`: in `f32`, many more eigenvalues are too close to zero to have a sign. A
//! [`Hessian`] reports the [`Tolerance`] within which an eigenvalue has no sign.

mod batch_sharpness;
mod copies;
mod deflated_trace;
mod density;
mod eigen;
mod estimate;
mod following;
mod hessian;
mod householder;
mod inspection;
mod lanczos;
mod power;
mod rayleigh;
mod saddle_free;
mod search;
mod sharpness;
mod signature;
pub mod slices;
mod stability;
mod subspace;
#[cfg(test)]
mod symmetric;
mod trace;
mod tridiagonal;
mod volume;

pub use batch_sharpness::{BatchSharpness, BatchSharpnessLayout, BatchSharpnessStep};
pub use copies::copies;
pub use deflated_trace::{DeflatedTrace, DeflatedTraceLayout, DeflatedTraceStep};
pub use density::{DensityConfig, DensityLayout, DensityStep, SpectralDensity};
pub use eigen::{EigenLayout, eigen, eigenvalues};
pub use estimate::Estimate;
pub use following::{CriticalPoint, EigenvectorFollowing, FollowingConfig, FollowingLayout, FollowingStep};
pub use hessian::{Hessian, HessianLayout, HessianStep, trace};
pub use lanczos::{Lanczos, LanczosConfig, LanczosLayout, LanczosStep, Ritz};
pub use power::{PowerConfig, PowerIteration, PowerLayout, PowerStep};
pub use rayleigh::rayleigh_quotient;
pub use saddle_free::{SaddleFree, SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep};
pub use search::{CriticalSearch, SearchLayout, SearchStep};
pub use sharpness::{Region, Sharpness, SharpnessConfig, SharpnessLayout, SharpnessStep};
pub use signature::{Signature, Tolerance, signature};
pub use stability::{heavy_ball_edge, nesterov_edge, sharpness_aware_edge, stability_ratio};
pub use subspace::{Subspace, SubspaceLayout};
pub use trace::{Probe, TraceEstimate, TraceLayout, TraceStep};
pub use volume::{half_width, log_volume};
