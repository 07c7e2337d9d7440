//! The experiment *Paths*: two trained minima, the straight line between them, and a band that stays low.

#[cfg(feature = "paths")]
mod between;
#[cfg(feature = "paths")]
mod ends;
#[cfg(feature = "paths")]
mod handle;
#[cfg(feature = "toy")]
mod network;
#[cfg(feature = "paths")]
mod plane;
#[cfg(feature = "paths")]
mod problem;
#[cfg(feature = "paths")]
mod records;
mod route;
#[cfg(feature = "paths")]
mod search;
mod square;
#[cfg(all(test, feature = "paths"))]
mod tests;
#[cfg(feature = "toy")]
mod toy;

/// The strength of the L2 penalty in the loss on points: of twins, or of what else two networks learn.
const fn penalty(twins: bool) -> f32 {
    if twins { 1e-3 } else { 1e-4 }
}

#[cfg(feature = "paths")]
pub use handle::Paths;
#[cfg(feature = "toy")]
pub use network::curvatures;
#[cfg(feature = "paths")]
pub use plane::{Route, RoutePlane};
#[cfg(feature = "paths")]
pub use problem::{PathsSettings, Task};
#[cfg(feature = "paths")]
pub use records::{CycleRow, Difference, History, Look, Progress};
pub use route::{Profile, RouteReport};
#[cfg(feature = "toy")]
pub use toy::{Toy, ToySurface};
