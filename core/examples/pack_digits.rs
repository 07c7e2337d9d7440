//! Packs the handwritten digits for this crate, and draws their split: see `losscape::models::data::digits`.
//!
//! ```text
//! cargo run --example pack_digits < optdigits.tes > core/src/models/data/digits/digits.bin
//! ```
//!
//! The input is the test part of the data set as UCI publishes it: a digit a line, 64 pixels and the label,
//! separated by commas.

use core::cmp::Reverse;
use core::error::Error;
use std::io::{Write, stdin, stdout};

use losscape::base::blob::{Writer, blob_len, kind};
use losscape::base::random::{identity, shuffle, stream};
use losscape::models::data::digits::{CLASSES, HELD_OUT, PIXELS, ROW_BYTES, SIDE, SPLIT_SEED, TRAINING};

type Row = [u8; PIXELS + 1];

fn main() -> Result<(), Box<dyn Error>> {
    let rows = stdin().lines().map(|line| parse(&line?)).collect::<Result<Vec<Row>, _>>()?;
    if rows.len() != TRAINING + HELD_OUT {
        return Err(format!("{} rows, expected {}", rows.len(), TRAINING + HELD_OUT).into());
    }

    // One order of all rows; each class gives its first ones to the held-out part.
    let mut order = [0u32; TRAINING + HELD_OUT];
    identity(&mut order);
    shuffle(&mut stream(SPLIT_SEED, 0), &mut order);
    let mut left = held_out_per_class(&rows);
    let (mut training, mut held_out) = (Vec::new(), Vec::new());
    for row in order.map(|k| &rows[k as usize]) {
        let left = &mut left[row[PIXELS] as usize];
        if *left > 0 {
            *left -= 1;
            held_out.push(row);
        } else {
            training.push(row);
        }
    }

    let mut bytes = vec![0; blob_len((TRAINING + HELD_OUT) * ROW_BYTES)];
    let mut writer = Writer::new(&mut bytes, kind::DIGITS, 1);
    for row in training.into_iter().chain(held_out) {
        for line in row[..PIXELS].chunks(SIDE) {
            let bits = line.iter().rev().fold(0, |bits, &pixel| bits << 5 | u64::from(pixel));
            writer.bytes(&bits.to_le_bytes()[..5]);
        }
        writer.u8(row[PIXELS]);
    }
    writer.finish()?;
    Ok(stdout().write_all(&bytes)?)
}

fn parse(line: &str) -> Result<Row, Box<dyn Error>> {
    let numbers = line.split(',').map(|number| number.trim().parse()).collect::<Result<Vec<u8>, _>>()?;
    let row: Row = numbers.try_into().map_err(|_| format!("not {} numbers: {line}", PIXELS + 1))?;
    if row[PIXELS] as usize >= CLASSES || row[..PIXELS].iter().any(|&pixel| pixel > 16) {
        return Err(format!("out of range: {line}").into());
    }
    Ok(row)
}

/// `HELD_OUT` divided among the classes in proportion to their sizes, by the largest remainders.
fn held_out_per_class(rows: &[Row]) -> [usize; CLASSES] {
    let mut sizes = [0; CLASSES];
    for row in rows {
        sizes[row[PIXELS] as usize] += 1;
    }
    let mut counts = sizes.map(|size| size * HELD_OUT / rows.len());
    let mut by_remainder: Vec<_> = (0..CLASSES).collect();
    by_remainder.sort_by_key(|&class| (Reverse(sizes[class] * HELD_OUT % rows.len()), class));
    let missing = HELD_OUT - counts.iter().sum::<usize>();
    for &class in &by_remainder[..missing] {
        counts[class] += 1;
    }
    counts
}
