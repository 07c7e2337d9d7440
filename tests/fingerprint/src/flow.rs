//! The gradient flow of a network and its central flow: every step's time, error and place.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::flow::{
    CentralFlow, CentralFlowConfig, CentralFlowLayout, CentralFlowStep, FlowConfig, FlowLayout, FlowStep,
    GradientFlow,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::{ArgError, Real};

use crate::numbers::numbers;
use crate::{Experiment, digest};

pub(crate) const SINGLE: Experiment = Experiment {
    name: "flow-f32",
    digest: 0x5012e686ae611be3,
    stack: 8 * 1024,
    run: || digest(flows::<f32>),
};
pub(crate) const DOUBLE: Experiment = Experiment {
    name: "flow-f64",
    digest: 0xda0aee44cf79e9dd,
    stack: 12 * 1024,
    run: || digest(flows::<f64>),
};

const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
const DIM: usize = NET.param_len();
const SAMPLES: usize = 9;
const TILE: usize = 4;
const SCRATCH: usize = NET.hess_vec_scratch_len(TILE);

fn flows<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let (inputs, targets) = (numbers::<R, { 2 * SAMPLES }>(40, 1.5), numbers::<R, SAMPLES>(41, 1.0));
    let data = Dataset::new(&inputs, 2, Targets::Values(&targets))?;
    let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, R::from_f64(1e-3))?.with_tile(TILE)?;
    let mut params = [R::ZERO; DIM];
    NET.init(Init::GlorotNormal, &mut params, &mut stream(7, 7));

    let tolerance = R::from_f64(1e-3);
    let config = FlowConfig { relative: tolerance, absolute: tolerance, ..FlowConfig::default() };
    let mut flow = GradientFlow::new(&f, &params, config, [R::ZERO; FlowLayout::new(DIM, SCRATCH).len()])?;
    for _ in 0..40 {
        if let FlowStep::Moved { dt, error } | FlowStep::Rejected { dt, error } = flow.step(&f) {
            digest.reals(&[dt, error, flow.time(), flow.value(), flow.grad_norm()]);
        }
    }
    digest.reals(flow.params());

    // So fast that the edge is reached soon.
    let config = CentralFlowConfig { pieces: 5, ..CentralFlowConfig::new(R::from_f64(2.0)) };
    let workspace = [R::ZERO; CentralFlowLayout::new(DIM, SCRATCH).len()];
    let mut central = CentralFlow::new(&f, &params, &numbers::<R, DIM>(42, 1.0), config, workspace)?;
    let mut at_edge = false;
    for _ in 0..60 {
        if let CentralFlowStep::Moved { value, sharpness, variance } = central.step(&f) {
            digest.reals(&[value, sharpness, variance]);
            at_edge |= variance > R::ZERO;
        }
    }
    digest.reals(central.params());
    if at_edge { Ok(()) } else { Err(ArgError::zero("variance")) }
}
