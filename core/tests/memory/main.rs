//! Every method that keeps memory: whatever holds it gives the same run, and hostile memory, which has another length from the
//! start or from any look on, is refused or reported; nothing panics.

mod window;

mod curvature;
mod diffusion;
mod flow;
mod layouts;
mod path;
mod sgd;
mod smoothing;
