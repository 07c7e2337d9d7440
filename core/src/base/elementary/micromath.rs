//! A coarser hyperbolic tangent from micromath's exponential.

use crate::Real;

/// The hyperbolic tangent from `micromath`'s approximate exponential, for cores without an FPU.
///
/// ```text
/// tanh a = 1 − 2 / (e²ᵃ + 1)
/// ```
///
/// with the sign of x. It is a function of its own, not a faster build of [`tanh`](super::tanh): a network
/// that names it computes the same bits everywhere, but other bits than one that names `tanh`.
///
/// It was meant to be cheaper on cores without an FPU, and is not: its series divides four times. Instructions
/// of one tangent under QEMU, the mean over arguments from −4 to 4 (programs `tanh` and `tanh_micromath` in
/// `firmware/`):
///
/// | core | this | `tanh` |
/// |---|--:|--:|
/// | Cortex-M0 | 2510 | 1920 |
/// | RV32IMAC | 1910 | 1100 |
/// | Cortex-M4F | 94 | 41 |
///
/// So use `tanh`; this one serves networks that were trained with it elsewhere.
///
/// It is a function of binary32: a wider argument is rounded to it first. The largest error is 3.4 · 10⁻⁴.
///
/// ```
/// use losscape::base::elementary::{tanh, tanh_micromath};
/// let error = tanh_micromath(0.75) - tanh(0.75f32);
/// assert!(error != 0.0 && error.abs() < 3.4e-4);
/// ```
#[must_use]
pub fn tanh_micromath<R: Real>(x: R) -> R {
    #[expect(clippy::cast_possible_truncation, reason = "rounded to binary32, as documented")]
    let single = x.to_f64() as f32;
    R::from_f64(tanh_32(single).into())
}

fn tanh_32(x: f32) -> f32 {
    let a = x.abs();
    if a >= 10.0 || a.is_nan() {
        // tanh 10 rounds to 1; the exponential does not know NaN.
        return if a.is_nan() { x } else { 1.0f32.copysign(x) };
    }
    // By its path: a method call would be the platform's where `std` is linked.
    let exp = <f32 as micromath::F32Ext>::exp(2.0 * a);
    let y = 1.0 - 2.0 / (exp + 1.0);
    f32::from_bits(y.to_bits() | (x.to_bits() & 0x8000_0000))
}
