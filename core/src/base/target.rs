//! The target of the build: why some targets are refused, and which code the others get.

/// Targets with their own way of rounding or underflow cannot give the same bits as the others.
macro_rules! refuse {
    ($(#[cfg($target:meta)] $reason:literal)*) => {
        $(#[cfg($target)]
        compile_error!(concat!("losscape guarantees the same bits on every target, and cannot do so on this one: ", $reason));)*
    };
}

refuse! {
    #[cfg(all(target_arch = "x86", not(target_feature = "sse2")))]
    "x87 registers round to 64 bits first. Build for i686 with `-C target-feature=+sse2`."
    #[cfg(target_arch = "m68k")]
    "its floating-point registers round to 64 bits first."
    #[cfg(all(target_arch = "arm", target_vendor = "apple"))]
    "`f32` arithmetic uses NEON, which flushes subnormal numbers to zero."
    #[cfg(all(target_arch = "powerpc64", target_endian = "big"))]
    "loops over `f32` become AltiVec instructions, which flush subnormal numbers to zero."
}

/// Whether floating-point registers hold vectors. Where they do not, a loop body may branch, and wide tiles bring no
/// gain. The bits do not depend on it.
pub(crate) const VECTORS: bool = cfg!(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon"),
    target_feature = "simd128"
));

/// Whether products are computed in tiles of vectors. In WebAssembly the feature `tiles` decides: without it, products
/// use blocks of four by four numbers, which the compiler vectorises and which take much less code. The bits do not
/// depend on it.
pub(crate) const TILES: bool = VECTORS && (!cfg!(target_family = "wasm") || cfg!(feature = "tiles"));

/// Whether the core is a small one that adds and multiplies in its floating-point unit, without vectors.
pub(crate) const FPU: bool = cfg!(all(target_os = "none", target_abi = "eabihf"));

/// Whether less code is worth more instructions; `Cargo.toml` gives the figures. The bits do not depend on it.
pub(crate) const COMPACT: bool = cfg!(feature = "compact");
