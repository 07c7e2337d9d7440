//! Whatever the arguments: a refusal that names one, or steps that leave finite numbers; no panic.

use losscape::Objective;
use losscape::models::surfaces::DoubleWell;
use losscape::path::{
    Adaptive, Band, BandConfig, BandLayout, BandStep, Fire, Interpolation, Location, Relaxer, Spacing,
    StringConfig, StringLayout, StringMethod, StringStep, Tangent,
};
use proptest::prelude::*;

fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -2.0f32..2.0,
        1 => any::<f32>(),
        1 => prop::sample::select(vec![0.0, -0.0, f32::NAN, f32::INFINITY, -f32::INFINITY, f32::MAX, -f32::MAX, 1e-40]),
    ]
}

fn relaxer() -> impl Strategy<Value = Relaxer<f32>> {
    prop_oneof![
        (number(), number()).prop_map(|(rate, momentum)| Relaxer::descent(rate, momentum)),
        (number(), number(), number()).prop_map(|(dt, dt_max, max_step)| Relaxer::Fire(Fire {
            dt,
            dt_max,
            max_step
        })),
        number().prop_map(|tolerance| Relaxer::Adaptive(Adaptive { tolerance })),
    ]
}

/// An objective that says more of itself than is there.
struct Vast(usize, usize);

impl Objective for Vast {
    fn dim(&self) -> usize {
        self.0
    }
    fn scratch_len(&self) -> usize {
        self.1
    }
    fn value(&self, _: &[f32], _: &mut [f32]) -> f32 {
        f32::NAN
    }
    fn value_grad(&self, _: &[f32], _: &mut [f32], _: &mut [f32]) -> f32 {
        f32::NAN
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn bands(
        (relaxer, scale, climb_below) in (relaxer(), number(), number()),
        (springs, bisector, spring) in (any::<bool>(), any::<bool>(), number()),
        numbers in prop::collection::vec(number(), 0..12),
        (image, alpha, count) in (prop::sample::select(vec![0usize, 1, 2, 9, usize::MAX]), number(), 0usize..8),
    ) {
        let mut f = DoubleWell::<f32>::new(2).unwrap();
        f.scale = scale;
        let spacing = if springs { Spacing::Springs(spring) } else { Spacing::Redistribute };
        let tangent = if bisector { Tangent::Bisector } else { Tangent::Improved };
        let config = BandConfig { tangent, spacing, climb_below, ..BandConfig::new(relaxer) };
        let workspace = vec![f32::NAN; BandLayout::new(6, 2, 0).len()];
        if let Ok(mut band) = Band::with_count(&f, config, count, numbers, workspace) {
            for k in 0..40 {
                let before = band.images().to_vec();
                let step = band.step(&f);
                let was_finite = before.iter().all(|x| x.is_finite());
                prop_assert!(!was_finite || band.images().iter().all(|x| x.is_finite()), "{step:?}");
                if let BandStep::NotFinite { .. } = step {
                    prop_assert!(before.iter().zip(band.images()).all(|(a, b)| a.to_bits() == b.to_bits()));
                }
                if k == 20 {
                    let _ = band.insert(Location { segment: image, alpha });
                    let _ = band.set_image(image, &[alpha, spring]);
                    let _ = band.perturb(alpha, &mut losscape::base::random::stream(1, 0));
                    let _ = band.restart(relaxer);
                }
            }
        }
    }

    #[test]
    fn strings(
        (learning_rate, cubic, ends_slide) in (number(), any::<bool>(), any::<bool>()),
        numbers in prop::collection::vec(number(), 0..12),
    ) {
        let f = DoubleWell::<f32>::new(2).unwrap();
        let interpolation = if cubic { Interpolation::Cubic } else { Interpolation::Linear };
        let config = StringConfig { learning_rate, interpolation, ends_slide };
        let workspace = vec![f32::NAN; StringLayout::new(6, 2, 0).len()];
        if let Ok(mut string) = StringMethod::new(&f, config, numbers, workspace) {
            for _ in 0..40 {
                prop_assert!(string.step(&f) != StringStep::MemoryChanged);
                prop_assert!(string.images().iter().all(|x| x.is_finite()));
            }
        }
    }

    #[test]
    fn dimensions(
        dim in prop::sample::select(vec![0usize, 1, 2, usize::MAX / 2, usize::MAX]),
        scratch in prop::sample::select(vec![0usize, 1, usize::MAX]),
        numbers in prop::collection::vec(number(), 0..12),
    ) {
        let f = Vast(dim, scratch);
        let config = BandConfig::new(Relaxer::descent(0.1, 0.0));
        if let Ok(mut band) = Band::new(&f, config, numbers, vec![0.0; 64]) {
            let refused = matches!(band.step(&f), BandStep::NotFinite { .. });
            prop_assert!(refused);
        }
    }
}
