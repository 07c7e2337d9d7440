//! The registers of x86-64.

use core::arch::x86_64::{
    __m128, __m128d, __m256, __m256d, __m256i, __m512, __m512d, _mm_add_pd, _mm_add_ps, _mm_loadu_pd,
    _mm_loadu_ps, _mm_movehl_ps, _mm_movelh_ps, _mm_mul_pd, _mm_mul_ps, _mm_set1_pd, _mm_set1_ps,
    _mm_storeu_pd, _mm_storeu_ps, _mm_unpackhi_ps, _mm_unpacklo_ps, _mm256_add_pd, _mm256_add_ps,
    _mm256_loadu_pd, _mm256_loadu_ps, _mm256_loadu_si256, _mm256_maskload_pd, _mm256_maskload_ps,
    _mm256_maskstore_pd, _mm256_maskstore_ps, _mm256_mul_pd, _mm256_mul_ps, _mm256_set1_pd, _mm256_set1_ps,
    _mm256_storeu_pd, _mm256_storeu_ps, _mm512_add_pd, _mm512_add_ps, _mm512_loadu_pd, _mm512_loadu_ps,
    _mm512_mask_storeu_pd, _mm512_mask_storeu_ps, _mm512_maskz_loadu_pd, _mm512_maskz_loadu_ps,
    _mm512_mul_pd, _mm512_mul_ps, _mm512_set1_pd, _mm512_set1_ps, _mm512_storeu_pd, _mm512_storeu_ps,
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

vector!(F32x4(__m128): f32, 4, F32x4; _mm_set1_ps, _mm_loadu_ps, _mm_storeu_ps, _mm_add_ps, _mm_mul_ps);
vector!(F64x2(__m128d): f64, 2, Numbers<f64>; _mm_set1_pd, _mm_loadu_pd, _mm_storeu_pd, _mm_add_pd, _mm_mul_pd);

vector!(
    F32x8(__m256): f32, 8, F32x4;
    _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_add_ps, _mm256_mul_ps;
    // SAFETY: the mask admits as many numbers as the slice has.
    |from: &[f32]| Self(unsafe { _mm256_maskload_ps(from.as_ptr(), mask32(from.len())) }),
    // SAFETY: as above.
    |this: Self, to: &mut [f32]| unsafe { _mm256_maskstore_ps(to.as_mut_ptr(), mask32(to.len()), this.0) }
);
vector!(
    F64x4(__m256d): f64, 4, Numbers<f64>;
    _mm256_set1_pd, _mm256_loadu_pd, _mm256_storeu_pd, _mm256_add_pd, _mm256_mul_pd;
    // SAFETY: the mask admits as many numbers as the slice has.
    |from: &[f64]| Self(unsafe { _mm256_maskload_pd(from.as_ptr(), mask64(from.len())) }),
    // SAFETY: as above.
    |this: Self, to: &mut [f64]| unsafe { _mm256_maskstore_pd(to.as_mut_ptr(), mask64(to.len()), this.0) }
);

vector!(
    F32x16(__m512): f32, 16, F32x4;
    _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_add_ps, _mm512_mul_ps;
    // SAFETY: the mask admits as many numbers as the slice has, fewer than 16.
    |from: &[f32]| Self(unsafe { _mm512_maskz_loadu_ps((1 << from.len()) - 1, from.as_ptr()) }),
    // SAFETY: as above.
    |this: Self, to: &mut [f32]| unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), (1 << to.len()) - 1, this.0) }
);
vector!(
    F64x8(__m512d): f64, 8, Numbers<f64>;
    _mm512_set1_pd, _mm512_loadu_pd, _mm512_storeu_pd, _mm512_add_pd, _mm512_mul_pd;
    // SAFETY: the mask admits as many numbers as the slice has, fewer than 8.
    |from: &[f64]| Self(unsafe { _mm512_maskz_loadu_pd((1 << from.len()) - 1, from.as_ptr()) }),
    // SAFETY: as above.
    |this: Self, to: &mut [f64]| unsafe { _mm512_mask_storeu_pd(to.as_mut_ptr(), (1 << to.len()) - 1, this.0) }
);

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
        // SAFETY: every x86-64 has SSE.
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
