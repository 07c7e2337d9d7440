//! Losses smoothed by noise: convolutions, what they do to minima, and what of it carries over to SGD.
//!
//! A step of SGD followed by its noise is, on average over that noise, a step on the loss convolved with the law of
//! the noise (Kleinberg, Li & Yuan 2018): with `y = x − η ∇f(x)` and noise ω,
//!
//! ```text
//! E[y′ | y] = y − η ∇g(y),    g(y) = E f(y − η ω)
//! ```
//!
//! That holds for one step. A whole run is another matter: noise accumulates, and its temperature carries runs over
//! dips that one step's smoothing keeps.
//!
//! | question | answer |
//! |---|---|
//! | the convolution of a surface | [`Convolution`](crate::objective::Convolution), in closed form |
//! | of a rectified linear unit, of an error function | [`convolved_relu`], [`convolved_erf`], in closed form |
//! | of any function in one or two dimensions | [`Quadrature`] |
//! | of values on a grid | [`GridConvolution`] |
//! | of any objective, with an error bar | [`SampledConvolution`], for a [kernel](crate::base::kernel::Kernel) or the [noise of minibatches](MinibatchNoise) |
//! | which minima are left at a bandwidth, and where each vanishes | [`LineMinima`], [`Branch`] |
//! | where descent along a shrinking bandwidth ends | [`Graduated`] |
//! | whether a run's gradients point to its end | [`OnePoint`] |
//! | what the theorem promises | [`Theorem`] |

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
