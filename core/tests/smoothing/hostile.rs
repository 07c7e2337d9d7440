//! Whatever kernel, objective or memory smoothing is given, it refuses by name or answers; nothing panics, nothing goes on
//! for ever, and what is not finite is not kept.

use losscape::Objective;
use losscape::base::grid::{Axis, Grid};
use losscape::base::kernel::Kernel;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::models::surfaces::{DoubleWell, RippledBowl};
use losscape::objective::Convolution;
use losscape::smoothing::{
    Branch, BranchConfig, BranchStep, ConvolutionStep, Graduated, GraduatedConfig, GraduatedLayout,
    GraduatedStep, GridConvolution, GridConvolutionLayout, LineMinima, LineStep, MinibatchNoise, OnePoint,
    OnePointLayout, OnePointStep, Padding, Quadrature, SampledConvolution, SampledConvolutionLayout,
    SampledStep, Theorem,
};
use proptest::prelude::*;

const SPECIAL: [f64; 10] =
    [0.0, -0.0, f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, 5e-324, -1e-300, 1e300];

fn number() -> impl Strategy<Value = f64> {
    prop_oneof![8 => -2.0f64..2.0, 1 => prop::sample::select(&SPECIAL[..]), 1 => any::<f64>()]
}

fn positive() -> impl Strategy<Value = f64> {
    prop_oneof![8 => 0.0f64..2.0, 1 => number()]
}

fn count() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0u32..6, 1 => prop::sample::select(vec![u32::MAX - 1, u32::MAX])]
}

fn off_by() -> impl Strategy<Value = isize> {
    prop_oneof![9 => Just(0), 1 => Just(-1), 1 => Just(1), 1 => Just(-1000)]
}

fn resized(len: usize, off: isize) -> Vec<f64> {
    vec![f64::NAN; len.min(100_000).saturating_add_signed(off)]
}

fn kernel() -> impl Strategy<Value = Kernel<f64>> {
    (0..3u8, positive()).prop_map(|(kind, x)| match kind {
        0 => Kernel::Gaussian { std_dev: x },
        1 => Kernel::Cube { radius: x },
        _ => Kernel::Ball { radius: x },
    })
}

fn bowl(dim: usize, [curvature, amplitude, wavenumber, phase]: [f64; 4]) -> Option<RippledBowl<f64>> {
    let mut f = RippledBowl::new(dim, curvature, amplitude, wavenumber).ok()?;
    f.phase = phase;
    Some(f)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn kernels(kernel in kernel(), (dim, k, len) in (prop::sample::select(vec![0usize, 1, 2, 9, usize::MAX]), number(), 0usize..9)) {
        let _ = (kernel.variance(dim), kernel.fourth_moment(dim), kernel.wave(k, dim), kernel.bandwidth(), kernel.check());
        kernel.draw(&mut stream(1, 0), &mut vec![7.0; len]);
    }

    #[test]
    fn descents(
        (shape, kernel, start) in ([positive(), positive(), positive(), positive()], kernel(), prop::collection::vec(number(), 0..4)),
        (factor, levels, learning_rate, steps) in (positive(), count(), number(), count()),
        (from, until, step, tolerance, length) in (positive(), positive(), positive(), positive(), number()),
        off in off_by(),
    ) {
        let Some(f) = bowl(2, shape) else { return Ok(()) };
        let config = GraduatedConfig { kernel, factor, levels, learning_rate, steps };
        let workspace = resized(GraduatedLayout::new(2, f.scratch_len()).len(), off);
        if let Ok(mut descent) = Graduated::new(&f, config, start.clone(), workspace) {
            for _ in 0..60 {
                let step = descent.step(&f);
                prop_assert!(descent.params().iter().all(|x| x.is_finite()), "{step:?}");
                if matches!(step, GraduatedStep::Finished | GraduatedStep::MemoryChanged) {
                    break;
                }
            }
        }
        let Some(line) = bowl(1, shape) else { return Ok(()) };
        for f in [&line as &dyn Convolution<f64>, &DoubleWell::new(1).expect("a well")] {
            let config = BranchConfig { from, until, step, tolerance, length };
            let Ok(mut branch) = Branch::new(f, kernel, config, &start) else { continue };
            for _ in 0..60 {
                let step = branch.step(f);
                prop_assert!(branch.params().iter().all(|x| x.is_finite()) && branch.bandwidth().is_finite(), "{step:?}");
                if matches!(step, BranchStep::Ended { .. } | BranchStep::Alive) {
                    break;
                }
            }
        }
    }

    #[test]
    fn lines(
        (shape, kernel, room) in ([positive(), positive(), positive(), positive()], kernel(), 0usize..5),
        (low, high, cells, x) in (number(), number(), 1u32..30, number()),
    ) {
        let (Some(f), Ok(axis)) = (bowl(1, shape), Axis::new(low, high, cells)) else { return Ok(()) };
        let Ok(mut line) = LineMinima::new(axis, vec![7.0; room]) else { return Ok(()) };
        let mut steps = 0;
        while line.step(&f, &kernel) == LineStep::Searching {
            steps += 1;
            prop_assert!(steps < 10_000, "no end");
        }
        prop_assert!(line.minima().iter().all(|x| x.is_finite()));
        let _ = line.basin(&f, &kernel, x);
    }

    #[test]
    fn grids(
        (nx, ny, low, spread) in (1u32..6, 1u32..4, -2.0f64..2.0, prop_oneof![Just(1.0), Just(1e-300), Just(1e300)]),
        (kernel, padding) in (kernel(), 0..3u8),
        (values, a, b) in (prop::collection::vec(number(), 15), off_by(), off_by()),
    ) {
        let (Ok(x), Ok(y)) = (Axis::new(low * spread, (low + 1.0) * spread, nx), Axis::new(0.0, spread, ny)) else { return Ok(()) };
        let grid = Grid::new([x, y]).expect("small");
        let padding = match padding { 0 => Padding::Periodic, 1 => Padding::Reflecting, _ => Padding::Nearest };
        let workspace = resized(GridConvolutionLayout::new(&grid, &kernel).len(), a);
        let Ok(mut convolution) = GridConvolution::new(&grid, kernel, padding, workspace) else { return Ok(()) };
        let mut values = values[..grid.len()].to_vec();
        values.resize(grid.len().saturating_add_signed(b), 7.0);
        let mut steps = 0;
        while convolution.step(&mut values) == ConvolutionStep::Line {
            steps += 1;
            prop_assert!(steps < 1000, "no end");
        }
        convolution.restart();
        let _ = convolution.step(&mut values);
    }

    #[test]
    fn samples(
        (shape, kernel, params, other) in ([positive(), positive(), positive(), positive()], kernel(), prop::collection::vec(number(), 0..4), prop::collection::vec(number(), 0..4)),
        (learning_rate, grad, batch, off) in (number(), prop::collection::vec(number(), 0..4), prop::collection::vec(any::<u32>(), 0..4), off_by()),
        (a, b, c, d) in (number(), number(), number(), number()),
    ) {
        let Some(f) = bowl(2, shape) else { return Ok(()) };
        let mut rng = stream(2, 0);
        let workspace = resized(SampledConvolutionLayout::new(2, f.scratch_len()).len(), off);
        if let Ok(mut estimate) = SampledConvolution::new(&f, &params, workspace) {
            for _ in 0..9 {
                let (value, count) = (estimate.value(), estimate.count());
                let mut law = kernel;
                match estimate.step(&f, &mut law, &mut rng) {
                    SampledStep::Added => prop_assert!(estimate.value().is_finite() && estimate.grad().iter().all(|g| g.is_finite())),
                    _ => prop_assert_eq!((estimate.value(), estimate.count()), (value, count)),
                }
                let _ = (estimate.value_error(), estimate.grad_error());
            }
            estimate.move_to(&other);
            let _ = estimate.step(&f, &mut { kernel }, &mut rng);
        }
        let data = Dataset::new(&[1.0, 2.0, 3.0], 1, Targets::Values(&[1.0, 0.0, 2.0])).expect("data");
        let net = MlpObjective::new(Mlp::new(&[1, 1]).expect("widths"), Loss::MeanSquaredError, data, 0.0).expect("valid");
        let mut batch = batch;
        if let Ok(mut noise) = MinibatchNoise::new(&net, learning_rate, &params, &grad, &mut batch) {
            let workspace = resized(SampledConvolutionLayout::new(2, net.scratch_len()).len(), off);
            if let Ok(mut estimate) = SampledConvolution::new(&net, &params, workspace) {
                let _ = (estimate.step(&net, &mut noise, &mut rng), estimate.value());
            }
        }
        let workspace = resized(OnePointLayout::new(2, f.scratch_len()).len(), off);
        if let Ok(mut one) = OnePoint::new(&f, &params, workspace) {
            for _ in 0..9 {
                let before = one.tally();
                if one.around(&other).is_ok() && !matches!(one.step(&f, &kernel, &mut rng), OnePointStep::Counted { .. }) {
                    prop_assert_eq!(one.tally(), before);
                }
            }
            let _ = (one.tally().interval(3, a), one.tally().failure(b));
        }
        if let Ok(smooth) = Quadrature::<_, f64, 3>::new(&f) {
            let mut grad = [7.0; 2];
            let value = smooth.convolved_value_grad(&kernel, &params, &mut grad, &mut resized(smooth.scratch_len(), off));
            prop_assert!(!grad.contains(&7.0), "{value} {grad:?}");
        }
        let theorem = Theorem { smoothness: a, convexity: b, noise: c, learning_rate: d };
        let _ = (theorem.conditions(), theorem.burn_in(a));
    }
}
