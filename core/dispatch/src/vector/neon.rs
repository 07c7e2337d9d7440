//! The registers of 64-bit ARM.

use core::arch::aarch64::{
    float32x4_t, float64x2_t, uint32x4_t, uint64x2_t, vabsq_f32, vabsq_f64, vaddq_f32, vaddq_f64, vaddq_u32,
    vandq_u32, vbslq_f32, vbslq_f64, vcgeq_f32, vcgeq_f64, vcgtq_f32, vcgtq_f64, vdivq_f32, vdupq_n_f32,
    vdupq_n_f64, vdupq_n_u32, vld1q_f32, vld1q_f64, vminq_f32, vmulq_f32, vmulq_f64, vreinterpretq_f32_u32,
    vreinterpretq_u32_f32, vshlq_n_u32, vst1q_f32, vst1q_f64, vsubq_f32, vsubq_f64, vzip1q_f32, vzip2q_f32,
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

vector!(
    F32x4(float32x4_t, uint32x4_t): f32, 4, F32x4;
    vdupq_n_f32, vld1q_f32, vst1q_f32, vaddq_f32, vsubq_f32, vmulq_f32, vabsq_f32,
    |a, other| vbslq_f32(vcgtq_f32(other, a), other, a),
    vcgeq_f32, vbslq_f32
);
float!(
    F32x4(uint32x4_t);
    vdivq_f32,
    // NaN where one is.
    vminq_f32,
    |a, mask, b| vaddq_f32(a, lanes(mask, b)),
    |a, mask, b| vsubq_f32(a, lanes(mask, b)),
    |a, power| {
        let exponent = vshlq_n_u32::<23>(vreinterpretq_u32_f32(power));
        vreinterpretq_f32_u32(vaddq_u32(vreinterpretq_u32_f32(a), exponent))
    },
    |a, sign| vbslq_f32(vdupq_n_u32(1 << 31), sign, a)
);
vector!(
    F64x2(float64x2_t, uint64x2_t): f64, 2, Numbers<f64>;
    vdupq_n_f64, vld1q_f64, vst1q_f64, vaddq_f64, vsubq_f64, vmulq_f64, vabsq_f64,
    |a, other| vbslq_f64(vcgtq_f64(other, a), other, a),
    vcgeq_f64, vbslq_f64
);

/// The lanes that the mask names, and zeros.
#[inline(always)]
fn lanes(mask: uint32x4_t, b: float32x4_t) -> float32x4_t {
    // SAFETY: the build targets processors with NEON.
    #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
    unsafe {
        vreinterpretq_f32_u32(vandq_u32(mask, vreinterpretq_u32_f32(b)))
    }
}

impl Four<f32> for F32x4 {
    // Eight shuffles: rows a, c and b, d are mixed, then what came out.
    #[inline(always)]
    fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        // SAFETY: the build targets processors with NEON.
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
