//! A run stops at its first number that is not finite, with the parameters as they were.

use losscape::Objective;
use losscape::base::random::{Rng, stream};
use losscape::sgd::{FullBatch, LearningRate, Momentum, Scale, Sgd, SgdStep};

/// What goes wrong once `x[0]` is at least 3.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Value(f32),
    Grad(f32),
    Move,
}

/// Slope −1 in both coordinates, until the fault.
struct Cliff(Fault);

impl Objective for Cliff {
    fn dim(&self) -> usize {
        2
    }
    fn scratch_len(&self) -> usize {
        1
    }
    fn value(&self, params: &[f32], scratch: &mut [f32]) -> f32 {
        self.value_grad(params, &mut [0.0; 2], scratch)
    }
    fn value_grad(&self, params: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        scratch[0] = f32::NAN;
        grad.fill(-1.0);
        if params[0] < 3.0 {
            return -params[0];
        }
        match self.0 {
            Fault::Value(v) => v,
            Fault::Grad(g) => {
                grad[1] = g;
                1.0
            }
            Fault::Move => {
                grad[1] = -f32::MAX;
                1.0
            }
        }
    }
}

#[test]
fn last_good_parameters_stay() {
    let faults = [
        Fault::Value(f32::NAN),
        Fault::Value(f32::INFINITY),
        Fault::Value(f32::NEG_INFINITY),
        Fault::Grad(f32::NAN),
        Fault::Grad(f32::INFINITY),
        Fault::Move,
    ];
    for fault in faults {
        let (mut params, mut workspace) = ([0.0, 1.0], [f32::NAN; 3]);
        let mut velocity = [0.0; 2];
        // The rate of 1 comes as 2 · ½, so that a gradient of −MAX overflows on the way.
        let transforms =
            (LearningRate::constant(2.0), Momentum::heavy_ball(0.0, &mut velocity), Scale { factor: 0.5 });
        let objective = Cliff(fault);
        let mut sgd =
            Sgd::new(&objective, &mut params, FullBatch, transforms, &mut workspace).expect("valid");
        let mut rng = stream(61, 0);
        for step in 0..3u8 {
            let value = -f32::from(step);
            assert_eq!(sgd.step(&objective, &mut rng), SgdStep::Stepped { value }, "{fault:?}");
        }
        for _ in 0..3 {
            assert_eq!(sgd.step(&objective, &mut rng), SgdStep::NotFinite { step: 3 }, "{fault:?}");
            assert_eq!(sgd.params(), [3.0, 4.0], "{fault:?}");
            assert_eq!(sgd.steps(), 3, "{fault:?}");
            if !matches!(fault, Fault::Move) {
                let velocity = sgd.transforms().1.velocity();
                assert_eq!(velocity, [2.0, 2.0], "{fault:?} never reached it");
            }
        }
        assert_eq!(rng.next_u32(), stream(61, 0).next_u32(), "nothing drawn");
    }
}
