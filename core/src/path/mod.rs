//! Paths between minima.
//!
//! A path is a chain of *images*: rows of one flat slice. Every method is a state machine over the caller's
//! memory; a `step` makes at most one evaluation of the objective, or one move of the images.
//!
//! | method | what it does | source |
//! |---|---|---|
//! | [`Band`] | relaxes images onto a minimum-energy path | Henkelman & Jónsson 2000 |
//! | [`StringMethod`] | a path without tangents: gradient steps, then equal spacing | E, Ren & Vanden-Eijnden 2007 |
//! | [`AutoNeb`] | a band that is scanned, and refined where it is coarse | Kolsbjerg et al. 2016, Draxler et al. 2018 |
//! | [`Exploration`] | which of many minima to connect next | Draxler et al. 2018 |
//! | [`StringSampling`] | connects two points below a level by splitting and training | Freeman & Bruna 2017 |
//! | [`Curve`] | a curve trained to minimise its mean loss | Garipov et al. 2018 |
//! | [`RunningAverage`] | the average of a run's weights | Izmailov et al. 2018 |
//! | [`DenseScan`] | the saddle and barrier of a path, including the points between its images | |
//! | [`Projection`] | the plane in which a path is drawn | |
//! | [`Restarts`] | the spread of the saddles from repeated searches | |
//!
//! The *saddle* of a path is its highest value; the *barrier* is its greatest height above the line between
//! the values of its ends ([`PathReport`]). Both are upper bounds for the best path: a path that was found is
//! a proof, whereas a failed search proves nothing.
//!
//! Minima that differ by the order of hidden units can be aligned first, with
//! [`Mlp::align`](crate::models::mlp::Mlp::align).
//! [`EigenvectorFollowing`](crate::curvature::EigenvectorFollowing) certifies that an end is a minimum and
//! that the top of a band is a saddle.

mod autoneb;
mod average;
mod band;
mod curve;
#[cfg(test)]
mod hole;
mod location;
mod polyline;
mod projection;
mod relax;
mod restarts;
mod scan;
mod string;
mod string_sampling;
mod tangent;
mod tree;

pub use autoneb::{
    AutoNeb, AutoNebConfig, AutoNebEnd, AutoNebLayout, AutoNebStep, Cycle, CycleReport, Grow, Insertion,
    SCHEDULE_CODE, SCHEDULE_CODE_FAST,
};
pub use average::RunningAverage;
pub use band::{Band, BandConfig, BandLayout, BandStep, Spacing};
pub use curve::{Curve, CurveConfig, CurveKind, CurveLayout, CurveStep, Draw};
pub use location::Location;
pub use polyline::length;
pub use projection::{Projected, Projection};
#[cfg(feature = "adaptive")]
pub use relax::Adaptive;
#[cfg(feature = "fire")]
pub use relax::Fire;
pub use relax::{Descent, Relaxer};
pub use restarts::Restarts;
pub use scan::{DenseScan, PathReport, ScanStep};
pub use string::{Interpolation, StringConfig, StringLayout, StringMethod, StringStep};
pub use string_sampling::{
    SplitAt, StringSampling, StringSamplingConfig, StringSamplingEnd, StringSamplingLayout,
    StringSamplingStep, Trainer,
};
pub use tangent::{Tangent, tangent};
pub use tree::{Attempt, Exploration, Pair, Suggestion};
