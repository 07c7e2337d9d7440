//! Which minima are left when a loss is smoothed: the minima of two curves over the bandwidth.
//!
//! ```text
//! cargo run --release -p losscape-tests --example smoothing_tree
//! ```
//!
//! Writes `docs/smoothing-tree.svg` and prints the bandwidths at which minima vanish. The numbers have the same bits on
//! every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape::ArgError;
use losscape::base::grid::Axis;
use losscape::base::kernel::Kernel;
use losscape::models::surfaces::{GaussianMixture, RippledBowl};
use losscape::objective::Convolution;
use losscape::smoothing::{Branch, BranchConfig, BranchStep, LineMinima, LineStep};

/// Bandwidths of a tree.
const LEVELS: u32 = 240;
/// Places of a panel, in the units of the picture.
const PANEL: [f64; 2] = [310.0, 300.0];

struct Tree {
    title: &'static str,
    range: [f64; 2],
    widest: f64,
    /// Place and bandwidth of each minimum found.
    minima: Vec<[f64; 2]>,
    /// The minima of the curve itself, and the bandwidths at which they vanish, if they do.
    ends: Vec<(f64, Option<f64>)>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut bowl = RippledBowl::new(1, 0.5, 0.6, 6.0)?;
    bowl.phase = 0.9;
    let (centres, depths, widths) = ([-1.0, 1.0], [1.0, 1.5], [0.6, 0.1]);
    let wells = GaussianMixture::new(1, &centres, &depths, &widths)?;
    let trees = [
        tree(&bowl, "0.25 x² + 0.6 cos(6 x + 0.9)", [-3.0, 3.0], 0.55, 0.25)?,
        tree(&wells, "a wide well at −1, a deep narrow one at 1", [-2.0, 2.0], 1.1, 0.1)?,
    ];
    for tree in &trees {
        println!("{}", tree.title);
        for (place, end) in &tree.ends {
            match end {
                Some(end) => println!("  {place:8.4}  vanishes at {end:.6}"),
                None => println!("  {place:8.4}  stays"),
            }
        }
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::write(docs.join("smoothing-tree.svg"), plot(&trees)?)?;
    Ok(())
}

fn tree(
    f: &impl Convolution<f64>,
    title: &'static str,
    range: [f64; 2],
    widest: f64,
    length: f64,
) -> Result<Tree, ArgError> {
    let mut line = LineMinima::new(Axis::new(range[0], range[1], 2000)?, vec![0.0; 32])?;
    let (mut minima, mut ends) = (Vec::new(), Vec::new());
    for level in 0..LEVELS {
        let std_dev = widest * f64::from(level) / f64::from(LEVELS - 1);
        while line.step(f, &Kernel::Gaussian { std_dev }) == LineStep::Searching {}
        minima.extend(line.minima().iter().map(|place| [*place, std_dev]));
        if level == 0 {
            for place in line.minima().to_vec() {
                ends.push((place, end(f, place, widest, length)?));
            }
        }
    }
    Ok(Tree { title, range, widest, minima, ends })
}

/// The bandwidth at which a minimum of the curve vanishes.
fn end(f: &impl Convolution<f64>, place: f64, until: f64, length: f64) -> Result<Option<f64>, ArgError> {
    let config = BranchConfig { from: 0.0, until, step: 0.01, tolerance: 1e-9, length };
    let mut branch = Branch::new(f, Kernel::Gaussian { std_dev: 0.0 }, config, &[place])?;
    loop {
        match branch.step(f) {
            BranchStep::Ended { last, .. } => return Ok(Some(last)),
            BranchStep::Alive => return Ok(None),
            BranchStep::Followed { .. } | BranchStep::Shortened => (),
        }
    }
}

fn plot(trees: &[Tree]) -> Result<String, core::fmt::Error> {
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 760 410\" font-family=\"sans-serif\" font-size=\"13\" \
         role=\"img\" aria-label=\"Minima of two curves over the bandwidth of a Gaussian that smooths them\">\n\
         <rect width=\"760\" height=\"410\" fill=\"#ffffff\"/>"
    )?;
    for (left, tree) in [60.0, 430.0].into_iter().zip(trees) {
        let x = |place: f64| left + PANEL[0] * (place - tree.range[0]) / (tree.range[1] - tree.range[0]);
        let y = |bandwidth: f64| 340.0 - PANEL[1] * bandwidth / tree.widest;
        writeln!(svg, "<text x=\"{left}\" y=\"24\">{}</text>", tree.title)?;
        for fifth in 0..=5 {
            let bandwidth = f64::from(fifth) * tree.widest / 5.5;
            let at = y(bandwidth);
            writeln!(
                svg,
                "<path d=\"M{left} {at:.1}h{}\" stroke=\"#dddddd\"/><text x=\"{:.1}\" y=\"{:.1}\" \
                 text-anchor=\"end\">{bandwidth:.1}</text>",
                PANEL[0],
                left - 6.0,
                at + 4.0
            )?;
        }
        for place in [tree.range[0], 0.0, tree.range[1]] {
            writeln!(svg, "<text x=\"{:.1}\" y=\"360\" text-anchor=\"middle\">{place}</text>", x(place))?;
        }
        let mut path = String::new();
        for [place, bandwidth] in &tree.minima {
            write!(path, "M{:.1} {:.1}h1.5", x(*place), y(*bandwidth))?;
        }
        writeln!(svg, "<path d=\"{path}\" stroke=\"#0072b2\" stroke-width=\"1.5\"/>")?;
        writeln!(svg, "<text x=\"{:.1}\" y=\"384\" text-anchor=\"middle\">x</text>", left + PANEL[0] / 2.0)?;
    }
    writeln!(
        svg,
        "<text x=\"14\" y=\"190\" transform=\"rotate(-90 14 190)\" text-anchor=\"middle\">bandwidth s</text>\n</svg>"
    )?;
    Ok(svg)
}
