//! The noise of minibatches on the digits and on two moons: all values behind the claims.
//!
//! ```text
//! cargo run --release -p losscape-tests --example minibatch_noise
//! ```
//!
//! Writes the tables between the marks of `docs/diffusion.md`, every run's value to `docs/minibatch-noise.csv`, and the losses among
//! them as `docs/minibatch-noise.svg`. The numbers have the same bits on every machine. With `-- --plot` it only draws the picture, from the values in the file.

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
const PICTURE: &str = "../docs/minibatch-noise.svg";

const WALKERS: usize = 16;
const SEEDS: u64 = 9;
/// A barrier that counts, in nats.
const BARRIER: f64 = 1e-3;

fn main() -> Result<(), Box<dyn Error>> {
    if std::env::args().all(|arg| arg != "--plot") {
        measure()?;
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
    let values = std::fs::read_to_string(folder.join(VALUES))?;
    std::fs::write(folder.join(PICTURE), plot(&values)?)?;
    Ok(())
}

fn measure() -> Result<(), Box<dyn Error>> {
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
        "\n### The stationary loss\n\n\
         {WALKERS} runs from one minimum, batches drawn with replacement; each run's loss on all samples is averaged over 400\n\
         units of time (a step lasts η), after 100 on moons and 200 on digits. *Excess* is the height of the median above the minimum, over η/b.\n\n\
         ![Loss of every run over η/b](minibatch-noise.svg)\n"
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
         Each plane is spanned by two eigenvectors of the Hessian, numbered from the steepest. 100 walkers confined to the plane, with batches\n\
         of 8 at η = 0.1, give 20,000 positions on 24² cells. *Left* is the weighted deviation of Φ = −T ln ρ from its best\n\
         multiple of the loss, over the deviation of the loss. *Counting* is the same for isotropic noise on the parabola: the\n\
         part due to a finite cloud.\n\n| data | plane | ratio of the curvatures | ratio of the cloud's variances | by the Lyapunov \
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
         A run is split in two after the given number of steps; the halves draw different batches to the end of training and then settle on all\n\
         samples. The table gives the barrier on the straight line between the two ends, in nats: median and greatest of {SEEDS} runs. *Frozen\n\
         from* is the first split from which on no barrier exceeds {BARRIER}."
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

/// The loss of every run over η/b, a column for each batch size beside its place: columns at one place agree where η/b alone decides.
fn plot(values: &str) -> Result<String, Box<dyn Error>> {
    const COLOURS: [&str; 5] = ["#000000", "#0072b2", "#009e73", "#d55e00", "#cc79a7"];
    let panels = [
        ("moons", "two moons, 2-8-1", 60.0, [0.12, 0.13], [0.01, 0.02, 0.04]),
        ("digits", "digits, 64-8-10", 430.0, [0.032, 0.044], [0.005, 0.01, 0.02]),
    ];
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 410\" font-family=\"sans-serif\" font-size=\"13\" \
         role=\"img\" aria-label=\"Losses of SGD at rest over the ratio of rate and batch size\">\n\
         <rect width=\"760\" height=\"410\" fill=\"#ffffff\"/>"
    )?;
    for (data, title, left, [low, high], ratios) in panels {
        let y = |loss: f64| 340.0 - 300.0 * (loss - low) / (high - low);
        writeln!(svg, "<text x=\"{left}\" y=\"24\">{title}: loss, nats</text>")?;
        for fifth in 0..=4 {
            let loss = low + f64::from(fifth) * (high - low) / 4.0;
            let at = y(loss);
            writeln!(
                svg,
                "<path d=\"M{left} {at:.1}h310\" stroke=\"#dddddd\"/><text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{loss:.4}</text>",
                left - 6.0,
                at + 4.0
            )?;
        }
        for (k, ratio) in (0u8..).zip(ratios) {
            let middle = left + 50.0 + 103.0 * f64::from(k);
            writeln!(svg, "<text x=\"{middle:.1}\" y=\"360\" text-anchor=\"middle\">{ratio}</text>")?;
        }
        writeln!(svg, "<text x=\"{}\" y=\"384\" text-anchor=\"middle\">η/b</text>", left + 155.0)?;
        for line in values.lines().filter(|line| line.starts_with(&format!("loss,{data},"))) {
            let cells: Vec<&str> = line.split(',').collect();
            let [_, _, rate, batch, _, losses @ ..] = cells.as_slice() else { continue };
            let (rate, batch): (f64, u32) = (rate.parse()?, batch.parse()?);
            let ratio = rate / f64::from(batch);
            let Some(column) = (0u8..).zip(ratios).find(|(_, at)| (ratio / at - 1.0).abs() < 0.01) else {
                continue;
            };
            let aside = batch.trailing_zeros();
            let x = left + 18.0 + 103.0 * f64::from(column.0) + 16.0 * f64::from(aside);
            let colour = COLOURS[aside as usize % COLOURS.len()];
            for loss in losses {
                let y = y(loss.parse()?);
                writeln!(
                    svg,
                    "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"2\" fill=\"none\" stroke=\"{colour}\"/>"
                )?;
            }
        }
    }
    for (k, colour) in (0u8..).zip(COLOURS) {
        let x = 300.0 + 48.0 * f64::from(k);
        writeln!(
            svg,
            "<circle cx=\"{x}\" cy=\"400\" r=\"3\" fill=\"none\" stroke=\"{colour}\"/><text x=\"{}\" y=\"404\">b = {}</text>",
            x + 6.0,
            1 << k
        )?;
    }
    writeln!(svg, "</svg>")?;
    Ok(svg)
}
