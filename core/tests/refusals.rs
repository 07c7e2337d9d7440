//! Whatever a problem is made of, its constructors accept it or name the argument; they never panic, and
//! what they accept can be evaluated.
#![allow(clippy::cast_possible_truncation, reason = "small numbers of a test")]

use losscape::base::blob::blob_len;
use losscape::curvature::Hessian;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, AlignLayout, Loss, MAX_LAYERS, Mlp, MlpObjective};
use losscape::objective::{HessianAt, check_workspace_len};
use losscape::sgd::{FullBatch, Sgd};
use losscape::{Curvature, Objective, Operator, SampledObjective};
use proptest::prelude::*;

/// What can be wrong with a problem, and the argument that must be named for it.
const FAULTS: [(&str, &str); 15] = [
    ("nothing", ""),
    ("a layer without units", "widths"),
    ("one width only", "widths"),
    ("too many layers", "widths"),
    ("samples of no width", "width"),
    ("no samples", "inputs"),
    ("half a sample", "inputs"),
    ("an input that is NaN", "inputs"),
    ("an input that is infinite", "inputs"),
    ("a target too few", "targets"),
    ("a label that is no output", "targets"),
    ("inputs of another width than the network's", "data"),
    ("a negative, infinite or NaN penalty", "l2"),
    ("a leaky ReLU that falls or is flat below zero", "slope"),
    ("a tile of no samples", "tile"),
];

fn activation() -> impl Strategy<Value = Activation> {
    prop_oneof![
        Just(Activation::Identity),
        Just(Activation::Relu),
        Just(Activation::LeakyRelu { slope: 0.01 }),
        Just(Activation::Tanh),
        Just(Activation::Sigmoid),
        Just(Activation::Softplus),
        Just(Activation::Gelu),
    ]
}

fn loss() -> impl Strategy<Value = Loss> {
    prop_oneof![
        Just(Loss::MeanSquaredError),
        Just(Loss::MeanAbsoluteError),
        Just(Loss::SoftmaxCrossEntropy),
        Just(Loss::BinaryCrossEntropy),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

    #[test]
    fn a_problem_is_refused_by_name_or_can_be_evaluated(
        fault in 0..FAULTS.len(),
        mut widths in prop::collection::vec(1usize..5, 2..6),
        (mut hidden, output, loss) in (activation(), activation(), loss()),
        bias in any::<bool>(),
        (samples, values) in (1usize..6, prop::collection::vec(-3.0f32..3.0, 32)),
        (place, mut l2, mut tile) in (0usize..64, 0.0f32..1.0, 1usize..4),
        wrong in prop_oneof![Just(-1.0f32), Just(f32::NAN), Just(f32::INFINITY)],
    ) {
        if loss == Loss::SoftmaxCrossEntropy {
            // A softmax of one output is refused, which another test shows.
            let last = widths.len() - 1;
            widths[last] += 1;
        }
        let (mut width, outputs) = (widths[0], widths[widths.len() - 1]);
        let classes = if outputs == 1 { 2 } else { outputs };
        let mut inputs: Vec<f32> = values.iter().copied().cycle().take(samples * width).collect();
        let mut labels: Vec<u8> = (0..samples).map(|k| ((k + place) % classes) as u8).collect();
        match FAULTS[fault].0 {
            "a layer without units" => { let at = place % widths.len(); widths[at] = 0; }
            "one width only" => widths.truncate(1),
            "too many layers" => widths.resize(MAX_LAYERS + 2, 1),
            "samples of no width" => width = 0,
            "no samples" => inputs.clear(),
            "half a sample" => { width += 1; inputs.truncate(width * samples - 1); inputs.resize(width * samples - 1, 0.5); }
            "an input that is NaN" => { let at = place % inputs.len(); inputs[at] = f32::NAN; }
            "an input that is infinite" => { let at = place % inputs.len(); inputs[at] = f32::NEG_INFINITY; }
            "a target too few" => labels.truncate(samples - 1),
            "a label that is no output" => labels[place % samples] = classes as u8,
            "inputs of another width than the network's" => { width += 1; inputs.resize(samples * width, 0.5); }
            "a negative, infinite or NaN penalty" => l2 = wrong,
            "a leaky ReLU that falls or is flat below zero" => {
                hidden = Activation::LeakyRelu { slope: if bias { wrong } else { 0.0 } };
            }
            "a tile of no samples" => tile = 0,
            _ => {}
        }
        let problem = Mlp::new(&widths).and_then(|net| {
            let net = net.with_hidden(hidden).with_output(output);
            let net = if bias { net } else { net.without_bias() };
            MlpObjective::new(net, loss, Dataset::new(&inputs, width, Targets::Labels(&labels))?, l2)?.with_tile(tile)
        });
        let (what, arg) = FAULTS[fault];
        match problem {
            Err(error) => prop_assert_eq!(error.arg, arg, "{}: {}", what, error),
            Ok(f) => {
                prop_assert_eq!(what, "nothing");
                let (params, mut out) = (vec![0.25; f.dim()], vec![0.0; f.dim()]);
                let mut scratch = vec![f32::NAN; f.hess_vec_scratch_len()];
                let value = f.value_grad(&params, &mut out, &mut scratch);
                prop_assert!(value.is_finite() && out.iter().all(|g| g.is_finite()), "{value}");
                let all: Vec<u32> = (0..f.samples() as u32).collect();
                let batch = f.batch_value_grad(&params, &all, &mut out, &mut scratch);
                prop_assert_eq!(value.to_bits(), batch.to_bits());
                f.hess_vec(&params, &params, &mut out, &mut scratch);
                prop_assert!(out.iter().all(|h| h.is_finite()), "Hv");
            }
        }
    }
}

/// An objective of more parameters than fit anywhere.
struct Vast;

impl Objective for Vast {
    fn dim(&self) -> usize {
        1 << (usize::BITS / 2)
    }
    fn scratch_len(&self) -> usize {
        usize::MAX
    }
    fn value(&self, _: &[f32], _: &mut [f32]) -> f32 {
        0.0
    }
    fn value_grad(&self, _: &[f32], _: &mut [f32], _: &mut [f32]) -> f32 {
        0.0
    }
}

impl Curvature for Vast {
    fn hess_vec_scratch_len(&self) -> usize {
        0
    }
    fn hess_vec(&self, _: &[f32], _: &[f32], _: &mut [f32], _: &mut [f32]) {}
}

impl Operator for Vast {
    fn dim(&self) -> usize {
        1 << (usize::BITS / 2)
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn apply(&self, _: &[f32], _: &mut [f32], _: &mut [f32]) {}
}

/// A length that wrapped would be a short one, and a slice of it would be accepted.
#[test]
fn lengths_that_cannot_be_counted_do_not_wrap() {
    const MOST: usize = usize::MAX;
    let net = Mlp::new(&[1, 1]).expect("widths");
    let widest = Mlp::new(&[1, 1 << 16, 1]).expect("widths");
    let lengths = [
        blob_len(MOST),
        check_workspace_len(MOST / 2, 0),
        check_workspace_len(1, MOST),
        net.scratch_len(MOST),
        net.hess_vec_scratch_len(MOST),
    ];
    assert_eq!(lengths, [MOST; 5]);
    assert!(
        AlignLayout::new(&widest).len() > u32::MAX as usize || usize::BITS == 32,
        "similarities of all units"
    );
    let at = HessianAt::new(&Vast, &[0.0]);
    assert_eq!(at.err().map(|error| error.arg), Some("params"));
    let refused = Hessian::<f32, _, _>::new(&Vast, [], []).expect_err("no matrix");
    assert_eq!(refused.arg, "matrix");
    let everything = MlpObjective::new(
        net,
        Loss::MeanSquaredError,
        Dataset::new(&[1.0f32], 1, Targets::Values(&[1.0])).expect("data"),
        0.0,
    )
    .and_then(|f| f.with_tile(MOST))
    .expect("a tile larger than the data");
    let (mut params, mut workspace) = ([0.0; 2], [0.0; 64]);
    let refused = Sgd::new(&everything, &mut params, FullBatch, (), &mut workspace).expect_err("no room");
    assert_eq!(refused.arg, "workspace");
}
