//! Searches for critical points, batch sharpness, sharpness-aware descent, symmetries and split units, whatever they are given:
//! no panic, and nothing that was not finite is kept.

use losscape::base::random::stream;
use losscape::curvature::{
    BatchSharpness, BatchSharpnessLayout, BatchSharpnessStep, CriticalSearch, SearchLayout, SearchStep,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Loss, Mlp, MlpObjective};
use losscape::sgd::{FullBatch, LearningRate, Sgd, SgdLayout, SgdStep, SharpnessAware};
use losscape::{Operator, SampledCurvature, SampledObjective};
use proptest::prelude::*;

use super::hostile::{Hostile, anything, number, off_by, resized};

fn answers() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(anything(), 1..40)
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(anything(), 0..most)
}

impl SampledObjective for Hostile {
    fn samples(&self) -> usize {
        3
    }
    fn batch_value_grad(&self, params: &[f32], batch: &[u32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        let at = [batch.first().map_or(0.5, |sample| f32::from_bits(*sample))];
        losscape::Objective::value_grad(self, if params.is_empty() { params } else { &at }, grad, scratch)
    }
}

impl SampledCurvature for Hostile {
    fn batch_hess_vec(&self, params: &[f32], _: &[u32], v: &[f32], out: &mut [f32], scratch: &mut [f32]) {
        losscape::Curvature::hess_vec(self, params, v, out, scratch);
    }
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn searches(answers in answers(), params in numbers(4), grad_norm in anything(), (a, b) in (off_by(), off_by())) {
        let f = Hostile { dim: params.len(), answers };
        let layout = SearchLayout::new(params.len(), 1, 1);
        let memory = (resized(layout.matrix_len(), a), resized(layout.len(), b));
        let Ok(mut search) = CriticalSearch::new(&f, grad_norm, params, memory.0, memory.1) else { return Ok(()) };
        let mut last = f32::INFINITY;
        for _ in 0..80 {
            let before = bits(search.params());
            match search.step(&f) {
                SearchStep::Moved { grad_norm, .. } => {
                    prop_assert!(grad_norm < last, "{grad_norm} after {last}");
                    last = grad_norm;
                }
                SearchStep::Evaluated { grad_norm, .. } => {
                    prop_assert!(grad_norm.is_finite());
                    last = grad_norm;
                    prop_assert_eq!(bits(search.params()), before);
                }
                _ => prop_assert_eq!(bits(search.params()), before),
            }
            prop_assert!(search.params().iter().all(|x| x.is_finite()), "{:?}", search.params());
        }
    }

    #[test]
    fn batches(answers in answers(), params in numbers(4), samples in prop::collection::vec(any::<u32>(), 0..6), off in off_by()) {
        let f = Hostile { dim: params.len(), answers };
        let workspace = resized(BatchSharpnessLayout::new(params.len(), 1).len(), off);
        let Ok(mut sharpness) = BatchSharpness::new(&f, &params, workspace) else { return Ok(()) };
        for k in 0..=samples.len() {
            let before = (sharpness.count(), sharpness.estimate(), sharpness.mean_quotient());
            let step = sharpness.step(&f, &samples[k..]);
            let after = (sharpness.count(), sharpness.estimate(), sharpness.mean_quotient());
            if matches!(step, BatchSharpnessStep::Added { .. }) {
                prop_assert_eq!(after.0, before.0 + 1);
            } else {
                prop_assert_eq!(format!("{after:?}"), format!("{before:?}"), "{:?}", step);
            }
        }
    }

    #[test]
    fn sharpness_aware(answers in answers(), params in numbers(4), (radius, rate) in (number(), number()), off in off_by()) {
        let f = Hostile { dim: params.len(), answers };
        let Ok(source) = SharpnessAware::new(FullBatch, radius) else { return Ok(()) };
        let workspace = resized(SgdLayout::new(params.len(), params.len() + 1).len(), off);
        let made = Sgd::new(&f, params, source, LearningRate::constant(rate), workspace);
        let Ok(mut sgd) = made else { return Ok(()) };
        for _ in 0..20 {
            let before = bits(sgd.params());
            if !matches!(sgd.step(&f, &mut stream(3, 0)), SgdStep::Stepped { .. }) {
                prop_assert_eq!(bits(sgd.params()), before);
            }
            prop_assert!(sgd.params().iter().all(|x| x.is_finite()), "{:?}", sgd.params());
        }
    }

    #[test]
    fn symmetries(
        widths in prop::collection::vec(1usize..4, 2..5),
        params in prop::collection::vec(anything(), 70),
        (relu, bias, cross_entropy) in (any::<bool>(), any::<bool>(), any::<bool>()),
        (layer, unit, share) in (0usize..4, 0usize..4, anything()),
        (a, b, c) in (off_by(), off_by(), off_by()),
    ) {
        let net = Mlp::new(&widths).expect("small");
        let net = net.with_hidden(if relu { Activation::Relu } else { Activation::Tanh });
        let net = if bias { net } else { net.without_bias() };
        let (x, y) = (vec![0.5f32; 2 * net.inputs()], vec![0.25f32; 2 * net.outputs()]);
        let (targets, loss) = if cross_entropy {
            (Targets::Labels(&[0, 0]), Loss::SoftmaxCrossEntropy)
        } else {
            (Targets::Values(&y), Loss::MeanSquaredError)
        };
        let data = Dataset::new(&x, net.inputs(), targets).expect("two samples");
        let Ok(f) = MlpObjective::new(net, loss, data, 0.0) else { return Ok(()) };
        let n = net.param_len();
        let params = &params[..n.saturating_add_signed(a)];
        let mut modes = resized(f.symmetry_count() * n, b);
        let before = bits(&modes);
        match f.symmetry_modes(params, &mut modes) {
            Ok(count) => prop_assert!(modes[..count * n].iter().all(|x| x.abs() <= 1.0), "{modes:?}"),
            Err(_) => prop_assert_eq!(bits(&modes), before),
        }
        let room = net.wider(layer).map_or(3, |wider| wider.param_len());
        let mut split = resized(room, c);
        let before = bits(&split);
        if net.split_unit(layer, unit, share, params, &mut split).is_err() {
            prop_assert_eq!(bits(&split), before);
        }
        if let Ok(prepared) = f.prepare(params, resized(f.prepared_len(), b)) {
            let mut out = vec![0.0; n];
            prepared.apply(params, &mut out, &mut vec![f32::NAN; prepared.scratch_len()]);
        }
    }
}
