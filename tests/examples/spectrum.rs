//! The spectrum of a trained reader of digits, as a picture.
//!
//! ```text
//! cargo run --release -p losscape-tests --example spectrum
//! ```
//!
//! Trains a 64-16-10 network, computes all 1210 eigenvalues of its Hessian, and their density by stochastic Lanczos quadrature beside them, and
//! writes `docs/spectrum.svg`. The numbers have the same bits on every machine.

use core::error::Error;
use core::fmt::Write as _;
use std::path::Path;

use losscape::Operator;
use losscape::base::elementary::{exp, ln};
use losscape::base::random::stream;
use losscape::curvature::{DensityConfig, DensityLayout, DensityStep, LanczosConfig, Probe, SpectralDensity};
use losscape_tests::paths::{Digits, train};
use losscape_tests::spectrum::Spectrum;

/// Places from −1 to 1 decades above this magnitude lie together.
const UNIT: f64 = 1e-5;
const BINS: u16 = 96;
/// How far the largest magnitude is drawn from zero, in decades.
const REACH: f64 = 5.0;

/// Where a curvature is drawn, from −REACH to REACH: sign · log₁₀(1 + |λ| / unit).
fn place(x: f64) -> f64 {
    let decades = ln(1.0 + x.abs() / UNIT) / core::f64::consts::LN_10;
    if x < 0.0 { -decades } else { decades }
}

/// The curvature that is drawn at a place.
fn at(place: f64) -> f64 {
    let x = UNIT * (exp(place.abs() * core::f64::consts::LN_10) - 1.0);
    if place < 0.0 { -x } else { x }
}

fn main() -> Result<(), Box<dyn Error>> {
    let data = Digits::<f64>::training()?;
    let f = data.objective(16)?;
    let params = train(&f, 128, 1, 3000)?;
    let spectrum = Spectrum::of(&f, &params)?;
    let prepared = f.prepare(&params, vec![0.0; f.prepared_len()])?;
    let layout = DensityLayout::new(prepared.dim(), 100, prepared.scratch_len(), 10);
    let lanczos = LanczosConfig { steps: 100, reorthogonalise: true };
    let config = DensityConfig { probes: 10, probe: Probe::Rademacher, lanczos };
    let memory = [layout.lanczos().basis_len(), layout.lanczos().len(), layout.nodes_len()];
    let [basis, workspace, nodes] = memory.map(|len| vec![0.0; len]);
    let mut density = SpectralDensity::new(&prepared, config, basis, workspace, nodes)?;
    let mut rng = stream(4, 0);
    while density.step(&prepared, &mut rng) != DensityStep::Done {}

    let (mut exact, mut estimated) = (Vec::new(), Vec::new());
    for bin in 0..BINS {
        let edge = |k: u16| at((2.0 * f64::from(k) / f64::from(BINS) - 1.0) * REACH);
        let (low, high) = (edge(bin), edge(bin + 1));
        exact.push(spectrum.values.iter().filter(|x| **x >= low && **x < high).fold(0.0, |n, _| n + 1.0));
        estimated.push(1210.0 * density.share(low, high).mean);
    }
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    std::fs::write(docs.join("spectrum.svg"), plot(&exact, &estimated, &spectrum.values)?)?;
    Ok(())
}

/// Bars of the exact counts, a line of the estimated ones, and a tick for each of the ten largest.
fn plot(exact: &[f64], estimated: &[f64], values: &[f64]) -> Result<String, core::fmt::Error> {
    const LEFT: f64 = 60.0;
    const WIDTH: f64 = 620.0;
    const FLOOR: f64 = 350.0;
    let x = |place: f64| LEFT + WIDTH * (place / REACH + 1.0) / 2.0;
    // One eigenvalue is a tenth of a decade above the floor, which is 0.8.
    let y = |count: f64| {
        let decades = ln(count.abs() / 0.8) / core::f64::consts::LN_10;
        FLOOR - 100.0 * if decades > 0.0 { decades } else { 0.0 }
    };
    let mut svg = String::new();
    writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 410\" font-family=\"sans-serif\" font-size=\"13\" role=\"img\" \
         aria-label=\"Eigenvalues of a trained reader of digits: counts by curvature\">\n<rect width=\"700\" height=\"410\" fill=\"#ffffff\"/>"
    )?;
    for count in [1.0, 10.0, 100.0, 1000.0] {
        let y = y(count);
        writeln!(
            svg,
            "<path d=\"M{LEFT} {y:.1}H690\" stroke=\"#dddddd\"/><text x=\"52\" y=\"{:.1}\" text-anchor=\"end\">{count}</text>",
            y + 4.0
        )?;
    }
    let step = WIDTH / f64::from(BINS);
    for ((bin, count), k) in exact.iter().enumerate().zip(0u16..) {
        if *count > 0.0 {
            let (left, top) = (LEFT + step * f64::from(k), y(*count));
            let fill = if bin < exact.len() / 2 { "#b04a3a" } else { "#3a6ea5" };
            writeln!(
                svg,
                "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{:.1}\" height=\"{:.1}\" fill=\"{fill}\"/>",
                step - 0.6,
                FLOOR - top
            )?;
        }
    }
    svg.push_str("<path fill=\"none\" stroke=\"#222222\" stroke-width=\"1.5\" d=\"");
    for (k, count) in (0u16..).zip(estimated) {
        let verb = if k == 0 { 'M' } else { 'L' };
        write!(svg, "{verb}{:.1} {:.1}", LEFT + step * (f64::from(k) + 0.5), y(*count))?;
    }
    svg.push_str("\"/>\n");
    for value in values.iter().rev().take(10) {
        writeln!(svg, "<path d=\"M{0:.1} {FLOOR}v8\" stroke=\"#222222\"/>", x(place(*value)))?;
    }
    for (value, label) in [
        (-1e-2, "−0.01"),
        (-1e-3, "−0.001"),
        (-1e-4, "−10⁻⁴"),
        (0.0, "0"),
        (1e-4, "10⁻⁴"),
        (1e-3, "0.001"),
        (1e-2, "0.01"),
        (0.1, "0.1"),
        (1.0, "1"),
    ] {
        writeln!(svg, "<text x=\"{:.1}\" y=\"372\" text-anchor=\"middle\">{label}</text>", x(place(value)))?;
    }
    writeln!(
        svg,
        "<text x=\"{:.1}\" y=\"396\" text-anchor=\"middle\">eigenvalue; ticks: the ten largest; line: estimate from 1000 products</text>",
        LEFT + WIDTH / 2.0
    )?;
    svg.push_str("</svg>\n");
    Ok(svg)
}
