extern crate std;
use super::*;
use crate::models::surfaces::{CurvyValley, DoubleWell, MuellerBrown};
use crate::path::hole::Hole;
use std::vec;
use std::vec::Vec;

const INSERT: Cycle = Cycle { grow: Grow::Insert, sweeps: 100, learning_rate: 2e-4 };
const SCHEDULE: [Cycle; 6] =
    [Cycle { grow: Grow::Line(3), ..INSERT }, INSERT, INSERT, INSERT, INSERT, INSERT];

/// All cycles, the growth at the start of each, the end, and the best path.
type Run = (Vec<CycleReport<f64>>, Vec<(usize, bool)>, AutoNebEnd<f64>, Vec<f64>);

/// Runs a search to its end.
fn run(
    f: &dyn Objective<f64>,
    config: AutoNebConfig<impl AsRef<[Cycle]>, f64>,
    ends: [[f64; 2]; 2],
    capacity: usize,
) -> Run {
    let mut images = vec![f64::NAN; capacity * 2];
    images[..2].copy_from_slice(&ends[0]);
    images[2..4].copy_from_slice(&ends[1]);
    let mut workspace = vec![f64::NAN; AutoNebLayout::new(capacity, 2, 0).len()];
    let mut search = AutoNeb::new(f, f, config, &mut images, &mut workspace).unwrap();
    let (mut cycles, mut grown) = (Vec::new(), Vec::new());
    loop {
        match search.step(f, f) {
            AutoNebStep::CycleDone(report) => cycles.push(report),
            AutoNebStep::Grown { images, full } => grown.push((images, full)),
            AutoNebStep::Ended(end) => {
                assert_eq!(search.step(f, f), AutoNebStep::Ended(end));
                return (cycles, grown, end, search.path().to_vec());
            }
            _ => (),
        }
    }
}

#[test]
fn grows_and_keeps_the_best_cycle() {
    let [a, b, _] = MuellerBrown::<f64>::MINIMA;
    let f = MuellerBrown::<f64>::default();
    let config = AutoNebConfig { momentum: 0.5, ..AutoNebConfig::new(&SCHEDULE) };
    let (cycles, grown, end, path) = run(&f, config, [a, b], 32);
    assert_eq!(end, AutoNebEnd::Completed);
    assert_eq!(cycles.len(), 6);
    assert_eq!(grown[0], (5, false));
    assert!(grown.windows(2).all(|w| w[1].0 <= w[0].0 + 2 && !w[1].1), "{grown:?}");
    let lowest = cycles.iter().fold(f64::INFINITY, |a, c| a.or_smaller(c.path.saddle));
    let kept = cycles.iter().rfind(|c| c.best).unwrap();
    assert_eq!(kept.path.saddle, lowest);
    assert_eq!(path.len(), kept.images * 2);
    assert_eq!((&path[..2], &path[path.len() - 2..]), (&a[..], &b[..]));
    // The polyline is an upper bound of the saddle, and close to it.
    assert!(lowest > -40.664_844 && lowest < -39.5, "{lowest}");
}

#[test]
fn a_worse_last_cycle_is_not_kept() {
    let [a, b, _] = MuellerBrown::<f64>::MINIMA;
    let f = MuellerBrown::<f64>::default();
    // The last cycle replaces the path by the straight line, which reaches 12.7.
    let schedule = [SCHEDULE[0], INSERT, Cycle { grow: Grow::Line(9), sweeps: 0, learning_rate: 1e-6 }];
    let config = AutoNebConfig { momentum: 0.5, ..AutoNebConfig::new(&schedule) };
    let (cycles, _, end, path) = run(&f, config, [a, b], 16);
    assert_eq!(end, AutoNebEnd::Completed);
    assert!(!cycles[2].best && cycles[2].path.saddle > 10.0, "{:?}", cycles[2]);
    assert_eq!(path.len(), 2 * cycles.iter().rfind(|c| c.best).unwrap().images);
}

#[test]
fn a_full_band_says_so_and_goes_on() {
    let [a, b] = CurvyValley::<f64>::MINIMA;
    let rate = |c: Cycle| Cycle { learning_rate: 0.02, ..c };
    let schedule = SCHEDULE.map(rate);
    let (cycles, grown, end, _) = run(&CurvyValley::default(), AutoNebConfig::new(&schedule), [a, b], 6);
    assert_eq!(end, AutoNebEnd::Completed);
    assert_eq!(cycles.len(), 6);
    assert!(grown.contains(&(6, true)), "{grown:?}");
    let long = [Cycle { grow: Grow::Line(15), sweeps: 1, learning_rate: 0.02 }];
    let (_, grown, ..) = run(&CurvyValley::default(), AutoNebConfig::new(&long), [a, b], 6);
    assert_eq!(grown, [(6, true)]);
}

#[test]
fn ends_that_are_no_minima_are_told() {
    let config = AutoNebConfig { end_grad_norm: 1e-6, ..AutoNebConfig::new(&SCHEDULE) };
    let f = DoubleWell::<f64>::new(2).unwrap();
    let (_, _, end, path) = run(&f, config, [[-1.0, 0.0], [0.5, 0.25]], 8);
    let AutoNebEnd::NotMinimum { end: 1, grad_norm } = end else { panic!("{end:?}") };
    let expected = crate::base::elementary::sqrt(0.375 * 0.375 + 0.0625);
    assert!((grad_norm - expected).abs() < 1e-15);
    assert!(path.is_empty());
}

/// `f = x`, with a bump of the given height in each quarter of the interval up to 1.
struct Bumps([f64; 4]);

impl Objective<f64> for Bumps {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, p: &[f64], _: &mut [f64]) -> f64 {
        let mut value = p[0];
        for (bump, k) in self.0.iter().zip(0u8..) {
            let t = 4.0 * p[0] - f64::from(k);
            if t > 0.0 && t < 1.0 {
                value += bump * 4.0 * t * (1.0 - t);
            }
        }
        value
    }
    fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        grad.fill(0.0);
        self.value(p, scratch)
    }
}

#[test]
fn insertion_presets() {
    // With images at the quarters, whose values range from 0 to 1, the height of a bump is its segment's
    // score.
    let still = Cycle { grow: Grow::Insert, sweeps: 0, learning_rate: 0.1 };
    let schedule = [Cycle { grow: Grow::Line(3), ..still }, still];
    for (bumps, paper, code) in [
        ([0.15, 0.25, 0.3, 0.22], &[0.375, 0.625, 0.875][..], &[0.375, 0.625][..]),
        ([0.15, 0.05, 0.09, 0.05], &[], &[0.125]),
        ([0.05, 0.0, -0.9, 0.0], &[], &[]),
    ] {
        for (insertion, expected) in [(Insertion::PAPER, paper), (Insertion::CODE, code)] {
            let config = AutoNebConfig { insertion, ..AutoNebConfig::new(&schedule) };
            let mut images = vec![f64::NAN; 32];
            images[..4].copy_from_slice(&[0.0, 0.0, 1.0, 0.0]);
            let mut workspace = vec![f64::NAN; AutoNebLayout::new(16, 2, 0).len()];
            let f = Bumps(bumps);
            let mut search = AutoNeb::new(&f, &f, config, &mut images, &mut workspace).unwrap();
            while !matches!(search.step(&f, &f), AutoNebStep::Ended(_)) {}
            // The images that are not at a quarter are new.
            let places = search.band().images().chunks_exact(2).map(|p| p[0]);
            let new: Vec<f64> = places.filter(|x| (4.0 * x) % 1.0 != 0.0).collect();
            assert_eq!(new, expected, "{bumps:?} {insertion:?}");
        }
    }
}

#[test]
fn what_is_not_finite_ends_the_search_and_keeps_the_best_path() {
    // A hole at the origin: of three inner images, one lies in the hole; of two inner images with two points
    // in each segment, none does.
    let f = Hole(0.01);
    let still = Cycle { grow: Grow::Line(2), sweeps: 0, learning_rate: 0.1 };
    let schedule = [still, Cycle { grow: Grow::Line(3), sweeps: 5, learning_rate: 0.1 }];
    let ends = [[-1.0, 0.0], [1.0, 0.0]];
    let config = AutoNebConfig { points: 2, ..AutoNebConfig::new(&schedule) };
    let (cycles, _, end, path) = run(&f, config, ends, 8);
    assert_eq!((end, cycles.len(), path.len()), (AutoNebEnd::NotFinite, 1, 8), "met by an image");
    let config = AutoNebConfig { points: 9, ..config };
    let (cycles, _, end, path) = run(&f, config, ends, 8);
    assert_eq!((end, cycles.len(), path.len()), (AutoNebEnd::NotFinite, 0, 0), "met by the scan");
    let (_, _, end, _) = run(&f, config, [[-1.0, 0.0], [0.05, 0.0]], 8);
    assert_eq!(end, AutoNebEnd::NotFinite, "met by an end");
}

#[test]
fn presets() {
    let total = |s: &[Cycle]| s.iter().map(|c| c.sweeps).sum::<u32>();
    assert_eq!((total(&SCHEDULE_CODE), total(&SCHEDULE_CODE_FAST)), (16_000, 14_000));
    let inserts = |s: &[Cycle]| s.iter().filter(|c| c.grow == Grow::Insert).count();
    assert_eq!((inserts(&SCHEDULE_CODE), inserts(&SCHEDULE_CODE_FAST)), (3, 2));
}

#[test]
fn bad_input_is_refused() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let refused = |capacity: usize, config: AutoNebConfig<&[Cycle], f64>| {
        let mut images = vec![0.0; capacity * 2];
        images[..4].copy_from_slice(&[-1.0, 0.0, 1.0, 0.0]);
        let mut workspace = vec![0.0; 1000];
        AutoNeb::new(&f, &f, config, &mut images, &mut workspace).err().map(|e| e.arg)
    };
    let good = AutoNebConfig::new(&SCHEDULE[..]);
    assert_eq!(refused(8, good), None);
    assert_eq!(refused(2, good), Some("images"), "capacity below 3");
    assert_eq!(refused(8, AutoNebConfig { schedule: &[], ..good }), Some("schedule"));
    assert_eq!(refused(8, AutoNebConfig { schedule: &[INSERT], ..good }), Some("schedule"));
    assert_eq!(refused(8, AutoNebConfig { points: 0, ..good }), Some("points"));
    assert_eq!(refused(8, AutoNebConfig { momentum: 1.0, ..good }), Some("momentum"));
    for threshold in [-0.1, f64::NAN] {
        let insertion = Insertion { threshold, ..good.insertion };
        assert_eq!(refused(8, AutoNebConfig { insertion, ..good }), Some("threshold"));
    }
}
