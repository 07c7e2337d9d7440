//! The logistic function.
//!
//! ```text
//! σ(x) = 1 / (1 + e⁻ˣ) = 2⁻ⁿ / (eʳ + 2⁻ⁿ),  −x = n ln 2 + r
//! ```
//!
//! One form serves both signs. Every operation is monotone in e⁻ˣ, and so is the result. Thanks to the
//! division by 2ⁿ it neither overflows nor loses the subnormal results below −87. The sum is formed as (1 +
//! 2⁻ⁿ) + (eʳ − 1) and rounds once, because what 1 + 2⁻ⁿ loses for n > 23 is added back. (Without this
//! correction the error at −16.6 was 2.4 units.)

use super::exp::{ZERO_BELOW_32, ZERO_BELOW_64, parts_32, parts_64};

#[inline(always)]
pub(super) fn sigmoid_32(x: f32) -> f32 {
    // σ(20) rounds to 1.
    let x = if x > 20.0 { 20.0 } else { x };
    let x = if x < ZERO_BELOW_32 { ZERO_BELOW_32 } else { x };
    let (t, power) = parts_32(-x);
    // Negating the exponent inverts a power of two.
    let first = f32::from_bits(0x7f00_0000_u32.wrapping_sub(power.0.to_bits()));
    let second = f32::from_bits(0x7f00_0000_u32.wrapping_sub(power.1.to_bits()));
    let inverse = first * second;
    let sum = 1.0 + inverse;
    let lost = inverse - (sum - 1.0);
    first / (sum + (t + lost)) * second
}

#[inline(always)]
pub(super) fn sigmoid_64(x: f64) -> f64 {
    // σ(40) rounds to 1.
    let x = if x > 40.0 { 40.0 } else { x };
    let x = if x < ZERO_BELOW_64 { ZERO_BELOW_64 } else { x };
    let (t, power) = parts_64(-x);
    let first = f64::from_bits(0x7fe0_0000_0000_0000_u64.wrapping_sub(power.0.to_bits()));
    let second = f64::from_bits(0x7fe0_0000_0000_0000_u64.wrapping_sub(power.1.to_bits()));
    let inverse = first * second;
    let sum = 1.0 + inverse;
    let lost = inverse - (sum - 1.0);
    first / (sum + (t + lost)) * second
}
