extern crate std;
use std::vec;
use std::vec::Vec;

use super::*;
use crate::base::random::{fill_normal, stream};
use crate::base::vector::norm;
use crate::curvature::{Subspace, SubspaceLayout};
use crate::models::surfaces::{EggCarton, MonkeySaddle, Quadratic};

fn found<R: Real>(f: &impl Objective<R>, config: SharpnessConfig<R>, at: &[R]) -> Sharpness<R, Vec<R>> {
    let workspace = vec![R::NAN; SharpnessLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sharpness = Sharpness::new(f, config, at, workspace).unwrap();
    let (mut rng, mut gradients) = (stream(5, 0), 0);
    loop {
        match sharpness.step(f, &mut rng) {
            SharpnessStep::Evaluated { .. } => gradients += 1,
            SharpnessStep::Done => break,
            other => panic!("{other:?}"),
        }
    }
    assert!(gradients <= 1 + (1 + config.starts) * config.steps, "{gradients}");
    sharpness
}

fn boxed(size: f64, starts: u32) -> SharpnessConfig<f64> {
    SharpnessConfig { region: Region::Box { size }, starts, steps: 10 }
}

fn ball(radius: f64, steps: u32) -> SharpnessConfig<f64> {
    SharpnessConfig { region: Region::Ball { radius }, starts: 2, steps }
}

/// ½ λ ‖x‖² at 0: the maximum is in the corners of the box, 50 λ n ε² in per cent.
#[test]
fn corners_of_a_bowl() {
    for (n, lambda, size) in [(1, 3.0, 1e-3), (4, 1.0, 5e-4), (9, 200.0, 0.1)] {
        let spectrum = vec![lambda; n];
        let f = Quadratic::new(&spectrum).unwrap();
        let found = found(&f, boxed(size, 1), &vec![0.0; n]);
        let want = 50.0 * lambda * f64::from_usize(n) * size * size;
        assert!((found.percentage() / want - 1.0).abs() < 1e-12, "{} against {want}", found.percentage());
    }
}

/// On a ball, the climb is power iteration: the rise is half the largest eigenvalue times the squared radius.
#[test]
fn the_surface_of_a_ball() {
    let f = Quadratic::new(&[1.0, 5.0, 0.5, 4.0]).unwrap();
    let sharpness = found(&f, ball(0.3, 100), &[0.0; 4]);
    assert!((sharpness.rise() / (0.5 * 5.0 * 0.09) - 1.0).abs() < 1e-12, "{}", sharpness.rise());

    // One step from the centre alone: f(θ + ρ g/‖g‖).
    let at = [0.5, -0.25, 1.0, 0.125];
    let config = SharpnessConfig { starts: 0, steps: 1, ..ball(0.3, 1) };
    let (mut grad, mut scratch) = ([0.0; 4], vec![0.0; f.scratch_len()]);
    let before = f.value_grad(&at, &mut grad, &mut scratch);
    let length = norm(&grad);
    let moved: Vec<f64> = at.iter().zip(grad).map(|(x, g)| x + 0.3 * g / length).collect();
    let want = f.value(&moved, &mut scratch) - before;
    let sharpness = found(&f, config, &at);
    assert!((sharpness.rise() / want - 1.0).abs() < 1e-12, "{} against {want}", sharpness.rise());
    assert_eq!(sharpness.centre(), before);
}

#[test]
fn saddles_and_waves() {
    // x² − y² at 0 is highest where x alone is at an end.
    let f = Quadratic::new(&[2.0, -2.0]).unwrap();
    let sharpness = found(&f, SharpnessConfig { steps: 40, ..boxed(0.1, 4) }, &[0.0; 2]);
    assert!((sharpness.rise() / 0.01 - 1.0).abs() < 1e-4, "{}", sharpness.rise());
    // x³ − 3 x y² reaches ρ³ in three directions.
    let sharpness = found(&MonkeySaddle::<f64>::default(), ball(0.2, 60), &[0.0; 2]);
    assert!((sharpness.rise() / 0.008 - 1.0).abs() < 1e-6, "{}", sharpness.rise());
    // A larger box contains a smaller one.
    let f = EggCarton::<f64>::new(2).unwrap();
    let mut before = 0.0;
    for size in [0.01, 0.03, 0.1, 0.2] {
        let rise = found(&f, boxed(size, 6), &[0.3, -0.2]).rise();
        assert!(rise > before, "{rise} in {size}");
        before = rise;
    }
}

/// Along orthogonal directions, the corners of a bowl are known too: 50 λ ε² (‖a‖² + ‖b‖²) in per cent.
#[test]
fn corners_in_a_subspace() {
    let f = Quadratic::new(&[3.0; 5]).unwrap();
    let directions = [0.0, 3.0, 0.0, 4.0, 0.0, 0.0, 4.0, 0.5, -3.0, 0.0];
    let memory = vec![f64::NAN; SubspaceLayout::new(2).len()];
    let within = Subspace::new(&f, &[0.0; 5], directions, memory).unwrap();
    let found = found(&within, boxed(1e-3, 1), within.coordinates());
    let want = 50.0 * 3.0 * 1e-6 * (25.0 + 25.25);
    assert!((found.percentage() / want - 1.0).abs() < 1e-12, "{} against {want}", found.percentage());
}

/// The width of a subspace's box depends on A⁺θ: off the centre of a bowl, along twice the second axis, θ is
/// 8, so (A⁺θ) is 4.
#[test]
fn the_box_of_a_subspace_has_its_own_width() {
    let f = Quadratic::new(&[1.0, 2.0]).unwrap();
    let memory = vec![f64::NAN; SubspaceLayout::new(1).len()];
    let within = Subspace::new(&f, &[3.0, 8.0], [0.0, 2.0], memory).unwrap();
    let most = 2.0 * 0.1 * (4.0 + 1.0);
    let rise = found(&within, boxed(0.1, 1), within.coordinates()).rise();
    assert!((rise - ((8.0 + most) * (8.0 + most) - 64.0)).abs() < 1e-12, "{rise}");
}

/// An ascent that starts where the parameters are, at a minimum, has no slope to follow and finds no rise, however often it steps. Ours
/// start elsewhere.
#[test]
fn an_ascent_from_the_minimum_itself_finds_no_rise() {
    let (bowl, size) = (Quadratic::new(&[1.0, 5.0, 0.5]).unwrap(), 0.1);
    let rise_from = |start: [f64; 3]| {
        let (mut z, mut grad) = (start, [0.0; 3]);
        for _ in 0..10 {
            bowl.value_grad(&z, &mut grad, &mut [0.0; 6]);
            for (z, g) in z.iter_mut().zip(grad) {
                *z = (*z + g).or_smaller(size).or_larger(-size);
            }
        }
        bowl.value(&z, &mut [0.0; 6])
    };
    let corner = 0.5 * size * size * (1.0 + 5.0 + 0.5);
    assert_eq!(rise_from([0.0; 3]), 0.0);
    assert!((rise_from([1e-2, -1e-3, 2e-2]) - corner).abs() < 1e-15);
    assert!((found(&bowl, boxed(size, 1), &[0.0; 3]).rise() - corner).abs() < 1e-15);
}

/// On a bowl, all of whose corners are found, a box of fewer dimensions rises no higher. With all axes it is
/// the full box.
#[test]
fn fewer_coordinates_rise_no_higher() {
    let bowl = Quadratic::new(&[1.0, 5.0, 0.5]).unwrap().reflected(&[1.0, -2.0, 0.5]).unwrap();
    let (axes, at) = ([1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0], [0.25, 0.0, -0.5]);
    let of = |directions: &[f64]| {
        let memory = vec![f64::NAN; SubspaceLayout::new(directions.len() / 3).len()];
        let within = Subspace::new(&bowl, &at, directions, memory).unwrap();
        found(&within, boxed(0.1, 12), within.coordinates()).rise()
    };
    let all = found(&bowl, boxed(0.1, 12), &at).rise();
    assert!((of(&axes) - all).abs() < 1e-14, "{} against {all}", of(&axes));
    for fewer in [&axes[..3], &axes[3..6], &axes[6..], &axes[..6], &axes[3..]] {
        let rise = of(fewer);
        assert!(rise > 0.0 && rise < all, "{fewer:?}: {rise} of {all}");
    }
}

/// Values times k rise k times as far, and a ball in other units is the same ball.
#[test]
fn any_scale() {
    let at = [0.5f32, -0.25, 1.0];
    let of = |k: f32, unit: f32| {
        let spectrum = [1.0, 5.0, 0.5].map(|x: f32| x * k / unit / unit);
        let f = Quadratic::new(&spectrum).unwrap();
        let config = SharpnessConfig { region: Region::Ball { radius: 0.125 * unit }, starts: 2, steps: 20 };
        found(&f, config, &at.map(|x| x * unit)).rise() / k
    };
    let (want, two) = (of(1.0, 1.0), f32::from_bits((127 + 33) << 23));
    assert!(want > 0.0);
    for (k, unit) in [(two, 1.0), (1.0 / two, 1.0), (1.0, two), (1.0, 1.0 / two)] {
        let rise = of(k, unit);
        assert!((rise / want - 1.0).abs() < 1e-5, "{rise} against {want} at {k}, {unit}");
    }
}

/// A cliff: finite only where x ≤ 0.5.
struct Cliff;

impl Objective<f64> for Cliff {
    fn dim(&self) -> usize {
        1
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, x: &[f64], scratch: &mut [f64]) -> f64 {
        self.value_grad(x, &mut [0.0], scratch)
    }
    fn value_grad(&self, x: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
        grad[0] = 1.0;
        if x[0] <= 0.5 { x[0] } else { f64::NAN }
    }
}

#[test]
fn what_is_not_finite_is_no_height() {
    let layout = SharpnessLayout::new(1, 0);
    let make = |at: f64| {
        let config = SharpnessConfig { region: Region::Ball { radius: 0.75 }, starts: 3, steps: 30 };
        Sharpness::new(&Cliff, config, &[at], vec![0.0; layout.len()]).unwrap()
    };
    let (mut sharpness, mut rng, mut refused) = (make(0.0), stream(2, 0), 0);
    for _ in 0..200 {
        match sharpness.step(&Cliff, &mut rng) {
            SharpnessStep::NotFinite => refused += 1,
            SharpnessStep::Done => break,
            _ => (),
        }
    }
    assert!(refused > 0 && sharpness.rise() <= 0.5 && sharpness.rise() > 0.49, "{}", sharpness.rise());
    let mut lost = make(1.0);
    for _ in 0..2 {
        assert_eq!(lost.step(&Cliff, &mut rng), SharpnessStep::CentreNotFinite);
    }
    let mut short = make(0.0);
    short.workspace.pop();
    assert_eq!(short.step(&Cliff, &mut rng), SharpnessStep::MemoryChanged);
}

/// Random starts lie in the region.
#[test]
fn starts_lie_in_the_region() {
    let (mut params, mut z, mut rng) = ([0.0f64; 7], [0.0; 7], stream(8, 0));
    fill_normal(&mut rng, &mut params);
    for _ in 0..100 {
        Region::Box { size: 0.5 }.draw(&params, &mut z, &mut rng);
        assert!(z.iter().zip(&params).all(|(z, x)| z.abs() <= 0.5 * (x.abs() + 1.0)));
        Region::Ball { radius: 0.5 }.draw(&params, &mut z, &mut rng);
        assert!(norm(&z) < 0.5 + 1e-15);
    }
}

#[test]
fn bad_arguments_are_named() {
    let f = Quadratic::new(&[1.0, 2.0]).unwrap();
    let len = SharpnessLayout::new(2, f.scratch_len()).len();
    let refused =
        |config, at: &[f64], len: usize| Sharpness::new(&f, config, at, vec![0.0; len]).unwrap_err().arg;
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(refused(boxed(bad, 1), &[0.0; 2], len), "size");
        assert_eq!(refused(ball(bad, 1), &[0.0; 2], len), "radius");
    }
    assert_eq!(refused(ball(1.0, 0), &[0.0; 2], len), "steps");
    assert_eq!(refused(ball(1.0, 1), &[0.0; 3], len), "params");
    assert_eq!(refused(ball(1.0, 1), &[0.0, f64::NAN], len), "params");
    assert_eq!(refused(ball(1.0, 1), &[0.0; 2], len - 1), "workspace");
}

/// Starts are drawn from both halves of a box, and the percentage is relative to one plus the value at the
/// centre.
#[test]
fn starts_are_on_all_sides() {
    let (mut z, mut rng, mut above) = ([0.0f64; 4], stream(8, 1), [0u32; 4]);
    for _ in 0..1000 {
        Region::Box { size: 0.5 }.draw(&[0.0; 4], &mut z, &mut rng);
        z.iter().zip(&mut above).for_each(|(z, above)| *above += u32::from(*z > 0.0));
    }
    // Four standard deviations.
    assert!(above.iter().all(|above| (437..=563).contains(above)), "{above:?}");
    let f = Quadratic::new(&[2.0]).unwrap();
    let found = found(&f, boxed(0.1, 1), &[3.0]);
    assert_eq!(found.centre(), 9.0);
    assert!((found.percentage() - 10.0 * (3.4 * 3.4 - 9.0)).abs() < 1e-11, "{}", found.percentage());
}
