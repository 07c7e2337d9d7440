extern crate std;
use super::*;
use crate::Reason;
use crate::models::surfaces::{GaussianMixture, Quadratic};
use crate::path::hole::Hole;

const CONFIG: StringSamplingConfig<f64> = StringSamplingConfig {
    level: 0.1,
    accept: 1.1,
    train_to: 0.95,
    points: 98,
    split: SplitAt::Middle,
    depth: 10,
    trainer: Trainer::Descent { learning_rate: 0.05, momentum: 0.5 },
    train_steps: 2000,
};

fn run(
    f: &dyn Objective<f64>,
    config: StringSamplingConfig<f64>,
    beads: &mut [f64],
) -> (StringSamplingEnd<f64>, usize, f64) {
    let mut workspace = [f64::NAN; StringSamplingLayout::new(32, 2, 0).len()];
    let mut sampling = StringSampling::new(f, config, beads, &mut workspace).unwrap();
    loop {
        if let StringSamplingStep::Ended(end) = sampling.step(f) {
            assert_eq!(sampling.end(), Some(end));
            return (end, sampling.added(), sampling.length_ratio());
        }
    }
}

#[test]
fn convex_needs_no_bead() {
    let f = Quadratic::new(&[1.0, 3.0]).unwrap();
    let mut beads = [f64::NAN; 8];
    beads[..4].copy_from_slice(&[0.3, 0.1, -0.2, 0.1]);
    assert_eq!(run(&f, CONFIG, &mut beads), (StringSamplingEnd::Connected, 0, 1.0));
}

/// Two hills between the ends; a bowl keeps the path near them.
fn hills() -> GaussianMixture<'static, f64> {
    GaussianMixture::new(2, &[-0.6, 0.02, 0.6, -0.02], &[-1.0, -1.0], &[0.2, 0.2]).unwrap()
}

#[test]
fn failures_are_told_apart() {
    let f = hills();
    let mut beads = [f64::NAN; 64];
    beads[..4].copy_from_slice(&[-1.5, 0.0, 1.5, 0.0]);
    let end = |config: StringSamplingConfig<f64>, beads: &[f64]| run(&f, config, &mut beads.to_vec()).0;
    assert_eq!(end(StringSamplingConfig { depth: 1, ..CONFIG }, &beads), StringSamplingEnd::TooDeep);
    assert_eq!(end(CONFIG, &beads[..6]), StringSamplingEnd::Full);
    let impatient = StringSamplingConfig { train_steps: 1, level: 1e-9, ..CONFIG };
    beads[..4].copy_from_slice(&[-5.0, 0.0, 4.0, 0.0]);
    assert!(matches!(end(impatient, &beads), StringSamplingEnd::Untrained { .. }));
    beads[2..4].copy_from_slice(&[0.6, 0.0]);
    assert!(matches!(end(CONFIG, &beads), StringSamplingEnd::EndTooHigh { end: 1, .. }));
    assert!(StringSampling::new(&f, CONFIG, &mut [0.0; 4], &mut [0.0; 8]).is_err());
    // Beads above the level would be part of a path that is reported as connected below the level.
    let high = StringSamplingConfig { train_to: 1.2, ..CONFIG };
    let (mut ends, mut workspace) = ([0.0, 0.0, 1.0, 0.0], [0.0; 10]);
    let refused = StringSampling::new(&f, high, &mut ends, &mut workspace);
    let above = Reason::OutOfRange { value: 1.2, range: "at most `accept`" };
    assert_eq!(refused.unwrap_err(), ArgError::new("train_to", above));
    // The scan meets the hole; the bead in the middle would not.
    let (beads, level) = ([-1.0, 0.0, 0.5, 0.0, 0.0, 0.0], 1.0);
    let config = StringSamplingConfig { level, ..CONFIG };
    assert_eq!(run(&Hole(0.04), config, &mut { beads }).0, StringSamplingEnd::NotFinite);
}
