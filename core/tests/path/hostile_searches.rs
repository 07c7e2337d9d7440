//! Curves, AutoNEB, string sampling, scans, explorations and means, whatever they are given: a refusal that has changed
//! nothing, or an end; no panic, and nothing that is not finite is kept.

use losscape::Objective;
use losscape::base::random::stream;
use losscape::path::{
    AutoNeb, AutoNebConfig, AutoNebLayout, AutoNebStep, Curve, CurveConfig, CurveKind, CurveLayout,
    CurveStep, Cycle, DenseScan, Draw, Exploration, Grow, Insertion, Restarts, RunningAverage, ScanStep,
    Spacing, SplitAt, StringSampling, StringSamplingConfig, StringSamplingLayout, StringSamplingStep,
    Tangent, Trainer,
};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        6 => -2.0f32..2.0,
        1 => any::<f32>(),
        1 => prop::sample::select(vec![0.0, -0.0, f32::NAN, f32::INFINITY, -f32::INFINITY, f32::MAX, -f32::MAX, 1e-40]),
    ]
}

fn finite() -> impl Strategy<Value = f32> {
    prop_oneof![6 => -2.0f32..2.0, 1 => prop::sample::select(vec![0.0, 1e-40, -1e-30, 1e30, f32::MAX, -f32::MAX])]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![6 => 0u32..5, 1 => prop::sample::select(vec![u32::MAX, u32::MAX - 1, 1 << 31])]
}

fn off_by() -> impl Strategy<Value = isize> {
    prop_oneof![6 => Just(0), 1 => Just(-1), 1 => Just(1), 1 => Just(-1000)]
}

fn resized(len: usize, off: isize) -> Vec<f32> {
    vec![f32::NAN; len.saturating_add_signed(off)]
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

/// Answers from a list, by the bits of the parameters.
#[derive(Debug)]
struct Wild(Vec<f32>);

impl Wild {
    fn at(&self, x: f32, k: usize) -> f32 {
        self.0[((x.to_bits() >> 5) as usize + k) % self.0.len()]
    }
}

impl Objective for Wild {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        1
    }
    fn value(&self, params: &[f32], _: &mut [f32]) -> f32 {
        self.at(params[0] + params[1], 0)
    }
    fn value_grad(&self, params: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        for (k, g) in grad.iter_mut().enumerate() {
            *g = self.at(params[k], k);
        }
        self.value(params, scratch)
    }
}

fn wild() -> impl Strategy<Value = Wild> {
    prop_oneof![
        3 => prop::collection::vec(-2.0f32..2.0, 1..9),
        1 => prop::collection::vec(number(), 1..9),
    ]
    .prop_map(Wild)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn curves(
        (f, numbers) in (wild(), prop::collection::vec(finite(), 0..14)),
        (bezier, random, draws, learning_rate, momentum) in (any::<bool>(), any::<bool>(), count(), number(), number()),
        (off, t) in (off_by(), number()),
    ) {
        let kind = if bezier { CurveKind::Bezier } else { CurveKind::Polychain };
        let draw = if random { Draw::Random } else { Draw::Midpoints };
        let config = CurveConfig { kind, draw, draws, learning_rate, momentum };
        let workspace = resized(CurveLayout::new(numbers.len() / 2, 2, 1).len(), off);
        let mut rng = stream(1, 0);
        let Ok(mut curve) = Curve::new(&f, config, numbers, workspace) else { return Ok(()) };
        for _ in 0..30 {
            let before = bits(curve.controls());
            let step = curve.step(&f, &mut rng);
            prop_assert!(curve.controls().iter().all(|x| x.is_finite()), "{step:?}");
            if !matches!(step, CurveStep::Moved { .. }) {
                prop_assert_eq!(bits(curve.controls()), before, "{:?}", step);
            }
        }
        let mut out = [7.0; 2];
        curve.point(t, &mut out);
        prop_assert!(t.is_nan() || !out.contains(&7.0));
        curve.trace(&mut resized(6, off));
    }

    #[test]
    fn autoneb(
        (f, full, numbers) in (wild(), wild(), prop::collection::vec(finite(), 0..24)),
        schedule in prop::collection::vec((0..3u8, count(), 0..6u32, prop_oneof![4 => Just(0.1), 1 => any::<f64>()]), 0..4),
        (threshold, insert, points) in (prop_oneof![4 => 0.0f64..1.0, 1 => any::<f64>()], count(), prop_oneof![8 => 0u32..4, 1 => Just(u32::MAX)]),
        (momentum, springs, spring, end_grad_norm, minibatches) in (number(), any::<bool>(), number(), number(), any::<bool>()),
        off in off_by(),
    ) {
        let mut cycles: Vec<Cycle> = schedule.into_iter().map(|(kind, images, sweeps, learning_rate)| Cycle {
            grow: match kind { 0 => Grow::Keep, 1 => Grow::Line(images), _ => Grow::Insert }, sweeps, learning_rate,
        }).collect();
        if let (Some(first), true) = (cycles.first_mut(), off == 0) {
            first.grow = Grow::Line(1 + insert % 5);
        }
        let cycles_len = cycles.len();
        let config = AutoNebConfig {
            schedule: cycles, insertion: Insertion { threshold, count: insert }, points, momentum,
            tangent: Tangent::Improved, spacing: if springs { Spacing::Springs(spring) } else { Spacing::Redistribute },
            minibatches, end_grad_norm,
        };
        let workspace = resized(AutoNebLayout::new(numbers.len() / 2, 2, 1).len(), off);
        let Ok(mut search) = AutoNeb::new(&f, &full, config, numbers, workspace) else { return Ok(()) };
        // Each cycle has at most 6 sweeps over 12 images, and a scan of few points.
        let most = if points < 5 { 400 * (1 + cycles_len) } else { 400 };
        let mut ended = false;
        for _ in 0..most {
            let step = search.step(&f, &full);
            prop_assert!(search.path().iter().all(|x| x.is_finite()), "{step:?}");
            if matches!(step, AutoNebStep::Ended(_) | AutoNebStep::MemoryChanged) {
                ended = true;
                break;
            }
        }
        prop_assert!(ended || points >= 5, "no end");
    }

    #[test]
    fn string_sampling(
        (f, numbers) in (wild(), prop::collection::vec(finite(), 0..20)),
        (level, accept, train_to, points) in (number(), number(), number(), prop_oneof![8 => 0u32..4, 1 => Just(u32::MAX)]),
        (middle, adam, learning_rate, momentum) in (any::<bool>(), any::<bool>(), number(), number()),
        (depth, train_steps, off) in (count(), prop_oneof![8 => 0u32..9, 1 => Just(u32::MAX)], off_by()),
    ) {
        let trainer = if adam { Trainer::Adam { learning_rate } } else { Trainer::Descent { learning_rate, momentum } };
        let split = if middle { SplitAt::Middle } else { SplitAt::Highest };
        let config = StringSamplingConfig { level, accept, train_to, points, split, depth, trainer, train_steps };
        let workspace = resized(StringSamplingLayout::new(numbers.len() / 2, 2, 1).len(), off);
        let Ok(mut search) = StringSampling::new(&f, config, numbers, workspace) else { return Ok(()) };
        let mut ended = false;
        for _ in 0..1000 {
            let step = search.step(&f);
            prop_assert!(search.path().iter().all(|x| x.is_finite()), "{step:?}");
            if matches!(step, StringSamplingStep::Ended(_) | StringSamplingStep::MemoryChanged) {
                ended = true;
                break;
            }
        }
        prop_assert!(ended || points >= 5 || train_steps > 9, "no end");
        let _ = (search.length_ratio(), search.added(), search.end());
    }

    #[test]
    fn scans(
        (f, numbers) in (wild(), prop::collection::vec(number(), 0..14)),
        (dim, points) in (prop::sample::select(vec![0usize, 1, 2, 3, usize::MAX]), prop_oneof![8 => 0u32..5, 1 => Just(u32::MAX)]),
        (a, b) in (off_by(), off_by()),
    ) {
        let Ok(mut scan) = DenseScan::new(&numbers, dim, points) else { return Ok(()) };
        let mut ended = false;
        for _ in 0..200 {
            let step = scan.step(&f, &numbers, &mut resized(dim, a), &mut resized(1, b));
            if !matches!(step, ScanStep::Image { .. } | ScanStep::Point { .. }) {
                ended = true;
                break;
            }
        }
        prop_assert!(ended || points > 5, "no end");
        let _ = (scan.report().length_ratio(), scan.report().rise());
    }

    #[test]
    fn explorations(calls in prop::collection::vec((0..5u8, 0..6u32, 0..6u32, number()), 0..40), far in any::<u32>()) {
        let mut found = Exploration::<f32, 4, 6>::new();
        for (call, a, b, x) in calls {
            let before = found.clone();
            let b = if far % 7 == 0 { far } else { b };
            let refused = match call {
                0 => found.add(x).is_err(),
                1 => found.start(a, b).is_err(),
                2 => found.connect(a, b, x).is_err(),
                3 => found.give_up(a, b).is_err(),
                _ => false,
            };
            if refused {
                prop_assert_eq!(found.values().len(), before.values().len());
                prop_assert_eq!(found.pairs(), before.pairs());
            }
            let _ = (found.suggest(), found.tree(), found.saddle(a, b), found.attempt(b, a));
        }
    }

    #[test]
    fn means(rows in prop::collection::vec(prop::collection::vec(number(), 0..4), 0..9), saddles in prop::collection::vec(number(), 0..40)) {
        let mut mean = RunningAverage::new([0.0f32; 2]);
        for row in rows {
            let (before, count) = (bits(mean.mean()), mean.count());
            match mean.add(&row) {
                Ok(()) => prop_assert!(mean.mean().iter().all(|x| x.is_finite()), "{row:?}"),
                Err(_) => prop_assert_eq!((bits(mean.mean()), mean.count()), (before, count)),
            }
        }
        let mut restarts = Restarts::<f32, 8>::new();
        for saddle in saddles {
            let before = restarts.saddles().len();
            if restarts.add(saddle).is_err() {
                prop_assert_eq!(restarts.saddles().len(), before);
            }
        }
        let _ = (restarts.lowest(), restarts.median(), restarts.spread());
    }
}
