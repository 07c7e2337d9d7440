//! The experiment *Paths*: two trained minima, the straight line between them, and a band that stays low.

mod between;
mod ends;
mod handle;
mod problem;
mod records;
mod route;
mod search;
mod square;
mod toy;

pub use handle::Paths;
pub use problem::{PathsSettings, Task};
pub use records::{CycleRow, History, Look};
pub use route::{Profile, Route, RoutePlane, RouteReport};
pub use toy::{Toy, ToySurface};
