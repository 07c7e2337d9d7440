//! Losses, gradients and Hessian–vector products of networks with every activation and every loss.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Init, Loss, Mlp, MlpObjective};
use losscape::{ArgError, Curvature, Objective, Real};

use crate::numbers::numbers;
use crate::{Experiment, digest};

pub(crate) const SINGLE: Experiment =
    Experiment { name: "mlp-f32", digest: 0xbfc607d08b2fcc48, stack: 6144, run: run::<f32> };
pub(crate) const DOUBLE: Experiment =
    Experiment { name: "mlp-f64", digest: 0x81e4cdae9e7fc133, stack: 8192, run: run::<f64> };

const NET: Mlp = Mlp::from_widths(&[3, 9, 4, 2]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 11;
/// Enough for every activation: this one's derivatives need what the others' do and more.
const SCRATCH: usize = NET.with_hidden(Activation::Gelu).hess_vec_scratch_len(TILE);
/// Three tiles, the last one short.
const TILE: usize = 4;

const ACTIVATIONS: [Activation; 7] = [
    Activation::Identity,
    Activation::Relu,
    Activation::LeakyRelu { slope: 0.01 },
    Activation::Tanh,
    Activation::Sigmoid,
    Activation::Softplus,
    Activation::Gelu,
];

const LABELS: [u8; SAMPLES] = [0, 1, 1, 0, 1, 0, 0, 0, 1, 0, 1];

fn run<R: Real>() -> u64 {
    let inputs = numbers::<R, { 3 * SAMPLES }>(3, 2.0);
    let values = numbers::<R, { 2 * SAMPLES }>(4, 1.0);
    let probabilities = values.map(|value| value.abs());
    digest(|digest| {
        for activation in ACTIVATIONS {
            for (loss, targets) in [
                (Loss::MeanSquaredError, Targets::Values(&values)),
                (Loss::MeanAbsoluteError, Targets::Values(&values)),
                (Loss::SoftmaxCrossEntropy, Targets::Labels(&LABELS)),
                (Loss::BinaryCrossEntropy, Targets::Values(&probabilities)),
            ] {
                let data = Dataset::new(&inputs, 3, targets)?;
                let net = NET.with_hidden(activation);
                evaluate(&MlpObjective::new(net, loss, data, R::from_f64(0.01))?.with_tile(TILE)?, digest);
            }
        }
        Ok::<_, ArgError>(())
    })
}

fn evaluate<R: Real>(objective: &MlpObjective<'_, R>, digest: &mut Fingerprint) {
    let (mut params, mut out) = ([R::ZERO; DIM], [R::ZERO; DIM]);
    let mut scratch = [R::ZERO; SCRATCH];
    for init in [Init::GlorotUniform, Init::HeNormal] {
        NET.init(init, &mut params, &mut stream(7, 0));
        digest.real(objective.value_grad(&params, &mut out, &mut scratch));
        digest.reals(&out);
        let direction = numbers::<R, DIM>(5, 1.0);
        objective.hess_vec(&params, &direction, &mut out, &mut scratch);
        digest.reals(&out);
        digest.real(objective.accuracy(&params, &mut scratch));
    }
}
