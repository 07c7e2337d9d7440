//! Surfaces in any units: what only squares and products would lose is there.

use losscape::base::kernel::Kernel;
use losscape::models::surfaces::{EggCarton, GaussianMixture, Quadratic, RippledBowl};
use losscape::objective::Convolved;
use losscape::{Curvature, Objective};

fn two_to(power: i32) -> f32 {
    f32::from_bits(((127 + power).cast_unsigned()) << 23)
}

/// Value, gradient and product along (1, 0.5) in units of length `c`.
fn at(f: &impl Curvature<f32>, params: [f32; 2], c: f32) -> [f32; 5] {
    let (mut grad, mut product) = ([0.0; 2], [0.0; 2]);
    let value = f.value_grad(&params, &mut grad, &mut [0.0; 8]);
    f.hess_vec(&params, &[c * c, 0.5 * c * c], &mut product, &mut [0.0; 8]);
    [value, c * grad[0], c * grad[1], product[0], product[1]]
}

/// Powers of two scale exactly: the same bits, from widths of 10⁻³⁰ to 10³⁰.
#[test]
fn mixtures_of_any_width() {
    let mixture = |c: f32| {
        let centres = [0.0, 0.0, c, 0.5 * c];
        let widths = [0.4 * c, 0.9 * c];
        let f = GaussianMixture::new(2, &centres, &[1.0, 2.0], &widths).expect("wells");
        let smooth = Convolved::new(&f, Kernel::Gaussian { std_dev: 0.3 * c }).expect("a closed form");
        let mut grad = [0.0; 2];
        let value = smooth.value_grad(&[0.3 * c, -0.2 * c], &mut grad, &mut [0.0; 4]);
        // Half of the products, in which a length enters twice, would leave the numbers.
        let [a, b, d, ..] = at(&f, [0.3 * c, -0.2 * c], c);
        [a, b, d, value, c * grad[0], c * grad[1]]
    };
    let one = mixture(1.0);
    assert!(one.iter().all(|x| x.abs() > 1e-3), "{one:?}");
    for power in [-100, -64, 64, 100] {
        assert_eq!(mixture(two_to(power)), one, "in units of 2^{power}");
    }
    let curved = |c: f32| {
        let widths = [0.4 * c];
        at(&GaussianMixture::new(2, &[0.0, 0.0], &[1.0], &widths).expect("a well"), [0.3 * c, -0.2 * c], c)
    };
    for power in [-34, 34] {
        assert_eq!(curved(two_to(power)), curved(1.0), "in units of 2^{power}");
    }
}

#[test]
fn reflections_along_axes_of_any_length() {
    let spectrum = [3.0, -1.0];
    let along = |c: f32| {
        let axis = [c, 2.0 * c];
        let f = Quadratic::new(&spectrum).and_then(|f| f.reflected(&axis)).expect("an axis with a length");
        at(&f, [0.7, -0.4], 1.0)
    };
    for power in [-120, -70, 70, 120] {
        assert_eq!(along(two_to(power)), along(1.0), "an axis of 2^{power}");
    }
}

/// Far out the lattice is what it is at the origin: x has its digits, and 2π x would have lost them.
#[test]
fn a_lattice_has_the_same_cells_everywhere() {
    let f = EggCarton::<f32>::new(2).expect("dim");
    let smooth = Convolved::new(&f, Kernel::Gaussian { std_dev: 0.1 }).expect("a closed form");
    let near = at(&f, [0.25, 0.375], 1.0);
    let mut grad = [0.0; 2];
    let near_smooth = smooth.value_grad(&[0.25, 0.375], &mut grad, &mut [0.0; 4]);
    for away in [1.0, -3.0, 1000.0, 65_536.0, -1_048_576.0] {
        let there = [away + 0.25, 0.375 - away];
        assert_eq!(at(&f, there, 1.0), near, "{away} away");
        assert_eq!(smooth.value_grad(&there, &mut grad, &mut [0.0; 4]), near_smooth, "{away} away");
    }
    // Whole numbers all, and their halves.
    for far in [two_to(24), two_to(100), f32::MAX] {
        assert_eq!(f.value(&[far, -far], &mut []), 2.0, "{far} is a maximum");
    }
    assert_eq!(f.value(&[4_194_304.5, 0.5], &mut []), -2.0, "a minimum");
}

/// `k f(θ / c)` convolved with a kernel c times as wide is k times f convolved: bowls, whose variances alone would be no
/// numbers of the type.
#[test]
fn convolved_bowls_of_any_width() {
    let kernels = |c: f32| {
        [
            Kernel::Gaussian { std_dev: 0.3 * c },
            Kernel::Cube { radius: 0.7 * c },
            Kernel::Ball { radius: 0.5 * c },
        ]
    };
    let run = |k: f32, c: f32| {
        let spectrum = [3.0, -1.0].map(|h| h * k / c / c);
        let plain = Quadratic::new(&spectrum).expect("a spectrum");
        let mut bowl = RippledBowl::new(1, 1.5 * k / c / c, 0.4 * k, 5.0 / c).expect("a bowl");
        bowl.phase = 0.9;
        let mut notes = Vec::new();
        for kernel in kernels(c) {
            let (mut grad, mut scratch) = ([0.0; 2], [0.0; 8]);
            let smooth = Convolved::new(&plain, kernel).expect("a closed form");
            notes.push(smooth.value_grad(&[0.7 * c, -0.4 * c], &mut grad, &mut scratch) / k);
            notes.extend(grad.map(|g| g / k * c));
            let smooth = Convolved::new(&bowl, kernel).expect("a closed form");
            notes.push(smooth.value_grad(&[0.3 * c], &mut grad[..1], &mut scratch) / k);
            notes.push(grad[0] / k * c);
        }
        notes
    };
    let one = run(1.0, 1.0);
    assert!(one.iter().all(|x| x.abs() > 1e-2 && x.is_finite()), "{one:?}");
    for (k, c) in [(-100, 0), (100, 0), (90, 100), (-90, -100), (60, 80), (-60, -80)] {
        assert_eq!(run(two_to(k), two_to(c)), one, "2^{k}, 2^{c}");
    }
}
