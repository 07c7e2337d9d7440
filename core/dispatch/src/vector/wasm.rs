//! The registers of WebAssembly with 128-bit vectors.

use core::arch::wasm32::{
    f32x4_abs, f32x4_add, f32x4_div, f32x4_ge, f32x4_mul, f32x4_pmax, f32x4_pmin, f32x4_splat, f32x4_sub,
    f64x2_abs, f64x2_add, f64x2_ge, f64x2_mul, f64x2_pmax, f64x2_splat, f64x2_sub, i32x4_add, i32x4_shl,
    i32x4_shuffle, v128, v128_and, v128_bitselect, v128_load, v128_or, v128_store,
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

vector!(
    F32x4(v128, v128): f32, 4, F32x4;
    f32x4_splat, v128_load, v128_store, f32x4_add, f32x4_sub, f32x4_mul, f32x4_abs,
    // The first operand unless the second is larger.
    f32x4_pmax,
    f32x4_ge, |mask, yes, no| v128_bitselect(yes, no, mask)
);
float!(
    F32x4(v128);
    f32x4_div,
    // The first operand unless the second is less.
    f32x4_pmin,
    |a, mask, b| f32x4_add(a, v128_and(mask, b)),
    |a, mask, b| f32x4_sub(a, v128_and(mask, b)),
    |a, power| i32x4_add(a, i32x4_shl(power, 23)),
    |a, sign| v128_or(a, v128_and(sign, f32x4_splat(-0.0)))
);
vector!(
    F64x2(v128, v128): f64, 2, Numbers<f64>;
    f64x2_splat, v128_load, v128_store, f64x2_add, f64x2_sub, f64x2_mul, f64x2_abs,
    // The first operand unless the second is larger.
    f64x2_pmax,
    f64x2_ge, |mask, yes, no| v128_bitselect(yes, no, mask)
);

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
