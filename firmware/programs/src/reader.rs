//! Reads handwritten digits with a network that was trained elsewhere and lies in flash: no training code, and in RAM only what one
//! reading needs.
//!
//! `data/reader.blob` is the lab's *Train* at step 1000, digest `5a1a28febc589c84`: saved from the page, by `Mlp.save` of the Python
//! package, or as here by `cargo run -p losscape-programs --example save_network`.

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;
use losscape::models::data::digits;
use losscape::models::mlp::Mlp;

use crate::{Program, Report, numbers};

/// The network.
pub const NET: Mlp = Mlp::from_widths(&[digits::PIXELS, 16, digits::CLASSES]);
const DIM: usize = NET.param_len();
const BLOB: usize = NET.blob_len::<f32>();

/// The network with its parameters, as `Mlp::read_blob` reads it: they come last but for four bytes of checksum.
pub static NETWORK: [u8; BLOB] = *include_bytes!("../data/reader.blob");
/// The parameters, unpacked by the compiler.
pub static PARAMS: [f32; DIM] = numbers(NETWORK.split_at(BLOB - 4 - 4 * DIM).1);

/// What it reads: the held-out digits, of which nothing but this is linked.
static ROWS: [[u8; digits::PIXELS]; digits::HELD_OUT] = {
    let mut rows = [[0; digits::PIXELS]; digits::HELD_OUT];
    let mut row = 0;
    while row < digits::HELD_OUT {
        rows[row] = digits::held_out().pixels(row);
        row += 1;
    }
    rows
};
/// What they show.
static LABELS: [u8; digits::HELD_OUT] = {
    let mut labels = [0; digits::HELD_OUT];
    let mut row = 0;
    while row < digits::HELD_OUT {
        labels[row] = digits::held_out().label(row);
        row += 1;
    }
    labels
};

/// A digit, what the network says of it, and what became of all.
pub struct Memory {
    input: [f32; digits::PIXELS],
    logits: [f32; digits::CLASSES],
    scratch: [f32; NET.scratch_len(1)],
    row: usize,
    right: u32,
    said: Fingerprint,
}

impl Memory {
    /// Nothing read, to be put into a static.
    pub const fn new() -> Self {
        Self {
            input: [0.0; digits::PIXELS],
            logits: [0.0; digits::CLASSES],
            scratch: [0.0; NET.scratch_len(1)],
            row: 0,
            right: 0,
            said: Fingerprint::new(),
        }
    }
}

/// The held-out digits, one a step.
pub struct Reading<'m>(&'m mut Memory);

impl Program for Memory {
    type Run<'m> = Reading<'m>;
    type Last<'m> = ();

    fn begin(&mut self, _: u32) -> Result<Reading<'_>, ArgError> {
        *self = Self::new();
        Ok(Reading(self))
    }

    fn finish(&mut self) -> Result<(), ArgError> {
        Ok(())
    }

    fn report(&mut self) -> Result<Report, ArgError> {
        let accuracy = self.right as f32 / digits::HELD_OUT as f32;
        // Of every number that the network has said, not only of those that are in memory.
        Ok(Report { digest: self.said.finish(), ..Report::of(&["accuracy"], &[accuracy], &[]) })
    }
}

impl crate::Run for Reading<'_> {
    fn step(&mut self) -> bool {
        let Memory { input, logits, scratch, row, right, said } = &mut *self.0;
        let (Some(pixels), Some(&label)) = (ROWS.get(*row), LABELS.get(*row)) else { return false };
        digits::to_input(pixels, input);
        NET.predict(&PARAMS, input, logits, scratch);
        said.reals(logits);
        *right += u32::from(NET.classify(logits, 0.0) == usize::from(label));
        *row += 1;
        *row < digits::HELD_OUT
    }
}
