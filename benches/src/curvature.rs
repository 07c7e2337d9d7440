//! Curvature of two trained networks by whole programs, a [`Reader`] of digits and one of spirals: products, extreme eigenvalues, trace, density,
//! all of it.

use cpu_time::ProcessTime;
use losscape::base::random::stream;
use losscape::base::vector::norm;
use losscape::curvature::{
    DeflatedTrace, DeflatedTraceLayout, DeflatedTraceStep, DensityConfig, DensityLayout, DensityStep,
    EigenLayout, Hessian, HessianLayout, HessianStep, Lanczos, LanczosConfig, LanczosLayout, LanczosStep,
    Probe, SpectralDensity, eigenvalues,
};
use losscape::{ArgError, Objective, Operator, Real};
use losscape_benches::reader::{Reader, SEVERAL};
use serde_json::{Value, json};

use crate::whole::{self, Answer};

/// What every program is asked, and what its number means. Seconds are those of one product, one vector of sixteen, or the whole answer.
const QUESTIONS: [([&str; 3], &str, &str); 29] = [
    (["digits", "gradient", "f64"], "gradient, f64", "‖g‖"),
    (["digits", "product", "f64"], "Hessian–vector product, f64", "‖Hv‖"),
    (["digits", "product", "f32"], "Hessian–vector product, f32", "‖Hv‖"),
    (["digits", "prepared", "f64"], "the same, prepared at the point, f64", "‖Hv‖"),
    (["digits", "prepared", "f32"], "the same, prepared at the point, f32", "‖Hv‖"),
    (["digits", "sixteen", "f64"], "the same, sixteen at a time, each, f64", "‖Hv‖"),
    (["digits", "sixteen", "f32"], "the same, sixteen at a time, each, f32", "‖Hv‖"),
    (["digits", "top", "f64"], "five largest eigenvalues to 10⁻⁶, f64", "fifth"),
    (["digits", "top", "f32"], "the same, f32", "fifth"),
    (["digits", "trace", "f64"], "trace to 1 % standard error, f64", "trace"),
    (["digits", "trace", "f32"], "the same, f32", "trace"),
    (["digits", "density", "f64"], "spectral density, 100 steps of 10 probes, f64", "share below 0.01"),
    (["digits", "density", "f32"], "the same, f32", "share below 0.01"),
    (["digits", "hessian", "f64"], "the whole Hessian, f64", "‖H‖"),
    (["digits", "eigenvalues", "f64"], "all eigenvalues of that, f64", "largest"),
    (["spirals", "product", "f64"], "spirals: Hessian–vector product, f64", "‖Hv‖"),
    (["spirals", "product", "f32"], "spirals: Hessian–vector product, f32", "‖Hv‖"),
    (["spirals", "prepared", "f64"], "spirals: prepared at the point, f64", "‖Hv‖"),
    (["spirals", "prepared", "f32"], "spirals: prepared at the point, f32", "‖Hv‖"),
    (["spirals", "sixteen", "f64"], "spirals: sixteen at a time, each, f64", "‖Hv‖"),
    (["spirals", "sixteen", "f32"], "spirals: sixteen at a time, each, f32", "‖Hv‖"),
    (["spirals", "top", "f64"], "spirals: five largest eigenvalues to 10⁻⁶, f64", "fifth"),
    (["spirals", "top", "f32"], "the same, f32", "fifth"),
    (["spirals", "trace", "f64"], "spirals: trace to 1 % standard error, f64", "trace"),
    (["spirals", "trace", "f32"], "the same, f32", "trace"),
    (
        ["spirals", "density", "f64"],
        "spirals: spectral density, 100 steps of 10 probes, f64",
        "share below 0.3",
    ),
    (["spirals", "density", "f32"], "the same, f32", "share below 0.3"),
    (["spirals", "hessian", "f64"], "spirals: the whole Hessian, f64", "‖H‖"),
    (["spirals", "eigenvalues", "f64"], "spirals: all eigenvalues of that, f64", "largest"),
];

/// Runs of each program: two, because three of so many questions took more than ten minutes, and five of what is soon over.
const RUNS: [usize; 2] = [2, 5];

/// What takes half a second.
const SHORT: [&str; 4] = ["gradient", "product", "prepared", "sixteen"];

/// Seconds of repeating what is quicker.
const PATIENCE: f64 = 0.4;

/// Prints and returns the table; `programs` are `NAME=COMMAND` with arguments after spaces.
pub(crate) fn compare(programs: &[&str]) -> Result<Value, String> {
    let programs = whole::with_own("curvature", programs)?;
    let mut rows = Vec::new();
    println!(
        "\ncurvature: whole programs in turn, best of {}, products of {}; processor time of the work alone\n",
        RUNS[0], RUNS[1]
    );
    for (question, words, meaning) in QUESTIONS {
        let runs = RUNS[usize::from(SHORT.contains(&question[1]))];
        println!("  {words}");
        let mut ours = None;
        for (name, command) in &programs {
            let Some(Answer { numbers: [number], seconds, .. }) = whole::best(command, &question, runs)?
            else {
                continue;
            };
            let ours = *ours.get_or_insert(seconds);
            let ratio = seconds / ours;
            println!(
                "    {name:20} {meaning} {number:11.6}, {:10.4} ms, theirs / ours {ratio:8.2}",
                1e3 * seconds
            );
            rows.push(json!({
                "what": words, "contender": name, "number": number, "means": meaning,
                "seconds": seconds, "theirs_over_ours": ratio,
            }));
        }
    }
    Ok(rows.into())
}

/// Prints a number to compare and the seconds that it took.
pub(crate) fn answer(network: &str, what: &str, precision: &str) -> Result<(), String> {
    let (number, seconds) = match precision {
        "f64" => asked::<f64>(network, what),
        _ => asked::<f32>(network, what),
    }
    .map_err(|error| error.to_string())?
    .ok_or("curvature digits | spirals, then gradient | product | prepared | sixteen | top | trace | density | hessian | eigenvalues, then f64 | f32")?;
    println!("{number:e} {seconds:e}");
    Ok(())
}

/// The time of one of many calls.
fn each(mut work: impl FnMut()) -> f64 {
    work();
    let (clock, mut calls) = (ProcessTime::now(), 0.0);
    loop {
        work();
        calls += 1.0;
        let seconds = clock.elapsed().as_secs_f64();
        if seconds >= PATIENCE {
            return seconds / calls;
        }
    }
}

/// A number to compare and seconds; nothing for a question that is not known.
pub(crate) fn asked<R: Real>(network: &str, what: &str) -> Result<Option<(f64, f64)>, ArgError> {
    let Some(reader) = Reader::new(network)? else { return Ok(None) };
    let reader = reader.cast::<R>();
    let f = reader.objective()?;
    let n = f.dim();
    let prepare = || f.prepare(reader.params(), vec![R::ZERO; f.prepared_len()]);
    let (number, seconds) = match what {
        "gradient" => {
            let (mut out, mut scratch) = (vec![R::ZERO; n], vec![R::ZERO; f.scratch_len()]);
            let seconds = each(|| _ = f.value_grad(reader.params(), &mut out, &mut scratch));
            (norm(&out), seconds)
        }
        "top" => {
            let mut fifth = R::ZERO;
            let start = reader.direction();
            let seconds = each(|| fifth = prepare().and_then(|at| top(&at, &start)).unwrap_or(R::ZERO));
            (fifth, seconds)
        }
        "trace" => {
            let mut mean = R::ZERO;
            let seconds = each(|| mean = prepare().and_then(|at| traced(&at)).unwrap_or(R::ZERO));
            (mean, seconds)
        }
        "density" => {
            let clock = ProcessTime::now();
            // Narrower than this, the peers' smoothed densities say nothing: of the spirals, 0.3 is a fiftieth of the largest eigenvalue.
            let below = if network == "digits" { 0.01 } else { 0.3 };
            let share = density(&prepare()?, R::from_f64(below))?;
            (share, clock.elapsed().as_secs_f64())
        }
        "hessian" => {
            let clock = ProcessTime::now();
            let matrix = dense(&prepare()?)?;
            (norm(&matrix), clock.elapsed().as_secs_f64())
        }
        "eigenvalues" => {
            let mut matrix = dense(&prepare()?)?;
            let (mut values, mut workspace) = (vec![R::ZERO; n], vec![R::ZERO; EigenLayout::new(n).len()]);
            let clock = ProcessTime::now();
            eigenvalues(&mut matrix, &mut values, &mut workspace)?;
            (values[n - 1], clock.elapsed().as_secs_f64())
        }
        _ => {
            let mut seconds = 0.0;
            let products = reader.products(what, |work| seconds = each(work))?;
            let Some((number, count)) = products else { return Ok(None) };
            (number, seconds / count as f64)
        }
    };
    Ok(Some((number.to_f64(), seconds)))
}

/// The fifth eigenvalue from above, once the bounds of all five are below a millionth of them.
fn top<R: Real>(at: &impl Operator<R>, start: &[R]) -> Result<R, ArgError> {
    const MOST: u32 = 60;
    let n = at.dim();
    let layout = LanczosLayout::new(n, MOST as usize, at.scratch_len());
    let (basis, workspace) = (vec![R::ZERO; layout.basis_len()], vec![R::ZERO; layout.len()]);
    let config = LanczosConfig { steps: MOST, reorthogonalise: true };
    let mut lanczos = Lanczos::new(at, config, start, basis, workspace)?;
    let mut rng = stream(1, 0);
    while lanczos.step(at, &mut rng) != LanczosStep::Done {
        let steps = lanczos.steps();
        let Some(ritz) = lanczos.ritz().filter(|_| steps >= 10) else { continue };
        let near = |k: usize| {
            // The value errs by the square of the residual over the gap to its neighbours, and never by more than the residual.
            let (value, residual) = (ritz.values()[k], ritz.residual(k));
            let above = if k + 1 < steps { ritz.values()[k + 1] - value } else { value };
            let below = value - ritz.values()[k - 1];
            let gap = if above < below { above } else { below };
            let error = residual * residual / gap;
            (if error < residual { error } else { residual }) <= R::from_f64(1e-6) * value
        };
        if (steps - 5..steps).all(near) {
            return Ok(ritz.values()[steps - 5]);
        }
    }
    Ok(lanczos.ritz().map_or(R::ZERO, |ritz| ritz.values()[MOST as usize - 5]))
}

/// With a standard error of a hundredth, by its own account.
fn traced<R: Real>(at: &impl Operator<R>) -> Result<R, ArgError> {
    const RANK: u32 = 20;
    let layout = DeflatedTraceLayout::new(at.dim(), RANK as usize, at.scratch_len());
    let (basis, workspace) = (vec![R::ZERO; layout.basis_len()], vec![R::ZERO; layout.len()]);
    let mut trace = DeflatedTrace::new(at, RANK, Probe::Rademacher, basis, workspace)?;
    let mut rng = stream(3, 0);
    loop {
        let step = trace.step(at, &mut rng);
        let found = trace.estimate();
        // Of fewer than eight probes the spread says little.
        let known = matches!(step, DeflatedTraceStep::Added { count } if count >= 8);
        if known && found.standard_error <= R::from_f64(0.01) * found.mean.abs() {
            return Ok(found.mean);
        }
    }
}

fn density<R: Real>(at: &impl Operator<R>, below: R) -> Result<R, ArgError> {
    const STEPS: u32 = 100;
    const PROBES: u32 = 10;
    let layout = DensityLayout::new(at.dim(), STEPS as usize, at.scratch_len(), PROBES as usize);
    let lanczos = LanczosConfig { steps: STEPS, reorthogonalise: true };
    let config = DensityConfig { probes: PROBES, probe: Probe::Rademacher, lanczos };
    let memory = [layout.lanczos().basis_len(), layout.lanczos().len(), layout.nodes_len()];
    let [basis, workspace, nodes] = memory.map(|len| vec![R::ZERO; len]);
    let mut density = SpectralDensity::new(at, config, basis, workspace, nodes)?;
    let mut rng = stream(4, 0);
    while density.step(at, &mut rng) != DensityStep::Done {}
    Ok(density.share(R::from_f64(-1e9), below).mean)
}

fn dense<R: Real>(at: &impl Operator<R>) -> Result<Vec<R>, ArgError> {
    let n = at.dim();
    let layout = HessianLayout::several(n, SEVERAL, at.several_scratch_len(SEVERAL));
    let (matrix, workspace) = (vec![R::ZERO; layout.matrix_len()], vec![R::ZERO; layout.len()]);
    let mut hessian = Hessian::several(at, SEVERAL, matrix, workspace)?;
    while let HessianStep::Product { .. } = hessian.step(at) {}
    Ok(hessian.into_parts().0)
}
