//! ±0, ±∞, NaN, subnormal numbers, and the ends of the range.

use losscape::Real;
use losscape::base::elementary::{
    cos, cos_slice, erf, erfc, exp, exp_m1, ln, ln_1p, sigmoid, sin, sin_slice, softplus, tanh,
    tanh_micromath, tanh_slice,
};

/// Equal bits, so that −0 is not +0.
fn same<R: Real>(y: R, expected: R) {
    assert_eq!(y.to_bits64(), expected.to_bits64(), "{y:?}, expected {expected:?}");
}

fn zeros_and_infinities<R: Real>() {
    let (zero, one, infinity) = (R::ZERO, R::ONE, R::INFINITY);
    for x in [zero, -zero] {
        same(exp(x), one);
        same(tanh(x), x);
        same(sigmoid(x), R::HALF);
        same(softplus(x), R::from_f64(core::f64::consts::LN_2));
        same(ln(x), -infinity);
        same(sin(x), x);
        same(cos(x), one);
        same(exp_m1(x), x);
        same(ln_1p(x), x);
        same(erf(x), x);
        same(erfc(x), one);
    }
    same(exp(infinity), infinity);
    same(exp(-infinity), zero);
    same(tanh(infinity), one);
    same(tanh(-infinity), -one);
    same(sigmoid(infinity), one);
    same(sigmoid(-infinity), zero);
    same(softplus(infinity), infinity);
    same(softplus(-infinity), zero);
    same(ln(infinity), infinity);
    same(erf(infinity), one);
    same(erf(-infinity), -one);
    same(erfc(infinity), zero);
    same(erfc(-infinity), R::TWO);
    same(ln(one), zero);
    for x in [-infinity, -one] {
        assert!(ln(x).is_nan(), "ln of {x:?}");
    }
    for x in [infinity, -infinity] {
        assert!(sin(x).is_nan() && cos(x).is_nan(), "sine or cosine of {x:?}");
    }
}

#[test]
fn zeros_and_infinities_have_the_limits() {
    zeros_and_infinities::<f32>();
    zeros_and_infinities::<f64>();
    same(tanh_micromath(0.0), 0.0);
    same(tanh_micromath(-0.0), -0.0);
    same(tanh_micromath(f32::INFINITY), 1.0);
    same(tanh_micromath(-f32::INFINITY), -1.0);
}

fn nan<R: Real>(patterns: &[u64]) {
    for &bits in patterns {
        let x = R::from_bits64(bits);
        assert!(x.is_nan(), "{bits:x} is a NaN");
        for f in [exp, tanh, sigmoid, softplus, ln, sin, cos, exp_m1, ln_1p, erf, erfc] {
            assert!(f(x).is_nan(), "of {bits:x}");
        }
        let mut slice = [x; 3];
        sin_slice(&mut slice);
        assert!(slice.iter().all(|x| x.is_nan()), "of {bits:x}");
    }
}

#[test]
fn nan_gives_nan_whatever_its_payload() {
    // Payloads whose bits would do harm if they leaked into the integer arithmetic.
    nan::<f32>(&[0x7fc0_0000, 0xffc0_0000, 0x7f80_0001, 0x7fff_ffff, 0xff80_0100, 0x7fc0_0080, 0xffff_fe80]);
    nan::<f64>(&[
        0x7ff8 << 48,
        0xfff8 << 48,
        0x7ff0_0000_0000_0001,
        u64::MAX >> 1,
        u64::MAX,
        0x7ff8_0000_0000_0400,
    ]);
    assert!(tanh_micromath(f32::NAN).is_nan());
}

#[test]
fn subnormal_arguments_and_results() {
    for bits in [1, 2, 3, 0x1234, 0x007f_ffff] {
        let x = f32::from_bits(bits);
        for x in [x, -x] {
            same(tanh(x), x);
            same(sin(x), x);
            same(exp(x), 1.0);
        }
    }
    let tiny = f64::from_bits(1);
    same(tanh(tiny), tiny);
    same(tanh(-tiny), -tiny);
    // e⁻¹⁰³ and its kin: the correctly rounded value has six significant bits.
    same(exp(-103.0f32), f32::from_bits(1));
    same(exp(-100.0f32), f32::from_bits(27));
    same(sigmoid(-100.0f32), f32::from_bits(27));
    same(softplus(-100.0f32), f32::from_bits(27));
    same(exp(-740.0f64), f64::from_bits(85));
    same(sigmoid(-740.0f64), f64::from_bits(85));
    same(softplus(-740.0f64), f64::from_bits(85));
}

#[test]
fn the_ends_of_the_range() {
    // The largest argument with a finite exponential, and its successor.
    assert!(exp(f32::from_bits(0x42b1_7217)).is_finite());
    same(exp(f32::from_bits(0x42b1_7218)), f32::INFINITY);
    assert!(exp(709.782_712_893_384f64).is_finite());
    same(exp(709.782_712_893_384_1f64), f64::INFINITY);
    // Saturation is exact and never exceeds 1.
    same(tanh(9.1f32), 1.0);
    same(tanh(-1e30f32), -1.0);
    same(sigmoid(18.0f32), 1.0);
    same(softplus(1e30f32), 1e30);
    same(softplus(f32::MAX), f32::MAX);
    same(tanh(20.0f64), 1.0);
    same(sigmoid(40.0f64), 1.0);
    same(softplus(f64::MAX), f64::MAX);
}

#[test]
fn slices_have_the_bits_of_scalars() {
    // Chunks without and with arguments that need the exact reduction.
    let x: Vec<f32> =
        (0u16..300).map(|k| if k == 200 { -3e7 } else { (f32::from(k) - 150.0) * 0.37 }).collect();
    let (mut sines, mut cosines) = (x.clone(), x.clone());
    sin_slice(&mut sines);
    cos_slice(&mut cosines);
    for ((x, s), c) in x.iter().zip(&sines).zip(&cosines) {
        same(*s, sin(*x));
        same(*c, cos(*x));
    }
    // Whole groups of vectors, single vectors and single numbers.
    for n in 0..x.len() {
        let mut tangents = x[..n].to_vec();
        tanh_slice(&mut tangents);
        for (x, t) in x.iter().zip(&tangents) {
            same(*t, tanh(*x));
        }
    }
    let mut tangents = [f32::NAN; 300];
    tanh_slice(&mut tangents);
    assert!(tangents.iter().all(|t| t.is_nan()), "NaN stays");
    let mut sines = [0.5f64, -4.0, 1e9];
    sin_slice(&mut sines);
    for (x, s) in [0.5f64, -4.0, 1e9].into_iter().zip(sines) {
        same(s, sin(x));
    }
}

#[test]
fn micromath_tanh_is_within_its_table() {
    let mut worst = 0.0f64;
    for bits in (0..0x4120_0000).step_by(997) {
        let x = f32::from_bits(bits);
        let error = (f64::from(tanh_micromath(x)) - libm::tanh(f64::from(x))).abs();
        worst = if error > worst { error } else { worst };
        assert_eq!(tanh_micromath(-x).to_bits(), (-tanh_micromath(x)).to_bits(), "odd at {x}");
    }
    println!("tanh_micromath: largest error {worst:e}");
    assert!(worst < 3.4e-4, "{worst}");
}

/// Bits that releases of libm and micromath would decide, had they no exact versions.
#[test]
fn dependencies_keep_their_bits() {
    let single = [
        exp_m1(0.75f32),
        ln_1p(0.75),
        exp_m1(-3.0),
        ln_1p(-0.9),
        tanh_micromath(0.75),
        tanh_micromath(3.0),
        erf(0.75),
        erfc(3.0),
    ];
    let double = [
        exp_m1(0.75f64),
        ln_1p(0.75),
        exp_m1(-3.0),
        ln_1p(-0.9),
        sin(2.0),
        cos(2.0),
        sin(1e22),
        cos(1e22),
        erf(0.75),
        erfc(3.0),
    ];
    assert_eq!(
        single.map(f32::to_bits),
        [
            0x3f8e_f9db,
            0x3f0f_42fb,
            0xbf73_4128,
            0xc013_5d8d,
            0x3f22_991e,
            0x3f7e_bbdf,
            0x3f36_0e4c,
            0x37b9_4efc
        ],
        "{single:?}"
    );
    assert_eq!(
        double.map(f64::to_bits),
        [
            0x3ff1_df3b_68cf_b9f0,
            0x3fe1_e85f_5e70_40d0,
            0xbfee_6824_f333_14f5,
            0xc002_6bb1_bbb5_5516,
            0x3fed_18f6_ead1_b446,
            0xbfda_a226_5753_7205,
            0xbfeb_453a_b76b_f397,
            0x3fe0_be2c_ef01_c8f4,
            0x3fe6_c1c9_759d_0e60,
            0x3ef7_29df_6503_4229,
        ],
        "{double:?}"
    );
}
