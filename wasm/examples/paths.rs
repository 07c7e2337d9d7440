//! Searches natively as the page does; prints a line of JSON for each link.
//!
//! `cargo run -q --profile optimised -p losscape-wasm --example paths -- LINK...`, where a link is what stands
//! behind `#` in the page's address: `task=twins&width=4&step=1600`.

use core::error::Error;
use core::fmt::{Debug, Formatter};
use std::collections::HashMap;

use losscape_wasm::paths::{
    CycleRow, Difference, Look, Paths, PathsSettings, Route, RouteReport, Task, Toy, ToySurface,
};
use losscape_wasm::{Digits, Packed, standardise};

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
    } else if task == "own" {
        let own = Packed::parse(link.get("own").copied().unwrap_or_default())?;
        let inputs = if own.standard { standardise(own.inputs, 2)? } else { own.inputs };
        Paths::on_points(inputs, own.labels, &settings)?
    } else {
        Paths::new(&settings)?
    };
    while paths.train(1000)? > 0 {}
    let ends = paths.end_digests();
    while !paths.advance(step, 1000) {}
    let Look { value, missed } = paths.look_at_saddle()?;
    let saddle = object(&[("value", &value), ("missed", &missed)]);
    let Difference { distance, aligned_distance, disagreement, aligning_error } = paths.difference()?;
    let scanned = |route| paths.report(route).map(report).ok_or("not trained");
    let cycles: Vec<_> = paths.cycles(0).into_iter().map(cycle).collect();
    print(&[
        ("step", &paths.steps()),
        ("digest", &paths.digest()),
        ("endsBefore", &ends),
        ("ends", &paths.end_digests()),
        ("straight", &scanned(Route::Straight)?),
        ("aligned", &scanned(Route::Aligned)?),
        ("best", &scanned(Route::Best)?),
        ("saddle", &saddle),
        ("gradients", &paths.progress().gradients),
        ("disagreement", &disagreement),
        ("aligningError", &aligning_error),
        ("distances", &[distance, aligned_distance]),
        ("cycles", &cycles),
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
    print(&[
        ("step", &toy.steps()),
        ("digest", &toy.digest()),
        ("straight", &report(toy.report(true)?)),
        ("best", &report(toy.report(false)?)),
        ("gradients", &toy.gradients()),
    ]);
    Ok(())
}

fn report(RouteReport { saddle, at, barrier, a, b, ratio }: RouteReport) -> Json {
    object(&[
        ("saddle", &saddle),
        ("at", &at),
        ("barrier", &barrier),
        ("a", &a),
        ("b", &b),
        ("ratio", &ratio),
    ])
}

fn cycle(CycleRow { step, saddle, barrier }: CycleRow) -> Json {
    object(&[("step", &step), ("saddle", &saddle), ("barrier", &barrier)])
}

/// An object of JSON. Numbers, texts and lists of them print in Rust as they do there.
struct Json(String);

impl Debug for Json {
    fn fmt(&self, f: &mut Formatter<'_>) -> core::fmt::Result {
        f.write_str(&self.0)
    }
}

fn object(fields: &[(&str, &dyn Debug)]) -> Json {
    let fields: Vec<String> = fields.iter().map(|(key, value)| format!("\"{key}\":{value:?}")).collect();
    Json(format!("{{{}}}", fields.join(",")))
}

fn print(fields: &[(&str, &dyn Debug)]) {
    println!("{:?}", object(fields));
}
