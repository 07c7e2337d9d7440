//! Runs *Smoothing* natively as the page does; prints what the page shows, a `key value` a line.
//!
//! `cargo run -q -p losscape-wasm --example smoothing`

use losscape_wasm::LabError;
use losscape_wasm::smoothing::{Smoothing, SmoothingSettings};

fn main() -> Result<(), LabError> {
    for (name, noise) in [("little", 5.0), ("more", 15.0)] {
        let mut run = Smoothing::new(&SmoothingSettings { noise, ..SmoothingSettings::default() })?;
        println!("{name}-dips {}", run.minima(run.width())?.len());
        println!("{name}-last {}", run.last_false()?.unwrap_or(0.0));
        let mut steps = 0;
        for until in [600, 3000] {
            steps += run.advance(until - steps)?;
            println!("{name}-digest-{until} {}", run.digest());
            println!("{name}-smooth-{until} {}", run.smooth());
            println!("{name}-mean-{until} {}", run.moments()?[0]);
            println!("{name}-spread-{until} {}", run.moments()?[1]);
        }
    }
    Ok(())
}
