//! How often aligning finds the permuted twin of a deep network: 100 runs each.
//!
//! ```text
//! cargo run --release -p losscape-tests --example alignment
//! ```
//!
//! Writes `docs/alignment.md`. The numbers have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape::base::random::{Xoshiro128PlusPlus, add_normal, identity, normal, shuffle, stream};
use losscape::base::vector::distance;
use losscape::models::mlp::{Activation, AlignConfig, AlignLayout, Init, Mlp};
use losscape::{ArgError, Real as _};

const WIDTHS: [usize; 7] = [2, 40, 40, 40, 40, 40, 1];
const RUNS: u32 = 100;
/// Random starts after the first.
const RESTARTS: usize = 20;
const MIRRORS: AlignConfig = AlignConfig { mirror: true };
const PERMUTATIONS: AlignConfig = AlignConfig { mirror: false };

fn network(net: &Mlp, rng: &mut Xoshiro128PlusPlus) -> Vec<f64> {
    let mut params = vec![0.0; net.param_len()];
    net.init(Init::GlorotNormal, &mut params, rng);
    for l in 0..net.layers() {
        for bias in &mut params[net.layer(l).bias] {
            *bias = 0.1 * normal::<f64, _>(rng);
        }
    }
    params
}

/// Adds `noise` times as much as each weight's standard deviation to the weights.
fn perturb(net: &Mlp, noise: f64, params: &mut [f64], rng: &mut Xoshiro128PlusPlus) {
    for l in 0..net.layers() {
        let layer = net.layer(l);
        let std_dev = (2.0 / f64::from_usize(layer.inputs + layer.outputs)).sqrt();
        add_normal(rng, noise * std_dev, &mut params[layer.weights]);
    }
}

/// Permutes all hidden units, and mirrors each with probability one half if asked.
fn scatter(net: &Mlp, mirror: bool, params: &mut [f64], rng: &mut Xoshiro128PlusPlus) {
    for l in 0..net.layers() - 1 {
        let (into, out) = (net.layer(l), net.layer(l + 1));
        let mut from = vec![0; into.outputs];
        identity(&mut from);
        shuffle(rng, &mut from);
        let old = params.to_vec();
        for (i, from) in from.iter().enumerate() {
            let j = *from as usize;
            let sign = if mirror && normal::<f64, _>(rng) < 0.0 { -1.0 } else { 1.0 };
            for row in (into.weights.start..into.bias.end).step_by(into.outputs) {
                params[row + i] = sign * old[row + j];
            }
            let [i, j] = [i, j].map(|unit| out.weights.start + unit * out.outputs);
            for k in 0..out.outputs {
                params[i + k] = sign * old[j + k];
            }
        }
    }
}

/// The memory of all alignments.
struct Aligner {
    net: Mlp,
    workspace: Vec<f64>,
    indices: Vec<u32>,
}

impl Aligner {
    fn new(net: Mlp) -> Self {
        let layout = AlignLayout::new(&net);
        Self { net, workspace: vec![0.0; layout.len()], indices: vec![0; layout.index_len()] }
    }

    fn align(&mut self, config: AlignConfig, reference: &[f64], params: &mut [f64]) -> Result<f64, ArgError> {
        let Self { net, workspace, indices } = self;
        Ok(net.align(config, reference, params, workspace, indices)?.after)
    }

    fn again(
        &mut self,
        config: AlignConfig,
        reference: &[f64],
        params: &mut [f64],
        rng: &mut Xoshiro128PlusPlus,
    ) -> Result<f64, ArgError> {
        let Self { net, workspace, indices } = self;
        Ok(net.align_again(config, reference, params, workspace, indices, rng)?.after)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut out = String::from(
        "# How often aligning finds a permuted twin\n\n\
         Networks 2-40-40-40-40-40-1 with Glorot normal weights and biases of standard deviation 0.1. A twin is a\n\
         copy whose hidden units are permuted and, where the row says so, mirrored with probability one half; *noise* is\n\
         added to its weights first, in units of their standard deviation. It counts as found if it ends as\n\
         near to its original as it was before the permutation.\n\n\
         *Published* is the coordinate descent of Ainsworth, Hayase & Srinivasa (2023): one random start, layers in random\n\
         order, permutations only (`Mlp::align_again` without mirrors). *Aligned* is `Mlp::align`, which uses all symmetries.\n\n\
         `cargo run --release -p losscape-tests --example alignment` writes this page; the numbers have the same bits on every\n\
         machine.\n\n\
         | activation | mirrored | noise | published | aligned |\n|---|---|--:|--:|--:|\n",
    );
    for (activation, name, mirrored) in [
        (Activation::Tanh, "tanh", "no"),
        (Activation::Tanh, "tanh", "yes"),
        (Activation::Relu, "ReLU", "no"),
    ] {
        let net = Mlp::new(&WIDTHS)?.with_hidden(activation);
        let mut aligner = Aligner::new(net);
        for noise in [0.0, 0.3, 0.5] {
            let (mut published, mut aligned) = (0, 0);
            for run in 0..RUNS {
                let rng = &mut stream(86, run);
                let reference = network(&net, rng);
                let mut twin = reference.clone();
                perturb(&net, noise, &mut twin, rng);
                let found = distance(&reference, &twin) * (1.0 + 1e-9);
                scatter(&net, mirrored == "yes", &mut twin, rng);
                published +=
                    u32::from(aligner.again(PERMUTATIONS, &reference, &mut twin.clone(), rng)? <= found);
                aligned += u32::from(aligner.align(MIRRORS, &reference, &mut twin)? <= found);
            }
            let row =
                format!("| {name} | {mirrored} | {noise} | {published} of {RUNS} | {aligned} of {RUNS} |");
            eprintln!("{row}");
            writeln!(out, "{row}")?;
        }
    }
    write!(
        out,
        "\nFor two networks drawn independently the nearest permutation is unknown. The table gives the mean fraction of their distance that\n\
         remains, over {RUNS} pairs, with {RESTARTS} further random starts (`Mlp::align_again`) in the last column:\n\n\
         | activation | published | aligned | aligned, restarted |\n|---|--:|--:|--:|\n"
    )?;
    for (activation, name) in [(Activation::Tanh, "tanh"), (Activation::Relu, "ReLU")] {
        let net = Mlp::new(&WIDTHS)?.with_hidden(activation);
        let mut aligner = Aligner::new(net);
        let mut means = [0.0; 3];
        for run in 0..RUNS {
            let rng = &mut stream(87, run);
            let (reference, mut params) = (network(&net, rng), network(&net, rng));
            let before = distance(&reference, &params);
            let published = aligner.again(PERMUTATIONS, &reference, &mut params.clone(), rng)?;
            let aligned = aligner.align(MIRRORS, &reference, &mut params)?;
            let mut restarted = aligned;
            for _ in 0..RESTARTS {
                restarted = aligner.again(MIRRORS, &reference, &mut params, rng)?;
            }
            for (mean, after) in means.iter_mut().zip([published, aligned, restarted]) {
                *mean += after / before / f64::from(RUNS);
            }
        }
        let [published, aligned, restarted] = means;
        let row = format!("| {name} | {published:.3} | {aligned:.3} | {restarted:.3} |");
        eprintln!("{row}");
        writeln!(out, "{row}")?;
    }
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/alignment.md"), out)?;
    Ok(())
}
