//! Bands between networks: what enters their gradient, what moves them, and which saddles they find.

use losscape::base::random::fill_normal;
use losscape::base::vector::{axpy, distance, dot};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::objective::OnBatch;
use losscape::path::{
    Adaptive, AutoNeb, AutoNebConfig, AutoNebEnd, AutoNebLayout, AutoNebStep, Band, BandConfig, BandLayout,
    BandStep, Cycle, Fire, Insertion, Relaxer, SCHEDULE_CODE, SCHEDULE_CODE_FAST, Spacing, Tangent, tangent,
};
use losscape::sgd::{FullBatch, LearningRate, Momentum, Sgd, SgdLayout};
use losscape::{Objective, SampledObjective};
use losscape_tests::critical::settle;

use crate::support::{lowest_bent, rng, scan, swapped, zero_loss};

const FIRE: Relaxer<f64> = Relaxer::Fire(Fire { dt: 0.1, dt_max: 0.5, max_step: 0.5 });
const CORNERS: [f64; 8] = [-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0];

/// Exclusive or by squares: four points, targets ±1, tanh units, L2 of this strength.
fn xor(hidden: usize, l2: f64) -> MlpObjective<'static, f64> {
    let data = Dataset::new(&CORNERS, 2, Targets::Values(&[-1.0, 1.0, 1.0, -1.0])).unwrap();
    MlpObjective::new(Mlp::new(&[2, hidden, 1]).unwrap(), Loss::MeanSquaredError, data, l2).unwrap()
}

#[test]
fn weight_decay_enters_before_the_projection() {
    // A sweep on a batch: every move is across the tangent, although the decay alone pulls along it.
    const IMAGES: usize = 5;
    let f = xor(3, 0.1);
    let n = f.dim();
    let mut images = vec![0.0; IMAGES * n];
    fill_normal(&mut rng(90, 0), &mut images);
    let before = images.clone();
    let batch = OnBatch::new(&f, &[0, 2, 3]);
    let mut workspace = vec![f64::NAN; BandLayout::new(IMAGES, n, batch.scratch_len()).len()];
    let config = BandConfig {
        // Too weak to be seen.
        spacing: Spacing::Springs(1e-15),
        minibatches: true,
        ..BandConfig::new(Relaxer::descent(1.0, 0.0))
    };
    let mut band = Band::new(&batch, config, &mut images, &mut workspace).unwrap();
    while !matches!(band.step(&batch), BandStep::Moved { .. }) {}
    let image = |i: usize| &before[i * n..(i + 1) * n];
    for i in 1..IMAGES - 1 {
        let (mut direction, mut grad) = (vec![0.0; n], vec![0.0; n]);
        let values = [band.values()[i - 1], band.values()[i], band.values()[i + 1]];
        tangent(Tangent::Improved, image(i - 1), image(i), image(i + 1), values, &mut direction);
        f.batch_value_grad(image(i), &[0, 2, 3], &mut grad, &mut vec![0.0; f.scratch_len()]);
        axpy(-dot(&grad, &direction), &direction, &mut grad);
        let mut moved = band.images()[i * n..(i + 1) * n].to_vec();
        axpy(-1.0, image(i), &mut moved);
        axpy(1.0, &grad, &mut moved);
        assert!(dot(&moved, &moved) < 1e-24, "minus the gradient, decay included, across the tangent");
        assert!(0.1 * dot(image(i), &direction).abs() > 1e-3, "the decay does pull along it");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn every_relaxer_finds_the_way_between_networks() {
    let f = xor(3, 0.0);
    let a = zero_loss(&f, 4, 1e-20);
    let b = swapped(&f.net(), &a, 0, 1);
    for relaxer in [Relaxer::descent(0.02, 0.9), FIRE, Relaxer::Adaptive(Adaptive { tolerance: 0.1 })] {
        let (_, saddle) = lowest_bent(&f, relaxer, [&a, &b], 5, 16);
        assert!(saddle < 1e-3, "{relaxer:?}: {saddle}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_saddle_of_a_band_between_networks_is_certified() {
    // The barrier of the XOR net of two hidden units; L2 takes its flat directions away.
    let f = xor(2, 1e-3);
    let trained = zero_loss(&xor(2, 0.0), 4, 1e-20);
    let minimum = settle(&f, 0, 0.5, &trained, 200).unwrap();
    assert_eq!((minimum.point.signature.negative, minimum.point.signature.flat), (0, 0));
    let (a, b) = (minimum.params.clone(), swapped(&f.net(), &minimum.params, 0, 1));
    let (band, saddle) = lowest_bent(&f, Relaxer::descent(0.02, 0.9), [&a, &b], 91, 16);
    let top = (1..40).max_by(|i, j| band.values[*i].total_cmp(&band.values[*j])).unwrap();
    let found = settle(&f, 1, 0.1, &band.images[top * f.dim()..(top + 1) * f.dim()], 200).unwrap();
    assert_eq!((found.point.signature.negative, found.point.signature.flat), (1, 0), "{found:?}");
    assert!(found.point.grad_norm <= 1e-10);
    assert!(found.point.value < saddle && found.point.value > saddle - 5e-3, "{found:?} {saddle}");
    assert!(found.point.value > minimum.point.value + 0.2, "a barrier: {found:?} {minimum:?}");
    assert!(found.moved < 0.5 * distance(&a, &b), "{found:?}");
}

/// Trains a 2-4-1 network on exclusive or by cross-entropy.
fn classifier(f: &MlpObjective<'_, f64>, seed: u64) -> Vec<f64> {
    let (mut params, mut velocity) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
    let mut rng = rng(92, seed);
    f.net().init(Init::GlorotUniform, &mut params, &mut rng);
    let chain = (LearningRate::constant(0.1), Momentum::heavy_ball(0.9, &mut velocity));
    let mut workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, &mut params, FullBatch, chain, &mut workspace).unwrap();
    for _ in 0..2000 {
        let _ = sgd.step(f, &mut rng);
    }
    params
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn published_schedules_and_insertions_run_to_their_end() {
    const CAPACITY: usize = 32;
    let data = Dataset::new(&CORNERS, 2, Targets::Labels(&[0, 1, 1, 0])).unwrap();
    let f = MlpObjective::new(Mlp::new(&[2, 4, 1]).unwrap(), Loss::BinaryCrossEntropy, data, 1e-3).unwrap();
    let n = f.dim();
    let ends = [classifier(&f, 1), classifier(&f, 2)].concat();
    let line = scan(&f, &ends, 99);
    let schedules: [&[Cycle]; 2] = [&SCHEDULE_CODE, &SCHEDULE_CODE_FAST];
    for schedule in schedules {
        for insertion in [Insertion::PAPER, Insertion::CODE] {
            let mut images = vec![0.0; CAPACITY * n];
            images[..2 * n].copy_from_slice(&ends);
            let mut workspace = vec![0.0; AutoNebLayout::new(CAPACITY, n, f.scratch_len()).len()];
            let config = AutoNebConfig { insertion, ..AutoNebConfig::new(schedule) };
            let mut search = AutoNeb::new(&f, &f, config, &mut images, &mut workspace).unwrap();
            let (mut cycles, mut sweeps) = (0, 0);
            let end = loop {
                match search.step(&f, &f) {
                    AutoNebStep::CycleDone(_) => cycles += 1,
                    AutoNebStep::Moved { .. } => sweeps += 1,
                    AutoNebStep::Grown { full, .. } => assert!(!full),
                    AutoNebStep::Ended(end) => break end,
                    _ => (),
                }
            };
            assert_eq!(end, AutoNebEnd::Completed);
            let total = schedule.iter().map(|c| c.sweeps).sum::<u32>();
            assert_eq!((cycles, sweeps), (schedule.len(), total));
            let report = search.report().unwrap();
            assert!(report.rise() < 0.01 && line.rise() > 0.3, "{insertion:?} {report:?} {line:?}");
        }
    }
}
