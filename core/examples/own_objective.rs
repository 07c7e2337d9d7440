//! Your own landscape: implement one trait, check its gradient, and every method can walk on it.
//!
//! ```text
//! cargo run --release --example own_objective
//! ```

use losscape::base::random::stream;
use losscape::objective::{check_grad, check_workspace_len};
use losscape::sgd::{AddNoise, FullBatch, LearningRate, Noise, Sgd, SgdLayout, SgdStep};
use losscape::{ArgError, Objective, Real};

/// The valley of Rosenbrock (1960), f = (1 − x)² + 100 (y − x²)², lowest at (1, 1).
struct Rosenbrock;

impl<R: Real> Objective<R> for Rosenbrock {
    fn dim(&self) -> usize {
        2
    }

    fn scratch_len(&self) -> usize {
        0
    }

    fn value(&self, params: &[R], _scratch: &mut [R]) -> R {
        let (x, y) = (params[0], params[1]);
        let (a, b) = (R::ONE - x, y - x * x);
        a * a + R::from_f64(100.0) * b * b
    }

    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        let (x, y) = (params[0], params[1]);
        let (a, b) = (R::ONE - x, y - x * x);
        grad[0] = R::from_f64(-2.0) * a - R::from_f64(400.0) * b * x;
        grad[1] = R::from_f64(200.0) * b;
        self.value(params, scratch)
    }
}

fn main() -> Result<(), ArgError> {
    let start = [-1.2f64, 1.0];

    // Before anything else: does the gradient belong to the value?
    let mut workspace = [0.0; check_workspace_len(2, 0)];
    let check = check_grad(&Rosenbrock, &start, &mut workspace)?;
    println!("gradient: worst relative error {:.1e} at component {}", check.error, check.index);
    assert!(check.error < 1e-8, "the gradient is wrong: {check:?}");

    // Gradient descent with a little noise finds its way down the valley.
    let mut params = start;
    let mut workspace = [0.0; SgdLayout::new(2, 0).len()];
    let noise = AddNoise::new(Noise::Gaussian { std_dev: 0.01 }, &mut []);
    let mut sgd =
        Sgd::new(&Rosenbrock, &mut params, FullBatch, (noise, LearningRate::constant(1e-3)), &mut workspace)?;
    let mut rng = stream(1, 0);
    for step in 0..=20_000 {
        let SgdStep::Stepped { value } = sgd.step(&Rosenbrock, &mut rng) else { break };
        if step % 5000 == 0 {
            println!("step {step:5}  f = {value:.6}  at {:?}", sgd.params());
        }
    }
    Ok(())
}
