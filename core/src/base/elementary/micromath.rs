//! A coarser hyperbolic tangent from micromath's exponential: tanh a = 1 − 2 / (e²ᵃ + 1) with the sign of x.

pub(super) fn tanh_32(x: f32) -> f32 {
    let a = x.abs();
    if a >= 10.0 || a.is_nan() {
        // tanh 10 rounds to 1; micromath's exponential does not handle NaN.
        return if a.is_nan() { x } else { 1.0f32.copysign(x) };
    }
    // A fully qualified path: a method call would use the platform's `exp` where `std` is linked.
    let exp = <f32 as micromath::F32Ext>::exp(2.0 * a);
    let y = 1.0 - 2.0 / (exp + 1.0);
    f32::from_bits(y.to_bits() | (x.to_bits() & 0x8000_0000))
}
