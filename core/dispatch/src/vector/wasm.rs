//! The registers of WebAssembly with 128-bit vectors.

use core::arch::wasm32::{
    f32x4_add, f32x4_mul, f32x4_splat, f64x2_add, f64x2_mul, f64x2_splat, i32x4_shuffle, v128, v128_load,
    v128_store,
};

use super::numbers::Numbers;
use super::{Four, Simd};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Simd128;

impl Simd for Simd128 {
    const REGISTERS: usize = 16;
    type F32 = F32x4;
    type F64 = F64x2;
}

vector!(F32x4(v128): f32, 4, F32x4; f32x4_splat, v128_load, v128_store, f32x4_add, f32x4_mul);
vector!(F64x2(v128): f64, 2, Numbers<f64>; f64x2_splat, v128_load, v128_store, f64x2_add, f64x2_mul);

impl Four<f32> for F32x4 {
    // Eight shuffles.
    #[inline(always)]
    fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let (low, low_then) = (i32x4_shuffle::<0, 4, 1, 5>(a.0, b.0), i32x4_shuffle::<0, 4, 1, 5>(c.0, d.0));
        let (high, high_then) =
            (i32x4_shuffle::<2, 6, 3, 7>(a.0, b.0), i32x4_shuffle::<2, 6, 3, 7>(c.0, d.0));
        [
            Self(i32x4_shuffle::<0, 1, 4, 5>(low, low_then)),
            Self(i32x4_shuffle::<2, 3, 6, 7>(low, low_then)),
            Self(i32x4_shuffle::<0, 1, 4, 5>(high, high_then)),
            Self(i32x4_shuffle::<2, 3, 6, 7>(high, high_then)),
        ]
    }
}
