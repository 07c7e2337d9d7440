//! ln(1 + eˣ).
//!
//! ```text
//! |x| < 1:   ln 2 + x/2 + x² p(x²)
//! otherwise: max(x, 0) + ln(1 + e⁻ˡˣˡ)
//! ```
//!
//! Near 0 the second form would not be monotone: e⁻ˡˣˡ is near 1, where its spacing is far coarser than
//! that of x. The first form is the even series of ln(2 cosh(x/2)), from Sollya 8's
//! `fpminimax((log(2*cosh(x/2))-log(2))/x^2, [|0,2,4,6|], [|SG...|], [1b-6; 1], absolute)`, error
//! 1.3 · 10⁻⁸ after the factor x²; binary64 uses ten terms and `D`, with error 1.3 · 10⁻¹⁸.

use super::exp::{ZERO_BELOW_32, ZERO_BELOW_64, parts_32, parts_64};
use super::ln::{ln_1p_parts_32, ln_1p_parts_64};

/// ln 2 as the nearest number and the remainder.
const LN_2_32: f32 = core::f32::consts::LN_2;
const LN_2_REST_32: f32 = -1.904_654_2e-9;
const LN_2_64: f64 = core::f64::consts::LN_2;
const LN_2_REST_64: f64 = 2.319_046_813_846_299_6e-17;

#[inline(always)]
pub(super) fn softplus_32(x: f32) -> f32 {
    let a = x.abs();

    let s = x * x;
    let p = 0.124_999_985 + s * (-0.005_207_878 + s * (0.000_344_921_7 + s * -2.253_518_1e-5));
    let inner = LN_2_32 + (0.5 * x + (s * p + LN_2_REST_32));

    let negative = -a;
    let (t, power) = parts_32(if negative < ZERO_BELOW_32 { ZERO_BELOW_32 } else { negative });
    let exp = (1.0 + t) * power.0 * power.1;
    let (half_square, rest) = ln_1p_parts_32(exp);
    let ln_1p = exp - (half_square - rest);
    let outer = if x > 0.0 { x + ln_1p } else { ln_1p };

    if a < 1.0 { inner } else { outer }
}

#[inline(always)]
pub(super) fn softplus_64(x: f64) -> f64 {
    let a = x.abs();

    let s = x * x;
    let p = 1.171_990_138_426_032_5e-10 + s * -7.335_118_253_471_322e-12;
    let p = 1.565_446_467_846_017_7e-8 + s * (-1.379_654_837_414_807_4e-9 + s * p);
    let p = 2.135_691_585_273_505_7e-6 + s * (-1.803_204_516_235_434_7e-7 + s * p);
    let p = 3.472_222_222_153_025_3e-4 + s * (-2.635_168_641_200_535e-5 + s * p);
    let p = 0.125 + s * (-0.005_208_333_333_333_16 + s * p);
    let inner = LN_2_64 + (0.5 * x + (s * p + LN_2_REST_64));

    let negative = -a;
    let (t, power) = parts_64(if negative < ZERO_BELOW_64 { ZERO_BELOW_64 } else { negative });
    let exp = (1.0 + t) * power.0 * power.1;
    let (half_square, rest) = ln_1p_parts_64(exp);
    let ln_1p = exp - (half_square - rest);
    let outer = if x > 0.0 { x + ln_1p } else { ln_1p };

    if a < 1.0 { inner } else { outer }
}
