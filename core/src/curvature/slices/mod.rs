//! Planes through parameter space: what a two-dimensional picture of a landscape shows, and what it hides.
//!
//! A [`Plane`] is an origin and two axes. The choice of axes is the claim that the picture makes:
//!
//! | plane | axes |
//! |---|---|
//! | through three points | [`through`] |
//! | of a trajectory | [`principal_axes`] of its displacements |
//! | of curvature | the last two rows of [`eigen`](super::eigen) on the [`Hessian`](super::Hessian) |
//! | random, filter-normalised | normal numbers after [`Mlp::filter_normalise`](crate::models::mlp::Mlp::filter_normalise) |
//!
//! [`Plane::share`] returns how much of a trajectory lies in a plane. The principal plane flatters any path:
//! that of a pure [`random_walk`] holds 90 % of the walk, so a high share is not evidence of structure. A
//! random plane in n dimensions holds 2/n.

mod displacement;
mod grid;
mod plane;
mod principal;

pub use grid::{GridStep, PlaneGrid, PlaneGridConfig, PlaneGridLayout};
pub use plane::{Plane, through};
pub use principal::{Principal, PrincipalLayout, principal_axes, random_walk};
