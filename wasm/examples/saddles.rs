//! Runs *Saddles* natively as the page does; prints what the page shows, a `key value` a line.
//!
//! `cargo run --release -q -p losscape-wasm --example saddles`

use losscape_wasm::LabError;
use losscape_wasm::saddles::{Ghosts, RaceSettings, Saddles, SaddlesSettings};

fn main() -> Result<(), LabError> {
    let mut run = Saddles::new(&SaddlesSettings::default())?;
    for until in [40, 160] {
        while run.searches() < until {
            run.advance(1000)?;
        }
        println!("digest-{until} {}", run.digest());
        println!("places-{until} {}", run.found().len());
    }
    let found = run.found();
    for index in 0..=10u32 {
        let mut losses: Vec<f64> =
            found.iter().filter(|place| place.down == index).map(|place| place.loss).collect();
        losses.sort_by(f64::total_cmp);
        if let Some(median) = losses.get(losses.len() / 2) {
            println!("places-{index}-down {}", losses.len());
            println!("median-{index}-down {median}");
        }
    }
    // The first of the highest, as the page has it.
    let highest = found.iter().rev().max_by(|a, b| a.loss.total_cmp(&b.loss));
    let search = highest.map_or(0, |place| place.search);
    run.look_at(search)?;
    println!("highest {search}");
    println!("lowest-curvature {}", run.curvatures()?[0]);
    let race = run.race(&RaceSettings::default())?;
    for (method, name) in ["descent", "noisy", "free", "newton", "heavy"].into_iter().enumerate() {
        println!("{name}-left {}", race.left(method).unwrap_or(0));
        println!("{name}-ends {}", race.track(method).loss.last().copied().unwrap_or(f64::NAN));
    }
    println!("descent-closer {}", race.closer().unwrap_or(0));
    println!("descent-predicted {}", race.predicted().unwrap_or(0));
    println!("newton-back {}", race.back());
    println!("newton-down {}", race.newton_down().unwrap_or(u32::MAX));
    for damping in [1e-4f32, 1e-2, 1e-1] {
        let race = run.race(&RaceSettings { damping: f64::from(damping), ..RaceSettings::default() })?;
        println!("free-left-{damping} {}", race.left(2).unwrap_or(0));
    }
    println!("slope {:e}", run.slope()?);
    for gamma in [1.0f32, 0.1, 0.01] {
        run.look_at_toy(f64::from(gamma))?;
        let settings = RaceSettings {
            nudge: f64::from(1e-4f32),
            learning_rate: f64::from(0.3f32),
            ..RaceSettings::default()
        };
        let race = run.race(&settings)?;
        for (method, name) in ["descent", "noisy", "free", "newton", "heavy"].into_iter().enumerate() {
            println!("toy-{gamma}-{name}-left {}", race.left(method).unwrap_or(0));
        }
        println!("toy-{gamma}-descent-closer {}", race.closer().unwrap_or(0));
        println!("toy-{gamma}-descent-predicted {}", race.predicted().unwrap_or(0));
        println!("toy-{gamma}-newton-back {:e}", race.back());
    }
    let ghosts = Ghosts::new(1)?;
    let exact = ghosts.exact();
    println!("ghosts-largest {}", exact[exact.len() - 1]);
    for products in [10, 20, 40, 60, 91] {
        println!("ghosts-{products} {}", ghosts.copies(products, false)?);
    }
    Ok(())
}
