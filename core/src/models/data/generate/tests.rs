use super::*;
use crate::base::fingerprint::Fingerprint;
use crate::base::random::stream;

const N: usize = 400;

fn drawn(generate: impl FnOnce(&mut [f64], &mut [u8]) -> Result<(), ArgError>) -> ([[f64; 2]; N], [u8; N]) {
    let (mut inputs, mut labels) = ([f64::NAN; 2 * N], [99; N]);
    generate(&mut inputs, &mut labels).expect("accepted");
    let mut all = [[0.0; 2]; N];
    all.as_flattened_mut().copy_from_slice(&inputs);
    (all, labels)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() < 1e-14
}

#[test]
fn moons_lie_on_their_half_circles() {
    let (points, labels) = drawn(|x, y| moons(0.0, &mut stream(1, 0), x, y));
    for ([x, y], label) in points.into_iter().zip(labels) {
        let ([x, y], below) = if label == 0 { ([x, y], -y) } else { ([x - 1.0, y - 0.5], y - 0.5) };
        assert!(close(x * x + y * y, 1.0) && below < 1e-14, "({x}, {y}) of class {label}");
    }
    assert!(points.iter().any(|p| p[0] < -0.98) && points.iter().any(|p| p[0] > 1.98), "whole half circles");
}

#[test]
fn spirals_lie_on_their_arms() {
    let (points, labels) = drawn(|x, y| spirals(1.5, 0.0, &mut stream(1, 0), x, y));
    let mut inner = 0;
    for ([x, y], label) in points.into_iter().zip(labels) {
        let r = libm::hypot(x, y);
        let angle = 3.0 * PI * r + PI * f64::from(label);
        assert!(close(x, r * libm::cos(angle)) && close(y, r * libm::sin(angle)), "({x}, {y})");
        assert!(r < 1.0, "({x}, {y})");
        inner += usize::from(r < 0.5);
    }
    // A quarter by r = √u: 100 of 400, standard deviation 8.7.
    assert!((60..140).contains(&inner), "{inner} within half the radius");
}

#[test]
fn xor_without_noise_is_exclusive_or() {
    let (points, labels) = drawn(|x, y| xor(0.0, &mut stream(1, 0), x, y));
    for ([x, y], label) in points.into_iter().zip(labels) {
        assert!(close(x.abs(), 1.0) && close(y.abs(), 1.0), "({x}, {y})");
        assert_eq!(label, u8::from(x * y < 0.0), "({x}, {y})");
    }
    assert_eq!(points[..4], [[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]);
}

#[test]
fn classes_are_balanced() {
    let balanced = |labels: [u8; N], classes: u8| {
        for class in 0..classes {
            let count = labels.iter().filter(|&&label| label == class).count();
            assert_eq!(count, N / usize::from(classes), "class {class}");
        }
    };
    balanced(drawn(|x, y| moons(0.1, &mut stream(1, 0), x, y)).1, 2);
    balanced(drawn(|x, y| spirals(1.0, 0.1, &mut stream(1, 0), x, y)).1, 2);
    balanced(drawn(|x, y| xor(0.1, &mut stream(1, 0), x, y)).1, 2);
    let centres = [0.0; 2 * 5];
    balanced(drawn(|x, y| blobs(&centres, 2, 0.1, &mut stream(1, 0), x, y)).1, 5);
}

/// Differences from the noiseless points of the same seed have mean 0 and the given spread. The mean of
/// 800 numbers has a standard error of 0.035 standard deviations, their mean square one of 0.05.
#[test]
fn noise_has_the_given_spread() {
    fn spread(exact: &[[f64; 2]; N], noisy: &[[f64; 2]; N], std_dev: f64) {
        let count = 2.0 * 400.0;
        let (mut mean, mut square) = (0.0, 0.0);
        for (a, b) in exact.as_flattened().iter().zip(noisy.as_flattened()) {
            let z = (b - a) / std_dev;
            mean += z / count;
            square += z * z / count;
        }
        assert!(mean.abs() < 0.15 && (square - 1.0).abs() < 0.2, "mean {mean}, mean square {square}");
    }
    let moon = |s| drawn(|x, y| moons(s, &mut stream(2, 0), x, y)).0;
    spread(&moon(0.0), &moon(0.3), 0.3);
    let spiral = |s| drawn(|x, y| spirals(1.0, s, &mut stream(2, 0), x, y)).0;
    spread(&spiral(0.0), &spiral(0.05), 0.05);
    let corner = |s| drawn(|x, y| xor(s, &mut stream(2, 0), x, y)).0;
    spread(&corner(0.0), &corner(0.2), 0.2);
    let centres = [3.0, 4.0, -1.0, 0.0, 7.0, -7.0];
    let blob = |s| drawn(|x, y| blobs(&centres, 2, s, &mut stream(2, 0), x, y)).0;
    spread(&blob(0.0), &blob(2.0), 2.0);
}

/// All four generators in both types; the digests change only with the samplers or the elementary
/// functions.
#[test]
fn a_seed_means_these_points() {
    fn digest<R: Real>() -> u64 {
        let rng = &mut stream(7, 0);
        let (mut inputs, mut labels) = ([R::ZERO; 2 * N], [0; N]);
        let noise = R::from_f64(0.125);
        let mut digest = Fingerprint::new();
        let mut add = |inputs: &[R], labels: &[u8]| {
            digest.reals(inputs);
            labels.iter().for_each(|&label| digest.word(u64::from(label)));
        };
        moons(noise, rng, &mut inputs, &mut labels).expect("accepted");
        add(&inputs, &labels);
        spirals(R::TWO, noise, rng, &mut inputs, &mut labels).expect("accepted");
        add(&inputs, &labels);
        xor(noise, rng, &mut inputs, &mut labels).expect("accepted");
        add(&inputs, &labels);
        blobs(&[R::ZERO, R::ONE, R::TWO, R::ZERO], 2, noise, rng, &mut inputs, &mut labels)
            .expect("accepted");
        add(&inputs, &labels);
        digest.finish()
    }
    assert_eq!((digest::<f32>(), digest::<f64>()), (0xe89f_f158_d99e_6e84, 0xe21c_dda1_6b5b_07a1));
}

#[test]
fn bad_arguments_are_named_and_nothing_is_drawn() {
    let mut rng = stream(1, 0);
    let (mut inputs, mut labels) = ([f32::NAN; 8], [99; 4]);
    let none: &mut [u8] = &mut [];
    let arg = |refused: Result<(), ArgError>| refused.expect_err("refused").arg;
    for bad in [-0.1, f32::NAN, f32::INFINITY] {
        assert_eq!(arg(moons(bad, &mut rng, &mut inputs, &mut labels)), "std_dev");
        assert_eq!(arg(spirals(bad, 0.1, &mut rng, &mut inputs, &mut labels)), "turns");
        assert_eq!(arg(blobs(&[0.0, bad, bad, bad], 2, bad, &mut rng, &mut inputs, &mut labels)), {
            if bad == -0.1 { "std_dev" } else { "centres" }
        });
    }
    assert_eq!(arg(spirals(0.0, 0.1, &mut rng, &mut inputs, &mut labels)), "turns");
    assert_eq!(arg(xor(0.1, &mut rng, &mut inputs[..7], &mut labels)), "inputs");
    assert_eq!(arg(xor(0.1, &mut rng, &mut inputs, none)), "labels");
    assert_eq!(arg(blobs(&[0.0; 4], 0, 0.1, &mut rng, &mut inputs, &mut labels)), "width");
    assert_eq!(arg(blobs(&[0.0; 1], 2, 0.1, &mut rng, &mut inputs, &mut labels)), "centres");
    assert_eq!(arg(blobs(&[0.0; 5], 2, 0.1, &mut rng, &mut inputs, &mut labels)), "centres");
    assert_eq!(arg(blobs(&[0.0; 514], 2, 0.1, &mut rng, &mut inputs, &mut labels)), "centres");
    assert!(inputs.iter().all(|x| x.is_nan()) && labels == [99; 4], "nothing is written");
    assert_eq!(rng, stream(1, 0), "nothing is drawn");
}
