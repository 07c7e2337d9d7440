//! Sine and cosine of an angle within one turn, computed together and without branches.
//!
//! In binary32 they are those of [`sin_cos`](super::sin_cos). In binary64 they are those of FreeBSD's `s_sin.c` and
//! `e_rem_pio2.c` (Sun Microsystems 1993), which libm translates, with selections in place of branches: below 9π/4 the
//! quadrant follows from thresholds, and two parts of π/2 leave enough bits except next to its multiples. The caller
//! must pass those few angles, and tiny ones, to libm.

const PIO2_1: f64 = f64::from_bits(0x3ff9_21fb_5440_0000);
const PIO2_1T: f64 = f64::from_bits(0x3dd0_b461_1a62_6331);
const S: [f64; 6] = [
    f64::from_bits(0xbfc5_5555_5555_5549),
    f64::from_bits(0x3f81_1111_1110_f8a6),
    f64::from_bits(0xbf2a_01a0_19c1_61d5),
    f64::from_bits(0x3ec7_1de3_57b1_fe7d),
    f64::from_bits(0xbe5a_e5e6_8a2b_9ceb),
    f64::from_bits(0x3de5_d93a_5acf_d57c),
];
const C: [f64; 6] = [
    f64::from_bits(0x3fa5_5555_5555_554c),
    f64::from_bits(0xbf56_c16c_16c1_5177),
    f64::from_bits(0x3efa_01a0_19cb_1590),
    f64::from_bits(0xbe92_7e4f_809c_52ad),
    f64::from_bits(0x3e21_ee9e_bdb4_b1c4),
    f64::from_bits(0xbda8_fae9_be88_38d4),
];

/// Returns the smallest number whose upper word exceeds `word`.
const fn above(word: u32) -> f64 {
    f64::from_bits(((word + 1) as u64) << 32)
}

const fn first(word: u32) -> f64 {
    f64::from_bits((word as u64) << 32)
}

/// The quadrant increases by one at these angles: π/4, 3π/4, 5π/4 and 7π/4, rounded as in libm.
const QUADRANTS: [f64; 4] = [above(0x3fe9_21fb), above(0x4002_d97c), above(0x400f_6a7a), above(0x4015_fdbc)];
/// Upper words of the numbers near π/2, π, 3π/2 and 2π, where two parts of π/2 do not suffice.
const NEAR: [u32; 4] = [0x3ff9_21fb, 0x4009_21fb, 0x4012_d97c, 0x4019_21fb];

/// Returns whether [`sin_cos_64`] may differ from libm, for x in [0, 9π/4).
#[inline(always)]
pub(super) fn is_rare(x: f64) -> bool {
    let mut rare = x < first(0x3e50_0000);
    for word in NEAR {
        rare |= (x >= first(word)) & (x < above(word));
    }
    rare
}

/// Returns `(sin x, cos x)` for an x in [0, 9π/4) that is not rare.
#[inline(always)]
pub(super) fn sin_cos_64(x: f64) -> (f64, f64) {
    let one = |yes: bool| if yes { 1.0 } else { 0.0 };
    let [a, b, c, d] = QUADRANTS.map(|start| x >= start);
    let q = one(a) + one(b) + one(c) + one(d);
    let z = x - q * PIO2_1;
    let w = q * PIO2_1T;
    let r = z - w;
    let rest = (z - r) - w;

    let z = r * r;
    let w = z * z;
    let p = S[1] + z * (S[2] + z * S[3]) + z * w * (S[4] + z * S[5]);
    let v = z * r;
    let reduced = r - ((z * (0.5 * rest - v * p) - rest) - v * S[0]);
    let sin = if a { reduced } else { r + v * (S[0] + z * p) };
    let p = z * (C[0] + z * (C[1] + z * C[2])) + w * w * (C[3] + z * (C[4] + z * C[5]));
    let half = 0.5 * z;
    let w = 1.0 - half;
    let cos = w + (((1.0 - w) - half) + (z * p - r * rest));

    // Quadrants 1 and 3 exchange the two; the sine is negative in 2 and 3, the cosine in 1 and 2.
    let odd = (a & !b) | (c & !d);
    let (y, x) = if odd { (cos, sin) } else { (sin, cos) };
    (if b & !d { -y } else { y }, if a & !c { -x } else { x })
}
