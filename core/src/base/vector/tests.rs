//! Tests of reductions against their definitions, and of lengths at every scale.

extern crate std;

use std::vec::Vec;

use super::{LANES, LaneSum, axpy, distance, dot, dot_scaled, norm, normalise, scale, two_sum, unit_scale};
use crate::Real;
use crate::base::elementary::{exp, sqrt};

/// The definition: in every block of 1024 terms, term k goes to accumulator k mod 8, and the eight are combined as a
/// tree. The rounding error of adding a block to the total, computed in f64, is added to the next block.
fn naive_sum(terms: impl Iterator<Item = f32>) -> f32 {
    let terms: Vec<f32> = terms.collect();
    let (mut total, mut lost) = (0.0f32, 0.0f32);
    for block in terms.chunks(1024) {
        let mut acc = [0.0; LANES];
        for (k, term) in block.iter().enumerate() {
            acc[k % LANES] += term;
        }
        let pairs = [acc[0] + acc[4], acc[1] + acc[5], acc[2] + acc[6], acc[3] + acc[7]];
        let term = ((pairs[0] + pairs[2]) + (pairs[1] + pairs[3])) + lost;
        let sum = total + term;
        #[expect(clippy::cast_possible_truncation, reason = "a rounding error is a number of this type")]
        let error = (f64::from(total) + f64::from(term) - f64::from(sum)) as f32;
        (total, lost) = (sum, error);
    }
    total
}

/// Numbers of many magnitudes and both signs.
fn filler<const N: usize>(mut state: u32) -> [f32; N] {
    core::array::from_fn(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let unit = f32::from_bits(0x3f80_0000 | (state >> 9)) - 1.5;
        unit * [1e-3, 1.0, 37.0, 1e4][(state >> 30) as usize]
    })
}

#[test]
fn reductions_and_updates_equal_their_naive_twins() {
    const MOST: usize = 4000;
    let (x, y) = (filler::<MOST>(1), filler::<MOST>(2));
    // All short lengths, and those around whole blocks of 1024 terms.
    for n in (0..=70).chain([1023, 1024, 1025, 1031, 2048, 2049, 3072, 3500, MOST]) {
        let (x, y) = (&x[..n], &y[..n]);
        let products = || x.iter().zip(y).map(|(x, y)| x * y);
        let squares = || x.iter().zip(y).map(|(x, y)| (x - y) * (x - y));
        let mut streamed = LaneSum::default();
        products().for_each(|term| streamed.push(term));
        let mut grouped = LaneSum::default();
        let terms: Vec<f32> = products().collect();
        // Starting at any accumulator.
        let (first, then) = terms.split_at(n % 11 % (n + 1));
        first.iter().for_each(|&term| grouped.push(term));
        let (groups, rest) = then.as_chunks();
        groups.iter().for_each(|group| grouped.push_all(group));
        rest.iter().for_each(|&term| grouped.push(term));
        assert_eq!(dot(x, y).to_bits(), naive_sum(products()).to_bits(), "dot of {n}");
        assert_eq!(streamed.total().to_bits(), dot(x, y).to_bits(), "streamed sum of {n}");
        assert_eq!(grouped.total().to_bits(), dot(x, y).to_bits(), "sum of {n} in groups");
        assert_eq!(norm(x).to_bits(), sqrt(naive_sum(x.iter().map(|x| x * x))).to_bits(), "norm of {n}");
        assert_eq!(distance(x, y).to_bits(), sqrt(naive_sum(squares())).to_bits(), "distance of {n}");

        let mut moved = [0.0; MOST];
        moved[..n].copy_from_slice(y);
        axpy(0.3, x, &mut moved[..n]);
        scale(1.7, &mut moved[..n]);
        for k in 0..n {
            assert_eq!(moved[k].to_bits(), (1.7 * (y[k] + 0.3 * x[k])).to_bits(), "element {k} of {n}");
        }
    }
}

/// Multiplies by a power of two, exactly, in steps that stay within the type.
fn times_two_to<R: Real>(mut x: R, mut power: i32) -> R {
    while power != 0 {
        x *= if power > 0 { R::TWO } else { R::HALF };
        power -= power.signum();
    }
    x
}

/// Relative errors of the sum of `n` equal terms, pushed one by one and as an inner product.
#[expect(clippy::cast_precision_loss, reason = "exact below 2⁵³")]
fn errors_of_equal_terms(n: usize, term: f32) -> [f64; 2] {
    let exact = n as f64 * f64::from(term);
    let mut pushed = LaneSum::default();
    (0..n).for_each(|_| pushed.push(term));
    let dotted = dot(&std::vec![term; n], &std::vec![1.0; n]);
    [pushed.total(), dotted].map(|sum| (f64::from(sum) / exact - 1.0).abs())
}

#[test]
fn a_million_terms_err_no_more_than_a_block() {
    for term in [0.1, 1.0 / 255.0, 1.0] {
        let errors = errors_of_equal_terms(1_000_000, term);
        assert!(errors.iter().all(|&error| error < 8e-6), "{term}: {errors:?}");
    }
}

#[test]
#[ignore = "seconds in release: part of the exhaustive tier"]
fn exhaustive_twenty_million_terms_err_no_more_than_a_block() {
    for term in [0.1, 1.0 / 255.0, 1.0] {
        let errors = errors_of_equal_terms(20_000_000, term);
        assert!(errors.iter().all(|&error| error < 8e-6), "{term}: {errors:?}");
    }
}

#[test]
fn sums_that_overflow_are_infinite() {
    let mut pushed = LaneSum::default();
    (0..4000).for_each(|_| pushed.push(1e38f32));
    assert_eq!(pushed.total(), f32::INFINITY);
    assert_eq!(dot(&[1e20f32; 3000], &[1e20; 3000]), f32::INFINITY);
    assert_eq!(two_sum(f32::INFINITY, 1.0), (f32::INFINITY, 0.0));
}

/// The rounded sum and its error add up exactly, as f64 shows for f32 numbers of similar size.
#[test]
fn two_sums_are_exact() {
    for seed in 0..1000 {
        let [a, b] = filler::<2>(seed);
        let (sum, rest) = two_sum(a, b);
        assert_eq!((sum, f64::from(sum) + f64::from(rest)), (a + b, f64::from(a) + f64::from(b)));
    }
}

/// Scaling by a power of two commutes with everything, down to the first subnormal number.
fn lengths_at<R: Real>(powers: core::ops::RangeInclusive<i32>) {
    let numbers: [R; 13] = filler::<13>(5).map(|x| R::from_f64(x.into()));
    let (x, y) = (&numbers[..6], &numbers[6..12]);
    for power in powers.step_by(7) {
        let scaled = |x: &[R]| x.iter().map(|x| times_two_to(*x, power)).collect::<Vec<_>>();
        let (mut u, v) = (scaled(x), scaled(y));
        let scaled = [times_two_to(norm(x), power), times_two_to(distance(x, y), power)];
        let mut unit = x.to_vec();
        normalise(&mut unit);
        assert_eq!([norm(&u), distance(&u, &v)], scaled, "2^{power}");
        assert_eq!((normalise(&mut u), &u), (scaled[0], &unit), "2^{power}");
    }
}

#[test]
fn lengths_are_homogeneous() {
    // The numbers range from 10⁻⁵ to 5000 and have 24 bits.
    lengths_at::<f32>(-86..=112);
    lengths_at::<f64>(-980..=1008);
}

/// Squares whose sum is known, while the plain sum is out of range.
#[test]
fn lengths_at_the_ends_of_the_range() {
    for k in -30..=30 {
        let unit = exp(f64::from(k) * core::f64::consts::LN_10);
        #[expect(clippy::cast_possible_truncation, reason = "rounded to nearest")]
        let single = unit as f32;
        let error = |length: f32, want: f64| (f64::from(length) / want - 1.0).abs();
        let x = [3.0 * single, 4.0 * single];
        assert!(error(norm(&x), 5.0 * f64::from(single)) < 2e-7, "norm at 1e{k}");
        assert!(error(distance(&x, &[0.0, 0.0]), 5.0 * f64::from(single)) < 2e-7, "distance at 1e{k}");
        let mut y = x;
        assert!(error(normalise(&mut y), 5.0 * f64::from(single)) < 2e-7, "length at 1e{k}");
        assert!((y[0] - 0.6).abs() < 2e-7 && (y[1] - 0.8).abs() < 2e-7, "{y:?} at 1e{k}");
    }
    assert!((norm(&[3e300f64, 4e300]) / 5e300 - 1.0).abs() < 1e-15);
    assert!((norm(&[3e-300f64, 4e-300]) / 5e-300 - 1.0).abs() < 1e-15);
    // Subnormal numbers: exact multiples of the smallest one.
    let tiny = f32::from_bits(1);
    assert_eq!(norm(&[tiny; 9]), f32::from_bits(3));
    assert_eq!(norm(&[f64::from_bits(3), f64::from_bits(4)]), f64::from_bits(5));
    assert_eq!(distance(&[tiny, tiny], &[f32::from_bits(4), f32::from_bits(5)]), f32::from_bits(5));
    let mut x = [f32::from_bits(3), f32::from_bits(4)];
    assert_eq!((normalise(&mut x), x), (f32::from_bits(5), [0.6, 0.8]));
    let mut x = [f64::MAX, f64::MAX];
    assert_eq!(norm(&x), f64::INFINITY, "longer than any number");
    assert_eq!(normalise(&mut x), f64::INFINITY);
    assert!((x[0] - sqrt(0.5f64)).abs() < 1e-15 && x[0] == x[1], "{x:?}");
    // One large and one tiny number, in both orders.
    assert_eq!(norm(&[f32::MAX, tiny]), f32::MAX);
    assert_eq!(norm(&[1e-30f32, 1.0]), 1.0);
}

#[test]
fn lengths_of_what_has_none() {
    let (nan, infinity) = (f32::NAN, f32::INFINITY);
    assert_eq!((norm::<f32>(&[]), norm(&[0.0f32, -0.0])), (0.0, 0.0));
    let mut zero = [0.0f32, -0.0];
    assert_eq!((normalise(&mut zero), zero.map(f32::to_bits)), (0.0, [0, 1 << 31]));
    assert_eq!((norm(&[infinity, 1.0]), norm(&[1e-40, -infinity])), (infinity, infinity));
    assert!(norm(&[nan, 1e30]).is_nan() && norm(&[1e-30, nan]).is_nan() && norm(&[infinity, nan]).is_nan());
    let mut x = [infinity, 2.0];
    assert_eq!((normalise(&mut x), x), (infinity, [infinity, 2.0]));
    let mut x = [2.0, nan];
    assert!(normalise(&mut x).is_nan() && x[0] == 2.0);
}

/// No element exceeds one: scaling by a radius stays within the ball.
#[test]
fn unit_vectors_do_not_exceed_one() {
    for seed in 0..2000 {
        let mut x = filler::<3>(seed);
        normalise(&mut x);
        assert!(x.iter().all(|x| x.abs() <= 1.0), "{x:?}");
        assert!((norm(&x) - 1.0).abs() < 3e-7, "{x:?}");
    }
}

#[test]
fn scales_bring_near_one() {
    for x in [1.0f32, 1.99, 3e-38, 1e-30, 1e38, 1.7e38] {
        let scaled = unit_scale(&[0.0, -x, x / 2.0]) * x;
        assert!((1.0..2.0).contains(&scaled), "{x:e}: {scaled}");
    }
    assert_eq!(unit_scale(&[f32::from_bits(1)]) * f32::from_bits(1), 2.0 * f32::EPSILON);
    assert_eq!(unit_scale(&[f64::from_bits(1)]) * f64::from_bits(1), 2.0 * f64::EPSILON);
    assert!(unit_scale(&[f32::MAX]) * f32::MAX < 4.0 && unit_scale(&[f64::MAX]) * f64::MAX < 4.0);
    assert_eq!((unit_scale::<f32>(&[]), unit_scale(&[0.0f64])), (1.0, 1.0));
    let (x, y) = (filler::<21>(3), filler::<21>(4));
    assert_eq!(dot_scaled(0.5, &x, 4.0, &y), 2.0 * dot(&x, &y));
    let (tiny, huge) = (x.map(|x| times_two_to(x, -110)), y.map(|y| times_two_to(y, 112)));
    let product = dot_scaled(unit_scale(&tiny), &tiny, unit_scale(&huge), &huge);
    assert_eq!(product, dot_scaled(unit_scale(&x), &x, unit_scale(&y), &y));
}
