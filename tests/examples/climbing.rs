//! What a climbing image finds on networks: whether it stands on a saddle, and what keeps it from one.
//!
//! ```text
//! cargo run --release -p losscape-tests --example climbing
//! ```
//!
//! Trains pairs of networks, certifies their ends as minima, relaxes a band between them, lets its highest
//! image climb, looks at the Hessian there, and certifies the saddle nearby by eigenvector following. Writes
//! `docs/climbing.md`. Full batch, f64; the numbers have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape::base::random::stream;
use losscape::base::vector::{axpy, dot, norm};
use losscape::curvature::{EigenLayout, Hessian, HessianLayout, HessianStep, Tolerance, eigen, signature};
use losscape::models::data::{Dataset, Targets, moons};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use losscape::path::{
    Adaptive, AutoNeb, AutoNebConfig, AutoNebLayout, AutoNebStep, Band, BandConfig, BandLayout, BandStep,
    Cycle, Fire, Grow, Relaxer, Tangent, tangent,
};
use losscape::sgd::{FullBatch, LearningRate, Sgd, SgdLayout};
use losscape::{ArgError, Objective, Operator};
use losscape_tests::critical::{Settled, settle};
use losscape_tests::paths::train;

/// A pair of networks that separate the two moons, and the number of images between them.
struct Case {
    widths: &'static [usize],
    l2: f64,
    seeds: [u64; 2],
    inner: u32,
}

/// The first is the lab's task.
const CASES: [Case; 5] = [
    Case { widths: &[2, 8, 8, 1], l2: 1e-4, seeds: [1, 2], inner: 13 },
    Case { widths: &[2, 8, 8, 1], l2: 1e-4, seeds: [1, 2], inner: 60 },
    Case { widths: &[2, 4, 4, 1], l2: 1e-3, seeds: [1, 2], inner: 13 },
    Case { widths: &[2, 4, 4, 1], l2: 1e-3, seeds: [3, 4], inner: 13 },
    Case { widths: &[2, 4, 4, 1], l2: 1e-3, seeds: [3, 4], inner: 60 },
];
const RELAXERS: [(&str, Relaxer<f64>); 3] = [
    ("`Descent`", Relaxer::descent(0.02, 0.9)),
    ("`Adaptive`", Relaxer::Adaptive(Adaptive { tolerance: 0.1 })),
    ("`Fire`", Relaxer::Fire(Fire { dt: 0.1, dt_max: 0.5, max_step: 0.5 })),
];
/// Sweeps after which the climbing image is looked at.
const LOOKS: [u32; 3] = [400, 4000, 20_000];
/// Samples, and noise of the moons: those of the lab.
const POINTS: usize = 256;
const NOISE: f32 = 0.3;

/// Moves after which a walk to a critical point is given up.
const MOVES: u32 = 1000;

fn main() -> Result<(), Box<dyn Error>> {
    let (mut drawn, mut labels) = (vec![0.0f32; 2 * POINTS], vec![0; POINTS]);
    moons(NOISE, &mut stream(0, 2), &mut drawn, &mut labels)?;
    let inputs: Vec<f64> = drawn.into_iter().map(f64::from).collect();
    let (mut ends, mut climbs) = (String::new(), String::new());
    for case in &CASES {
        let data = Dataset::new(&inputs, 2, Targets::Labels(&labels))?;
        let f = MlpObjective::new(Mlp::new(case.widths)?, Loss::BinaryCrossEntropy, data, case.l2)?;
        let repeated = CASES.iter().find(|c| (c.widths, c.seeds) == (case.widths, case.seeds));
        let first = repeated.is_some_and(|c| c.inner == case.inner);
        let mut certified = Vec::new();
        for seed in case.seeds {
            let trained = train(&f, 32, seed, 30_000)?;
            let found = settle(&f, 0, 0.5, &trained, MOVES).ok_or("an end did not settle")?;
            if first {
                end(&mut ends, case, seed, &f, &trained, &found)?;
            }
            certified.push(found.params);
        }
        let path = relaxed(&f, [&certified[0], &certified[1]], case.inner)?;
        for (name, relaxer) in RELAXERS {
            climb(&mut climbs, case, name, relaxer, &f, &path)?;
        }
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::write(docs.join("climbing.md"), report(&ends, &climbs))?;
    Ok(())
}

/// Widths and L2.
fn network(case: &Case) -> String {
    let widths: Vec<String> = case.widths.iter().map(ToString::to_string).collect();
    format!("{}, {:.0e}", widths.join("-"), case.l2)
}

/// The network and the seeds of the two ends.
fn name(case: &Case) -> String {
    let [a, b] = case.seeds;
    format!("{}, {a} to {b}", network(case))
}

/// Value, gradient, eigenvalues and eigenvectors (rows) at a point.
struct Local {
    value: f64,
    grad: Vec<f64>,
    eigenvalues: Vec<f64>,
    modes: Vec<f64>,
    tolerance: Tolerance<f64>,
}

impl Local {
    fn of(f: &MlpObjective<'_, f64>, params: &[f64]) -> Result<Self, ArgError> {
        let n = f.dim();
        let (mut grad, mut scratch) = (vec![0.0; n], vec![0.0; f.scratch_len()]);
        let value = f.value_grad(params, &mut grad, &mut scratch);
        let at = HessianAt::new(f, params)?;
        let layout = HessianLayout::new(n, at.scratch_len());
        let mut hessian = Hessian::new(&at, vec![0.0; layout.matrix_len()], vec![0.0; layout.len()])?;
        let tolerance = loop {
            match hessian.step(&at) {
                HessianStep::Product { .. } => (),
                HessianStep::Done { tolerance, .. } => break tolerance,
                step => panic!("the Hessian of a trained network: {step:?}"),
            }
        };
        let (mut modes, mut eigenvalues) = (hessian.into_parts().0, vec![0.0; n]);
        eigen(&mut modes, &mut eigenvalues, &mut vec![0.0; EigenLayout::new(n).len()])?;
        Ok(Self { value, grad, eigenvalues, modes, tolerance })
    }

    fn negative(&self) -> u32 {
        signature(&self.eigenvalues, self.tolerance).negative
    }
}

fn end(
    out: &mut String,
    case: &Case,
    seed: u64,
    f: &MlpObjective<'_, f64>,
    trained: &[f64],
    found: &Settled,
) -> Result<(), Box<dyn Error>> {
    let here = Local::of(f, trained)?;
    writeln!(
        out,
        "| {} | {seed} | {:.4} | {:.1e} | {} | {} | {:.1} | {:.4} | {:.0e} | {:.1e} to {:.1} |",
        network(case),
        here.value,
        norm(&here.grad),
        here.negative(),
        found.moves,
        found.moved,
        found.point.value,
        found.point.grad_norm,
        found.eigenvalues[0],
        found.eigenvalues[found.eigenvalues.len() - 1],
    )?;
    Ok(())
}

/// A band between two ends, relaxed for 2 × 2000 sweeps, row by row.
fn relaxed(f: &MlpObjective<'_, f64>, ends: [&[f64]; 2], inner: u32) -> Result<Vec<f64>, ArgError> {
    const CAPACITY: usize = 64;
    let n = f.dim();
    let mut images = vec![0.0; CAPACITY * n];
    images[..n].copy_from_slice(ends[0]);
    images[n..2 * n].copy_from_slice(ends[1]);
    let keep = Cycle { grow: Grow::Keep, sweeps: 2000, learning_rate: 0.02 };
    let schedule = [Cycle { grow: Grow::Line(inner), ..keep }, keep];
    let mut workspace = vec![0.0; AutoNebLayout::new(CAPACITY, n, f.scratch_len()).len()];
    let config = AutoNebConfig::new(&schedule);
    let mut search = AutoNeb::new(f, f, config, &mut images, &mut workspace)?;
    while !matches!(search.step(f, f), AutoNebStep::Ended(_)) {}
    Ok(search.path().to_vec())
}

/// Lets the highest image of a path climb, and looks at it now and then.
fn climb(
    out: &mut String,
    case: &Case,
    how: &str,
    relaxer: Relaxer<f64>,
    f: &MlpObjective<'_, f64>,
    path: &[f64],
) -> Result<(), Box<dyn Error>> {
    let images = path.to_vec();
    let workspace = vec![0.0; BandLayout::new(path.len() / f.dim(), f.dim(), f.scratch_len()).len()];
    let config = BandConfig { climb_below: f64::INFINITY, ..BandConfig::new(relaxer) };
    let mut band = Band::new(f, config, images, workspace)?;
    for look in LOOKS {
        while band.sweep() < look {
            if let BandStep::NotFinite { image } = band.step(f) {
                return Err(format!("not finite at image {image}").into());
            }
        }
        let row = see(f, &band)?;
        eprintln!("{} {} {how} {look}: {row}", name(case), case.inner);
        writeln!(out, "| {} | {} | {how} | {look} | {row} |", name(case), case.inner)?;
    }
    Ok(())
}

/// The climbing image, the Hessian there, and the saddle near it.
fn see(f: &MlpObjective<'_, f64>, band: &Band<f64, Vec<f64>, Vec<f64>>) -> Result<String, Box<dyn Error>> {
    let (n, top, values) = (f.dim(), band.highest(), band.values());
    let image = |i: usize| &band.images()[i * n..(i + 1) * n];
    let here = Local::of(f, image(top))?;
    let mut direction = vec![0.0; n];
    let heights = [values[top - 1], values[top], values[top + 1]];
    tangent(Tangent::Improved, image(top - 1), image(top), image(top + 1), heights, &mut direction);
    let mut along = 0.0;
    for (mode, eigenvalue) in here.modes.chunks_exact(n).zip(&here.eigenvalues) {
        along += eigenvalue * dot(mode, &direction) * dot(mode, &direction);
    }
    let mut row = format!(
        "{:.6} | {:.0e} | {} | {:.1e} | {:.2} | {along:.1e} | ",
        here.value,
        norm(&here.grad),
        here.negative(),
        here.eigenvalues[0],
        dot(&direction, &here.modes[..n]).abs(),
    );
    match settle(f, 1, 0.1, image(top), MOVES) {
        None => write!(row, "{MOVES}, not settled | | | |")?,
        Some(saddle) => {
            let point = saddle.point;
            write!(
                row,
                "{} | {:.2} | {:.6} | {} | ",
                saddle.moves, saddle.moved, point.value, point.signature.negative
            )?;
            for (k, sign) in [1.0, -1.0].into_iter().enumerate() {
                let mut start = saddle.params.clone();
                axpy(0.01 * sign, &saddle.lowest, &mut start);
                let down = descend(f, start)?;
                let comma = if k == 0 { ", " } else { "" };
                match settle(f, 0, 0.1, &down, MOVES) {
                    Some(minimum) => write!(row, "{:.4}{comma}", minimum.point.value)?,
                    None => write!(row, "not settled{comma}")?,
                }
            }
        }
    }
    Ok(row)
}

/// Plain gradient descent.
fn descend(f: &MlpObjective<'_, f64>, mut params: Vec<f64>) -> Result<Vec<f64>, ArgError> {
    let mut workspace = vec![0.0; SgdLayout::new(f.dim(), f.scratch_len()).len()];
    let chain = LearningRate::constant(0.05);
    let mut sgd = Sgd::new(f, &mut params, FullBatch, chain, &mut workspace)?;
    let mut rng = stream(0, 0);
    for _ in 0..50_000 {
        let _ = sgd.step(f, &mut rng);
    }
    Ok(params)
}

fn report(ends: &str, climbs: &str) -> String {
    format!(
        "# Climbing on networks: what the highest image finds\n\n\
         `cargo run --release -p losscape-tests --example climbing` writes this page; the numbers have the same bits on every\n\
         machine. Tanh networks on {POINTS} points of the two moons (noise {NOISE}), cross-entropy plus ½ · L2 · ‖θ‖²,\n\
         full batch, f64. The findings are discussed in [paths.md](paths.md#climbing-on-networks).\n\n\
         ## The ends\n\n\
         The point at which 30,000 steps of SGD end (batches of 32, momentum 0.9, rate 0.1, 0.01, 0.001), and the minimum\n\
         that eigenvector following of index 0 certifies from there: ‖∇f‖ ≤ 10⁻¹⁰, no negative eigenvalue.\n\n\
         | network, L2 | seed | value | ‖∇f‖ | negative eigenvalues | moves | moved by | value | ‖∇f‖ | eigenvalues |\n\
         |---|---|---|---|---|---|---|---|---|---|\n{ends}\n\
         ## The climbing image\n\n\
         A band starts on the straight line between the two certified ends, with the given number of inner images. It relaxes for\n\
         at most 4000 sweeps, then climbs for the given number of *sweeps*. The table gives the climbing image's value and gradient, the number\n\
         of negative eigenvalues there, the lowest, λ₀, with eigenvector v₀, and how the band's tangent τ compares with it. Eigenvector following\n\
         of index 1 starts from that image: its moves, the distance covered, the value and index of the critical point, and the values of the\n\
         minima that gradient descent reaches on its two sides.\n\n\
         | network, L2, seeds | inner images | relaxer | sweeps | value | ‖∇f‖ | negative | λ₀ | \\|τ·v₀\\| | τᵀHτ | moves | moved by | saddle | index | joins |\n\
         |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n{climbs}"
    )
}
