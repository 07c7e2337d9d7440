//! √x by the processor's instruction, where the build's target has one that safe code cannot reach. Correctly
//! rounded, as any other way to compute it must be.

/// √x, or nothing without such an instruction.
#[must_use]
#[inline(always)]
pub fn sqrt_32(x: f32) -> Option<f32> {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    {
        use core::arch::x86_64::{_mm_cvtss_f32, _mm_set_ss, _mm_sqrt_ss};
        // SAFETY: the build targets processors with SSE2.
        #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
        Some(unsafe { _mm_cvtss_f32(_mm_sqrt_ss(_mm_set_ss(x))) })
    }
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    {
        use core::arch::aarch64::{vdup_n_f32, vget_lane_f32, vsqrt_f32};
        // SAFETY: the build targets processors with NEON.
        #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
        Some(unsafe { vget_lane_f32::<0>(vsqrt_f32(vdup_n_f32(x))) })
    }
    #[cfg(target_feature = "simd128")]
    {
        use core::arch::wasm32::{f32x4_extract_lane, f32x4_splat, f32x4_sqrt};
        Some(f32x4_extract_lane::<0>(f32x4_sqrt(f32x4_splat(x))))
    }
    #[cfg(all(target_arch = "arm", target_abi = "eabihf"))]
    {
        let mut bits = x.to_bits();
        // SAFETY: restores the FPU's register that it uses, which the compiler gives to assembly only on cores
        // whose FPU has 64-bit numbers too.
        unsafe {
            core::arch::asm!(
                "vpush {{s0}}",
                "vmov s0, {0}",
                "vsqrt.f32 s0, s0",
                "vmov {0}, s0",
                "vpop {{s0}}",
                inout(reg) bits,
                options(pure, nomem, preserves_flags)
            );
        }
        Some(f32::from_bits(bits))
    }
    #[cfg(not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "aarch64", target_feature = "neon"),
        target_feature = "simd128",
        all(target_arch = "arm", target_abi = "eabihf")
    )))]
    {
        let _ = x;
        None
    }
}

/// √x, or nothing without such an instruction.
#[must_use]
#[inline(always)]
pub fn sqrt_64(x: f64) -> Option<f64> {
    #[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
    {
        use core::arch::x86_64::{_mm_cvtsd_f64, _mm_set_sd, _mm_sqrt_pd};
        // SAFETY: the build targets processors with SSE2.
        #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
        Some(unsafe { _mm_cvtsd_f64(_mm_sqrt_pd(_mm_set_sd(x))) })
    }
    #[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
    {
        use core::arch::aarch64::{vdup_n_f64, vget_lane_f64, vsqrt_f64};
        // SAFETY: the build targets processors with NEON.
        #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
        Some(unsafe { vget_lane_f64::<0>(vsqrt_f64(vdup_n_f64(x))) })
    }
    #[cfg(target_feature = "simd128")]
    {
        use core::arch::wasm32::{f64x2_extract_lane, f64x2_splat, f64x2_sqrt};
        Some(f64x2_extract_lane::<0>(f64x2_sqrt(f64x2_splat(x))))
    }
    #[cfg(not(any(
        all(target_arch = "x86_64", target_feature = "sse2"),
        all(target_arch = "aarch64", target_feature = "neon"),
        target_feature = "simd128"
    )))]
    {
        let _ = x;
        None
    }
}
