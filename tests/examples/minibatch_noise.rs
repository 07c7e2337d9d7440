//! The noise of minibatches on the digits and on two moons: all values behind the claims.
//!
//! ```text
//! cargo run --release -p losscape-tests --example minibatch_noise
//! ```
//!
//! Writes the tables between the marks of `docs/diffusion.md`, and every run's value to `docs/minibatch-noise.csv`. The numbers have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape::Objective;
use losscape::diffusion::BatchDescent;
use losscape::models::mlp::MlpObjective;
use losscape::{ArgError, Real};
use losscape_tests::noise::{
    Moons, OnPlane, Run, Spectrum, Split, axes, settle, slice, split_barrier, start, stationary_losses,
};
use losscape_tests::paths::{Digits, train};

const PAGE: &str = "../docs/diffusion.md";
const BEGIN: &str = "<!-- written by `cargo run --release -p losscape-tests --example minibatch_noise` -->\n";
const END: &str = "<!-- end -->\n";
const VALUES: &str = "../docs/minibatch-noise.csv";

const WALKERS: usize = 16;
const SEEDS: u64 = 9;
/// A barrier that counts, in nats.
const BARRIER: f64 = 1e-3;

fn main() -> Result<(), Box<dyn Error>> {
    let (moons, digits) = (Moons::new(256)?, Digits::<f32>::training()?);
    let (f, g) = (moons.objective(8)?, digits.objective(8)?);
    let mut at = start(&f, 1);
    settle(&f, &mut at, 0.1, 20_000)?;
    let mut there = train(&g, 128, 1, 3000)?;
    settle(&g, &mut there, 0.1, 20_000)?;

    let mut page =
        Page { text: String::new(), values: "what,data,rate,batch,split,values ascending\n".into() };
    writeln!(
        page.text,
        "\n### The loss that noise leaves\n\n\
         {WALKERS} runs from one minimum, batches drawn with replacement; each run's loss on all samples is averaged over 400\n\
         units of time (a step lasts η), after 100 on moons and 200 on digits. *Excess* is the median above the minimum, over η/b.\n"
    )?;
    writeln!(
        page.text,
        "| data | η/b | η | b | median | least, greatest | excess over η/b |\n|---|--:|--:|--:|--:|--:|--:|"
    )?;
    collapse(&mut page, "moons", &f, &at, &[0.01, 0.02, 0.04], &[1, 2, 4, 8, 16], 0.25)?;
    collapse(&mut page, "digits", &g, &there, &[0.005, 0.01, 0.02], &[2, 4, 8, 16], 0.5)?;

    writeln!(
        page.text,
        "\n### The covariance of the gradients\n\n| data | parameters | samples | where | tr D | participation ratio | \
         directions for 50, 90, 99 % of the trace |\n|---|--:|--:|---|--:|--:|--:|"
    )?;
    spectrum(&mut page, "moons", "at the start", &f, &start(&f, 1))?;
    spectrum(&mut page, "moons", "at the minimum", &f, &at)?;
    spectrum(&mut page, "digits", "at the start", &g, &start(&g, 1))?;
    spectrum(&mut page, "digits", "at the minimum", &g, &there)?;

    writeln!(
        page.text,
        "\n### The potential on planes through the minimum\n\n\
         Planes of two eigenvectors of the Hessian, counted from the steepest. 100 walkers with batches of 8 at η = 0.1\n\
         that cannot leave the plane, 20,000 places on 24² cells. *Left* is the weighted deviation of Φ = −T ln ρ from its best\n\
         multiple of the loss, over the deviation of the loss; *counting* the same of isotropic noise on the parabola: what\n\
         a finite cloud leaves.\n\n| data | plane | ratio of the curvatures | ratio of the cloud's variances | by the Lyapunov \
         equation | scale of the fit | left | counting |\n|---|---|--:|--:|--:|--:|--:|--:|"
    )?;
    planes(&mut page, "moons", &f, &at)?;
    let wide = Digits::<f64>::training()?;
    let h = wide.objective(8)?;
    let mut lowest = train(&h, 128, 1, 3000)?;
    settle(&h, &mut lowest, 0.1, 20_000)?;
    planes(&mut page, "digits", &h, &lowest)?;

    writeln!(
        page.text,
        "\n### When a run freezes\n\n\
         A run is split in two after so many steps; both draw other batches to the end of training and then settle on all\n\
         samples. Barrier on the straight line between the two ends, in nats: median and greatest of {SEEDS} runs. *Frozen*\n\
         is the first split from which on no barrier exceeds {BARRIER}."
    )?;
    let digits_split = Split { at: 0, steps: 4000, settle: (0.1, 300) };
    freezing(&mut page, "digits", &g, 0.1, &[2, 4, 8, 32], digits_split)?;
    let moons_split = Split { at: 0, steps: 8000, settle: (0.1, 4000) };
    freezing(&mut page, "moons", &f, 0.2, &[1, 2, 4, 16], moons_split)?;

    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let text = std::fs::read_to_string(&path)?;
    let (before, rest) = text.split_once(BEGIN).ok_or("no mark where the tables begin")?;
    let (_, after) = rest.split_once(END).ok_or("no mark where they end")?;
    std::fs::write(path, format!("{before}{BEGIN}{}\n{END}{after}", page.text))?;
    std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(VALUES), page.values)?;
    Ok(())
}

/// The tables, and a line of values for each of their cells.
struct Page {
    text: String,
    values: String,
}

impl Page {
    fn keep(&mut self, what: &str, values: &[f64]) -> core::fmt::Result {
        write!(self.values, "{what}")?;
        for value in values {
            write!(self.values, ",{value:.6}")?;
        }
        writeln!(self.values)
    }
}

/// Ascending, with the middle one; of an even number the upper middle.
fn sorted(mut values: Vec<f64>) -> (Vec<f64>, f64) {
    values.sort_by(f64::total_cmp);
    let median = values[values.len() / 2];
    (values, median)
}

fn collapse<R: Real>(
    page: &mut Page,
    name: &str,
    f: &MlpObjective<'_, R>,
    minimum: &[R],
    ratios: &[f64],
    batches: &[u32],
    settled: f64,
) -> Result<(), Box<dyn Error>> {
    let least = f.value(minimum, &mut vec![R::ZERO; f.scratch_len()]).to_f64();
    for ratio in ratios {
        for &batch_size in batches {
            let eta = ratio * f64::from(batch_size);
            let walk = BatchDescent { learning_rate: R::from_f64(eta), batch_size };
            let rounds = whole(400.0 / eta);
            let run =
                Run { walkers: WALKERS, settle: whole(settled * 400.0 / eta), rounds, every: rounds / 100 };
            let (losses, median) = sorted(stationary_losses(f, minimum, walk, 3, run)?);
            let (low, high) = (losses[0], losses[losses.len() - 1]);
            let excess = (median - least) / ratio;
            writeln!(
                page.text,
                "| {name} | {ratio} | {eta:.2} | {batch_size} | {median:.5} | {low:.5}, {high:.5} | {excess:.3} |"
            )?;
            page.keep(&format!("loss,{name},{eta:.2},{batch_size},"), &losses)?;
            eprintln!("{name} {ratio} {batch_size} {median}");
        }
    }
    Ok(())
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some thousand rounds")]
fn whole(x: f64) -> u32 {
    x as u32
}

fn spectrum<R: Real>(
    page: &mut Page,
    name: &str,
    place: &str,
    f: &MlpObjective<'_, R>,
    params: &[R],
) -> Result<(), Box<dyn Error>> {
    let found = Spectrum::at(f, params)?;
    let [half, most, nearly] = [0.5, 0.9, 0.99].map(|share| found.directions(share));
    let Spectrum { dim, values, trace, participation } = &found;
    writeln!(
        page.text,
        "| {name} | {dim} | {} | {place} | {trace:.4} | {participation:.2} | {half}, {most}, {nearly} |",
        values.len()
    )?;
    Ok(())
}

fn planes(
    page: &mut Page,
    data: &str,
    f: &MlpObjective<'_, f64>,
    minimum: &[f64],
) -> Result<(), Box<dyn Error>> {
    let (values, vectors) = axes(f, minimum)?;
    let n = f.dim();
    for pair in [[1, 2], [1, 3], [1, 4], [2, 3]] {
        let curvatures = pair.map(|k| values[n - k]);
        let axes = pair.map(|k| &vectors[(n - k) * n..][..n]);
        let plane = OnPlane { objective: f, origin: minimum, axes };
        let walk = BatchDescent { learning_rate: 0.1, batch_size: 8 };
        let run = Run { walkers: 100, settle: 4000, rounds: 10_000, every: 50 };
        let found = slice(&plane, curvatures, walk, run)?;
        let left = |fit: losscape::diffusion::PotentialFit<f64>| fit.residual / fit.spread;
        writeln!(
            page.text,
            "| {data} | {}, {} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} | {:.2} |",
            pair[0],
            pair[1],
            found.isotropic,
            found.shape,
            found.predicted,
            found.fit.scale,
            left(found.fit),
            left(found.control)
        )?;
    }
    Ok(())
}

fn freezing<R: Real>(
    page: &mut Page,
    name: &str,
    f: &MlpObjective<'_, R>,
    eta: f64,
    batches: &[u32],
    split: Split,
) -> Result<(), Box<dyn Error>> {
    const SPLITS: [u32; 6] = [0, 30, 100, 300, 1000, 3000];
    let heads = SPLITS.map(|at| format!("{at}")).join(" | ");
    writeln!(
        page.text,
        "\n| {name}, η = {eta}, b | {heads} | frozen from |\n|--:|--:|--:|--:|--:|--:|--:|--:|"
    )?;
    for &batch_size in batches {
        let walk = BatchDescent { learning_rate: R::from_f64(eta), batch_size };
        let mut cells = String::new();
        let mut frozen = None;
        for at in SPLITS {
            let run = |seed| split_barrier(f, walk, Split { at, ..split }, seed);
            let (barriers, median) = sorted((0..SEEDS).map(run).collect::<Result<_, ArgError>>()?);
            let greatest = barriers[barriers.len() - 1];
            write!(cells, "| {median:.4}, {greatest:.4} ")?;
            frozen = if greatest > BARRIER { None } else { frozen.or(Some(at)) };
            page.keep(&format!("barrier,{name},{eta},{batch_size},{at}"), &barriers)?;
            eprintln!("{name}, b = {batch_size}, {at}: {barriers:.4?}");
        }
        let frozen = frozen.map_or("never".to_owned(), |at| at.to_string());
        writeln!(page.text, "| {batch_size} {cells}| {frozen} |")?;
    }
    Ok(())
}
