//! Writes the spirals that `spirals` keeps in flash: 256 points, two little-endian binary32 numbers each.
//!
//! ```text
//! cargo run -p losscape-programs --example spirals_data
//! ```

use losscape::base::random::stream;
use losscape::models::data::spirals;

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let (mut inputs, mut labels) = ([0.0f32; 2 * 256], [0; 256]);
    spirals(1.0, 0.0, &mut stream(2026, 0), &mut inputs, &mut labels)?;
    let bytes: Vec<u8> = inputs.iter().flat_map(|x| x.to_le_bytes()).collect();
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/data/spirals.bin"), bytes)?;
    Ok(())
}
