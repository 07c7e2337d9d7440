//! Curvature from products alone: Gauss–Newton.

use losscape::ArgError;
use losscape::Real;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{fill_normal, stream};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::objective::GaussNewton;

use crate::numbers::numbers;
use crate::{Experiment, digest};

pub(crate) const SINGLE: Experiment = Experiment {
    name: "krylov-f32",
    digest: 0xa487f4e11a5752f5,
    stack: 8 * 1024,
    run: || digest(products::<f32>),
};
pub(crate) const DOUBLE: Experiment = Experiment {
    name: "krylov-f64",
    digest: 0x625d1a70167e4d9e,
    stack: 12 * 1024,
    run: || digest(products::<f64>),
};

const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 9;
const TILE: usize = 4;
const LABELS: [u8; SAMPLES] = [0, 1, 1, 0, 1, 0, 0, 1, 0];

fn products<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let inputs = numbers::<R, { 2 * SAMPLES }>(40, 1.5);
    let data = Dataset::new(&inputs, 2, Targets::Labels(&LABELS))?;
    let (mut params, mut v) = ([R::ZERO; DIM], [R::ZERO; DIM]);
    NET.init(Init::GlorotNormal, &mut params, &mut stream(8, 0));
    fill_normal(&mut stream(8, 1), &mut v);
    let mut scratch = [R::ZERO; NET.hess_vec_scratch_len(TILE)];
    for loss in [Loss::BinaryCrossEntropy, Loss::MeanSquaredError] {
        let f = MlpObjective::new(NET, loss, data, R::from_f64(1e-3))?.with_tile(TILE)?;
        let mut out = [R::ZERO; DIM];
        f.gauss_newton_vec(&params, &v, &mut out, &mut scratch);
        digest.reals(&out);
    }
    Ok(())
}
