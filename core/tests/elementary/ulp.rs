//! Errors in units in the last place, two-sided.

/// Numbers of the type between `a` and `b`: 0 if equal, 1 for neighbours; ±0 are one number.
pub(crate) fn steps_f32(a: f32, b: f32) -> u64 {
    let key = |x: f32| {
        let magnitude = i64::from(x.to_bits() & 0x7fff_ffff);
        if x.is_sign_negative() { -magnitude } else { magnitude }
    };
    (key(a) - key(b)).unsigned_abs()
}

/// As [`steps_f32`].
pub(crate) fn steps_f64(a: f64, b: f64) -> u64 {
    let key = |x: f64| {
        let magnitude = i128::from(x.to_bits() & (u64::MAX >> 1));
        if x.is_sign_negative() { -magnitude } else { magnitude }
    };
    u64::try_from((key(a) - key(b)).unsigned_abs()).expect("two binary64 numbers are less than 2^64 apart")
}
