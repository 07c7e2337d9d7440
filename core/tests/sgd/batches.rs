//! The order of the data.

use losscape::SampledObjective;
use losscape::base::random::{Rng, TryRng, stream};
use losscape::sgd::{Batch, BatchOrder, FullBatch, LearningRate, Minibatches, Sgd, SgdStep};

use crate::objectives::{Centres, mean_and_variance};

/// A generator that makes `index(n)` return the next of the given choices.
pub(crate) struct Scripted<'a> {
    // (choice, n), last first
    pub(crate) choices: &'a mut Vec<(u32, u32)>,
}

impl TryRng for Scripted<'_> {
    type Error = core::convert::Infallible;
    fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
        let (choice, n) = self.choices.pop().expect("no more draws than choices");
        // The middle of the words whose product with n has this upper half.
        Ok((((2 * u64::from(choice) + 1) << 31) / u64::from(n)) as u32)
    }
    fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
        unreachable!("indices draw 32-bit words")
    }
    fn try_fill_bytes(&mut self, _bytes: &mut [u8]) -> Result<(), Self::Error> {
        unreachable!("indices draw 32-bit words")
    }
}

/// All 6·5·4 ways to draw three of six give each of the C(6, 3) = 20 batches six times, and gradients of
/// covariance `(S/b) (N − b)/(N − 1)` with the population variance S, exactly.
#[test]
fn without_replacement_by_enumeration() {
    let centres = [0.3, -1.25, 2.0, 0.7, -0.4, 1.1];
    let objective = Centres::new(1.5, &centres);
    let mut indices = [0; 6];
    let (mut seen, mut gradients) = ([0; 64], Vec::new());
    for (a, b, c) in (0..6).flat_map(|a| (0..5).flat_map(move |b| (0..4).map(move |c| (a, b, c)))) {
        let mut choices = vec![(c, 4), (b, 5), (a, 6)];
        let mut batches =
            Minibatches::new(BatchOrder::WithoutReplacement, 6, 3, &mut indices).expect("valid");
        let Batch::Samples(batch) = batches.next_batch(&mut Scripted { choices: &mut choices }) else {
            panic!()
        };
        seen[batch.iter().fold(0, |set, k| set | 1 << k)] += 1;
        let mut grad = [0.0];
        objective.batch_value_grad(&[0.5], batch, &mut grad, &mut []);
        gradients.push(grad[0]);
        assert!(choices.is_empty(), "three draws");
    }
    for (set, count) in seen.iter().enumerate() {
        assert_eq!(*count, if set.count_ones() == 3 { 6 } else { 0 }, "batch {set:06b}");
    }
    let (mean, variance) = mean_and_variance(&gradients);
    let single: Vec<f64> = centres.iter().map(|c| 1.5 * (0.5 - c)).collect();
    let (full, population) = mean_and_variance(&single);
    assert!((mean - full).abs() < 1e-14, "mean {mean} against {full}");
    let expected = population / 3.0 * (6.0 - 3.0) / (6.0 - 1.0);
    assert!((variance - expected).abs() < 1e-14, "variance {variance} against {expected}");
}

/// Drawn with replacement, all 6² pairs: covariance `S/b`.
#[test]
fn with_replacement_by_enumeration() {
    let centres = [0.3, -1.25, 2.0, 0.7, -0.4, 1.1];
    let objective = Centres::new(1.0, &centres);
    let mut indices = [0; 2];
    let mut gradients = Vec::new();
    for (a, b) in (0..6).flat_map(|a| (0..6).map(move |b| (a, b))) {
        let mut choices = vec![(b, 6), (a, 6)];
        let mut batches = Minibatches::new(BatchOrder::WithReplacement, 6, 2, &mut indices).expect("valid");
        let Batch::Samples(batch) = batches.next_batch(&mut Scripted { choices: &mut choices }) else {
            panic!()
        };
        assert_eq!(batch, [a, b], "the choices in order");
        let mut grad = [0.0];
        objective.batch_value_grad(&[0.0], batch, &mut grad, &mut []);
        gradients.push(grad[0]);
    }
    let (_, variance) = mean_and_variance(&gradients);
    let (_, population) = mean_and_variance(&centres);
    assert!((variance - population / 2.0).abs() < 1e-14, "{variance} against {population} / 2");
}

#[test]
fn an_epoch_visits_every_sample_once() {
    for (samples, size) in [(1, 1), (5, 2), (7, 7), (12, 4), (13, 5)] {
        let mut order = vec![0; samples as usize];
        let mut batches =
            Minibatches::new(BatchOrder::ShuffledEpochs, samples, size, &mut order).expect("valid");
        let mut rng = stream(41, 0);
        for epoch in 0..4 {
            let mut seen = vec![0; samples as usize];
            let mut left = samples;
            while left > 0 {
                let Batch::Samples(batch) = batches.next_batch(&mut rng) else { panic!() };
                assert_eq!(batch.len() as u32, size.min(left), "epoch {epoch}");
                left -= batch.len() as u32;
                for k in batch {
                    seen[*k as usize] += 1;
                }
            }
            assert!(seen.iter().all(|&n| n == 1), "epoch {epoch}: {seen:?}");
        }
    }
}

/// Between epochs nothing is drawn, so that the generator's position tells the epoch.
#[test]
fn epochs_draw_at_their_start_only() {
    let mut order = [0; 8];
    let mut batches = Minibatches::new(BatchOrder::ShuffledEpochs, 8, 2, &mut order).expect("valid");
    let mut rng = stream(42, 0);
    for step in 0..12 {
        let before = rng.clone();
        let _ = batches.next_batch(&mut rng);
        assert_eq!(rng != before, step % 4 == 0, "step {step}");
    }
}

/// A step is one gradient of one batch.
#[test]
fn a_step_is_bounded() {
    let centres = [0.5; 10];
    let cases = [
        (BatchOrder::FullBatch, 10, 10),
        (BatchOrder::WithReplacement, 3, 3),
        (BatchOrder::WithoutReplacement, 4, 4),
        (BatchOrder::ShuffledEpochs, 5, 5),
    ];
    for (order, size, samples) in cases {
        let objective = Centres::new(1.0, &centres);
        let (mut params, mut workspace) = ([0.0], [0.0]);
        let mut indices = vec![0; order.indices_len(10, size)];
        let batches = Minibatches::new(order, 10, size, &mut indices).expect("valid");
        let rate = LearningRate::constant(0.1);
        let mut sgd = Sgd::new(&objective, &mut params, batches, rate, &mut workspace).expect("valid");
        assert_eq!(objective.gradients.get(), 0, "starting costs no gradient");
        for step in 1..=7 {
            assert!(matches!(sgd.step(&objective, &mut stream(43, 0)), SgdStep::Stepped { .. }), "finite");
            assert_eq!(objective.gradients.get(), step, "{order:?}");
            assert_eq!(objective.samples.get(), step * samples, "{order:?}");
        }
    }
}

/// The full batch as minibatches is gradient descent, bit for bit, and touches no generator.
#[test]
fn full_batch_is_gradient_descent() {
    let centres = [0.3, -1.25, 2.0];
    let objective = Centres::new(1.0, &centres);
    let rate = LearningRate::constant(0.3);
    let (mut a, mut b, mut workspace) = ([4.0], [4.0], [0.0]);
    let mut rng = stream(44, 0);
    {
        let mut sgd = Sgd::new(&objective, &mut a, FullBatch, rate, &mut workspace).expect("valid");
        for _ in 0..9 {
            let _ = sgd.step(&objective, &mut rng);
        }
    }
    {
        let batches = Minibatches::new(BatchOrder::FullBatch, 3, 3, &mut []).expect("valid");
        let mut sgd = Sgd::new(&objective, &mut b, batches, rate, &mut workspace).expect("valid");
        for _ in 0..9 {
            let _ = sgd.step(&objective, &mut rng);
        }
    }
    assert_eq!(a, b, "same bits");
    assert_eq!(rng.next_u32(), stream(44, 0).next_u32(), "nothing drawn");
    // x ← x − η (x − mean): q^k of the distance is left.
    let mean = 1.05 / 3.0;
    assert!((a[0] - mean - (4.0 - mean) * 0.7f64.powi(9)).abs() < 1e-14, "{}", a[0]);
}
