//! Descent in continuous time.
//!
//! | item | what it does | source |
//! |---|---|---|
//! | [`GradientFlow`] | follows `θ̇ = −∇f` with a tolerance per step, down to gradients at which descent at a fixed rate stalls | Dormand & Prince 1980 |
//! | [`CentralFlow`] | the path around which descent oscillates at the edge of stability | Cohen et al. 2025 |

mod central;
mod gradient;
mod tableau;

pub use central::{CentralFlow, CentralFlowConfig, CentralFlowLayout, CentralFlowStep};
pub use gradient::{FlowConfig, FlowLayout, FlowStep, GradientFlow};
