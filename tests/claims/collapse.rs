//! Softmax collapse (Prieto, Barsbey, Mediano & Birdal 2025, arXiv 2501.04697): training of a classifier in binary32 stops
//! where the arithmetic does, not where the loss ends. The claim holds for the textbook's form; the losses here go on.

use losscape::base::elementary::{exp, ln};
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::sgd::{Adam, FullBatch, LearningRate, Sgd, SgdLayout, SgdStep};
use losscape::{Objective, Real};

const CLASSES: usize = 3;
/// A point for each class, each on an axis of its own.
const POINTS: [f32; 9] = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0, 1.0];
const LABELS: [u8; 3] = [0, 1, 2];

/// Softmax regression on these points as it is commonly written: p = softmax(a) by its largest output, the gradient p − y
/// and the loss ln Σ exp(a − max) − (aᵧ − max).
struct Textbook;

impl<R: Real> Objective<R> for Textbook {
    fn dim(&self) -> usize {
        CLASSES * CLASSES
    }
    fn scratch_len(&self) -> usize {
        CLASSES * CLASSES
    }
    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        let mut grad = [R::ZERO; CLASSES * CLASSES];
        self.value_grad(params, &mut grad, scratch)
    }
    fn value_grad(&self, params: &[R], grad: &mut [R], _: &mut [R]) -> R {
        let (mut loss, share) = (R::ZERO, R::ONE / R::from_usize(CLASSES));
        // A point on axis k sees row k of the weights alone.
        for (k, (a, g)) in params.chunks_exact(CLASSES).zip(grad.chunks_exact_mut(CLASSES)).enumerate() {
            let largest = a.iter().fold(-R::INFINITY, |most, a| most.or_larger(*a));
            let mut sum = R::ZERO;
            for a in a {
                sum += exp(*a - largest);
            }
            loss += share * (ln(sum) - (a[k] - largest));
            for (j, (g, a)) in g.iter_mut().zip(a).enumerate() {
                let y = if j == k { R::ONE } else { R::ZERO };
                *g = share * (exp(*a - largest) / sum - y);
            }
        }
        loss
    }
}

fn ours(points: &[f32; 9]) -> MlpObjective<'_> {
    let data = Dataset::new(points, CLASSES, Targets::Labels(&LABELS)).unwrap();
    let net = Mlp::new(&[CLASSES, CLASSES]).unwrap().without_bias();
    MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0).unwrap()
}

/// The weights after so many steps by the gradient's signs, which have one length as long as there is a gradient, and
/// after fifty more. (Adam without memory and without ε.)
fn train(f: &impl Objective, steps: u32) -> [Vec<f32>; 2] {
    let chain =
        (Adam::new([0.0; 9], [0.0; 9]).with_decays(0.0, 0.0).with_epsilon(0.0), LearningRate::constant(0.1));
    let workspace = vec![0.0; SgdLayout::new(9, f.scratch_len()).len()];
    let mut sgd = Sgd::new(f, [0.0; 9], FullBatch, chain, workspace).unwrap();
    [steps, 50].map(|steps| {
        for _ in 0..steps {
            assert!(matches!(sgd.step(f, &mut stream(1, 0)), SgdStep::Stepped { .. }), "finite");
        }
        sgd.params().to_vec()
    })
}

#[test]
fn the_textbook_form_collapses_and_ours_does_not() {
    let f = ours(&POINTS);
    // One state of both: a margin of 20, a loss of 4.1 · 10⁻⁹.
    let params: Vec<f32> = (0..9).map(|k| if k % 4 == 0 { 20.0 } else { 0.0 }).collect();
    let wide: Vec<f64> = params.iter().map(|x| f64::from(*x)).collect();
    let (mut grad, mut scratch) = ([0.0; 9], vec![0.0; f.scratch_len()]);
    let loss: f64 = 2.0 * exp(-20.0);
    assert_eq!(Textbook.value_grad(&params, &mut grad, &mut scratch), 0.0, "the loss is gone");
    assert_eq!([grad[0], grad[4], grad[8]], [0.0; 3], "and with it the labels' gradient");
    assert!((f64::from(f.value_grad(&params, &mut grad, &mut scratch)) / loss - 1.0).abs() < 1e-6);
    assert!((f64::from(grad[0]) * 3.0 / -loss - 1.0).abs() < 1e-6, "{grad:?}");
    // In binary64 the textbook's is there too, with seven digits of sixteen.
    assert!((Textbook.value(&wide, &mut [0.0; 9]) / loss - 1.0).abs() < 1e-6);

    // Two runs from zero. At a margin of 17 the textbook's labels stop for good; ours go on.
    let [before, after] = train(&Textbook, 250);
    let [ours_before, ours_after] = train(&f, 250);
    for k in [0, 4, 8] {
        assert!(after[k] == before[k] && after[k] < 11.0, "stopped at {} and {}", before[k], after[k]);
        assert!(ours_before[k] > 24.0 && ours_after[k] > ours_before[k] + 4.0, "goes on: {ours_after:?}");
    }
    assert_eq!(Textbook.value(&after, &mut [0.0; 9]), 0.0, "says that nothing is left to learn");
    let left = f.value(&ours_after, &mut scratch);
    let margin = f64::from(ours_after[0] - ours_after[1]);
    let exact = 2.0 * exp(-margin);
    assert!(left > 0.0 && (f64::from(left) / exact - 1.0).abs() < 1e-5, "{left:e} against {exact:e}");
}
