//! Searches natively as the page does; prints a line of JSON for each link.
//!
//! `cargo run -q --profile optimised -p losscape-wasm --example paths -- LINK...`, where a link is what stands
//! behind `#` in the page's address: `task=twins&width=4&step=1600`.

use core::error::Error;
use core::fmt::Debug;
use std::collections::HashMap;

use losscape_wasm::Digits;
use losscape_wasm::paths::{Paths, PathsSettings, Route, Task, Toy, ToySurface};

type Link<'a> = HashMap<&'a str, &'a str>;

fn main() -> Result<(), Box<dyn Error>> {
    for text in std::env::args().skip(1) {
        let link: Link<'_> = text.split('&').filter_map(|part| part.split_once('=')).collect();
        let step = number(&link, "step", 0)?;
        match link.get("task").copied().unwrap_or("different") {
            "egg-carton" => toy(ToySurface::EggCarton, &link, step)?,
            "mueller-brown" => toy(ToySurface::MuellerBrown, &link, step)?,
            task => nets(task, &link, step)?,
        }
    }
    Ok(())
}

fn number(link: &Link<'_>, key: &str, default: u32) -> Result<u32, Box<dyn Error>> {
    Ok(link.get(key).map_or(Ok(default), |text| text.parse())?)
}

fn rate(link: &Link<'_>) -> Result<f32, Box<dyn Error>> {
    Ok(link.get("rate").map_or(Ok(PathsSettings::default().learning_rate), |text| text.parse())?)
}

fn on(link: &Link<'_>, key: &str) -> bool {
    link.get(key) == Some(&"on")
}

fn nets(task: &str, link: &Link<'_>, step: u32) -> Result<(), Box<dyn Error>> {
    let default = PathsSettings::default();
    let settings = PathsSettings {
        task: if task == "twins" { Task::Twins } else { Task::Different },
        width: number(link, "width", default.width)?,
        seed_a: number(link, "a", default.seed_a)?,
        seed_b: number(link, "b", default.seed_b)?,
        align: on(link, "align"),
        pivots: number(link, "pivots", default.pivots)?,
        cycles: number(link, "cycles", default.cycles)?,
        learning_rate: rate(link)?,
        climb: on(link, "climb"),
    };
    let file = include_bytes!("../../core/src/models/data/digits/digits.bin");
    let mut paths = if task == "digits" {
        Paths::on_digits(&Digits::new(file)?, &settings)?
    } else {
        Paths::new(&settings)?
    };
    while paths.train(1000)? > 0 {}
    let ends = paths.end_digests();
    while !paths.advance(step, 1000) {}
    print(&[
        ("step", &paths.steps()),
        ("digest", &paths.digest()),
        ("endsBefore", &ends),
        ("ends", &paths.end_digests()),
        ("straight", &paths.report(Route::Straight)),
        ("aligned", &paths.report(Route::Aligned)),
        ("best", &paths.report(Route::Best)),
        ("saddle", &paths.look_at_saddle()),
        ("gradients", &paths.evaluations()[0]),
        ("disagreement", &paths.disagreement()),
        ("aligningError", &paths.aligning_error()),
        ("distances", &paths.distances()),
        ("cycles", &paths.cycles()),
        ("climbed", &paths.climbed().into_iter().collect::<Vec<_>>()),
    ]);
    Ok(())
}

fn toy(surface: ToySurface, link: &Link<'_>, step: u32) -> Result<(), Box<dyn Error>> {
    let pivots = number(link, "pivots", PathsSettings::default().pivots)?;
    let mut toy = Toy::new(surface, pivots, rate(link)?, on(link, "climb"))?;
    let drags = link.get("drags").copied().unwrap_or_default();
    for drag in drags.split(';').filter(|drag| !drag.is_empty()) {
        let parts: Vec<&str> = drag.split(':').collect();
        let [at, image, x, y] = parts[..] else { return Err(format!("{drag}: not a drag").into()) };
        toy.advance(at.parse::<u32>()? - toy.steps());
        toy.drag(image.parse()?, x.parse()?, y.parse()?)?;
    }
    toy.advance(step - toy.steps());
    let scan = |straight| toy.scan(straight).map(|numbers| numbers[..6].to_vec());
    print(&[
        ("step", &toy.steps()),
        ("digest", &toy.digest()),
        ("straight", &scan(true)?),
        ("best", &scan(false)?),
        ("gradients", &toy.gradients()),
    ]);
    Ok(())
}

/// Numbers, texts and lists of them print as in JSON.
fn print(fields: &[(&str, &dyn Debug)]) {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value:?}")).collect();
    println!("{{{}}}", fields.join(","));
}
