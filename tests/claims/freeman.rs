//! Freeman & Bruna (2017): topology of half-rectified networks, dynamic string sampling.

use losscape::base::elementary::sqrt;
use losscape::base::random::uniform_in;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::GaussianMixture;
use losscape::path::{Location, Sampling, SamplingConfig, SamplingEnd, SamplingStep, Split, Trainer};
use losscape::{Objective, Real};

use crate::support::{median, regression, rng, swap_saddle};

const CONFIG: SamplingConfig<f64> = SamplingConfig {
    level: 0.1,
    accept: 1.1,
    train_to: 0.95,
    points: 98,
    split: Split::Middle,
    depth: 10,
    trainer: Trainer::Descent { learning_rate: 0.05, momentum: 0.5 },
    train_steps: 20_000,
};

/// How a search ended, the beads added, its length over the chord, the path.
type Found = (SamplingEnd<f64>, usize, f64, Vec<f64>);

fn search(f: &dyn Objective<f64>, config: SamplingConfig<f64>, a: &[f64], b: &[f64]) -> Found {
    const CAPACITY: usize = 512;
    let dim = f.dim();
    let mut beads = vec![f64::NAN; CAPACITY * dim];
    beads[..dim].copy_from_slice(a);
    beads[dim..2 * dim].copy_from_slice(b);
    let mut workspace = vec![f64::NAN; Sampling::<f64, CAPACITY>::workspace_len(dim, f.scratch_len())];
    let mut sampling = Sampling::<f64, CAPACITY>::new(f, config, &mut beads, &mut workspace).unwrap();
    loop {
        if let SamplingStep::Ended(end) = sampling.step(f) {
            return (end, sampling.added(), sampling.length_ratio(), sampling.path().to_vec());
        }
    }
}

#[test]
fn convex_problems_need_no_bead() {
    // Linear least squares.
    let inputs: Vec<f64> = (0..30).map(|k| f64::from(k * 7 % 11) / 11.0 - 0.5).collect();
    let targets: Vec<f64> = (0..10).map(|k| f64::from(k * 3 % 7) / 7.0).collect();
    let f = regression(Mlp::new(&[3, 1]).unwrap(), &inputs, &targets);
    let (end, added, ratio, _) = search(&f, CONFIG, &[0.5, -0.2, 0.1, 0.4], &[-0.4, 0.3, 0.2, 0.5]);
    assert_eq!((end, added), (SamplingEnd::Connected, 0));
    assert!((ratio - 1.0).abs() < 1e-12);
}

#[test]
fn both_halves_are_visited() {
    // Two hills between the ends.
    let f = GaussianMixture::new(2, &[-0.6, 0.02, 0.6, -0.02], &[-1.0, -1.0], &[0.2, 0.2]).unwrap();
    for split in [Split::Middle, Split::Highest] {
        let config = SamplingConfig { split, ..CONFIG };
        let (end, added, _, path) = search(&f, config, &[-1.5, 0.0], &[1.5, 0.0]);
        assert_eq!(end, SamplingEnd::Connected);
        assert!(added >= 3, "{added}");
        for segment in 0..=added {
            for k in 1..=98 {
                let mut point = [0.0; 2];
                Location { segment, alpha: f64::from(k) / 99.0 }.point(&path, 2, &mut point);
                assert!(f.value(&point, &mut []) <= 0.11 + 1e-12, "segment {segment}");
            }
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn three_points_mapped_round_have_no_path_at_width_three() {
    // x₁ → x₂ → x₃ → x₁ on the unit circle.
    let half = 0.866_025_403_784_438_6;
    let points = [0.0, 1.0, -half, -0.5, half, -0.5];
    let targets = [-half, -0.5, half, -0.5, 0.0, 1.0];
    for hidden in [3, 4] {
        let net = Mlp::new(&[2, hidden, 2]).unwrap().with_hidden(Activation::Relu).without_bias();
        let f = regression(net, &points, &targets);
        let mut scratch = vec![0.0; f.scratch_len()];
        assert!((f.value(&vec![0.0; f.dim()], &mut scratch) - 0.5).abs() < 1e-15, "the zero net");
        let lowest = swap_saddle(&f, 5, 24);
        if hidden == 3 {
            assert!((0.09..0.12).contains(&lowest), "{lowest}");
        } else {
            assert!(lowest < 1e-3, "{lowest}");
        }
    }
}

/// Mean absolute error of a one-output network.
struct MeanAbsolute {
    net: Mlp,
    inputs: Vec<f64>,
    targets: Vec<f64>,
}

impl MeanAbsolute {
    /// `y = x²/2 + x/4 + 1/10` on the unit interval; 1-4-4-1, no biases, all layers sigmoid.
    fn quadratic() -> Self {
        let net = Mlp::new(&[1, 4, 4, 1]).unwrap().with_hidden(Activation::Sigmoid);
        let net = net.with_output(Activation::Sigmoid).without_bias();
        let inputs: Vec<f64> = (0..40).map(|k| (f64::from(k) + 0.5) / 40.0).collect();
        let targets = inputs.iter().map(|x| 0.5 * x * x + 0.25 * x + 0.1).collect();
        Self { net, inputs, targets }
    }

    /// The error, and targets `z − sign(z − y)`, for which the square loss has the gradient of the error.
    fn signs(&self, params: &[f64], scratch: &mut [f64]) -> (f64, Vec<f64>) {
        let mut outputs = vec![0.0; self.inputs.len()];
        self.net.predict(params, &self.inputs, &mut outputs, scratch);
        let mut total = 0.0;
        for (z, y) in outputs.iter_mut().zip(&self.targets) {
            total += (*z - y).abs();
            *z -= if *z < *y { -1.0 } else { 1.0 };
        }
        (total / f64::from_usize(self.inputs.len()), outputs)
    }

    fn square<'a>(&'a self, targets: &'a [f64]) -> MlpObjective<'a, f64> {
        let data = Dataset::new(&self.inputs, 1, Targets::Values(targets)).unwrap();
        MlpObjective::new(self.net, Loss::MeanSquaredError, data, 0.0).unwrap()
    }
}

impl Objective<f64> for MeanAbsolute {
    fn dim(&self) -> usize {
        self.net.param_len()
    }
    fn scratch_len(&self) -> usize {
        self.square(&self.targets).scratch_len()
    }
    fn value(&self, params: &[f64], scratch: &mut [f64]) -> f64 {
        self.signs(params, scratch).0
    }
    fn value_grad(&self, params: &[f64], grad: &mut [f64], scratch: &mut [f64]) -> f64 {
        let (value, targets) = self.signs(params, scratch);
        self.square(&targets).value_grad(params, grad, scratch);
        value
    }
}

/// A network trained by Adam from U(−1, 1) until its error is below `goal`.
fn trained(f: &MeanAbsolute, goal: f64, seed: u64) -> Vec<f64> {
    let (mut grad, mut scratch) = (vec![0.0; f.dim()], vec![0.0; f.scratch_len()]);
    for attempt in 0..20 {
        let mut rng = rng(6, 100 * seed + attempt);
        let mut params: Vec<f64> = (0..f.dim()).map(|_| uniform_in(&mut rng, -1.0, 1.0)).collect();
        let (mut first, mut second) = (vec![0.0; f.dim()], vec![0.0; f.dim()]);
        let (mut p1, mut p2) = (1.0, 1.0);
        for _ in 0..20_000 {
            if f.value_grad(&params, &mut grad, &mut scratch) <= goal {
                return params;
            }
            (p1, p2) = (p1 * 0.9, p2 * 0.999);
            for (((x, g), m), v) in params.iter_mut().zip(&grad).zip(&mut first).zip(&mut second) {
                *m = 0.9 * *m + 0.1 * g;
                *v = 0.999 * *v + 0.001 * g * g;
                *x -= 1e-2 * (*m / (1.0 - p1)) / (sqrt(*v / (1.0 - p2)) + 1e-8);
            }
        }
    }
    panic!("not trained to {goal}");
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn lower_levels_need_more_beads_and_longer_paths() {
    let f = MeanAbsolute::quadratic();
    let at = |level: f64| {
        let config = SamplingConfig { level, trainer: Trainer::Adam { learning_rate: 1e-2 }, ..CONFIG };
        let (mut beads, mut excess) = (Vec::new(), Vec::new());
        for pair in 0..11 {
            let (a, b) = (trained(&f, 0.95 * level, 2 * pair), trained(&f, 0.95 * level, 2 * pair + 1));
            let (end, added, ratio, _) = search(&f, config, &a, &b);
            assert_eq!(end, SamplingEnd::Connected, "level {level}, pair {pair}");
            beads.push(f64::from_usize(added));
            excess.push(ratio - 1.0);
        }
        (median(&beads), median(&excess))
    };
    let (high, low) = (at(0.125), at(0.01));
    assert!(high.0 < low.0 && high.1 < low.1, "{high:?} against {low:?}");
}
