//! Sharpness-aware steps: by hand, on one batch, and where there is nothing to climb.

use losscape::base::random::stream;
use losscape::sgd::{
    BatchOrder, FullBatch, GradientSource, LearningRate, Minibatches, Momentum, Sgd, SgdLayout, SgdStep,
    SharpnessAware,
};

use crate::objectives::{Bowl, Centres, Diagonal};

const CENTRES: [f64; 7] = [0.3, -1.25, 2.0, 0.7, -0.4, 1.1, 0.9];

/// One step on ½ (x² + 4 y²) from (3, 1): the gradient (3, 4) has length 5.
#[test]
fn a_step_by_hand() {
    let bowl = Diagonal([1.0, 4.0]);
    let source = SharpnessAware::new(FullBatch, 0.5).unwrap();
    assert_eq!(source.radius(), 0.5);
    let workspace = [f64::NAN; SgdLayout::new(2, 2).len()];
    let mut sgd = Sgd::new(&bowl, [3.0, 1.0], source, LearningRate::constant(0.1), workspace).unwrap();
    assert_eq!(sgd.step(&bowl, &mut stream(0, 0)), SgdStep::Stepped { value: 6.5 });
    // ∇f at (3.3, 1.4).
    let found = sgd.params();
    assert!((found[0] - 2.67).abs() < 1e-15 && (found[1] - 0.44).abs() < 1e-15, "{found:?}");
}

/// Of `½ (x − c)²` averaged over B the gradient is x − c̄; that of the same batch a step of ρ up is longer by ρ. At rate 0 the point
/// stays, so that plain steps with the same draws have the first gradient.
#[test]
fn both_gradients_are_of_one_batch() {
    for order in [BatchOrder::WithReplacement, BatchOrder::WithoutReplacement, BatchOrder::ShuffledEpochs] {
        let objective = Centres::new(1.0, &CENTRES);
        let batches = || Minibatches::new(order, 7, 3, vec![0; order.indices_len(7, 3)]).unwrap();
        let aware = SharpnessAware::new(batches(), 0.25).unwrap();
        let (mut update, mut longer, mut scratch) = ([0.0], [0.0], [0.0; 2]);
        let (mut plain, mut source) = (batches(), aware);
        let (mut a, mut b) = (stream(5, 0), stream(5, 0));
        for x in [3.0, 0.5, -2.0, 1.0, 0.6] {
            let value = plain.value_grad(&objective, &[x], &mut update, &mut scratch, &mut a);
            let before = objective.gradients.get();
            assert_eq!(source.value_grad(&objective, &[x], &mut longer, &mut scratch, &mut b), value);
            assert_eq!(objective.gradients.get() - before, 2, "gradients");
            assert!(
                (longer[0] - update[0] - 0.25 * update[0].signum()).abs() < 1e-15,
                "{longer:?} {update:?}"
            );
        }
        assert_eq!(source.source().order(), order);
        assert_eq!(source.into_source().batch_size(), 3);
    }
}

#[test]
fn where_nothing_can_be_climbed() {
    // At the minimum the step vanishes.
    let bowl = Bowl { dim: 2, curvature: 1.0 };
    let source = SharpnessAware::new(FullBatch, 0.5).unwrap();
    let mut sgd = Sgd::new(&bowl, [0.0; 2], source, LearningRate::constant(0.1), [0.0; 4]).unwrap();
    assert_eq!(sgd.step(&bowl, &mut stream(0, 0)), SgdStep::Stepped { value: 0.0 });
    assert_eq!(sgd.params(), [0.0; 2]);
    // The point above is not finite: ½ (10¹⁵⁰ + 10¹⁶⁰)².
    let source = SharpnessAware::new(FullBatch, 1e160).unwrap();
    let mut sgd = Sgd::new(&bowl, [1e150; 2], source, LearningRate::constant(0.1), [0.0; 4]).unwrap();
    assert_eq!(sgd.step(&bowl, &mut stream(0, 0)), SgdStep::NotFinite { step: 0 });
    assert_eq!(sgd.params(), [1e150; 2]);
    // Lengths of gradients whose squares vanish, and in other units: the same step.
    for k in [1e-200, 1e200] {
        let tiny = Bowl { dim: 2, curvature: k };
        let source = SharpnessAware::new(FullBatch, 0.5).unwrap();
        let mut sgd = Sgd::new(&tiny, [3.0, 4.0], source, LearningRate::constant(0.1 / k), [0.0; 4]).unwrap();
        assert!(matches!(sgd.step(&tiny, &mut stream(0, 0)), SgdStep::Stepped { .. }));
        let found = sgd.params();
        assert!((found[0] - 2.67).abs() < 1e-14 && (found[1] - 3.56).abs() < 1e-14, "{found:?}");
    }
}

#[test]
fn refusals() {
    for radius in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(SharpnessAware::new(FullBatch, radius).unwrap_err().arg, "radius");
    }
    let bowl = Bowl { dim: 2, curvature: 1.0 };
    let source = SharpnessAware::new(FullBatch, 0.5f64).unwrap();
    assert_eq!(source.scratch_len(&bowl), 2);
    let refused = Sgd::new(&bowl, [0.0; 2], source, LearningRate::constant(0.1), [0.0; 3]).unwrap_err();
    assert_eq!(refused.arg, "workspace");
    let few = SharpnessAware::new(Minibatches::new(BatchOrder::FullBatch, 3, 3, []).unwrap(), 0.5).unwrap();
    let objective = Centres::new(1.0, &CENTRES);
    let refused = Sgd::new(&objective, [0.0], few, LearningRate::constant(0.1), [0.0; 9]).unwrap_err();
    assert_eq!(refused.arg, "samples");
}

/// A run continues where it was saved, and only with the same radius and around the same batches.
#[test]
fn saved_and_continued() {
    let objective = Centres::new(1.0, &CENTRES);
    let start = |radius: f64, order: BatchOrder| {
        let batches = Minibatches::new(order, 7, 3, vec![0; 7]).unwrap();
        let source = SharpnessAware::new(batches, radius).unwrap();
        let chain = (LearningRate::constant(0.1), Momentum::heavy_ball(0.5, [0.0]));
        Sgd::new(&objective, [3.0], source, chain, [0.0; 2]).unwrap()
    };
    let (mut run, mut rng) = (start(0.25, BatchOrder::ShuffledEpochs), stream(5, 0));
    for _ in 0..4 {
        let _ = run.step(&objective, &mut rng);
    }
    let mut bytes = vec![0; run.saved_len()];
    run.save(1, &rng, &mut bytes).unwrap();
    let (mut again, mut other) = (start(0.25, BatchOrder::ShuffledEpochs), stream(6, 0));
    again.restore(1, &mut other, &bytes).unwrap();
    for _ in 0..10 {
        assert_eq!(run.step(&objective, &mut rng), again.step(&objective, &mut other));
        assert_eq!(run.params(), again.params());
    }
    assert!(start(0.5, BatchOrder::ShuffledEpochs).restore(1, &mut other, &bytes).is_err(), "another radius");
    assert!(
        start(0.25, BatchOrder::WithoutReplacement).restore(1, &mut other, &bytes).is_err(),
        "other batches"
    );
}
