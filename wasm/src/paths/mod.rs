//! The experiment *Paths*: two trained minima, the straight line between them, and a band that stays low.

mod ends;
mod handle;
mod polyline;
mod problem;
mod search;
mod toy;

pub use handle::Paths;
pub use polyline::Route;
pub use problem::{PathsSettings, Task};
pub use toy::{Toy, ToySurface};
