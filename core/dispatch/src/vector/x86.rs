//! The registers of x86-64.

use core::arch::x86_64::{
    __m128, __m128d, __m256, __m256d, __m256i, __m512, __m512d, __mmask8, __mmask16, _CMP_GE_OQ,
    _mm_add_epi32, _mm_add_pd, _mm_add_ps, _mm_and_pd, _mm_and_ps, _mm_andnot_pd, _mm_andnot_ps,
    _mm_castps_si128, _mm_castsi128_ps, _mm_cmpge_pd, _mm_cmpge_ps, _mm_div_ps, _mm_loadu_pd, _mm_loadu_ps,
    _mm_max_pd, _mm_max_ps, _mm_min_ps, _mm_movehl_ps, _mm_movelh_ps, _mm_mul_pd, _mm_mul_ps, _mm_or_pd,
    _mm_or_ps, _mm_set1_pd, _mm_set1_ps, _mm_slli_epi32, _mm_storeu_pd, _mm_storeu_ps, _mm_sub_pd,
    _mm_sub_ps, _mm_unpackhi_ps, _mm_unpacklo_ps, _mm256_add_epi32, _mm256_add_pd, _mm256_add_ps,
    _mm256_and_ps, _mm256_andnot_pd, _mm256_andnot_ps, _mm256_blendv_pd, _mm256_blendv_ps,
    _mm256_castps_si256, _mm256_castsi256_ps, _mm256_cmp_pd, _mm256_cmp_ps, _mm256_div_ps, _mm256_loadu_pd,
    _mm256_loadu_ps, _mm256_loadu_si256, _mm256_maskload_pd, _mm256_maskload_ps, _mm256_maskstore_pd,
    _mm256_maskstore_ps, _mm256_max_pd, _mm256_max_ps, _mm256_min_ps, _mm256_mul_pd, _mm256_mul_ps,
    _mm256_or_ps, _mm256_permute2f128_pd, _mm256_set1_pd, _mm256_set1_ps, _mm256_slli_epi32,
    _mm256_storeu_pd, _mm256_storeu_ps, _mm256_sub_pd, _mm256_sub_ps, _mm256_unpackhi_pd, _mm256_unpacklo_pd,
    _mm512_abs_pd, _mm512_abs_ps, _mm512_add_epi32, _mm512_add_pd, _mm512_add_ps, _mm512_and_ps,
    _mm512_castps_si512, _mm512_castsi512_ps, _mm512_cmp_pd_mask, _mm512_cmp_ps_mask, _mm512_div_ps,
    _mm512_loadu_pd, _mm512_loadu_ps, _mm512_mask_add_ps, _mm512_mask_blend_pd, _mm512_mask_blend_ps,
    _mm512_mask_storeu_pd, _mm512_mask_storeu_ps, _mm512_mask_sub_ps, _mm512_maskz_loadu_pd,
    _mm512_maskz_loadu_ps, _mm512_max_pd, _mm512_max_ps, _mm512_min_ps, _mm512_mul_pd, _mm512_mul_ps,
    _mm512_or_ps, _mm512_set1_pd, _mm512_set1_ps, _mm512_slli_epi32, _mm512_storeu_pd, _mm512_storeu_ps,
    _mm512_sub_pd, _mm512_sub_ps,
};

use super::numbers::Numbers;
use super::{Four, Simd};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Sse2;

impl Simd for Sse2 {
    const REGISTERS: usize = 16;
    type F32 = F32x4;
    type F64 = F64x2;
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx2;

impl Simd for Avx2 {
    const REGISTERS: usize = 16;
    type F32 = F32x8;
    type F64 = F64x4;
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Avx512;

impl Simd for Avx512 {
    const REGISTERS: usize = 32;
    type F32 = F32x16;
    type F64 = F64x8;
}

vector!(
    F32x4(__m128, __m128): f32, 4, F32x4;
    _mm_set1_ps, _mm_loadu_ps, _mm_storeu_ps, _mm_add_ps, _mm_sub_ps, _mm_mul_ps, |a| _mm_andnot_ps(_mm_set1_ps(-0.0), a),
    // The second operand where one is NaN.
    |a, other| _mm_max_ps(other, a),
    _mm_cmpge_ps,
    |mask, yes, no| _mm_or_ps(_mm_and_ps(mask, yes), _mm_andnot_ps(mask, no))
);
float!(
    F32x4(__m128);
    _mm_div_ps,
    // The second operand where one is NaN.
    |a, bound| _mm_min_ps(bound, a),
    |a, mask, b| _mm_add_ps(a, _mm_and_ps(mask, b)),
    |a, mask, b| _mm_sub_ps(a, _mm_and_ps(mask, b)),
    |a, power| {
        let exponent = _mm_slli_epi32::<23>(_mm_castps_si128(power));
        _mm_castsi128_ps(_mm_add_epi32(_mm_castps_si128(a), exponent))
    },
    |a, sign| _mm_or_ps(a, _mm_and_ps(sign, _mm_set1_ps(-0.0)))
);
vector!(
    F64x2(__m128d, __m128d): f64, 2, Numbers<f64>;
    _mm_set1_pd, _mm_loadu_pd, _mm_storeu_pd, _mm_add_pd, _mm_sub_pd, _mm_mul_pd, |a| _mm_andnot_pd(_mm_set1_pd(-0.0), a),
    // The second operand where one is NaN.
    |a, other| _mm_max_pd(other, a),
    _mm_cmpge_pd,
    |mask, yes, no| _mm_or_pd(_mm_and_pd(mask, yes), _mm_andnot_pd(mask, no))
);

vector!(
    F32x8(__m256, __m256): f32, 8, F32x4;
    _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_sub_ps, _mm256_mul_ps, |a| _mm256_andnot_ps(_mm256_set1_ps(-0.0), a),
    // The second operand where one is NaN.
    |a, other| _mm256_max_ps(other, a),
    _mm256_cmp_ps::<_CMP_GE_OQ>,
    |mask, yes, no| _mm256_blendv_ps(no, yes, mask);
    // SAFETY: the mask admits as many numbers as the slice has.
    |from: &[f32]| match from.len() {
        8 => crate::Vector::load(from),
        lanes => Self(unsafe { _mm256_maskload_ps(from.as_ptr(), mask32(lanes)) }),
    },
    // SAFETY: as above.
    |this: Self, to: &mut [f32]| match to.len() {
        8 => crate::Vector::store(this, to),
        lanes => unsafe { _mm256_maskstore_ps(to.as_mut_ptr(), mask32(lanes), this.0) },
    }
);
float!(
    F32x8(__m256);
    _mm256_div_ps,
    // The second operand where one is NaN.
    |a, bound| _mm256_min_ps(bound, a),
    |a, mask, b| _mm256_add_ps(a, _mm256_and_ps(mask, b)),
    |a, mask, b| _mm256_sub_ps(a, _mm256_and_ps(mask, b)),
    |a, power| {
        let exponent = _mm256_slli_epi32::<23>(_mm256_castps_si256(power));
        _mm256_castsi256_ps(_mm256_add_epi32(_mm256_castps_si256(a), exponent))
    },
    |a, sign| _mm256_or_ps(a, _mm256_and_ps(sign, _mm256_set1_ps(-0.0)))
);
vector!(
    F64x4(__m256d, __m256d): f64, 4, F64x4;
    _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_sub_pd, _mm256_mul_pd, |a| _mm256_andnot_pd(_mm256_set1_pd(-0.0), a),
    // The second operand where one is NaN.
    |a, other| _mm256_max_pd(other, a),
    _mm256_cmp_pd::<_CMP_GE_OQ>,
    |mask, yes, no| _mm256_blendv_pd(no, yes, mask);
    // SAFETY: the mask admits as many numbers as the slice has.
    |from: &[f64]| match from.len() {
        4 => crate::Vector::load(from),
        lanes => Self(unsafe { _mm256_maskload_pd(from.as_ptr(), mask64(lanes)) }),
    },
    // SAFETY: as above.
    |this: Self, to: &mut [f64]| match to.len() {
        4 => crate::Vector::store(this, to),
        lanes => unsafe { _mm256_maskstore_pd(to.as_mut_ptr(), mask64(lanes), this.0) },
    }
);

vector!(
    F32x16(__m512, __mmask16): f32, 16, F32x4;
    _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_sub_ps, _mm512_mul_ps, _mm512_abs_ps,
    // The second operand where one is NaN.
    |a, other| _mm512_max_ps(other, a),
    _mm512_cmp_ps_mask::<_CMP_GE_OQ>,
    |mask, yes, no| _mm512_mask_blend_ps(mask, no, yes);
    // SAFETY: the mask admits as many numbers as the slice has.
    |from: &[f32]| Self(unsafe { _mm512_maskz_loadu_ps(bits16(from.len()), from.as_ptr()) }),
    // SAFETY: as above.
    |this: Self, to: &mut [f32]| unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), bits16(to.len()), this.0) };
    // SAFETY: as in `splat`.
    |this: Self, number: &f32| Self(unsafe { times_ps(this.0, number) })
);
float!(
    F32x16(__mmask16);
    _mm512_div_ps,
    // The second operand where one is NaN.
    |a, bound| _mm512_min_ps(bound, a),
    |a, mask, b| _mm512_mask_add_ps(a, mask, a, b),
    |a, mask, b| _mm512_mask_sub_ps(a, mask, a, b),
    |a, power| {
        let exponent = _mm512_slli_epi32::<23>(_mm512_castps_si512(power));
        _mm512_castsi512_ps(_mm512_add_epi32(_mm512_castps_si512(a), exponent))
    },
    |a, sign| _mm512_or_ps(a, _mm512_and_ps(sign, _mm512_set1_ps(-0.0)))
);
vector!(
    F64x8(__m512d, __mmask8): f64, 8, F64x4;
    _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_sub_pd, _mm512_mul_pd, _mm512_abs_pd,
    // The second operand where one is NaN.
    |a, other| _mm512_max_pd(other, a),
    _mm512_cmp_pd_mask::<_CMP_GE_OQ>,
    |mask, yes, no| _mm512_mask_blend_pd(mask, no, yes);
    // SAFETY: the mask admits as many numbers as the slice has.
    |from: &[f64]| Self(unsafe { _mm512_maskz_loadu_pd(bits8(from.len()), from.as_ptr()) }),
    // SAFETY: as above.
    |this: Self, to: &mut [f64]| unsafe { _mm512_mask_storeu_pd(to.as_mut_ptr(), bits8(to.len()), this.0) };
    // SAFETY: as in `splat`.
    |this: Self, number: &f64| Self(unsafe { times_pd(this.0, number) })
);

/// Implements the product of a register and a number in memory as one instruction. The compiler writes that itself where a
/// number is used once; otherwise it copies the number to all lanes of a register first, which takes a Zen 4 as long as a
/// product.
macro_rules! times {
    ($name:ident($register:ty, $real:ty), $code:literal, $mul:path, $set:path) => {
        #[inline]
        #[target_feature(enable = "avx512f")]
        fn $name(register: $register, number: &$real) -> $register {
            #[cfg(all(not(miri), target_pointer_width = "64"))]
            {
                let product;
                // SAFETY: reads one number, which is borrowed. A product sets exception flags, so they are not preserved.
                unsafe {
                    core::arch::asm!(
                        $code,
                        lateout(zmm_reg) product,
                        in(zmm_reg) register,
                        in(reg) number,
                        options(pure, readonly, nostack)
                    );
                }
                product
            }
            // Miri runs no assembly, and addresses of 32 bits are written otherwise.
            #[cfg(not(all(not(miri), target_pointer_width = "64")))]
            $mul(register, $set(*number))
        }
    };
}
times!(times_ps(__m512, f32), "vmulps {0}, {1}, [{2}]{{1to16}}", _mm512_mul_ps, _mm512_set1_ps);
times!(times_pd(__m512d, f64), "vmulpd {0}, {1}, [{2}]{{1to8}}", _mm512_mul_pd, _mm512_set1_pd);

/// The first `lanes` of sixteen bits.
#[inline(always)]
const fn bits16(lanes: usize) -> u16 {
    if lanes < 16 { (1 << lanes) - 1 } else { u16::MAX }
}

/// The first `lanes` of eight bits.
#[inline(always)]
const fn bits8(lanes: usize) -> u8 {
    if lanes < 8 { (1 << lanes) - 1 } else { u8::MAX }
}

/// All bits set in the first `lanes` of eight lanes.
#[inline(always)]
fn mask32(lanes: usize) -> __m256i {
    static ONES: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    let window = &ONES[8 - lanes..][..8];
    // SAFETY: eight numbers of 32 bits, unaligned; called only where 256-bit registers are in use.
    unsafe { _mm256_loadu_si256(window.as_ptr().cast()) }
}

/// All bits set in the first `lanes` of four lanes.
#[inline(always)]
fn mask64(lanes: usize) -> __m256i {
    mask32(2 * lanes)
}

impl Four<f32> for F32x4 {
    // Eight shuffles; left to itself the compiler moves sixteen numbers one by one.
    #[inline(always)]
    fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        // SAFETY: the build targets processors with SSE2.
        #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
        unsafe {
            let (low, low_then) = (_mm_unpacklo_ps(a.0, b.0), _mm_unpacklo_ps(c.0, d.0));
            let (high, high_then) = (_mm_unpackhi_ps(a.0, b.0), _mm_unpackhi_ps(c.0, d.0));
            [
                Self(_mm_movelh_ps(low, low_then)),
                Self(_mm_movehl_ps(low_then, low)),
                Self(_mm_movelh_ps(high, high_then)),
                Self(_mm_movehl_ps(high_then, high)),
            ]
        }
    }
}

impl Four<f64> for F64x4 {
    // Eight shuffles: within halves, then of halves.
    #[inline(always)]
    fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        // SAFETY: this type is reached only through `Simd`, so the processor has AVX.
        unsafe {
            let (even, odd) = (_mm256_unpacklo_pd(a.0, b.0), _mm256_unpackhi_pd(a.0, b.0));
            let (even_then, odd_then) = (_mm256_unpacklo_pd(c.0, d.0), _mm256_unpackhi_pd(c.0, d.0));
            [
                Self(_mm256_permute2f128_pd::<0x20>(even, even_then)),
                Self(_mm256_permute2f128_pd::<0x20>(odd, odd_then)),
                Self(_mm256_permute2f128_pd::<0x31>(even, even_then)),
                Self(_mm256_permute2f128_pd::<0x31>(odd, odd_then)),
            ]
        }
    }
}
