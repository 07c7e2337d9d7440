//! The workloads in dfdx: shapes in types, tensors made once, gradients allocated once.

use dfdx::optim::{Sgd, SgdConfig};
use dfdx::nn::modules;
use dfdx::prelude::*;
use losscape_benches::contender::{Contender, serve};
use losscape_benches::workload::{LEARNING_RATE, Problem, SIDE, Workload, plane_coordinate};

type Spiral = ((Linear<2, 16>, Tanh), (Linear<16, 16>, Tanh), Linear<16, 1>);
type Small = ((Linear<64, 32>, Tanh), Linear<32, 10>);
type Large = ((Linear<784, 128>, ReLU), Linear<128, 10>);

type Rows<const N: usize, const WIDTH: usize> = Tensor<Rank2<N, WIDTH>, f32, Cpu>;

/// Sets one layer from its part of the parameters, and returns the rest.
fn layer<'a, const I: usize, const O: usize>(own: &mut modules::Linear<I, O, f32, Cpu>, params: &'a [f32]) -> &'a [f32] {
    let (weights, rest) = params.split_at(I * O);
    let (bias, rest) = rest.split_at(O);
    // dfdx keeps a row per output.
    let turned: Vec<f32> = (0..I * O).map(|k| weights[k % I * O + k / I]).collect();
    own.weight.copy_from(&turned);
    own.bias.copy_from(bias);
    rest
}

/// The squares of one layer's gradient, summed.
fn squares<const I: usize, const O: usize>(own: &modules::Linear<I, O, f32, Cpu>, grads: &Gradients<f32, Cpu>) -> f32 {
    let sum = |values: Vec<f32>| values.iter().map(|g| g * g).sum::<f32>();
    sum(grads.get(&own.weight).as_vec()) + sum(grads.get(&own.bias).as_vec())
}

macro_rules! contender {
    ($name:ident, $net:ty, $inputs:literal, $outputs:literal, $batch:literal, $samples:literal,
     [$($layer:tt)*], $loss:expr) => {
        struct $name<'p> {
            workload: Workload,
            problem: &'p Problem,
            net: <$net as BuildOnDevice<Cpu, f32>>::Built,
            sgd: Sgd<<$net as BuildOnDevice<Cpu, f32>>::Built, f32, Cpu>,
            grads: Option<Gradients<f32, Cpu>>,
            batches: Vec<(Rows<$batch, $inputs>, Rows<$batch, $outputs>)>,
            all: (Rows<$samples, $inputs>, Rows<$samples, $outputs>),
            row: usize,
        }

        impl<'p> $name<'p> {
            fn new(workload: Workload, problem: &'p Problem) -> Self {
                let device = Cpu::default();
                let net = device.build_module::<$net, f32>();
                // Classes as one-hot rows, which dfdx's cross-entropy takes.
                let mut targets = problem.targets.clone();
                if $outputs > 1 {
                    targets = vec![0.0; $samples * $outputs];
                    for (row, &class) in problem.targets.iter().enumerate() {
                        targets[row * $outputs + class as usize] = 1.0;
                    }
                }
                let batches = (0..$samples / $batch).map(|k| {
                    let x = problem.inputs[k * $batch * $inputs..][..$batch * $inputs].to_vec();
                    let y = targets[k * $batch * $outputs..][..$batch * $outputs].to_vec();
                    (device.tensor(x), device.tensor(y))
                });
                let mut own = Self {
                    workload,
                    problem,
                    sgd: Sgd::new(&net, SgdConfig { lr: LEARNING_RATE.into(), momentum: None, weight_decay: None }),
                    grads: Some(net.alloc_grads()),
                    net,
                    batches: batches.collect(),
                    all: (device.tensor(problem.inputs.clone()), device.tensor(targets)),
                    row: 0,
                };
                own.set(&problem.params);
                own
            }

            fn set(&mut self, params: &[f32]) {
                let Self { net, .. } = self;
                let rest = params;
                contender!(@set net, rest, $($layer)*);
                assert!(rest.is_empty());
            }

            fn epoch(&mut self) {
                for (x, y) in &self.batches {
                    let grads = self.grads.take().expect("put back below");
                    let loss = $loss(self.net.forward_mut(x.clone().traced(grads)), y.clone());
                    let mut grads = loss.backward();
                    self.sgd.update(&mut self.net, &grads).expect("every parameter is used");
                    self.net.zero_grads(&mut grads);
                    self.grads = Some(grads);
                }
            }

            fn loss(&self) -> f64 {
                let (x, y) = &self.all;
                $loss(self.net.forward(x.clone()), y.clone()).array().into()
            }

            /// The loss, plus the gradient's norm if that is wanted.
            fn gradient(&mut self, norm: bool) -> f64 {
                let grads = self.grads.take().expect("put back below");
                let (x, y) = &self.all;
                let loss = $loss(self.net.forward_mut(x.clone().traced(grads)), y.clone());
                let value: f64 = loss.array().into();
                let mut grads = loss.backward();
                let net = &self.net;
                let sum: f32 = if norm { contender!(@squares net, grads, $($layer)*) } else { 0.0 };
                self.net.zero_grads(&mut grads);
                self.grads = Some(grads);
                value + f64::from(sum).sqrt()
            }

            fn plane_row(&mut self) -> f64 {
                let [across, down] = &self.problem.directions;
                let mut sum = 0.0;
                for column in 0..SIDE {
                    let (alpha, beta) = (plane_coordinate(column), plane_coordinate(self.row));
                    let steps = across.iter().zip(down).map(|(a, b)| alpha * a + beta * b);
                    let params: Vec<f32> =
                        self.problem.params.iter().zip(steps).map(|(p, step)| p + step).collect();
                    self.set(&params);
                    sum += self.loss();
                }
                self.row = (self.row + 1) % SIDE;
                sum
            }
        }

        impl Contender for $name<'_> {
            fn work(&mut self) -> f64 {
                match self.workload {
                    Workload::W4 => {
                        self.gradient(false);
                        1.0
                    }
                    Workload::W6 => {
                        self.plane_row();
                        SIDE as f64
                    }
                    _ => {
                        self.epoch();
                        $samples as f64
                    }
                }
            }

            fn check(&mut self) -> f64 {
                self.set(&self.problem.params);
                match self.workload {
                    Workload::W4 => self.gradient(true),
                    Workload::W6 => {
                        self.row = 0;
                        self.plane_row() / SIDE as f64
                    }
                    _ => {
                        self.epoch();
                        self.loss()
                    }
                }
            }
        }
    };
    (@set $net:ident, $rest:ident, $($a:tt . $b:tt),* ; $last:tt) => {
        $(let $rest = layer(&mut $net.$a.$b, $rest);)*
        let $rest = layer(&mut $net.$last, $rest);
    };
    (@squares $net:ident, $grads:ident, $($a:tt . $b:tt),* ; $last:tt) => {
        $(squares(&$net.$a.$b, &$grads) +)* squares(&$net.$last, &$grads)
    };
}

/// A function, because two kinds of tape flow through it.
fn half_square<const N: usize, T: Tape<f32, Cpu>>(
    a: Tensor<Rank2<N, 1>, f32, Cpu, T>,
    y: Rows<N, 1>,
) -> Tensor<Rank0, f32, Cpu, T> {
    mse_loss(a, y) * 0.5
}

contender!(OnSpiral, Spiral, 2, 1, 32, 1024, [0 . 0, 1 . 0; 2], half_square);
contender!(OnSmall, Small, 64, 10, 32, 1024, [0 . 0; 1], cross_entropy_with_logits_loss);
contender!(OnLarge, Large, 784, 10, 64, 2048, [0 . 0; 1], cross_entropy_with_logits_loss);

fn main() -> std::io::Result<()> {
    serve(&Workload::ALL.map(|workload| Problem::new(workload.shape())), |workload, problem| match workload {
        Workload::W1 | Workload::W4 | Workload::W6 => {
            Some(Box::new(OnSpiral::new(workload, problem)) as Box<dyn Contender>)
        }
        Workload::W2 => Some(Box::new(OnSmall::new(workload, problem))),
        Workload::W3 => Some(Box::new(OnLarge::new(workload, problem))),
        // dfdx has no second derivative.
        Workload::W5 => None,
    })
}
