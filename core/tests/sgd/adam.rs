//! Adam against its published algorithm in exact arithmetic.

use losscape::base::random::stream;
use losscape::sgd::{Adam, FullBatch, LearningRate, Sgd, Transform};

use crate::objectives::Bowl;

/// Algorithm 1 of Kingma & Ba (2015) with β₁, β₂ and ε as the `f64` next to 0.9, 0.999 and 10⁻⁸, computed with 60 digits
/// (Python's `decimal`).
const GRADIENTS: [f64; 5] = [1.0, -2.0, 0.5, 0.0, 3.0];
const UPDATES: [f64; 5] = [
    0.999_999_99,
    -0.366_103_524_720_751,
    -0.136_690_662_017_466_38,
    -0.111_968_672_825_730_82,
    0.376_375_126_738_846_9,
];
const MEAN: f64 = 0.26030999999999993;
const ROOT: f64 = 0.11930430940247302;

#[test]
fn the_published_algorithm() {
    let mut adam = Adam::new([0.0f64], [0.0]);
    let mut single = Adam::new([0.0f32], [0.0]);
    for (gradient, expected) in GRADIENTS.into_iter().zip(UPDATES) {
        let mut update = [gradient];
        adam.apply(&[0.0], &mut update, &mut stream(0, 0)).unwrap();
        assert!((update[0] / expected - 1.0).abs() < 4e-15, "{} against {expected}", update[0]);
        let mut update = [gradient as f32];
        single.apply(&[0.0], &mut update, &mut stream(0, 0)).unwrap();
        // β₂ as an f32 is 1.3e-8 away: 1 − β₂ by a part in 10⁵, which the correction takes out again.
        assert!((f64::from(update[0]) / expected - 1.0).abs() < 1e-4, "{} against {expected}", update[0]);
    }
    assert!((adam.mean()[0] / MEAN - 1.0).abs() < 4e-15 && (adam.root()[0] / ROOT - 1.0).abs() < 4e-15);
}

/// The first step is one of length η against the sign of each entry, whatever the gradient's size.
#[test]
fn gradients_of_any_size() {
    for size in [1e-37f32, 1e-30, 1e-20, 1e-6, 1.0, 1e20, 1e30, 1e38] {
        let mut adam = Adam::new([0.0; 3], [0.0; 3]).with_epsilon(0.0);
        for _ in 0..3 {
            let mut update = [size, -size, 0.0];
            adam.apply(&[0.0; 3], &mut update, &mut stream(0, 0)).unwrap();
            assert!((update[0] - 1.0).abs() < 1e-6 && (update[1] + 1.0).abs() < 1e-6, "{size}: {update:?}");
            assert_eq!(update[2], 0.0, "{size}");
        }
    }
}

#[test]
fn it_descends() {
    let chain = (Adam::new([0.0; 2], [0.0; 2]), LearningRate::constant(0.05f64));
    let bowl = Bowl { dim: 2, curvature: 1e-3 };
    let mut sgd = Sgd::new(&bowl, [1.0, -3.0], FullBatch, chain, [0.0; 2]).unwrap();
    for _ in 0..2000 {
        let _ = sgd.step(&bowl, &mut stream(0, 0));
    }
    assert!(sgd.params().iter().all(|x| x.abs() < 1e-3), "{:?}", sgd.params());
}

#[test]
fn settings_are_checked() {
    let adam = || Adam::new([0.0f32], [0.0]);
    assert_eq!(adam().with_decays(1.0, 0.5).check(1).unwrap_err().arg, "decay");
    assert_eq!(adam().with_decays(0.5, -0.1).check(1).unwrap_err().arg, "decay_squares");
    assert_eq!(adam().with_epsilon(f32::NAN).check(1).unwrap_err().arg, "epsilon");
    assert_eq!(adam().check(2).unwrap_err().arg, "mean");
    assert_eq!(Adam::new([0.0f32; 2], [0.0]).check(2).unwrap_err().arg, "root");
}
