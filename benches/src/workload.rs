//! Six workloads: three trainings, a gradient, a Hessian–vector product and a plane of losses.
//!
//! | | network | data | work |
//! |---|---|---|---|
//! | W1 | 2-16-16-1 tanh, mean squared error | 1024 points of two spirals | training, batches of 32 |
//! | W2 | 64-32-10 tanh, softmax cross-entropy | 1024 random samples | training, batches of 32 |
//! | W3 | 784-128-10 ReLU, softmax cross-entropy | 2048 random samples | training, batches of 64 |
//! | W4 | as W1 | as W1 | loss and gradient of all samples |
//! | W5 | as W1 | as W1 | exact Hessian–vector product of all samples |
//! | W6 | as W1 | as W1 | 101 × 101 losses of all samples on a plane |
//!
//! Training is forward, backward and `θ ← θ − 0.05 g` over consecutive batches of data that stay in memory.

use losscape::base::elementary::{cos, sin};
use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus, uniform_in};
use losscape::models::mlp::{Activation, Init, Loss, Mlp};

/// The step size of every training.
pub const LEARNING_RATE: f32 = 0.05;

/// Points along a side of W6's plane.
pub const SIDE: usize = 101;

/// One of the six.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the table above")]
pub enum Workload {
    W1,
    W2,
    W3,
    W4,
    W5,
    W6,
}

impl Workload {
    /// All, in order.
    pub const ALL: [Self; 6] = [Self::W1, Self::W2, Self::W3, Self::W4, Self::W5, Self::W6];

    /// `W1` and so on.
    #[must_use]
    pub const fn name(self) -> &'static str {
        ["W1", "W2", "W3", "W4", "W5", "W6"][self as usize]
    }

    /// What it does, in a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        [
            "train 2-16-16-1, batch 32",
            "train 64-32-10, batch 32",
            "train 784-128-10, batch 64",
            "loss and gradient, 1024 samples",
            "Hessian–vector product, the same",
            "losses on a plane, 1024 samples",
        ][self as usize]
    }

    /// The workload of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|workload| workload.name() == name)
    }

    /// What a rate counts per second.
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::W1 | Self::W2 | Self::W3 => "samples",
            Self::W4 => "gradients",
            Self::W5 => "products",
            Self::W6 => "losses",
        }
    }

    /// Floating-point operations of one unit: a multiply–add is two, elementary functions are not counted.
    ///
    /// A layer of i inputs and o outputs costs a sample `2io` forward, `2io` for the gradient by its weights
    /// and `2io` for that by its inputs, which the first layer does not need.
    #[must_use]
    pub fn flop(self) -> f64 {
        let problem = self.shape();
        let pairs = problem.widths.windows(2).map(|w| (w[0] * w[1]) as f64);
        let (all, first) = (pairs.clone().sum::<f64>(), pairs.clone().take(1).sum::<f64>());
        let gradient = 6.0 * all - 2.0 * first;
        match self {
            Self::W1 | Self::W2 | Self::W3 => gradient,
            Self::W4 => gradient * problem.samples as f64,
            // The pass along the direction has two products where the gradient has one, but the first
            // layer's inputs have no direction.
            Self::W5 => (gradient + 2.0 * gradient - 4.0 * first) * problem.samples as f64,
            Self::W6 => 2.0 * all * problem.samples as f64,
        }
    }

    /// Network and data.
    #[must_use]
    pub const fn shape(self) -> Shape {
        match self {
            Self::W2 => Shape { widths: &[64, 32, 10], relu: false, samples: 1024, batch: 32 },
            Self::W3 => Shape { widths: &[784, 128, 10], relu: true, samples: 2048, batch: 64 },
            Self::W1 | Self::W4 | Self::W5 | Self::W6 => {
                Shape { widths: &[2, 16, 16, 1], relu: false, samples: 1024, batch: 32 }
            }
        }
    }
}

/// Sizes of a problem.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Units of each level; one output means mean squared error, several softmax cross-entropy.
    pub widths: &'static [usize],
    /// ReLU instead of tanh.
    pub relu: bool,
    /// N.
    pub samples: usize,
    /// Samples of a training step.
    pub batch: usize,
}

impl Shape {
    /// The network in our words.
    ///
    /// # Panics
    /// Never for the shapes of [`Workload::shape`].
    #[must_use]
    pub fn net(&self) -> Mlp {
        let net = Mlp::new(self.widths).expect("the shapes above are networks");
        if self.relu { net.with_hidden(Activation::Relu) } else { net }
    }

    /// What the outputs are compared by.
    #[must_use]
    pub fn loss(&self) -> Loss {
        if self.labelled() { Loss::SoftmaxCrossEntropy } else { Loss::MeanSquaredError }
    }

    /// Whether targets are classes.
    #[must_use]
    pub fn labelled(&self) -> bool {
        self.outputs() > 1
    }

    /// The number of inputs.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.widths[0]
    }

    /// The number of outputs.
    #[must_use]
    pub const fn outputs(&self) -> usize {
        self.widths[self.widths.len() - 1]
    }
}

/// The numbers that every contender starts from.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Sizes.
    pub shape: Shape,
    /// N × inputs.
    pub inputs: Vec<f32>,
    /// N numbers: the target value, or the class.
    pub targets: Vec<f32>,
    /// The start: per layer the weights with a row per input, then the bias.
    pub params: Vec<f32>,
    /// Two directions as long as `params`: W5's vector, and both for W6's plane.
    pub directions: [Vec<f32>; 2],
}

impl Problem {
    /// The data and start of a shape, always the same.
    #[must_use]
    pub fn new(shape: Shape) -> Self {
        let mut rng = Xoshiro128PlusPlus::seed_from_u64(1);
        let (inputs, targets) =
            if shape.labelled() { teacher(&shape, &mut rng) } else { spirals(shape.samples, &mut rng) };
        let net = shape.net();
        let mut draw = || {
            let mut params = vec![0.0; net.param_len()];
            net.init(Init::GlorotUniform, &mut params, &mut rng);
            params
        };
        let (params, directions) = (draw(), [draw(), draw()]);
        Self { shape, inputs, targets, params, directions }
    }

    /// The targets as classes.
    #[must_use]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "classes are 0 to 9")]
    pub fn labels(&self) -> Vec<u8> {
        self.targets.iter().map(|&class| class as u8).collect()
    }

    /// All numbers for a contender in another language: inputs, targets, parameters and both directions,
    /// as little-endian `f32` without any header.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let [first, second] = &self.directions;
        [&self.inputs, &self.targets, &self.params, first, second]
            .into_iter()
            .flatten()
            .flat_map(|number| number.to_le_bytes())
            .collect()
    }
}

/// `α` of column i of the plane, and `β` of row i: from −1 to 1.
#[must_use]
pub fn plane_coordinate(i: usize) -> f32 {
    2.0 * (i as f32) / (SIDE as f32 - 1.0) - 1.0
}

/// Two arms of a spiral with targets −1 and 1, in alternation.
fn spirals(samples: usize, rng: &mut Xoshiro128PlusPlus) -> (Vec<f32>, Vec<f32>) {
    let (mut inputs, mut targets) = (Vec::new(), Vec::new());
    for k in 0..samples {
        let side = if k % 2 == 0 { 1.0 } else { -1.0 };
        let radius = uniform_in::<f32, _>(rng, 0.1, 1.0);
        let angle = 5.0 * radius;
        inputs.extend([side * radius * cos(angle), side * radius * sin(angle)]);
        targets.push(side);
    }
    (inputs, targets)
}

/// Random inputs, and as their class the largest output of a random linear map.
fn teacher(shape: &Shape, rng: &mut Xoshiro128PlusPlus) -> (Vec<f32>, Vec<f32>) {
    let mut draw = |n: usize| -> Vec<f32> { (0..n).map(|_| uniform_in(rng, -1.0, 1.0)).collect() };
    let map = draw(shape.inputs() * shape.outputs());
    let inputs = draw(shape.samples * shape.inputs());
    let class = |x: &[f32]| {
        let score = |w: &[f32]| x.iter().zip(w).fold(0.0, |sum, (&x, &w)| sum + x * w);
        let (mut best, mut most) = (0.0, f32::NEG_INFINITY);
        for (j, w) in map.chunks_exact(shape.inputs()).enumerate() {
            if score(w) > most {
                (best, most) = (j as f32, score(w));
            }
        }
        best
    };
    let targets = inputs.chunks_exact(shape.inputs()).map(class).collect();
    (inputs, targets)
}
