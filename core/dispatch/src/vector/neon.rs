//! The registers of AArch64.

use core::arch::aarch64::{
    float32x4_t, float64x2_t, vaddq_f32, vaddq_f64, vdupq_n_f32, vdupq_n_f64, vld1q_f32, vld1q_f64,
    vmulq_f32, vmulq_f64, vst1q_f32, vst1q_f64,
};

use super::Simd;

#[derive(Clone, Copy, Debug)]
pub(crate) struct Neon;

impl Simd for Neon {
    const REGISTERS: usize = 32;
    type F32 = F32x4;
    type F64 = F64x2;
}

vector!(F32x4(float32x4_t): f32, 4; vdupq_n_f32, vld1q_f32, vst1q_f32, vaddq_f32, vmulq_f32);
vector!(F64x2(float64x2_t): f64, 2; vdupq_n_f64, vld1q_f64, vst1q_f64, vaddq_f64, vmulq_f64);
