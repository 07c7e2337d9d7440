//! Experiments whose digests are the same on every target.
//!
//! Each is a function of nothing that digests every number it computes. Its constant is committed beside
//! it: a change of one bit, anywhere, is a change of that constant in the same commit, with its reason in
//! the changelog under *Numerics*.
#![no_std]

/// Constants for experiments in both precisions, a row each: names, the function, its digests, and the stack of the f32 one.
#[cfg(feature = "paths")]
macro_rules! experiments {
    ($($single:ident $double:ident $name:literal $run:ident $digest:literal $digest64:literal $kib:literal;)*) => {
        $(pub(crate) const $single: $crate::Experiment = $crate::Experiment {
            name: concat!($name, "-f32"),
            digest: $digest,
            stack: $kib * 1024,
            run: || $crate::digest($run::<f32>),
        };
        pub(crate) const $double: $crate::Experiment = $crate::Experiment {
            name: concat!($name, "-f64"),
            digest: $digest64,
            stack: 2 * $kib * 1024,
            run: || $crate::digest($run::<f64>),
        };)*
    };
}

#[cfg(feature = "paths")]
mod curvature;
mod data;
#[cfg(feature = "paths")]
mod diffusion;
mod elementary;
#[cfg(feature = "paths")]
mod flow;
#[cfg(feature = "paths")]
mod krylov;
mod mlp;
mod numbers;
#[cfg(feature = "paths")]
mod paths;
mod random;
#[cfg(feature = "paths")]
mod smoothing;
mod state;
mod training;
mod vector;

use losscape::base::fingerprint::Fingerprint;

/// A computation and the digest that it has everywhere.
#[derive(Clone, Copy, Debug)]
pub struct Experiment {
    /// Lower-case words, the scalar type last.
    pub name: &'static str,
    /// What [`run`](Self::run) returns on every target.
    pub digest: u64,
    /// Bytes of stack that suffice: boards with less leave the experiment out.
    pub stack: usize,
    /// Computes and digests.
    pub run: fn() -> u64,
}

/// What a refused experiment returns instead of a digest.
const REFUSED: u64 = 0;

/// The digest of what `compute` puts into it.
fn digest<E>(compute: impl FnOnce(&mut Fingerprint) -> Result<(), E>) -> u64 {
    let mut digest = Fingerprint::new();
    if compute(&mut digest).is_ok() { digest.finish() } else { REFUSED }
}

/// Experiments of the lower floors.
const FLOORS: &[Experiment] = &[
    elementary::SINGLE,
    elementary::DOUBLE,
    vector::SINGLE,
    vector::DOUBLE,
    random::SINGLE,
    random::DOUBLE,
    mlp::SINGLE,
    mlp::DOUBLE,
    data::SINGLE,
    data::DOUBLE,
    training::SINGLE,
    training::DOUBLE,
    state::SINGLE,
    state::DOUBLE,
];

/// Experiments of path methods and of curvature, for which a board with 256 KiB of flash has no room.
#[cfg(feature = "paths")]
const PATHS: &[Experiment] = &[
    elementary::ERROR_FUNCTION,
    elementary::ERROR_FUNCTION64,
    paths::SURFACES,
    paths::SURFACES64,
    paths::BAND,
    paths::BAND64,
    paths::STRING,
    paths::STRING64,
    paths::AUTONEB,
    paths::AUTONEB64,
    paths::SAMPLING,
    paths::SAMPLING64,
    paths::CURVE,
    paths::CURVE64,
    paths::ALIGNMENT,
    paths::ALIGNMENT64,
    curvature::SPECTRUM,
    curvature::SPECTRUM64,
    curvature::FOLLOWING,
    curvature::FOLLOWING64,
    curvature::SLICES,
    curvature::SLICES64,
    krylov::SINGLE,
    krylov::DOUBLE,
    diffusion::DENSITY,
    diffusion::DENSITY64,
    diffusion::ENSEMBLE,
    diffusion::ENSEMBLE64,
    smoothing::SINGLE,
    smoothing::DOUBLE,
    flow::SINGLE,
    flow::DOUBLE,
];

#[cfg(not(feature = "paths"))]
const PATHS: &[Experiment] = &[];

/// Every experiment, in the order of the floors of the kernel.
pub fn all() -> impl Iterator<Item = &'static Experiment> {
    FLOORS.iter().chain(PATHS)
}

/// Names are words, none is another's, and no digest is that of a refusal: what is otherwise does not compile.
const _: () = {
    let mut k = 0;
    while k < FLOORS.len() + PATHS.len() {
        let Experiment { name, digest, .. } = *at(k);
        assert!(digest != REFUSED, "a digest is that of a refusal");
        let mut i = 0;
        while i < name.len() {
            assert!(matches!(name.as_bytes()[i], b'a'..=b'z' | b'0'..=b'9' | b'-'), "a name is no word");
            i += 1;
        }
        let mut other = 0;
        while other < k {
            assert!(!same(name.as_bytes(), at(other).name.as_bytes()), "two experiments have one name");
            other += 1;
        }
        k += 1;
    }
};

/// The k-th of [`all`].
const fn at(k: usize) -> &'static Experiment {
    if k < FLOORS.len() { &FLOORS[k] } else { &PATHS[k - FLOORS.len()] }
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    let mut same = a.len() == b.len();
    let mut i = 0;
    while same && i < a.len() {
        same = a[i] == b[i];
        i += 1;
    }
    same
}
