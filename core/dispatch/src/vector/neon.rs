//! The registers of AArch64.

use core::arch::aarch64::{
    float32x4_t, float64x2_t, vaddq_f32, vaddq_f64, vdupq_n_f32, vdupq_n_f64, vld1q_f32, vld1q_f64,
    vmulq_f32, vmulq_f64, vst1q_f32, vst1q_f64, vzip1q_f32, vzip2q_f32,
};

use super::numbers::Numbers;
use super::{Four, Simd};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Neon;

impl Simd for Neon {
    const REGISTERS: usize = 32;
    type F32 = F32x4;
    type F64 = F64x2;
}

vector!(F32x4(float32x4_t): f32, 4, F32x4; vdupq_n_f32, vld1q_f32, vst1q_f32, vaddq_f32, vmulq_f32);
vector!(F64x2(float64x2_t): f64, 2, Numbers<f64>; vdupq_n_f64, vld1q_f64, vst1q_f64, vaddq_f64, vmulq_f64);

impl Four<f32> for F32x4 {
    // Eight shuffles: rows a, c and b, d are mixed, then what came out.
    #[inline(always)]
    fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        // SAFETY: every AArch64 processor that Rust targets by default has NEON.
        #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
        unsafe {
            let (ac, ac_then) = (vzip1q_f32(a.0, c.0), vzip2q_f32(a.0, c.0));
            let (bd, bd_then) = (vzip1q_f32(b.0, d.0), vzip2q_f32(b.0, d.0));
            [
                Self(vzip1q_f32(ac, bd)),
                Self(vzip2q_f32(ac, bd)),
                Self(vzip1q_f32(ac_then, bd_then)),
                Self(vzip2q_f32(ac_then, bd_then)),
            ]
        }
    }
}
