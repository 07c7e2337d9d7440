//! Every public function of `base` that takes numbers or lengths, given any: none panics or goes on for ever.
//!
//! The pattern for other rooms: lengths from [`LENGTHS`], counts from [`counts`], numbers from [`numbers`], a call, and
//! only what must hold whatever they are.

use losscape::base::elementary::{
    cos, cos_slice, erf, erfc, exp, exp_m1, ln, ln_1p, sigmoid, sin, sin_slice, softplus, sqrt, tanh,
    tanh_slice,
};
use losscape::base::fingerprint::Fingerprint;
use losscape::base::matrix;
use losscape::base::random::{
    add_normal, fill_ball, fill_indices, fill_sphere, identity, index, partial_shuffle, shuffle, stream,
    uniform_in,
};
use losscape::base::vector::{LaneSum, axpy, distance, dot, dot_scaled, norm, normalise, scale, unit_scale};
use proptest::prelude::*;

/// Lengths of slices: none, one, whole vectors, a block and a bit.
const LENGTHS: [usize; 9] = [0, 1, 2, 3, 8, 17, 64, 130, 1031];

/// Counts and widths: those, and what no slice has.
fn counts() -> impl Strategy<Value = usize> {
    prop_oneof![
        prop::sample::select(&LENGTHS[..]),
        prop::sample::select(&[usize::MAX, usize::MAX - 1, usize::MAX / 2 + 1, 1 << (usize::BITS / 2)][..]),
    ]
}

/// A slice of any numbers, special ones among them.
fn numbers() -> impl Strategy<Value = Vec<f32>> {
    const SPECIAL: [f32; 10] =
        [0.0, -0.0, 1.0, f32::NAN, f32::INFINITY, f32::NEG_INFINITY, f32::MAX, f32::MIN, 1e-45, -1e-38];
    let number = prop_oneof![prop::sample::select(&SPECIAL[..]), any::<u32>().prop_map(f32::from_bits)];
    (prop::collection::vec(number, 16), prop::sample::select(&LENGTHS[..]))
        .prop_map(|(numbers, len)| numbers.into_iter().cycle().take(len).collect())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn vectors(x in numbers(), y in numbers(), a in numbers(), b in numbers()) {
        let [a, b] = [a, b].map(|numbers| numbers.first().copied().unwrap_or(f32::MAX));
        let all_finite = x.iter().all(|x| x.is_finite());
        let length = norm(&x);
        prop_assert!(length >= 0.0 || x.iter().any(|x| x.is_nan()), "{length}");
        let unit = unit_scale(&x);
        prop_assert!(unit > 0.0 && unit.is_finite());
        let _ = (dot(&x, &y), distance(&x, &y), dot_scaled(a, &x, b, &y));
        let mut sum = LaneSum::default();
        x.iter().for_each(|&x| sum.push(x));
        let _ = sum.total();
        let (mut moved, mut scaled, mut normal) = (y, x.clone(), x.clone());
        axpy(a, &x, &mut moved);
        scale(b, &mut scaled);
        let before = normalise(&mut normal);
        prop_assert_eq!(before.to_bits(), if before.is_nan() { before.to_bits() } else { length.to_bits() });
        if all_finite && length > 0.0 {
            prop_assert!((norm(&normal) - 1.0).abs() < 1e-5 && normal.iter().all(|x| x.abs() <= 1.0), "{:?}", x);
        }
        let _ = Fingerprint::of(&x);
    }

    #[test]
    fn functions(mut x in numbers()) {
        for f in [exp, ln, tanh, sigmoid, softplus, sin, cos, sqrt, exp_m1, ln_1p, erf, erfc] {
            for &x in &x {
                prop_assert!(f(x).is_nan() || !x.is_nan(), "of NaN");
            }
        }
        tanh_slice(&mut x);
        sin_slice(&mut x);
        cos_slice(&mut x);
    }

    #[test]
    fn products(x in numbers(), w in numbers(), d in numbers(), sum in numbers(), outputs in counts()) {
        let mut out = sum;
        matrix::affine(&x, &w, &d, &mut out, outputs);
        matrix::affine_add(&x, &w, &mut out, outputs);
        matrix::back(&d, &w, &mut out, outputs);
        matrix::back_add(&d, &w, &mut out, outputs);
        matrix::outer_sum(&x, &d, &mut out, outputs);
        matrix::outer_sum_direction(&x, &w, &d, &w, &mut out, outputs);
        matrix::column_sum(&d, &mut out);
        matrix::naive::affine(&x, &w, &d, &mut out, outputs);
        matrix::naive::affine_add(&x, &w, &mut out, outputs);
        matrix::naive::back(&d, &w, &mut out, outputs);
        matrix::naive::back_add(&d, &w, &mut out, outputs);
        matrix::naive::outer_sum(&x, &d, &mut out, outputs);
        matrix::naive::outer_sum_direction(&x, &w, &d, &w, &mut out, outputs);
        matrix::naive::column_sum(&d, &mut out);
    }

    #[test]
    fn samplers(mut x in numbers(), a in any::<u32>(), b in any::<u32>(), count in counts(), seed in any::<u64>()) {
        let rng = &mut stream(seed, a % 3);
        let [low, high] = [a, b].map(f32::from_bits);
        let u = uniform_in(rng, low, high);
        prop_assert!(u.is_finite() || !(low.is_finite() && high.is_finite()), "{low:e} to {high:e}: {u:e}");
        fill_sphere(rng, low.abs(), &mut x);
        prop_assert!(!low.is_finite() || x.iter().all(|x| x.abs() <= low.abs()), "{low:e}: {x:?}");
        fill_ball(rng, high, &mut x);
        add_normal(rng, low, &mut x);
        for n in [0, 1, a, u32::MAX] {
            prop_assert!(index(rng, n) < n.max(1));
        }
        let mut order = vec![0; x.len()];
        fill_indices(rng, b, &mut order);
        identity(&mut order);
        shuffle(rng, &mut order);
        partial_shuffle(rng, &mut order, count);
        order.sort_unstable();
        prop_assert!(order.iter().zip(0..).all(|(&found, want)| found == want));
    }
}
