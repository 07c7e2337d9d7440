//! Smoothed losses do the same on `k f(x / c)` with a bandwidth of c s as on f with s: bit for bit in units of powers of
//! two.

use losscape::base::grid::{Axis, Grid};
use losscape::base::kernel::Kernel;
use losscape::base::random::stream;
use losscape::models::surfaces::RippledBowl;
use losscape::objective::Convolution;
use losscape::smoothing::{
    Branch, BranchConfig, BranchStep, ConvolutionStep, Graduated, GraduatedConfig, GraduatedLayout,
    GraduatedStep, GridConvolution, GridConvolutionLayout, LineMinima, LineStep, OnePoint, OnePointLayout,
    OnePointStep, Padding, Quadrature, SampledConvolution, SampledConvolutionLayout, SampledStep, Theorem,
};
use losscape::{Objective, Real};

/// 2 to this power.
fn two_to<R: Real>(power: i32) -> R {
    let factor = if power < 0 { R::HALF } else { R::TWO };
    (0..power.abs()).fold(R::ONE, |x, _| x * factor)
}

/// The bowl in units of values and lengths.
fn bowl<R: Real>(dim: usize, k: R, c: R) -> RippledBowl<R> {
    let of = R::from_f64;
    let mut f = RippledBowl::new(dim, of(0.5) * k / c / c, of(0.6) * k, of(6.0) / c).expect("a bowl");
    f.phase = of(0.9);
    f
}

fn run<R: Real>(k: R, c: R) -> Vec<R> {
    let of = R::from_f64;
    let kernel = Kernel::Gaussian { std_dev: of(0.2) * c };
    let mut notes = Vec::new();

    let f = bowl(2, k, c);
    let config =
        GraduatedConfig { kernel, factor: of(0.5), levels: 3, learning_rate: of(0.02) * c * c / k, steps: 9 };
    let workspace = vec![R::NAN; GraduatedLayout::new(2, f.scratch_len()).len()];
    let mut descent = Graduated::new(&f, config, vec![of(1.3) * c, of(-0.8) * c], workspace).expect("valid");
    while let GraduatedStep::Moved { value, .. } = descent.step(&f) {
        notes.push(value / k);
    }
    notes.extend(descent.params().iter().map(|x| *x / c));

    let workspace = vec![R::NAN; SampledConvolutionLayout::new(2, f.scratch_len()).len()];
    let start = [of(0.4) * c, of(0.1) * c];
    let mut estimate = SampledConvolution::new(&f, &start, workspace).expect("valid");
    let mut rng = stream(4, 0);
    for _ in 0..20 {
        assert_eq!(estimate.step(&f, &mut { kernel }, &mut rng), SampledStep::Added, "k = {k:e}, c = {c:e}");
    }
    notes.extend([estimate.value() / k, estimate.grad()[0] / k * c]);
    notes.push(estimate.value_error() / k);

    let workspace = vec![R::NAN; OnePointLayout::new(2, f.scratch_len()).len()];
    let mut one = OnePoint::new(&f, &[R::ZERO; 2], workspace).expect("valid");
    one.around(&start).expect("finite");
    for _ in 0..20 {
        let step = one.step(&f, &kernel, &mut rng);
        assert!(matches!(step, OnePointStep::Counted { .. }), "{step:?} at k = {k:e}, c = {c:e}");
    }
    notes.extend([one.tally().from_run, one.tally().from_point].map(R::from_u32));

    let smooth = Quadrature::<_, R, 5>::new(&f).expect("two dimensions");
    let (mut grad, mut scratch) = ([R::NAN; 2], vec![R::NAN; smooth.scratch_len()]);
    notes.push(smooth.convolved_value_grad(&kernel, &start, &mut grad, &mut scratch) / k);
    notes.extend(grad.map(|g| g / k * c));

    let line = bowl(1, k, c);
    let axis = Axis::new(of(-3.0) * c, of(3.0) * c, 60).expect("an axis");
    let mut minima = LineMinima::new(axis, vec![R::NAN; 20]).expect("room");
    let narrow = Kernel::Gaussian { std_dev: of(0.05) * c };
    while minima.step(&line, &narrow) == LineStep::Searching {}
    assert!(minima.minima().len() > 1, "several minima");
    notes.extend(minima.minima().iter().map(|x| *x / c));

    let config = BranchConfig {
        from: of(0.1) * c,
        until: of(0.6) * c,
        step: of(0.05) * c,
        tolerance: of(1e-3) * c,
        length: c,
    };
    let mut branch = Branch::new(&line, narrow, config, &[minima.minima()[0]]).expect("a minimum");
    loop {
        match branch.step(&line) {
            BranchStep::Followed { bandwidth } => notes.push(bandwidth / c),
            BranchStep::Shortened => notes.push(branch.params()[0] / c),
            BranchStep::Ended { last, lost } => break notes.extend([last / c, lost / c]),
            BranchStep::Alive => break notes.push(R::ZERO),
        }
    }

    let grid = Grid::new([axis]).expect("a grid");
    let mut values = vec![R::ZERO; grid.len()];
    grid.fill(&mut values, |[x]| line.value(&[x], &mut [])).expect("the grid's length");
    let workspace = vec![R::NAN; GridConvolutionLayout::new(&grid, &kernel).len()];
    let mut convolution = GridConvolution::new(&grid, kernel, Padding::Reflecting, workspace).expect("valid");
    while convolution.step(&mut values) == ConvolutionStep::Line {}
    notes.extend(values.iter().map(|v| *v / k));

    // Rates of a smoothness of k / c².
    let theorem = Theorem {
        smoothness: of(21.0) * k / c / c,
        convexity: of(3.0) * k / c / c,
        noise: of(0.1) * k / c,
        learning_rate: of(1e-3) * c * c / k,
    };
    let found = theorem.conditions().expect("valid");
    notes.extend([found.largest_rate / c / c * k, found.contraction, found.radius / c]);
    notes
}

fn in_all_units<R: Real>() {
    let one = run(R::ONE, R::ONE);
    assert!(one.len() > 80 && one.iter().all(|x| x.is_finite()), "{one:?}");
    for (values, lengths) in
        [(-100, 0), (-60, 0), (60, 0), (100, 0), (0, -34), (0, 34), (30, 30), (-30, -30), (20, -20)]
    {
        let there = run(two_to::<R>(values), two_to(lengths));
        assert_eq!(there.len(), one.len(), "2^{values}, 2^{lengths}");
        for (i, (a, b)) in there.iter().zip(&one).enumerate() {
            assert!(a == b, "number {i} at 2^{values}, 2^{lengths}: {a} instead of {b}");
        }
    }
}

#[test]
fn smoothing_in_any_units() {
    in_all_units::<f64>();
    in_all_units::<f32>();
}
