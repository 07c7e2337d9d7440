use losscape::flow::{
    CentralFlow, CentralFlowConfig, CentralFlowLayout, FlowConfig, FlowLayout, GradientFlow,
};
use losscape::models::surfaces::DoubleWell;

use crate::window::{Memory, Ran, drive, sweep};

fn well() -> DoubleWell<f64> {
    DoubleWell::new(2).expect("two")
}

fn gradient(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let mut flow = GradientFlow::new(&well(), &[0.5, 0.3], FlowConfig::default(), memory)?;
    drive!(mark, 8, flow.step(&well()), (flow.params().len(), flow.grad().len()))
}

fn central(memory: impl Memory<f64>, mark: &dyn Fn()) -> Ran {
    let config = CentralFlowConfig::new(1.05);
    let mut flow = CentralFlow::new(&well(), &[0.8, 0.3], &[1.0, 0.0], config, memory)?;
    drive!(mark, 6, flow.step(&well()), (flow.params().len(), flow.unstable().len()))
}

#[test]
fn hostile_memory_of_flows() {
    sweep!(gradient(vec![0.0; FlowLayout::new(2, 0).len()]));
    sweep!(central(vec![0.0; CentralFlowLayout::new(2, 0).len()]));
}
