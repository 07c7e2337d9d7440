//! Losses smoothed by noise: convolutions, their effect on minima, and what carries over to SGD.
//!
//! A step of SGD followed by its noise is, averaged over the noise, a step on the loss convolved with the
//! distribution of the noise (Kleinberg, Li & Yuan 2018). With `y = x − η ∇f(x)` and noise ω,
//!
//! ```text
//! E[y′ | y] = y − η ∇g(y),    g(y) = E f(y − η ω)
//! ```
//!
//! This holds for one step. A whole run differs: noise accumulates, and its temperature carries runs across
//! dips that the smoothing of one step keeps.
//!
//! | question | answer |
//! |---|---|
//! | the convolution of a surface | [`Convolution`](crate::objective::Convolution), in closed form |
//! | the convolution of a rectified linear unit or an error function | [`convolved_relu`], [`convolved_erf`], in closed form |
//! | the convolution of any function in one or two dimensions | [`Quadrature`] |
//! | the convolution of values on a grid | [`GridConvolution`] |
//! | the convolution of any objective, with an error bar | [`SampledConvolution`], for a [kernel](crate::base::kernel::Kernel) or the [noise of minibatches](MinibatchNoise) |
//! | which minima remain at a bandwidth, and where each vanishes | [`LineMinima`], [`Branch`] |
//! | where descent with a shrinking bandwidth ends | [`Graduated`] |
//! | whether a run's gradients point to its end | [`OnePoint`] |
//! | what the theorem guarantees | [`Theorem`] |

mod branch;
mod graduated;
mod grid;
mod line;
mod noise;
mod one_point;
mod quadrature;
mod sampled;
mod theorem;
mod unit;
mod weighted;

pub use branch::{Branch, BranchConfig, BranchStep};
pub use graduated::{Graduated, GraduatedConfig, GraduatedLayout, GraduatedStep};
pub use grid::{ConvolutionStep, GridConvolution, GridConvolutionLayout, Padding};
pub use line::{LineMinima, LineStep};
pub use noise::{Displacement, MinibatchNoise};
pub use one_point::{OnePoint, OnePointLayout, OnePointStep, Tally};
pub use quadrature::Quadrature;
pub use sampled::{SampledConvolution, SampledConvolutionLayout, SampledStep};
pub use theorem::{Conditions, Theorem};
pub use unit::{convolved_erf, convolved_relu};
