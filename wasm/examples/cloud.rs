//! Runs *Cloud* natively as the page does; prints what the page shows, a `key value` a line.
//!
//! `cargo run -q -p losscape-wasm --example cloud`

use losscape_wasm::LabError;
use losscape_wasm::cloud::{Cloud, CloudSettings, Ground, Noise};

fn main() -> Result<(), LabError> {
    let wells = CloudSettings::default();
    let large = CloudSettings {
        ground: Ground::Bowl,
        learning_rate: f64::from(0.2f32),
        batch_size: 10,
        ..CloudSettings::default()
    };
    let ring = CloudSettings { ground: Ground::Ring, noise: Noise::Above, ..CloudSettings::default() };
    let batches = CloudSettings { ground: Ground::Bowl, noise: Noise::Batches, ..CloudSettings::default() };
    let runs = [("wells", wells, 300), ("large", large, 200), ("ring", ring, 100), ("batches", batches, 100)];
    for (name, settings, steps) in runs {
        let mut cloud = Cloud::new(&settings)?;
        cloud.advance(steps)?;
        println!("{name}-digest {}", cloud.digest());
        println!("{name}-left {}", cloud.shares()?[0]);
        println!("{name}-across {}", cloud.variances()?[3]);
        println!("{name}-distance {}", cloud.distances()?[0]);
        println!("{name}-produced {}", cloud.circulation()?[1]);
    }
    Ok(())
}
