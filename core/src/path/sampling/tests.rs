extern crate std;
use super::*;
use crate::models::surfaces::{GaussianMixture, Quadratic};
use crate::path::hole::Hole;

const CONFIG: SamplingConfig<f64> = SamplingConfig {
    level: 0.1,
    accept: 1.1,
    train_to: 0.95,
    points: 98,
    split: Split::Middle,
    depth: 10,
    trainer: Trainer::Descent { learning_rate: 0.05, momentum: 0.5 },
    train_steps: 2000,
};

fn run<const N: usize>(
    f: &dyn Objective<f64>,
    config: SamplingConfig<f64>,
    beads: &mut [f64],
) -> (SamplingEnd<f64>, usize, f64) {
    let mut workspace = [f64::NAN; 64];
    let mut sampling = Sampling::<f64, N>::new(f, config, beads, &mut workspace).unwrap();
    loop {
        if let SamplingStep::Ended(end) = sampling.step(f) {
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
    assert_eq!(run::<4>(&f, CONFIG, &mut beads), (SamplingEnd::Connected, 0, 1.0));
}

/// Two hills between the ends; a bowl keeps the path near.
fn hills() -> GaussianMixture<'static, f64> {
    GaussianMixture::new(2, &[-0.6, 0.02, 0.6, -0.02], &[-1.0, -1.0], &[0.2, 0.2]).unwrap()
}

#[test]
fn failures_are_told_apart() {
    let f = hills();
    let mut beads = [f64::NAN; 64];
    beads[..4].copy_from_slice(&[-1.5, 0.0, 1.5, 0.0]);
    let end = |config: SamplingConfig<f64>, beads: &[f64]| run::<32>(&f, config, &mut beads.to_vec()).0;
    assert_eq!(end(SamplingConfig { depth: 1, ..CONFIG }, &beads), SamplingEnd::TooDeep);
    assert_eq!(end(CONFIG, &beads[..6]), SamplingEnd::Full);
    let impatient = SamplingConfig { train_steps: 1, level: 1e-9, ..CONFIG };
    beads[..4].copy_from_slice(&[-5.0, 0.0, 4.0, 0.0]);
    assert!(matches!(end(impatient, &beads), SamplingEnd::Untrained { .. }));
    beads[2..4].copy_from_slice(&[0.6, 0.0]);
    assert!(matches!(end(CONFIG, &beads), SamplingEnd::EndTooHigh { end: 1, .. }));
    assert!(Sampling::<f64, 4>::new(&f, CONFIG, &mut [0.0; 4], &mut [0.0; 8]).is_err());
    // Beads above the level would be part of a path that is called connected below it.
    let high = SamplingConfig { train_to: 1.2, ..CONFIG };
    let (mut ends, mut workspace) = ([0.0, 0.0, 1.0, 0.0], [0.0; 8]);
    let refused = Sampling::<f64, 4>::new(&f, high, &mut ends, &mut workspace);
    let above = Reason::OutOfRange { value: 1.2, range: "at most `accept`" };
    assert_eq!(refused.unwrap_err(), ArgError::new("train_to", above));
    // The scan meets the hole, the bead in the middle would not.
    let (beads, level) = ([-1.0, 0.0, 0.5, 0.0, 0.0, 0.0], 1.0);
    let config = SamplingConfig { level, ..CONFIG };
    assert_eq!(run::<32>(&Hole(0.04), config, &mut { beads }).0, SamplingEnd::NotFinite);
}
