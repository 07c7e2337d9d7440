//! How a gradient flow measures its errors and chooses its steps, against the rules written out.

use losscape::Objective;
use losscape::base::elementary::{exp, ln};
use losscape::flow::{FlowConfig, FlowLayout, FlowStep, GradientFlow};
use losscape::models::surfaces::DoubleWell;

use super::Wall;

/// `½ c (x − x₀)²`: for c below zero the flow runs away from x₀.
struct Parabola {
    curvature: f64,
    centre: f64,
}

impl Objective<f64> for Parabola {
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
        let away = p[0] - self.centre;
        grad[0] = self.curvature * away;
        0.5 * self.curvature * away * away
    }
}

fn flow<F: Objective<f64>>(f: &F, start: &[f64], config: FlowConfig<f64>) -> GradientFlow<f64, Vec<f64>> {
    let workspace = vec![f64::NAN; FlowLayout::new(f.dim(), f.scratch_len()).len()];
    GradientFlow::new(f, start, config, workspace).unwrap()
}

/// For `ẋ = λ x` and z = λ dt a step multiplies x by `1 + z + … + z⁵/120 + z⁶/600`, and the difference of both orders is
/// `x (−97/120000 z⁵ + 13/40000 z⁶ − z⁷/24000)`. It is allowed a share of the larger of |x| before and after.
#[test]
fn errors_are_measured_against_the_larger_end() {
    for (curvature, relative) in [(-1.0, 1e-4), (-1.0, 1e-6), (1.0, 1e-4), (1.0, 1e-6)] {
        let f = Parabola { curvature, centre: 0.0 };
        let config = FlowConfig { relative, absolute: 0.0, end: 3.0, ..FlowConfig::default() };
        let (mut flow, mut long) = (flow(&f, &[2.0], config), 0);
        loop {
            let x = flow.params()[0];
            let (dt, error, moved) = match flow.step(&f) {
                FlowStep::Moved { dt, error } => (dt, error, true),
                FlowStep::Rejected { dt, error } => (dt, error, false),
                FlowStep::Ended => break,
                end => panic!("{end:?}"),
            };
            let z = -curvature * dt;
            let powers = |coefficients: &[f64]| coefficients.iter().rev().fold(0.0, |sum, c| sum * z + c);
            let factor = powers(&[1.0, 1.0, 1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0, 1.0 / 600.0]);
            let differ = powers(&[0.0, 0.0, 0.0, 0.0, 0.0, -97.0 / 120e3, 13.0 / 40e3, -1.0 / 24e3]);
            let larger = if factor.abs() > 1.0 { factor.abs() } else { 1.0 };
            let (allowed, way) = (relative * larger, 0.1 * z.abs());
            let exact = differ.abs() / if allowed < way { allowed } else { way };
            // The error is the small sum of large terms; what it is of x errs by rounding.
            assert!((error - exact).abs() < 1e-9 * exact + 1e-15 / relative, "{error} {exact}, z = {z}");
            if moved {
                assert!((flow.params()[0] / (x * factor) - 1.0).abs() < 1e-14);
            }
            long += u32::from(z.abs() > 0.2);
        }
        assert!(long > 3, "steps in which the ends differ: {long}");
    }
}

/// Only relative errors, from zero: what the error is measured against is where the step leads.
#[test]
fn a_start_at_zero_is_left() {
    let f = Parabola { curvature: 1.0, centre: 1.0 };
    let config = FlowConfig { relative: 1e-6, absolute: 0.0, end: 1.0, ..FlowConfig::default() };
    let mut flow = flow(&f, &[0.0], config);
    while let FlowStep::Moved { .. } | FlowStep::Rejected { .. } = flow.step(&f) {}
    assert_eq!(flow.time(), 1.0);
    let exact = 1.0 - exp(-1.0f64);
    assert!((flow.params()[0] - exact).abs() < 1e-5, "{:?}", flow.params());
}

/// After an accepted step the next is `0.9 e^(−0.17) e₋₁^(0.04)` times as long, with this error and the last accepted one, none
/// counted below 10⁻⁴; at most five times, and after a rejected one at most as long.
#[test]
fn steps_follow_the_rule() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let config = FlowConfig { relative: 1e-7, absolute: 1e-7, end: 30.0, ..FlowConfig::default() };
    let mut flow = flow(&f, &[0.01, -3.0], config);
    let (mut last, mut rejected) = (1e-4, false);
    // Steps by the rule itself, and those after which the next may not grow.
    let mut seen = [0; 2];
    loop {
        let step = flow.step(&f);
        match step {
            FlowStep::Moved { .. } if flow.time() >= 30.0 => break,
            FlowStep::Moved { dt, error } => {
                let error = if error > 1e-4 { error } else { 1e-4 };
                let rule = 0.9 * exp(-0.17 * ln(error) + 0.04 * ln(last));
                let most = if rejected { 1.0 } else { 5.0 };
                let factor = if rule < most { rule } else { most };
                assert!(
                    (flow.dt() / (dt * factor) - 1.0).abs() < 1e-12,
                    "{step:?} after {last}: {}",
                    flow.dt()
                );
                seen[0] += u32::from(rule < most);
                seen[1] += u32::from(rejected);
                (last, rejected) = (error, false);
            }
            FlowStep::Rejected { dt, error } => {
                let rule = 0.9 * exp(-0.17 * ln(error));
                let factor = if rule > 0.2 { rule } else { 0.2 };
                assert!((flow.dt() / (dt * factor) - 1.0).abs() < 1e-12, "{step:?}: {}", flow.dt());
                rejected = true;
            }
            end => panic!("{end:?}"),
        }
    }
    assert!(seen.iter().all(|count| *count > 1), "{seen:?}");
}

/// Nothing errs on a slope, and yet the step that follows a rejected one is not lengthened.
#[test]
fn a_step_after_a_rejected_one_does_not_grow() {
    let mut flow = flow(&Wall, &[0.0], FlowConfig::default());
    let (mut rejected, mut both) = (false, [0; 2]);
    for _ in 0..200 {
        match flow.step(&Wall) {
            FlowStep::Rejected { .. } => rejected = true,
            FlowStep::Moved { dt, error } => {
                assert!(error < 1e-4, "{error}");
                if rejected {
                    assert_eq!(flow.dt(), dt);
                } else {
                    assert!(flow.dt() > 2.9 * dt, "{} after {dt}", flow.dt());
                }
                both[usize::from(rejected)] += 1;
                rejected = false;
            }
            FlowStep::StepTooSmall => break,
            end => panic!("{end:?}"),
        }
    }
    assert!(both[0] > 3 && both[1] > 3, "{both:?}");
}
