//! The shape of the valley that training runs in: rivers (Wen et al. 2024, arXiv 2410.05192) and stars (Sonthalia et al. 2024, arXiv 2403.07968).

use losscape::base::random::{partial_shuffle, stream, uniform};
use losscape::base::vector::axpy;
use losscape::models::mlp::{Init, MlpObjective};
use losscape::sgd::{BatchOrder, LearningRate, Minibatches, Schedule, Sgd, SgdLayout, SgdStep};
use losscape::{Objective, SampledObjective};
use losscape_tests::paths::{Digits, train};

use crate::support::{median, scan};

/// The objective on all samples after so many steps of batches of this size.
fn descended(f: &MlpObjective<'_, f64>, batch: u32, schedule: Schedule<f64>, seed: u64) -> f64 {
    let samples = u32::try_from(f.samples()).unwrap();
    let (mut params, mut rng) = (vec![0.0; f.dim()], stream(seed, 0));
    f.net().init(Init::GlorotUniform, &mut params, &mut rng);
    let batches = Minibatches::new(BatchOrder::ShuffledEpochs, samples, batch, vec![0; f.samples()]).unwrap();
    let workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, params, batches, LearningRate::new(schedule), workspace).unwrap();
    for _ in 0..STEPS {
        assert!(matches!(sgd.step(f, &mut rng), SgdStep::Stepped { .. }));
    }
    f.value(sgd.params(), &mut vec![0.0; f.scratch_len()])
}

const STEPS: u32 = 4000;

/// The claim (Wen et al. 2024): a large rate runs far along the valley, high above its floor; once it decays, the loss is below that of a small rate at
/// equal steps. Measured on digits after 4000 steps, the large rate times 0.05 for the last fifth, medians of five seeds of small, large, and large with decay. Only batches of 4
/// show it, a setting that was found on other seeds; of the five here, three show it by themselves.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_large_rate_with_decay_beats_a_small_one() {
    let data = Digits::<f64>::training().unwrap();
    let f = data.objective(16).unwrap();
    for (batch, rates, medians, shown) in [
        (4, [0.05, 0.5], "0.086 0.101 0.069", 3),
        (32, [0.05, 0.2], "0.082 0.035 0.038", 0),
        (32, [0.05, 0.5], "0.082 0.028 0.028", 0),
        (32, [0.05, 1.0], "0.082 0.028 0.027", 0),
        (2, [0.05, 0.2], "0.101 0.082 0.064", 2),
        (2, [0.02, 0.2], "0.163 0.082 0.064", 1),
        (2, [0.02, 0.4], "0.163 0.408 0.229", 1),
    ] {
        let [small, large] = rates;
        let decayed = Schedule::Steps { rate: large, factor: 0.05, every: STEPS * 4 / 5 };
        let schedules = [Schedule::Constant { rate: small }, Schedule::Constant { rate: large }, decayed];
        let all = schedules.map(|schedule| -> Vec<f64> {
            (101..=105).map(|seed| descended(&f, batch, schedule, seed)).collect()
        });
        println!("batches of {batch}, rates {rates:?}: small, large, large decayed {all:.5?}");
        let found = all.each_ref().map(|losses| format!("{:.3}", median(losses)));
        assert_eq!(found.join(" "), medians, "batches of {batch}, rates {rates:?}");
        let [small, large, decayed] = &all;
        let picture = (0..5).filter(|k| decayed[*k] < small[*k] && small[*k] < large[*k]).count();
        assert_eq!(picture, shown, "batches of {batch}, rates {rates:?}: {all:?}");
    }
}

/// Trains a place from which straight lines to all `ends` are low: gradients at random points of those lines.
fn star(f: &MlpObjective<'_, f64>, ends: &[Vec<f64>], steps: u32, seed: u64) -> Vec<f64> {
    let mut rng = stream(seed, 5);
    let mut centre = vec![0.0; f.dim()];
    // From their mean.
    for end in ends {
        axpy(1.0 / f64::from(u32::try_from(ends.len()).unwrap()), end, &mut centre);
    }
    let (mut grad, mut scratch) = (vec![0.0; f.dim()], vec![0.0; f.scratch_len()]);
    let (mut velocity, mut point) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
    let mut order: Vec<u32> = (0..u32::try_from(f.samples()).unwrap()).collect();
    for step in 0..steps {
        let t: f64 = uniform(&mut rng);
        let end = &ends[step as usize % ends.len()];
        for ((x, c), e) in point.iter_mut().zip(&centre).zip(end) {
            *x = (1.0 - t) * c + t * e;
        }
        partial_shuffle(&mut rng, &mut order, 128);
        f.batch_value_grad(&point, &order[..128], &mut grad, &mut scratch);
        let rate = if step < steps * 2 / 3 { 0.1 } else { 0.01 };
        for ((c, v), g) in centre.iter_mut().zip(&mut velocity).zip(&grad) {
            *v = 0.9 * *v + (1.0 - t) * g;
            *c -= rate * *v;
        }
    }
    centre
}

/// The claim (Sonthalia et al. 2024): a star centre joins minima by straight lines that have no barrier, where those between the minima have one.
/// Measured on digits, five minima of other seeds each, medians of ten lines and of five: h = 8: 0.67 and 0.109, h = 16: 0.37 and 0.030, h = 32: 0.20 and
/// 0.015. It joins those that it was trained for: lines to three more minima rise by 0.17 to 0.43 at h = 16. The bounds were set on the seeds 1 to 8.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_star_centre_joins_minima_by_straight_lines() {
    let data = Digits::<f64>::training().unwrap();
    for (hidden, times) in [(8, 4.0), (16, 8.0), (32, 8.0)] {
        let f = data.objective(hidden).unwrap();
        let ends: Vec<Vec<f64>> = (101..=108).map(|seed| train(&f, 128, seed, 3000).unwrap()).collect();
        let barrier = |a: &[f64], b: &[f64]| scan(&f, &[a, b].concat(), 23).barrier;
        let (joined, others) = ends.split_at(5);
        let mut pairs = Vec::new();
        for (k, a) in joined.iter().enumerate() {
            pairs.extend(joined[..k].iter().map(|b| barrier(a, b)));
        }
        let centre = star(&f, joined, 6000, 101);
        let to = |ends: &[Vec<f64>]| -> Vec<f64> { ends.iter().map(|end| barrier(&centre, end)).collect() };
        let (joined, others) = (to(joined), to(others));
        let value = f.value(&centre, &mut vec![0.0; f.scratch_len()]);
        println!(
            "h = {hidden}: centre {value:.4}, pairs {pairs:.4?}, joined {joined:.4?}, others {others:.4?}"
        );
        assert!(median(&pairs) > times * median(&joined), "h = {hidden}: {pairs:?} {joined:?}");
        assert!(others.iter().all(|other| joined.iter().all(|own| other > own)), "{others:?} {joined:?}");
    }
}
