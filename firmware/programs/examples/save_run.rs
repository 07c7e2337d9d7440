//! Writes the run that the program `resume` continues, saved on this machine.
//!
//! ```text
//! cargo run -p losscape-programs --example save_run
//! ```

use losscape_programs::resume::{BLOB, Memory, SAVED_AT};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let mut bytes = [0; BLOB];
    let mut saved = Ok(0);
    Memory::new().run(
        None,
        SAVED_AT,
        || {},
        |run, objective, rng| saved = run.save(objective, rng, &mut bytes),
    )?;
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/data/run.blob"), &bytes[..saved?])?;
    Ok(())
}
