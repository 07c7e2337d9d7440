//! Flows: exact solutions, any units, and whatever else they are given.
#![cfg(test)]

use losscape::base::elementary::{exp, sqrt};
use losscape::base::vector::distance;
use losscape::flow::{
    CentralFlow, CentralFlowConfig, CentralFlowLayout, CentralFlowStep, FlowConfig, FlowLayout, FlowStep,
    GradientFlow,
};
use losscape::models::surfaces::{DoubleWell, MonkeySaddle, MuellerBrown, Quadratic};
use losscape::{Curvature, Objective, Real};
use proptest::prelude::*;

mod control;
#[path = "../scaled/mod.rs"]
mod scaled;

use scaled::Scaled;

fn run<F: Objective<f64>>(
    f: &F,
    start: &[f64],
    config: FlowConfig<f64>,
) -> (GradientFlow<f64, Vec<f64>>, u32, FlowStep<f64>) {
    let workspace = vec![f64::NAN; FlowLayout::new(f.dim(), f.scratch_len()).len()];
    let mut flow = GradientFlow::new(f, start, config, workspace).unwrap();
    let mut rejected = 0;
    for _ in 0..2_000_000 {
        match flow.step(f) {
            FlowStep::Moved { error, .. } => assert!(error <= 1.0),
            FlowStep::Rejected { error, .. } => {
                assert!(error > 1.0);
                rejected += 1;
            }
            end => return (flow, rejected, end),
        }
    }
    panic!("no end");
}

/// `ẋ = x − x³` from x₀: `x² = 1 / (1 + (1/x₀² − 1) e^(−2t))`.
#[test]
fn a_double_well_by_its_exact_solution() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let mut errors = Vec::new();
    for tolerance in [1e-4, 1e-7, 1e-10] {
        let config =
            FlowConfig { relative: tolerance, absolute: tolerance, end: 3.0, ..FlowConfig::default() };
        let (flow, _, end) = run(&f, &[0.1, 2.0], config);
        assert_eq!((end, flow.time()), (FlowStep::Ended, 3.0));
        let x = 1.0 / sqrt(1.0 + 99.0 * exp(-6.0f64));
        let error = (flow.params()[0] - x).abs().or_larger((flow.params()[1] - 2.0 * exp(-3.0f64)).abs());
        errors.push((error, flow.moves()));
    }
    // Order five: a thousandth of the error costs four times the steps.
    assert!(errors.iter().zip([1e-3, 1e-6, 1e-9]).all(|((error, _), most)| *error < most), "{errors:?}");
    assert!(errors[2].1 < 20 * errors[0].1 && errors[2].1 > 4 * errors[0].1, "{errors:?}");
}

#[test]
fn flows_end_at_certified_minima() {
    let f = MuellerBrown::<f64>::default();
    let config = FlowConfig { grad_norm: 1e-9, ..FlowConfig::default() };
    let (flow, _, end) = run(&f, &[-0.8, 0.6], config);
    assert_eq!(end, FlowStep::Converged);
    assert!(flow.grad_norm() <= 1e-9);
    let minimum = MuellerBrown::<f64>::MINIMA.iter().any(|m| distance(m, flow.params()) < 1e-8);
    assert!(minimum, "{:?}", flow.params());
}

/// Values times c and lengths times u: time is measured in units of u²/c, everything else is the same.
#[test]
fn any_units() {
    let at = |value: f64, length: f64| {
        let config = FlowConfig {
            relative: 1e-8,
            absolute: 1e-8 * length,
            end: 2.0 * length * length / value,
            ..FlowConfig::default()
        };
        let scaled = Scaled { f: DoubleWell::new(2).unwrap(), k: value, c: length };
        let (flow, rejected, _) = run(&scaled, &[0.1 * length, 2.0 * length], config);
        (flow.moves(), rejected, [flow.params()[0] / length, flow.params()[1] / length])
    };
    let one = at(1.0, 1.0);
    for (value, length) in
        [(1e-30, 1.0), (1e30, 1.0), (1.0, 1e-10), (1.0, 1e10), (1e30, 1e-10), (1e-30, 1e10)]
    {
        let there = at(value, length);
        assert_eq!((there.0, there.1), (one.0, one.1), "{value} {length}");
        assert!((there.2[0] - one.2[0]).abs() < 1e-12 && (there.2[1] - one.2[1]).abs() < 1e-12);
    }
}

#[test]
fn what_has_no_end_ends() {
    // Down the monkey saddle without end: x³ − 3 x y².
    let (flow, _, end) = run(&MonkeySaddle::default(), &[-1.0, 0.1], FlowConfig::default());
    assert_eq!(end, FlowStep::StepTooSmall);
    assert!(flow.params().iter().all(|x| x.is_finite()) && flow.value().is_finite());
    // From a critical point nothing moves.
    let (flow, _, end) = run(&MonkeySaddle::default(), &[0.0, 0.0], FlowConfig::default());
    assert_eq!((end, flow.time()), (FlowStep::Converged, 0.0));
}

#[test]
fn refusals() {
    let f = Quadratic::new(&[1.0f64, 3.0]).unwrap();
    let good = FlowConfig::<f64>::default();
    let arg = |start: &[f64], config, len: usize| {
        GradientFlow::new(&f, start, config, vec![0.0; len]).err().map(|e| e.arg)
    };
    let len = FlowLayout::new(2, 4).len();
    assert_eq!(arg(&[1.0, 1.0], good, len), None);
    for (start, config, len, name) in [
        (&[1.0][..], good, len, "start"),
        (&[1.0, f64::NAN], good, len, "start"),
        (&[1.0, 1e200], good, len, "start"),
        (&[1.0, 1.0], FlowConfig { relative: -1.0, ..good }, len, "relative"),
        (&[1.0, 1.0], FlowConfig { relative: 0.0, absolute: 0.0, ..good }, len, "absolute"),
        (&[1.0, 1.0], FlowConfig { grad_norm: f64::NAN, ..good }, len, "grad_norm"),
        (&[1.0, 1.0], FlowConfig { end: 0.0, ..good }, len, "end"),
        (&[1.0, 1.0], FlowConfig { end: f64::NAN, ..good }, len, "end"),
        (&[1.0, 1.0], good, len - 1, "workspace"),
    ] {
        assert_eq!(arg(start, config, len), Some(name));
    }
}

/// `½ (4 + y) x² − c y`: a valley that gets steeper along y, with a slope along it.
struct Steepening {
    slope: f64,
}

impl Objective<f64> for Steepening {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, p: &[f64], scratch: &mut [f64]) -> f64 {
        self.value_grad(p, &mut [0.0; 2], scratch)
    }
    fn value_grad(&self, p: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
        let [x, y] = [p[0], p[1]];
        grad.copy_from_slice(&[(4.0 + y) * x, 0.5 * x * x - self.slope]);
        0.5 * (4.0 + y) * x * x - self.slope * y
    }
}

impl Curvature<f64> for Steepening {
    fn hess_vec(&self, p: &[f64], v: &[f64], out: &mut [f64], _: &mut [f64]) {
        out.copy_from_slice(&[(4.0 + p[1]) * v[0] + p[0] * v[1], p[0] * v[0]]);
    }
}

/// The same with products at y = 4 alone.
struct Walled(Steepening);

impl Objective<f64> for Walled {
    fn dim(&self) -> usize {
        self.0.dim()
    }
    fn scratch_len(&self) -> usize {
        self.0.scratch_len()
    }
    fn value(&self, p: &[f64], scratch: &mut [f64]) -> f64 {
        self.0.value(p, scratch)
    }
    fn value_grad(&self, p: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        self.0.value_grad(p, grad, scratch)
    }
}

impl Curvature<f64> for Walled {
    fn hess_vec(&self, p: &[f64], v: &[f64], out: &mut [f64], scratch: &mut [f64]) {
        self.0.hess_vec(p, v, out, scratch);
        if p[1] != 4.0 {
            out.fill(f64::NAN);
        }
    }
}

/// At the edge, 4 + y = 2/η, descent goes to and fro with x² = 2c and y stays; its central flow gets there and stays, with σ² = 2c.
#[test]
fn the_central_flow_stays_at_the_edge() {
    let (eta, slope) = (0.25, 0.02);
    let f = Steepening { slope };
    let (mut descent, mut grad) = ([0.2, 4.0], [0.0; 2]);
    for _ in 0..100 {
        f.value_grad(&descent, &mut grad, &mut []);
        descent = [descent[0] - eta * grad[0], descent[1] - eta * grad[1]];
    }
    assert!((descent[0] - 0.2).abs() < 1e-9 && (descent[1] - 4.0).abs() < 1e-9, "{descent:?}");

    let workspace = vec![f64::NAN; CentralFlowLayout::of(&f).len()];
    let config = CentralFlowConfig::new(eta);
    let mut flow = CentralFlow::new(&f, &[0.01, 2.0], &[1.0, 0.1], config, workspace).unwrap();
    let step = |flow: &mut CentralFlow<f64, _>| match flow.step(&f) {
        CentralFlowStep::Moved { variance, .. } => variance,
        other => panic!("{other:?}"),
    };
    for _ in 0..300 * config.pieces {
        assert_eq!(step(&mut flow), 0.0, "stable before y = 4, at step 400");
    }
    for _ in 0..700 * config.pieces {
        let _ = step(&mut flow);
    }
    assert_eq!(flow.time(), 1000.0);
    assert!((flow.unstable()[0] - 1.0).abs() < 1e-6, "{:?}", flow.unstable());
    for _ in 0..100 * config.pieces {
        let variance = step(&mut flow);
        assert!((variance / (2.0 * slope) - 1.0).abs() < 1e-6, "{variance}");
    }
    // One piece of a step too far: η c / 20.
    assert!((flow.params()[1] - 4.0).abs() < 1e-3, "{:?}", flow.params());
}

/// Neither a first guess of any length nor products among the subnormal numbers lose digits.
#[test]
fn the_unstable_direction_has_length_one_at_any_scale() {
    for length in [f64::MAX, 1.0, 1e-300, 1e-320] {
        for curvature in [1.0, 1e-318] {
            let spectrum = [curvature, curvature];
            let f = Quadratic::new(&spectrum).unwrap();
            let workspace = vec![f64::NAN; CentralFlowLayout::of(&f).len()];
            let guess = [length, -length];
            let config = CentralFlowConfig::new(0.1);
            let mut flow = CentralFlow::new(&f, &[1.0, 1.0], &guess, config, workspace).unwrap();
            for _ in 0..2 {
                let [x, y] = [flow.unstable()[0], flow.unstable()[1]];
                let error = (x - sqrt(0.5)).abs().or_larger((y + sqrt(0.5)).abs());
                assert!(error < 1e-15, "{length:e} {curvature:e}: {x} {y}");
                assert!(matches!(flow.step(&f), CentralFlowStep::Moved { .. }));
            }
        }
    }
}

#[test]
fn refusals_of_the_central_flow() {
    let f = Quadratic::new(&[1.0f64, 3.0]).unwrap();
    let good = CentralFlowConfig::new(0.1);
    let arg = |start: &[f64], v: &[f64], config, len| {
        CentralFlow::new(&f, start, v, config, vec![0.0; len]).err().map(|e| e.arg)
    };
    let (at, v, len) = (&[1.0, 1.0][..], &[1.0, 0.0][..], CentralFlowLayout::of(&f).len());
    assert_eq!(arg(at, v, good, len), None);
    assert_eq!(arg(&[1.0], v, good, len), Some("start"));
    assert_eq!(arg(at, &[0.0, 0.0], good, len), Some("unstable"));
    assert_eq!(arg(at, v, CentralFlowConfig { learning_rate: 0.0, ..good }, len), Some("learning_rate"));
    assert_eq!(arg(at, v, CentralFlowConfig { difference: f64::NAN, ..good }, len), Some("difference"));
    assert_eq!(arg(at, v, CentralFlowConfig { pieces: 0, ..good }, len), Some("pieces"));
    assert_eq!(arg(at, v, CentralFlowConfig { iterations: 0, ..good }, len), Some("iterations"));
    assert_eq!(arg(at, v, good, len - 1), Some("workspace"));
    let mut flow =
        CentralFlow::new(&f, &[1e300, 1e300], v, CentralFlowConfig::new(1e300), vec![0.0; len]).unwrap();
    assert_eq!(flow.step(&f), CentralFlowStep::NotFinite);
    assert_eq!(flow.params(), [1e300, 1e300]);
    // No product exists to either side of y = 4, so the slope of the sharpness is unknown there.
    let walled = Walled(Steepening { slope: 0.02 });
    let edge = CentralFlowConfig::new(0.5);
    let mut flow = CentralFlow::new(&walled, &[0.1, 4.0], &[0.6, 0.8], edge, vec![0.0; 14]).unwrap();
    assert_eq!(flow.step(&walled), CentralFlowStep::NotFinite);
    assert_eq!((flow.params(), flow.unstable()), (&[0.1, 4.0][..], &[0.6, 0.8][..]));
    // The products are finite, the value is not: what they say about the direction is not kept either.
    let nowhere = Steepening { slope: f64::NAN };
    let mut flow = CentralFlow::new(&nowhere, &[0.1, 2.0], &[0.6, 0.8], good, vec![0.0; 14]).unwrap();
    assert_eq!(flow.step(&nowhere), CentralFlowStep::NotFinite);
    assert_eq!((flow.params(), flow.unstable()), (&[0.1, 2.0][..], &[0.6, 0.8][..]));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    /// hostile: nothing panics, nothing but finite numbers is committed.
    #[test]
    fn hostile_flows(
        spectrum in prop::collection::vec(any::<f32>(), 0..4),
        start in prop::collection::vec(prop_oneof![3 => -3.0f32..3.0, 1 => any::<f32>()], 0..4),
        v in prop::collection::vec(any::<f32>(), 0..4),
        (relative, absolute, grad_norm, end) in (any::<f32>(), any::<f32>(), any::<f32>(), any::<f32>()),
        (rate, difference, pieces, iterations) in (any::<f32>(), any::<f32>(), 0u32..3, 0u32..3),
        (room, monkey) in (0usize..60, any::<bool>()),
    ) {
        let config = FlowConfig { relative, absolute, grad_norm, end };
        let central = CentralFlowConfig { learning_rate: rate, pieces, iterations, difference };
        let exercise = |f: &dyn Curvature<f32>| {
            if let Ok(mut flow) = GradientFlow::new(f, &start, config, vec![0.0; room]) {
                for _ in 0..20 {
                    let _ = flow.step(f);
                    prop_assert!(flow.params().iter().all(|x| x.is_finite()));
                }
            }
            if let Ok(mut flow) = CentralFlow::new(f, &start, &v, central, vec![0.0; room]) {
                for _ in 0..20 {
                    let _ = flow.step(f);
                    prop_assert!(flow.params().iter().all(|x| x.is_finite()));
                }
            }
            Ok(())
        };
        if monkey {
            exercise(&MonkeySaddle::<f32>::default())?;
        } else if let Ok(f) = Quadratic::new(&spectrum) {
            exercise(&f)?;
        }
    }
}

/// Without the slope's help against it the central flow is not held at the edge: y falls, and its variance is zero.
#[test]
fn a_slope_that_flattens_needs_no_variance() {
    let f = Steepening { slope: -0.02 };
    let workspace = vec![f64::NAN; CentralFlowLayout::of(&f).len()];
    let mut flow =
        CentralFlow::new(&f, &[0.0, 5.0], &[1.0, 0.1], CentralFlowConfig::new(0.25), workspace).unwrap();
    for _ in 0..20 {
        let CentralFlowStep::Moved { variance, sharpness, .. } = flow.step(&f) else { panic!("finite") };
        assert!(sharpness > 8.0 && variance == 0.0, "{sharpness}: {variance}");
    }
    assert!(flow.params()[1] < 5.0, "{:?}", flow.params());
}

/// The last step is cut to end in time, and the one after it would be as long as before: it may be shortened fivefold, not to the cut.
#[test]
fn a_cut_step_does_not_shorten_the_next() {
    let f = Quadratic::new(&[1.0f64, 0.5]).unwrap();
    let at = |end: f64| {
        let config = FlowConfig { end, ..FlowConfig::default() };
        let workspace = vec![f64::NAN; FlowLayout::new(2, f.scratch_len()).len()];
        GradientFlow::new(&f, &[1.0, 1.0], config, workspace).unwrap()
    };
    let mut free = at(10.0);
    while free.moves() < 8 {
        let _ = free.step(&f);
    }
    let mut cut = at(free.time() * (1.0 + 1e-9));
    while cut.step(&f) != FlowStep::Ended {}
    assert!(cut.moves() == 9 && cut.dt() > 0.1 * free.dt(), "{} after {}", cut.dt(), free.dt());
}

/// Thousands of steps of one length, added in binary32 with what each addition rounds off.
#[test]
fn time_is_the_sum_of_all_steps() {
    let f = Quadratic::new(&[1.0f32, 3000.0]).unwrap();
    let config = FlowConfig { end: 10.0, ..FlowConfig::default() };
    let workspace = vec![f32::NAN; FlowLayout::new(2, f.scratch_len()).len()];
    let (mut flow, mut sum) = (GradientFlow::new(&f, &[1.0, 1.0], config, workspace).unwrap(), 0.0f64);
    while flow.time() < 9.0 {
        match flow.step(&f) {
            FlowStep::Moved { dt, .. } => sum += f64::from(dt),
            FlowStep::Rejected { .. } => (),
            end => panic!("{end:?}"),
        }
    }
    assert!(flow.moves() > 5000, "{}", flow.moves());
    assert!(
        (f64::from(flow.time()) - sum).abs() < 2e-6,
        "{} against {sum} after {}",
        flow.time(),
        flow.moves()
    );
}

/// A slope up to a wall, beyond which nothing is finite.
struct Wall;

impl Objective<f64> for Wall {
    fn dim(&self) -> usize {
        1
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn value(&self, p: &[f64], scratch: &mut [f64]) -> f64 {
        self.value_grad(p, &mut [0.0], scratch)
    }
    fn value_grad(&self, p: &[f64], grad: &mut [f64], _: &mut [f64]) -> f64 {
        grad[0] = -1.0;
        if p[0] < 1.0 { -p[0] } else { f64::NAN }
    }
}

/// A step into what is not finite is tried again at a fifth of its length, not given up.
#[test]
fn a_wall_is_approached() {
    let workspace = vec![f64::NAN; FlowLayout::new(1, 0).len()];
    let (mut flow, mut rejected) =
        (GradientFlow::new(&Wall, &[0.0], FlowConfig::default(), workspace).unwrap(), 0);
    for _ in 0..200 {
        rejected += u32::from(matches!(flow.step(&Wall), FlowStep::Rejected { .. }));
    }
    assert!(
        rejected > 3 && flow.params()[0] > 0.999 && flow.params()[0] < 1.0,
        "{rejected}: {:?}",
        flow.params()
    );
}
