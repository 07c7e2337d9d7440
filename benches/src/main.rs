//! What `cargo xtask bench` runs: `losscape-benches <command>`.
#![expect(
    clippy::cast_precision_loss,
    reason = "the counts here are exact in an f64, numbers of 24 bits in an f32"
)]

mod costs;
mod curvature;
mod diffusion;
mod elementary;
mod families;
mod machine;
mod matrix;
mod measure;
mod path_peers;
mod peers;
mod whole;

use std::path::PathBuf;
use std::process::ExitCode;

use losscape_benches::contender::{self, Contender};
use losscape_benches::kernel::{Kernel, Labels};
use losscape_benches::path::Pair;
use losscape_benches::reader::Reader;
use losscape_benches::readme;
use losscape_benches::workload::{Problem, Workload};
use losscape_dispatch::{Level, limit};
use serde_json::{Map, Value};

use crate::machine::Widths;

const HELP: &str = "\
losscape-benches [--width BITS] <command>

  --width 128|256|512               use no wider vectors, here and in what takes part in a comparison for us
  check                             run everything once and compare with the naive twins
  kernels OUT.json                  kernels, elementary functions, costs and the machine's limit
  families OUT.json                 densities, walkers, convolutions and curvature against the machine's limit
  peers OUT.json [NAME=COMMAND]...  the workloads, in turn with other programs
  paths OUT.json [NAME=COMMAND]...  bands and AutoNEB, as whole programs, in turn with other programs
  path band IMAGES | path digits    one of these programs
  diffusion OUT.json [NAME=COMMAND]...
                                    densities, clouds and convolutions, as whole programs, in turn with other programs
  curvature OUT.json [NAME=COMMAND]...
                                    products, eigenvalues, traces and densities, as whole programs, in turn with others
  curvature digits|spirals QUESTION f32|f64
                                    one of these programs
  density QUESTION                  one of these programs
  serve                             take part in a comparison
  readme RESULTS.json               print the README's tables of what `cargo xtask bench` has written
  data FOLDER                       write the workloads' numbers for programs in other languages
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args[..] {
        ["--width", bits, ref command @ ..] => {
            Widths::up_to(bits).and_then(|widths| execute(command, widths))
        }
        ref command => execute(command, Widths::all()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn execute(command: &[&str], widths: Widths) -> Result<(), String> {
    match *command {
        ["check"] => check(),
        ["kernels", out] => kernels(out, widths),
        ["peers", out, ref programs @ ..] => {
            peers::compare(programs, widths).and_then(|value| write(out, &value))
        }
        ["paths", out, ref programs @ ..] => {
            path_peers::compare(programs).and_then(|value| write(out, &value))
        }
        ["path", ref question @ ..] => path_peers::answer(question),
        ["families", out] => families::measure(widths).and_then(|value| write(out, &value)),
        ["diffusion", out, ref programs @ ..] => {
            diffusion::compare(programs).and_then(|value| write(out, &value))
        }
        ["curvature", network, what, precision @ ("f32" | "f64")] => {
            curvature::answer(network, what, precision)
        }
        ["curvature", out, ref programs @ ..] => {
            curvature::compare(programs).and_then(|value| write(out, &value))
        }
        ["density", ref question @ ..] => diffusion::answer(question),
        ["serve"] => serve(),
        ["readme", results] => readme(results),
        ["data", folder] => data(folder),
        _ => Err(HELP.into()),
    }
}

/// Everything that is timed, run once.
fn check() -> Result<(), String> {
    matrix::check()?;
    elementary::check()?;
    for workload in Workload::ALL {
        let number = lowered(workload)?;
        println!("{} {number}", workload.name());
    }
    Ok(())
}

/// A workload's check number, and that training lowers the loss; the same at each vector width.
fn lowered(workload: Workload) -> Result<f64, String> {
    let problem = Problem::new(workload.shape());
    let labels = Labels::new(&problem);
    let mut kernel = Kernel::new(workload, &problem, &labels).map_err(|error| error.to_string())?;
    let before = f64::from(kernel.loss());
    let mut numbers = [Level::Build, Level::V3, Level::V4].map(|level| {
        limit(level);
        kernel.check()
    });
    let number = numbers[0];
    let name = workload.name();
    if matches!(workload, Workload::W1 | Workload::W2 | Workload::W3) && number >= before {
        return Err(format!("{name}: an epoch raises the loss from {before} to {number}"));
    }
    numbers.sort_by(f64::total_cmp);
    if numbers[0].to_bits() != numbers[2].to_bits() || !number.is_finite() {
        return Err(format!("{name}: vector widths differ: {numbers:?}"));
    }
    Ok(number)
}

fn kernels(out: &str, widths: Widths) -> Result<(), String> {
    matrix::check()?;
    elementary::check()?;
    let mut all = Map::new();
    all.insert("machine".into(), widths.measure());
    all.insert("elementary".into(), elementary::measure());
    all.insert("kernels".into(), matrix::measure(widths));
    all.insert("families".into(), families::measure(widths)?);
    all.insert("costs".into(), costs::measure()?);
    write(out, &Value::Object(all))
}

/// Answers questions on standard input.
fn serve() -> Result<(), String> {
    let problems = Workload::ALL.map(|workload| Problem::new(workload.shape()));
    let labels = problems.each_ref().map(Labels::new);
    contender::serve(&problems, |workload, problem| {
        Kernel::new(workload, problem, &labels[workload as usize]).ok().map(|kernel| Box::new(kernel) as _)
    })
    .map_err(|error| error.to_string())
}

fn readme(results: &str) -> Result<(), String> {
    let text = std::fs::read_to_string(results).map_err(|error| format!("{results}: {error}"))?;
    let results = serde_json::from_str(&text).map_err(|error| format!("{results}: {error}"))?;
    print!("{}", readme::tables(&results)?);
    Ok(())
}

fn data(folder: &str) -> Result<(), String> {
    let folder = PathBuf::from(folder);
    std::fs::create_dir_all(&folder).map_err(|error| error.to_string())?;
    for workload in [Workload::W1, Workload::W2, Workload::W3] {
        let file = folder.join(format!("{}.f32", workload.name()));
        std::fs::write(file, Problem::new(workload.shape()).to_bytes()).map_err(|error| error.to_string())?;
    }
    let pair = Pair::new().and_then(|pair| pair.to_bytes()).map_err(|error| error.to_string())?;
    std::fs::write(folder.join("digits.f32"), pair).map_err(|error| error.to_string())?;
    for name in ["digits", "spirals"] {
        let reader = Reader::new(name).map_err(|error| error.to_string())?.ok_or("no such network")?;
        std::fs::write(folder.join(format!("{name}.f64")), reader.to_bytes())
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

fn write(path: &str, value: &Value) -> Result<(), String> {
    std::fs::write(path, format!("{value:#}\n")).map_err(|error| format!("{path}: {error}"))
}
