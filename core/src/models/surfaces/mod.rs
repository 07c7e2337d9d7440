//! Surfaces with known critical points, and with value, gradient and Hessian in closed form.
//!
//! Most have a `scale` field that multiplies the whole function, so that one learning rate suits
//! several of them; at the default scale of 1 they have the form given in the literature.
//!
//! # Your own surface
//!
//! Descent and path methods need only [`Objective`](crate::Objective); ten lines turn any function into a landscape:
//!
//! ```
//! use losscape::{Objective, Real};
//! struct Bowl;
//! impl<R: Real> Objective<R> for Bowl {
//!     fn dim(&self) -> usize { 2 }
//!     fn scratch_len(&self) -> usize { 0 }
//!     fn value(&self, p: &[R], _: &mut [R]) -> R { p[0] * p[0] + p[1] * p[1] }
//!     fn value_grad(&self, p: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
//!         grad.copy_from_slice(&[R::TWO * p[0], R::TWO * p[1]]);
//!         self.value(p, scratch)
//!     }
//! }
//! assert_eq!(Bowl.value(&[3.0f32, 4.0], &mut []), 25.0);
//! ```

mod convolved;
mod curvy_valley;
mod double_well;
mod egg_carton;
mod flat_saddle;
mod gaussian_mixture;
mod monkey_saddle;
mod mueller_brown;
mod quadratic;
mod ring;
mod rippled_bowl;
mod shape;
#[cfg(test)]
mod tests;
mod tilted_double_well;
mod tilted_ring;

pub use curvy_valley::CurvyValley;
pub use double_well::DoubleWell;
pub use egg_carton::EggCarton;
pub use flat_saddle::FlatSaddle;
pub use gaussian_mixture::GaussianMixture;
pub use monkey_saddle::MonkeySaddle;
pub use mueller_brown::MuellerBrown;
pub use quadratic::Quadratic;
pub use ring::Ring;
pub use rippled_bowl::RippledBowl;
pub use tilted_double_well::{TiltedDoubleWell, TwoWells};
pub use tilted_ring::TiltedRing;
