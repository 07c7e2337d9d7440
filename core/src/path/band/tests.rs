extern crate std;
use super::*;
use crate::base::vector::distance;
use crate::models::surfaces::{DoubleWell, EggCarton, MuellerBrown};
use crate::path::hole::Hole;
use crate::path::{Fire, Location, length};
use std::vec;
use std::vec::Vec;

const DESCENT: Relaxer<f64> = Relaxer::descent(4e-4, 0.3);

/// Runs a band from `a` to `b` until the residual is below `tolerance` and passes it to `check`.
fn relax<T>(
    f: &dyn Objective<f64>,
    config: BandConfig<f64>,
    ends: [[f64; 2]; 2],
    n: usize,
    tolerance: f64,
    check: impl Fn(&Band<f64, &mut Vec<f64>, &mut Vec<f64>>) -> T,
) -> T {
    let mut images = vec![f64::NAN; n * 2];
    images[..2].copy_from_slice(&ends[0]);
    images[2 * n - 2..].copy_from_slice(&ends[1]);
    let mut workspace = vec![f64::NAN; BandLayout::new(n, 2, f.scratch_len()).len()];
    let mut band = Band::new(f, config, &mut images, &mut workspace).unwrap();
    band.interpolate();
    loop {
        match band.step(f) {
            BandStep::Moved { residual, sweep } => {
                assert!(sweep < 20_000, "residual {residual} after {sweep} sweeps");
                let ready = config.climb_below == 0.0 || band.climbing();
                if residual < tolerance && ready {
                    return check(&band);
                }
            }
            BandStep::NotFinite { image } => panic!("image {image}"),
            BandStep::MemoryChanged => panic!("the memory is as it was"),
            BandStep::Evaluated(_) => (),
        }
    }
}

fn mueller_brown_ends() -> [[f64; 2]; 2] {
    let [a, b, _] = MuellerBrown::<f64>::MINIMA;
    [a, b]
}

#[test]
fn fewer_evaluations_than_the_best_of_ase() {
    // ASE 3.29, improved tangent, then climbing image, residual 0.01: 1193 evaluations of 9 images, 5381
    // of 17.
    let f = MuellerBrown::<f64>::default();
    for relaxer in [
        DESCENT,
        Relaxer::Adaptive(crate::path::Adaptive { tolerance: 0.1 }),
        Relaxer::Fire(Fire { dt: 1e-2, dt_max: 3e-2, max_step: 0.2 }),
    ] {
        for (n, limit) in [(9, 1193), (17, 5381)] {
            for climb_below in [10.0, f64::INFINITY] {
                let config = BandConfig { climb_below, ..BandConfig::new(relaxer) };
                relax(&f, config, mueller_brown_ends(), n, 0.01, |band| {
                    assert!(band.evaluations().gradients <= limit);
                    assert!((band.values()[band.highest()] + 40.664_843_508_657_4).abs() < 1e-6);
                });
            }
        }
    }
}

#[test]
fn springs_and_redistribution_have_the_same_fixed_point() {
    let f = MuellerBrown::<f64>::default();
    let spaced = BandConfig::new(DESCENT);
    let (value, images) =
        relax(&f, spaced, mueller_brown_ends(), 9, 1e-7, |b| (b.values()[b.highest()], b.images().to_vec()));
    for spring in [500.0, 1000.0] {
        let config =
            BandConfig { spacing: Spacing::Springs(spring), ..BandConfig::new(Relaxer::descent(2e-4, 0.5)) };
        relax(&f, config, mueller_brown_ends(), 9, 1e-7, |b| {
            assert!((b.values()[b.highest()] - value).abs() < 1e-7);
            let apart = distance(b.images(), &images);
            assert!(apart < 1e-6, "{apart}");
        });
    }
}

#[test]
fn a_reversed_band_is_the_same_band() {
    let f = MuellerBrown::<f64>::default();
    let [a, b] = mueller_brown_ends();
    let config = BandConfig::new(DESCENT);
    let forth = relax(&f, config, [a, b], 9, 1e-8, |b| b.images().to_vec());
    let back = relax(&f, config, [b, a], 9, 1e-8, |b| b.images().to_vec());
    let back: Vec<f64> = back.chunks_exact(2).rev().flatten().copied().collect();
    let apart = distance(&forth, &back);
    assert!(apart < 1e-8, "{apart}");
}

#[test]
fn a_ridge_needs_a_push() {
    let f = EggCarton::<f64>::new(2).unwrap();
    let ends = [[0.5, 0.5], [1.5, 1.5]];
    let config = BandConfig::new(Relaxer::descent(2e-2, 0.0));
    let stuck = relax(&f, config, ends, 9, 1e-9, |b| b.values()[4]);
    assert!((stuck - 2.0).abs() < 1e-12);

    let mut images = [0.0; 18];
    images[..2].copy_from_slice(&ends[0]);
    images[16..].copy_from_slice(&ends[1]);
    let mut workspace = [f64::NAN; BandLayout::new(9, 2, 0).len()];
    let mut band = Band::new(&f, config, &mut images, &mut workspace).unwrap();
    band.interpolate();
    band.perturb(1e-2, &mut crate::base::random::stream(1, 0)).unwrap();
    let along: Vec<f64> = band.images().chunks_exact(2).map(|p| p[0] + p[1] - 1.0).collect();
    assert!(
        along.iter().enumerate().all(|(i, s)| (s - f64::from_usize(i) / 4.0).abs() < 1e-15),
        "only sideways"
    );
    while band.sweep() < 4000 {
        assert!(!matches!(band.step(&f), BandStep::NotFinite { .. }));
    }
    assert!((length(band.images(), 2) - 2.0).abs() < 1e-3, "{}", length(band.images(), 2));
}

#[test]
fn one_gradient_a_step() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let mut images = [-1.0, 0.0, 0.3, 0.4, 0.5, 0.0, 1.0, 0.0];
    let mut workspace = [f64::NAN; BandLayout::new(4, 2, 0).len()];
    let mut band =
        Band::new(&f, BandConfig::new(Relaxer::descent(0.1, 0.0)), &mut images, &mut workspace).unwrap();
    let order: Vec<_> = (0..9).map(|_| band.step(&f)).collect();
    let image = |step: &BandStep<f64>| match step {
        BandStep::Evaluated(i) => Some(*i),
        _ => None,
    };
    let seen: Vec<_> = order.iter().map(image).collect();
    let expected = [Some(0), Some(3), Some(1), Some(2), None, Some(1), Some(2), None, Some(1)];
    assert_eq!(seen, expected);
    assert_eq!(band.evaluations(), Evaluations { values: 2, gradients: 5 });
}

#[test]
fn a_value_that_is_not_finite_leaves_the_band_intact() {
    let f = Hole(0.1);
    let mut images = [-1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let mut workspace = [0.0; BandLayout::new(3, 2, 0).len()];
    let mut band =
        Band::new(&f, BandConfig::new(Relaxer::descent(0.05, 0.0)), &mut images, &mut workspace).unwrap();
    let before = band.images().to_vec();
    let mut step = band.step(&f);
    while matches!(step, BandStep::Evaluated(_)) {
        step = band.step(&f);
    }
    assert_eq!(step, BandStep::NotFinite { image: 1 });
    assert_eq!(band.step(&f), BandStep::NotFinite { image: 1 });
    assert_eq!(band.images(), before);
    // Once moved out of the hole, the band continues.
    band.set_image(1, &[0.0, 0.5]).unwrap();
    while band.sweep() < 300 {
        assert!(!matches!(band.step(&f), BandStep::NotFinite { .. }));
    }
    assert!((band.images()[3] - 1.0).abs() < 1e-9);
}

#[test]
fn a_gradient_too_long_to_square_moves_the_band_all_the_same() {
    let relaxed = |scale: f32| {
        let mut f = DoubleWell::<f32>::new(2).unwrap();
        f.scale = scale;
        let mut images = [-1.0, 0.0, 0.5, 0.1, 1.0, 0.0];
        let mut workspace = [0.0; BandLayout::new(3, 2, 0).len()];
        let config = BandConfig::new(Relaxer::descent(0.1 / scale, 0.9));
        let mut band = Band::new(&f, config, &mut images, &mut workspace).unwrap();
        while band.sweep() < 10 {
            let _ = band.step(&f);
        }
        images
    };
    for (huge, one) in relaxed(1e30).into_iter().zip(relaxed(1.0)) {
        assert!((huge - one).abs() < 1e-6, "{huge} against {one}");
    }
}

#[test]
fn images_laid_out_anew_in_the_middle_of_a_sweep_are_evaluated_again() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let mut images = [-1.0, 0.0, 0.3, 0.4, 0.5, 0.0, 1.0, 0.0];
    let mut workspace = [f64::NAN; BandLayout::new(4, 2, 0).len()];
    let config = BandConfig::new(Relaxer::descent(0.1, 0.0));
    let mut band = Band::new(&f, config, &mut images, &mut workspace).unwrap();
    while band.step(&f) != BandStep::Evaluated(1) {}
    band.interpolate();
    assert_eq!(band.step(&f), BandStep::Evaluated(1));
    assert_eq!(band.values()[1], f.value(&[-1.0 / 3.0, 0.0], &mut []));
}

#[test]
fn insertion_keeps_the_neighbours_and_their_targets() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let mut images = [f64::NAN; 8];
    images[..6].copy_from_slice(&[-1.0, 0.0, 0.0, 0.0, 1.0, 0.0]);
    let mut workspace = [f64::NAN; BandLayout::new(4, 2, 0).len()];
    let config = BandConfig::new(Relaxer::descent(0.1, 0.0));
    let mut band = Band::with_count(&f, config, 3, &mut images, &mut workspace).unwrap();
    assert!(band.insert(Location { segment: 2, alpha: 0.5 }).is_err());
    assert!(band.insert(Location { segment: usize::MAX, alpha: 0.5 }).is_err());
    assert!(band.insert(Location { segment: 0, alpha: 1.0 }).is_err());
    assert!(band.insert(Location { segment: usize::MAX, alpha: 0.5 }).is_err());
    assert_eq!(band.images(), [-1.0, 0.0, 0.0, 0.0, 1.0, 0.0], "as it was");
    band.insert(Location { segment: 0, alpha: 0.75 }).unwrap();
    assert_eq!(band.images(), [-1.0, 0.0, -0.25, 0.0, 0.0, 0.0, 1.0, 0.0]);
    assert_eq!(band.fractions(), [0.0, 0.375, 0.5, 1.0]);
    let full = band.insert(Location { segment: 1, alpha: 0.5 }).unwrap_err();
    assert_eq!(full.reason, Reason::TooMany { limit: 4, found: 5 });
    assert_eq!(band.len(), 4);
    while band.sweep() < 3 {
        let _ = band.step(&f);
    }
    assert!((band.images()[2] + 0.25).abs() < 1e-12, "redistribution keeps the targets");
}

#[test]
fn bad_input_is_refused() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let config = BandConfig::new(Relaxer::descent(0.1, 0.0));
    let reason = |images: &mut [f64], len: usize, config: BandConfig<f64>| {
        let mut workspace = vec![0.0; len];
        Band::new(&f, config, images, &mut workspace).err().map(|e| e.arg)
    };
    let good = [-1.0, 0.0, 0.0, 0.0, 1.0, 0.0];
    let enough = BandLayout::new(3, 2, 0).len();
    assert_eq!(reason(&mut { good }, enough, config), None);
    assert_eq!(reason(&mut { good }, enough - 1, config), Some("workspace"));
    assert_eq!(reason(&mut { good }[..4], enough, config), Some("images"), "fewer than three");
    assert_eq!(reason(&mut [-1.0, 0.0, 0.0, 0.0, -1.0, 0.0], enough, config), Some("images"), "ends equal");
    assert_eq!(reason(&mut [-1.0, 0.0, 0.0, 0.0, f64::NAN, 0.0], enough, config), Some("images"));
    for (relaxer, arg) in [
        (Relaxer::descent(0.0, 0.0), "learning_rate"),
        (Relaxer::descent(0.1, 1.0), "momentum"),
        (Relaxer::Fire(Fire { dt: 0.1, dt_max: f64::NAN, max_step: 1.0 }), "dt_max"),
    ] {
        assert_eq!(reason(&mut { good }, enough, BandConfig { relaxer, ..config }), Some(arg));
    }
    let spacing = Spacing::Springs(-1.0);
    assert_eq!(reason(&mut { good }, enough, BandConfig { spacing, ..config }), Some("spring"));
}
