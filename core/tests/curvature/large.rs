//! Operators far above a thousand dimensions: a quadratic of 10⁵ with a known spectrum, and a network of more than 10⁴ parameters whose
//! traces have a closed form.

use losscape::base::elementary::{exp, sqrt, tanh};
use losscape::base::random::{fill_normal, stream};
use losscape::base::vector::{dot, norm};
use losscape::curvature::{
    DeflatedTrace, DeflatedTraceLayout, DensityConfig, DensityLayout, DensityStep, Estimate, Lanczos,
    LanczosConfig, LanczosLayout, LanczosStep, PowerConfig, PowerIteration, PowerLayout, PowerStep, Probe,
    SpectralDensity, TraceEstimate, TraceLayout, TraceStep,
};
use losscape::models::data::{Dataset, Targets, digits};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::Quadratic;
use losscape::objective::{GaussNewtonAt, HessianAt};
use losscape::{ArgError, Objective, Operator};

use crate::Outcome;

const DIM: usize = 100_000;
/// Above a bulk that fills [0, 1] evenly.
const OUTLIERS: [f64; 5] = [400.0, 500.0, 600.0, 800.0, 1000.0];

/// The spectrum, and an axis whose reflection mixes all coordinates.
fn spectrum() -> (Vec<f64>, Vec<f64>) {
    let bulk = DIM - OUTLIERS.len();
    let mut values: Vec<f64> = (0..bulk).map(|k| (k as f64 + 0.5) / bulk as f64).collect();
    values.extend(OUTLIERS);
    let mut axis = vec![0.0; DIM];
    fill_normal(&mut stream(1, 0), &mut axis);
    (values, axis)
}

fn sum(values: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    values.iter().fold(0.0, |sum, x| sum + f(*x))
}

fn nan(len: usize) -> Vec<f64> {
    vec![f64::NAN; len]
}

/// An iteration that has taken all its steps, in exactly the memory that its layout asks for.
fn iterated(at: &impl Operator<f64>, steps: u32) -> Result<Lanczos<f64, Vec<f64>, Vec<f64>>, ArgError> {
    let layout = LanczosLayout::new(at.dim(), steps as usize, at.scratch_len());
    let m = steps as usize;
    assert_eq!(layout.basis_len(), m * at.dim(), "m vectors");
    assert_eq!(layout.len(), at.dim() + 4 * m + m * m + at.scratch_len(), "one more, and T");
    let config = LanczosConfig { steps, reorthogonalise: true };
    let mut start = vec![0.0; at.dim()];
    fill_normal(&mut stream(2, 0), &mut start);
    let mut lanczos = Lanczos::new(at, config, &start, nan(layout.basis_len()), nan(layout.len()))?;
    let mut rng = stream(2, 1);
    while lanczos.step(at, &mut rng) != LanczosStep::Done {}
    Ok(lanczos)
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_top_five_of_a_hundred_thousand_lie_within_their_bounds() -> Outcome {
    let (values, axis) = spectrum();
    let f = Quadratic::new(&values)?.reflected(&axis)?;
    let zero = vec![0.0; DIM];
    let at = HessianAt::new(&f, &zero)?;
    let mut lanczos = iterated(&at, 20)?;
    let mut vector = nan(DIM);
    let ritz = lanczos.ritz().ok_or("no steps")?;
    // What a product rounds, of the largest eigenvalue.
    let rounding = at.roundings() as f64 * f64::EPSILON * 1000.0;
    for (k, want) in OUTLIERS.into_iter().enumerate() {
        let i = 20 - OUTLIERS.len() + k;
        let (value, bound) = (ritz.values()[i], ritz.residual(i));
        println!("{value} within {bound:e} of {want}");
        assert!((value - want).abs() <= bound + rounding, "{value} within {bound:e} of {want}");
        assert!(bound < 1e-9 * want, "nothing is known about {want}: {bound:e}");
        // The bound is the residual itself.
        assert!(ritz.vector(i, &mut vector));
        let mut product = nan(DIM);
        at.apply(&vector, &mut product, &mut nan(at.scratch_len()));
        product.iter_mut().zip(&vector).for_each(|(p, v)| *p -= value * v);
        assert!(norm(&product) <= bound + rounding, "{:e} and {bound:e}", norm(&product));
    }
    Ok(())
}

/// How many of the estimates are within two of their own standard errors.
fn covered(estimates: &[Estimate<f64>], exact: f64) -> usize {
    estimates.iter().filter(|e| (e.mean - exact).abs() <= 2.0 * e.standard_error).count()
}

/// Estimates of eight probes. Two standard errors hold 91 % of them where the probes are normal (Student's distribution of seven degrees of
/// freedom), as with Hutch++, and 89 % where they are sums of a few squares, as with Hutchinson (by simulation: 35.5 ± 2.0 of forty). The spread
/// is known: 2 ‖A‖² for a normal probe, of all of A or of the bulk alone.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_trace_of_a_hundred_thousand_is_covered_by_its_errors() -> Outcome {
    const PROBES: u32 = 8;
    const RANK: u32 = 10;
    let (values, axis) = spectrum();
    let f = Quadratic::new(&values)?.reflected(&axis)?;
    let zero = vec![0.0; DIM];
    let at = HessianAt::new(&f, &zero)?;
    let exact = sum(&values, |x| x);
    let bulk = &values[..DIM - OUTLIERS.len()];
    let [whole_error, bulk_error] =
        [&values[..], bulk].map(|values| sqrt(2.0 * sum(values, |x| x * x) / f64::from(PROBES)));

    let layout = TraceLayout::new(DIM, at.scratch_len());
    assert_eq!(layout.len(), 2 * DIM + at.scratch_len());
    let deflated_layout = DeflatedTraceLayout::new(DIM, RANK as usize, at.scratch_len());
    assert_eq!((deflated_layout.basis_len(), deflated_layout.len()), (RANK as usize * DIM, layout.len()));
    let mut memory = (nan(layout.len()), nan(deflated_layout.basis_len()));
    let (mut plain, mut deflated) = (Vec::new(), Vec::new());
    for seed in 0..40 {
        let mut rng = stream(3, seed);
        let mut trace = TraceEstimate::new(&at, Probe::Gaussian, &mut memory.0[..])?;
        while trace.step(&at, &mut rng) != (TraceStep::Added { count: PROBES }) {}
        plain.push(Estimate { mean: trace.mean(), standard_error: trace.standard_error() });
        if seed < 10 {
            let mut trace =
                DeflatedTrace::new(&at, RANK, Probe::Gaussian, &mut memory.1[..], &mut memory.0[..])?;
            for _ in 0..2 * RANK + PROBES {
                let _ = trace.step(&at, &mut rng);
            }
            deflated.push(trace.estimate());
        }
    }
    for (name, estimates, spread, fewest) in
        [("Hutchinson", &plain, whole_error, 29), ("Hutch++", &deflated, bulk_error, 6)]
    {
        let square = estimates.iter().fold(0.0, |sum, e| sum + e.standard_error * e.standard_error);
        let found = sqrt(square / estimates.len() as f64);
        let within = covered(estimates, exact);
        println!("{name}: {exact} ± {found:.1} (known {spread:.1}), {within} of {}", estimates.len());
        assert!((fewest..).contains(&within), "{name}: {within} of {}", estimates.len());
        // One variance errs by 0.86 (squares, by simulation) and 0.53 (normal, √(2/7)) of itself, a root of their mean by half of that over
        // √40 and √10: three times 0.068 and 0.085.
        assert!((found / spread - 1.0).abs() < 0.25, "{name}: {found} and {spread}");
    }
    assert!(bulk_error < whole_error / 8.0, "the five outliers are most of the spread");
    Ok(())
}

/// The spread is known here as well: for a unit start, (2/(n + 2)) times the variance of f over the spectrum (moments of a uniform unit vector).
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn the_density_of_a_hundred_thousand_is_that_of_its_spectrum() -> Outcome {
    const PROBES: u32 = 3;
    const STEPS: u32 = 40;
    let (values, axis) = spectrum();
    let f = Quadratic::new(&values)?.reflected(&axis)?;
    let zero = vec![0.0; DIM];
    let at = HessianAt::new(&f, &zero)?;
    let layout = DensityLayout::new(DIM, STEPS as usize, at.scratch_len(), PROBES as usize);
    assert_eq!(layout.lanczos().basis_len(), STEPS as usize * DIM);
    assert_eq!(layout.nodes_len(), (2 * PROBES * STEPS) as usize);
    let lanczos = LanczosConfig { steps: STEPS, reorthogonalise: true };
    let config = DensityConfig { probes: PROBES, probe: Probe::Gaussian, lanczos };
    let memory = [layout.lanczos().basis_len(), layout.lanczos().len(), layout.nodes_len()];
    let [basis, workspace, nodes] = memory.map(nan);
    let mut density = SpectralDensity::new(&at, config, basis, workspace, nodes)?;
    let mut rng = stream(4, 0);
    while density.step(&at, &mut rng) != DensityStep::Done {}
    let width = 0.1;
    let gauss = |x: f64, at: f64| {
        let away = (at - x) / width;
        exp(-(0.5 * away * away)) / (width * sqrt(core::f64::consts::TAU))
    };
    let compared = |found: Estimate<f64>, f: &dyn Fn(f64) -> f64| {
        let n = DIM as f64;
        let exact = sum(&values, f) / n;
        let variance = sum(&values, |x| f(x) * f(x)) / n - exact * exact;
        let spread = sqrt(2.0 / (n + 2.0) * variance / f64::from(PROBES));
        println!(
            "{} against {exact}, {:.1e} by its own account, {spread:.1e}",
            found.mean, found.standard_error
        );
        assert!((found.mean - exact).abs() < 4.0 * spread, "{found:?} against {exact} ± {spread}");
    };
    for at in [-0.1, 0.0, 0.25, 0.5, 0.75, 1.0] {
        compared(density.density(at, width), &|x| gauss(x, at));
    }
    compared(density.average(|x| x), &|x| x);
    compared(density.average(|x| x * x), &|x| x * x);
    // Not smooth: the quadrature errs too, by at most the weight of a node, π / 70 of the bulk.
    let share = density.share(-1.0, 0.5).mean;
    assert!((share - 0.5).abs() < 0.05, "{share}");
    Ok(())
}

const NET: Mlp = Mlp::from_widths(&[digits::PIXELS, 144, digits::CLASSES]);

/// The traces of the Gauss–Newton matrix and of the whole Hessian of a tanh network with one hidden layer and softmax cross-entropy:
///
/// ```text
/// G: (1/N) Σ Σ_c p_c (1 − p_c) (1 + ‖a‖²) + (1 + ‖x‖²) Σ_h a'_h² (Σ_c p_c w_hc² − (Σ_c p_c w_hc)²)
/// H − G: (1/N) Σ (1 + ‖x‖²) Σ_h a''_h Σ_c (p_c − y_c) w_hc
/// ```
fn exact_traces(params: &[f64], inputs: &[f64], labels: &[u8]) -> [f64; 2] {
    let [first, second] = [0, 1].map(|l| NET.layer(l));
    let (width, classes) = (first.outputs, second.outputs);
    let (w1, b1) = (&params[first.weights], &params[first.bias]);
    let (w2, b2) = (&params[second.weights], &params[second.bias]);
    let (mut square, mut rest) = (0.0, 0.0);
    for (x, label) in inputs.chunks_exact(first.inputs).zip(labels) {
        let hidden: Vec<f64> = (0..width)
            .map(|h| tanh(b1[h] + x.iter().enumerate().fold(0.0, |sum, (i, x)| sum + x * w1[i * width + h])))
            .collect();
        let mut p: Vec<f64> = (0..classes)
            .map(|c| {
                exp(b2[c] + hidden.iter().enumerate().fold(0.0, |sum, (h, a)| sum + a * w2[h * classes + c]))
            })
            .collect();
        let total = sum(&p, |p| p);
        p.iter_mut().for_each(|p| *p /= total);
        let before = 1.0 + dot(x, x);
        square += sum(&p, |p| p * (1.0 - p)) * (1.0 + dot(&hidden, &hidden));
        for (a, w) in hidden.iter().zip(w2.chunks_exact(classes)) {
            let slope = 1.0 - a * a;
            let mean = dot(&p, w);
            let mean_square = p.iter().zip(w).fold(0.0, |sum, (p, w)| sum + p * w * w);
            square += before * slope * slope * (mean_square - mean * mean);
            rest += before * (-2.0 * a * slope) * (mean - w[usize::from(*label)]);
        }
    }
    let count = labels.len() as f64;
    [square / count, (square + rest) / count]
}

/// 10,810 parameters. Each trace is exact by the formula above; the largest eigenvalue is above the mean of all, and those of the Gauss–Newton matrix keep within its
/// trace and rank.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn a_network_of_ten_thousand_parameters() -> Outcome {
    const ROWS: usize = 300;
    let (mut inputs, mut labels) = (vec![0.0; ROWS * digits::PIXELS], vec![0; ROWS]);
    digits::training().write(0..ROWS, &mut inputs, &mut labels)?;
    let data = Dataset::new(&inputs, digits::PIXELS, Targets::Labels(&labels))?;
    let f = MlpObjective::new(NET, Loss::SoftmaxCrossEntropy, data, 0.0)?;
    let n = f.dim();
    assert_eq!(n, 10_810);
    let mut params = vec![0.0; n];
    NET.init(Init::GlorotUniform, &mut params, &mut stream(5, 0));
    let exact = exact_traces(&params, &inputs, &labels);
    let square = GaussNewtonAt::new(&f, &params)?;
    let whole = f.prepare(&params, nan(f.prepared_len()))?;

    for (k, name) in ["Gauss–Newton", "Hessian"].into_iter().enumerate() {
        // Only the types differ.
        let Measured { top, bound, of_five, trace: traced, power } =
            if k == 0 { measured(&square)? } else { measured(&whole)? };
        println!(
            "{name}: trace {} ({traced:?}), largest {top} ± {bound:e}, {power} by power iteration, five {of_five}",
            exact[k]
        );
        assert!(
            (traced.mean - exact[k]).abs() < 4.0 * traced.standard_error,
            "{name}: {traced:?}, {}",
            exact[k]
        );
        // The bulk of the Hessian has both signs, so its square is far from small where its trace is.
        assert!(traced.standard_error < [0.01, 0.1][k] * exact[k], "{name}: {traced:?}");
        assert!(bound < 1e-6 * top && (power / top - 1.0).abs() < 1e-6, "{name}: {top} ± {bound:e}, {power}");
        assert!(top > exact[k] / n as f64, "{name}: the largest is above the mean");
        if k == 0 {
            // None of its eigenvalues is negative, and its rank is at most the number of independent outputs.
            assert!(of_five <= exact[0] && exact[0] <= (ROWS * (digits::CLASSES - 1)) as f64 * top);
        }
    }
    Ok(())
}

/// What is measured of an operator.
struct Measured {
    top: f64,
    /// The residual of the largest eigenvalue.
    bound: f64,
    /// The sum of the largest five.
    of_five: f64,
    trace: Estimate<f64>,
    /// The largest, by power iteration.
    power: f64,
}

fn measured(at: &impl Operator<f64>) -> Result<Measured, ArgError> {
    const STEPS: u32 = 40;
    const RANK: u32 = 20;
    let mut lanczos = iterated(at, STEPS)?;
    let Some(ritz) = lanczos.ritz() else { panic!("no steps") };
    let last = STEPS as usize - 1;
    let (top, bound, of_five) =
        (ritz.values()[last], ritz.residual(last), sum(&ritz.values()[last - 4..], |x| x));
    let layout = DeflatedTraceLayout::new(at.dim(), RANK as usize, at.scratch_len());
    let mut trace =
        DeflatedTrace::new(at, RANK, Probe::Rademacher, nan(layout.basis_len()), nan(layout.len()))?;
    let mut rng = stream(6, 0);
    for _ in 0..2 * RANK + 40 {
        let _ = trace.step(at, &mut rng);
    }
    let mut start = vec![0.0; at.dim()];
    fill_normal(&mut stream(7, 0), &mut start);
    let layout = PowerLayout::new(at.dim(), at.scratch_len());
    let config = PowerConfig { tolerance: 1e-4, momentum: 0.0 };
    let mut power = PowerIteration::new(at, config, &start, nan(layout.len()))?;
    for _ in 0..2000 {
        if power.step(at) == PowerStep::Converged {
            break;
        }
    }
    Ok(Measured { top, bound, of_five, trace: trace.estimate(), power: power.value() })
}
