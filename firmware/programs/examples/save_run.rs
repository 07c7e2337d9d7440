//! Writes the run that the program `resume` continues, saved on this machine.
//!
//! ```text
//! cargo run -p losscape-programs --example save_run
//! ```

use losscape_programs::Run;
use losscape_programs::resume::{BLOB, Memory, SAVED_AT};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let (mut memory, mut bytes) = (Memory::new(), [0; BLOB]);
    let mut run = memory.start(SAVED_AT)?;
    while run.step() {}
    let len = run.save(&mut bytes)?;
    std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/data/run.blob"), &bytes[..len])?;
    Ok(())
}
