//! The registers of WebAssembly with 128-bit vectors.

use core::arch::wasm32::{
    f32x4_add, f32x4_mul, f32x4_splat, f64x2_add, f64x2_mul, f64x2_splat, v128, v128_load, v128_store,
};

use super::Simd;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Simd128;

impl Simd for Simd128 {
    const REGISTERS: usize = 16;
    type F32 = F32x4;
    type F64 = F64x2;
}

vector!(F32x4(v128): f32, 4; f32x4_splat, v128_load, v128_store, f32x4_add, f32x4_mul);
vector!(F64x2(v128): f64, 2; f64x2_splat, v128_load, v128_store, f64x2_add, f64x2_mul);
