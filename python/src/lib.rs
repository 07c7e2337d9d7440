//! Python bindings of losscape.
//!
//! No arithmetic: functions take NumPy arrays, run the kernel's methods without Python's lock, and give back plain dataclasses.
// A function of Python has named arguments with defaults, so many are no burden there.
#![allow(clippy::too_many_arguments, reason = "keyword arguments")]

mod arrays;
mod callback;
mod curvature;
mod data;
mod descent;
mod diffusion;
mod named;
mod network;
mod objective;
mod path;
mod replay;
mod run;
mod smoothing;
mod surfaces;
mod view;

/// What `losscape_kernel` is made of.
#[pyo3::pymodule]
mod _kernel {
    #[pymodule_export]
    use crate::curvature::plane::{plane, plane_through};
    #[pymodule_export]
    use crate::curvature::sharpness::{sharpness, trace};
    #[pymodule_export]
    use crate::curvature::spectrum::{hessian, lanczos, spectral_density};
    #[pymodule_export]
    use crate::data::{blobs, digits, moons, spirals, xor};
    #[pymodule_export]
    use crate::descent::{Sgd, descend, temperature};
    #[pymodule_export]
    use crate::diffusion::{ensemble, fokker_planck};
    #[pymodule_export]
    use crate::network::{Mlp, digest};
    #[pymodule_export]
    use crate::objective::{Objective, own, surface};
    #[pymodule_export]
    use crate::path::{autoneb, band, curve, scan};
    #[pymodule_export]
    use crate::replay::{_exhibits, _run_exhibit, packed};
    #[pymodule_export]
    use crate::smoothing::{convolve, smooth};
    #[pymodule_export]
    use crate::surfaces::minima;

    /// The version of the kernel.
    #[pymodule_export]
    const VERSION: &str = env!("CARGO_PKG_VERSION");
}
