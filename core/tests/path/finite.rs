//! No method leaves the finite numbers: it refuses the move, says where, and keeps what it had.

use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::models::surfaces::DoubleWell;
use losscape::path::{
    Adaptive, AutoNeb, AutoNebConfig, AutoNebEnd, AutoNebLayout, AutoNebStep, Band, BandConfig, BandLayout,
    BandStep, Curve, CurveConfig, CurveKind, CurveLayout, CurveStep, Cycle, Draw, Fire, Grow, Interpolation,
    Relaxer, Spacing, SplitAt, StringConfig, StringLayout, StringMethod, StringSampling,
    StringSamplingConfig, StringSamplingEnd, StringSamplingLayout, StringSamplingStep, StringStep, Trainer,
};
use losscape::{Objective, Real};

/// `f = 10³⁰ y²` around the line from (0, 0) to (1, 0).
struct Gorge;

impl Objective for Gorge {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, p: &[f32], _: &mut [f32]) -> f32 {
        1e30 * p[1] * p[1]
    }
    fn value_grad(&self, p: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        grad.copy_from_slice(&[0.0, 2e30 * p[1]]);
        self.value(p, scratch)
    }
}

/// Images off the bottom of the gorge.
const IMAGES: [f32; 10] = [0.0, 0.0, 0.2, 0.1, 0.5, 0.1, 0.7, 0.1, 1.0, 0.0];

#[test]
fn bands_keep_their_images() {
    // A gravitation that is too strong for every relaxer but the adaptive one: each asks for a move beyond 10³⁸.
    for relaxer in
        [Relaxer::descent(1e30, 0.0), Relaxer::Fire(Fire { dt: 1e30, dt_max: 1e30, max_step: 1e38 })]
    {
        for spacing in [Spacing::Redistribute, Spacing::Springs(1.0)] {
            let (mut images, mut workspace) = (IMAGES, [f32::NAN; BandLayout::new(5, 2, 0).len()]);
            let config = BandConfig { spacing, ..BandConfig::new(relaxer) };
            let mut band = Band::new(&Gorge, config, &mut images, &mut workspace).unwrap();
            for _ in 0..3 {
                let step = loop {
                    let step = band.step(&Gorge);
                    if !matches!(step, BandStep::Evaluated(_)) {
                        break step;
                    }
                };
                assert_eq!(step, BandStep::NotFinite { image: 1 }, "{config:?}");
                assert_eq!((band.sweep(), band.images()), (0, &IMAGES[..]), "{config:?}");
            }
            // With a rate that suits, the same band goes on.
            band.restart(Relaxer::descent(1e-31, 0.0)).unwrap();
            while band.sweep() < 100 {
                assert!(!matches!(band.step(&Gorge), BandStep::NotFinite { .. }));
            }
            assert!(band.images()[5].abs() < 1e-6, "{:?}", band.images());
        }
    }
}

#[test]
fn bands_do_not_become_infinitely_long() {
    // Each image alone could go there.
    let relaxer = Relaxer::descent(1.2e9, 0.0);
    let (mut images, mut workspace) = (IMAGES, [f32::NAN; BandLayout::new(5, 2, 0).len()]);
    let mut band = Band::new(&Gorge, BandConfig::new(relaxer), &mut images, &mut workspace).unwrap();
    let step = loop {
        let step = band.step(&Gorge);
        if !matches!(step, BandStep::Evaluated(_)) {
            break step;
        }
    };
    assert_eq!(step, BandStep::NotFinite { image: 4 });
    assert_eq!(band.images(), IMAGES);
}

#[test]
fn fire_between_two_networks_that_have_no_minimum_between_them() {
    // The cross-entropy of one unit falls for ever, so that the images run away.
    let data = Dataset::new(&[-1.0f32, 1.0], 1, Targets::Labels(&[0, 1])).unwrap();
    let f = MlpObjective::new(Mlp::new(&[1, 1]).unwrap(), Loss::BinaryCrossEntropy, data, 0.0).unwrap();
    for count in [3, 5, 9] {
        let mut images = vec![0.0; 2 * count];
        images[..2].copy_from_slice(&[1.0, 0.5]);
        images[2 * count - 2..].copy_from_slice(&[1.0, -0.5]);
        let mut workspace = vec![f32::NAN; BandLayout::new(count, 2, f.scratch_len()).len()];
        let config = BandConfig::new(Relaxer::Fire(Fire { dt: 0.1, dt_max: 1.0, max_step: 1.0 }));
        let mut band = Band::new(&f, config, &mut images, &mut workspace).unwrap();
        band.interpolate();
        for _ in 0..20_000 {
            let before = band.images().to_vec();
            let step = band.step(&f);
            assert!(band.images().iter().all(|x| x.is_finite()), "{step:?} at sweep {}", band.sweep());
            if let BandStep::NotFinite { .. } = step {
                assert_eq!(band.images(), before);
            }
        }
    }
}

#[test]
fn searches_end_with_the_path_they_had() {
    let still = Cycle { grow: Grow::Line(3), sweeps: 0, learning_rate: 1e30 };
    let schedule = [still, Cycle { grow: Grow::Keep, sweeps: 5, ..still }];
    let f = DoubleWell::<f32>::new(2).unwrap();
    let mut images = [-1.0, 0.0, 1.0, 0.5, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
    let mut workspace = [f32::NAN; AutoNebLayout::new(5, 2, 0).len()];
    let config = AutoNebConfig { momentum: 0.0, ..AutoNebConfig::new(&schedule) };
    let mut search = AutoNeb::new(&f, &f, config, &mut images, &mut workspace).unwrap();
    let end = loop {
        if let AutoNebStep::Ended(end) = search.step(&f, &f) {
            break end;
        }
    };
    assert_eq!(end, AutoNebEnd::NotFinite);
    assert_eq!(search.path(), [-1.0, 0.0, -0.5, 0.125, 0.0, 0.25, 0.5, 0.375, 1.0, 0.5], "the straight line");
    assert!(search.band().images().iter().all(|x| x.is_finite()));
}

#[test]
fn strings_keep_their_images() {
    for interpolation in [Interpolation::Linear, Interpolation::Cubic] {
        let (mut images, mut workspace) = (IMAGES, [f32::NAN; StringLayout::new(5, 2, 0).len()]);
        let config = StringConfig { learning_rate: 1e30, interpolation, ends_slide: false };
        let mut string = StringMethod::new(&Gorge, config, &mut images, &mut workspace).unwrap();
        let mut refused = 0;
        for _ in 0..30 {
            match string.step(&Gorge) {
                StringStep::Moved { .. } => panic!("moved"),
                StringStep::NotFinite { image } => {
                    assert_eq!((image, string.images()), (1, &IMAGES[..]));
                    refused += 1;
                }
                StringStep::Evaluated(_) => (),
                StringStep::MemoryChanged => panic!("the memory is as it was"),
            }
        }
        assert!(refused > 2);
    }
}

#[test]
fn curves_keep_their_control_points() {
    for (momentum, update) in [(0.0, 0), (0.9, 0)] {
        let mut controls = [0.0, 0.0, 0.5, 0.1, 1.0, 0.0];
        let mut workspace = [f32::NAN; CurveLayout::new(3, 2, 0).len()];
        let config = CurveConfig {
            kind: CurveKind::Bezier,
            draw: Draw::Midpoints,
            draws: 4,
            learning_rate: 1e30,
            momentum,
        };
        let mut curve = Curve::new(&Gorge, config, &mut controls, &mut workspace).unwrap();
        let (mut rng, mut updates) = (stream(1, 0), 0);
        let step = loop {
            match curve.step(&Gorge, &mut rng) {
                CurveStep::Evaluated { .. } => (),
                CurveStep::Moved { .. } => updates += 1,
                step => break step,
            }
        };
        assert_eq!((step, updates), (CurveStep::TooFar { control: 1 }, update));
        assert_eq!(curve.step(&Gorge, &mut rng), step, "again");
        assert_eq!(curve.controls(), [0.0, 0.0, 0.5, 0.1, 1.0, 0.0]);
    }
}

#[test]
fn beads_are_not_trained_into_infinity() {
    let trainers =
        [Trainer::Descent { learning_rate: 1e30, momentum: 0.0 }, Trainer::Adam { learning_rate: f32::MAX }];
    for trainer in trainers {
        // Two hills of the gorge's walls: the middle lies high.
        let mut beads = [-1.0, 0.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        let mut f = DoubleWell::<f32>::new(2).unwrap();
        f.scale = 1e20;
        let config = StringSamplingConfig {
            level: 1e18,
            accept: 1.1,
            train_to: 0.95,
            points: 9,
            split: SplitAt::Highest,
            depth: 3,
            trainer,
            train_steps: 100,
        };
        let mut workspace = [f32::NAN; StringSamplingLayout::new(4, 2, 0).len()];
        beads[1] = 0.1;
        beads[3] = 0.1;
        let mut sampling = StringSampling::new(&f, config, &mut beads, &mut workspace).unwrap();
        let end = loop {
            if let StringSamplingStep::Ended(end) = sampling.step(&f) {
                break end;
            }
        };
        assert_eq!(end, StringSamplingEnd::NotFinite, "{trainer:?}");
        assert!(sampling.path().iter().all(|x| x.is_finite()));
    }
}

#[test]
fn the_first_move_of_fire_takes_its_first_time_step() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let mut images = [-1.0, 0.0, 0.0, 0.5, 1.0, 0.0];
    let mut workspace = [f64::NAN; BandLayout::new(3, 2, 0).len()];
    let fire = Fire { dt: 0.25, dt_max: 0.5, max_step: 1.0 };
    let config = BandConfig { spacing: Spacing::Springs(1.0), ..BandConfig::new(Relaxer::Fire(fire)) };
    let mut band = Band::new(&f, config, &mut images, &mut workspace).unwrap();
    while band.sweep() == 0 {
        let _ = band.step(&f);
    }
    // y ← y − dt² ∂f/∂y, with ∂f/∂y = y.
    assert_eq!(band.images()[3], 0.5 - 0.25 * 0.25 * 0.5);
    let config = BandConfig::new(Relaxer::Fire(Fire { dt: 0.6, ..fire }));
    let mut images = [-1.0, 0.0, 0.0, 0.5, 1.0, 0.0];
    assert_eq!(Band::new(&f, config, &mut images, &mut workspace).unwrap_err().arg, "dt", "above dt_max");
}

#[test]
fn adaptive_steps_are_as_many_at_every_height() {
    let sweeps = |scale: f32| {
        let mut f = DoubleWell::<f32>::new(2).unwrap();
        f.scale = scale;
        let mut images = [-1.0, 0.0, -0.6, 0.3, 0.1, 0.4, 0.4, 0.3, 1.0, 0.0];
        let mut workspace = [f32::NAN; BandLayout::new(5, 2, 0).len()];
        let config = BandConfig::new(Relaxer::Adaptive(Adaptive { tolerance: 0.1 }));
        let mut band = Band::new(&f, config, &mut images, &mut workspace).unwrap();
        loop {
            match band.step(&f) {
                BandStep::Moved { residual, sweep } if residual < 1e-3 * scale => return sweep,
                BandStep::Moved { sweep, .. } => assert!(sweep < 1000, "at {scale:e}"),
                _ => (),
            }
        }
    };
    let at_one = sweeps(1.0);
    assert!(at_one < 12, "{at_one}");
    for exponent in -30..=30i32 {
        let scale = format!("1e{exponent}").parse().unwrap();
        assert_eq!(sweeps(scale), at_one, "at {scale:e}");
    }
}

#[test]
fn nothing_is_perpendicular_in_one_dimension() {
    struct Line;
    impl<R: Real> Objective<R> for Line {
        fn dim(&self) -> usize {
            1
        }
        fn scratch_len(&self) -> usize {
            0
        }
        fn value(&self, p: &[R], _: &mut [R]) -> R {
            p[0] * p[0]
        }
        fn value_grad(&self, p: &[R], grad: &mut [R], _: &mut [R]) -> R {
            grad[0] = R::TWO * p[0];
            p[0] * p[0]
        }
    }
    fn stays<R: Real>(scale: f64) {
        for seed in 0..200u32 {
            let end = 0.1 + 0.01 * f64::from(seed);
            let ends = [-0.7, 0.0, 0.0, 0.0, end].map(|x| R::from_f64(x * scale));
            let (mut images, mut workspace) = (ends, [R::ZERO; BandLayout::new(5, 1, 0).len()]);
            let config = BandConfig::new(Relaxer::descent(R::HALF, R::ZERO));
            let mut band = Band::new(&Line, config, &mut images, &mut workspace).unwrap();
            band.interpolate();
            let before = band.images().to_vec();
            band.perturb(R::from_f64(scale), &mut stream(seed.into(), 0)).unwrap();
            assert_eq!(band.images(), before, "seed {seed}");
        }
    }
    for scale in [1e-20, 1.0, 1e20] {
        stays::<f32>(scale);
        stays::<f64>(scale);
    }
}
