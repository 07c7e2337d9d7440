//! Converts a drawing on a pad into pixels in the way the [digits](super::digits) were made.
//!
//! The digits come from paper forms. According to their description, 32 × 32 bitmaps, normalised with the
//! public programs of the NIST Form-Based Handprint Recognition System (Garris et al. 1994, NISTIR 5469), were
//! divided into 4 × 4 blocks, and a pixel is the number of inked dots in a block. [`reduce`] does the same to
//! a drawing, in integers:
//!
//! 1. The box around the ink is scaled to 20 × 32 dots and centred, with six columns on either side. As at
//!    NIST, width and height are scaled separately; but the width is scaled by at most twice the factor of the
//!    height. Otherwise an upright stroke, which is rare on paper but easy to draw with a mouse, would become
//!    a slab.
//! 2. Strokes are brought to a common weight. A drawing with more than 560 dots of ink loses its outermost
//!    dots twice, one with more than 412 once; one with fewer than 256 gains a layer of dots around it, one
//!    with fewer than 108 two layers. These thresholds are NIST's.
//! 3. Slant is removed: rows are shifted so that the leftmost dots of the first and the last row are aligned.
//!    The middle row stays in place.
//! 4. The dots of each block are counted.
//!
//! The data show traces of these steps: all digits touch the top and the bottom row, 77 % span exactly columns
//! 1 to 6, and in 85 % the first and the last row begin in the same column.
//!
//! ```
//! use losscape::models::data::{digits, pad};
//!
//! let mut drawing = [0; pad::SIDE];
//! for row in &mut drawing[4..26] {
//!     *row = 0b111 << 14; // an upright stroke, three dots wide
//! }
//! let pixels = pad::reduce(&drawing);
//! assert_eq!(pixels[8..16], [0, 0, 0, 16, 16, 0, 0, 0]);
//! let mut input = [0.0f32; digits::PIXELS];
//! digits::to_input(&pixels, &mut input); // the network's input
//! assert_eq!(input[11], 1.0);
//! ```

use super::digits::{PIXELS, SIDE as PIXEL_SIDE};

/// The number of dots along a side of the pad.
pub const SIDE: usize = 32;

/// A drawing as rows from the top; bit `x` of a row is the dot in column `x` from the left, 1 for ink.
pub type Drawing = [u32; SIDE];

/// The width of the box to which a drawing is scaled, in dots; the height is the pad's.
const BOX: u32 = 20;

/// Returns the 8 × 8 pixels of a drawing, regardless of its position and size on the pad; zeros for an empty
/// pad.
#[must_use]
pub fn reduce(drawing: &Drawing) -> [u8; PIXELS] {
    match scale_to_box(drawing) {
        None => [0; PIXELS],
        Some(scaled) => count(&upright(&even_weight(scaled))),
    }
}

/// Returns the number of inked dots in each 4 × 4 block, 0 to 16, without any normalisation.
#[must_use]
pub fn count(drawing: &Drawing) -> [u8; PIXELS] {
    let mut pixels = [0; PIXELS];
    let blocks = drawing.chunks_exact(SIDE / PIXEL_SIDE);
    for (line, rows) in pixels.chunks_exact_mut(PIXEL_SIDE).zip(blocks) {
        for row in rows {
            for (pixel, shift) in line.iter_mut().zip((0..).step_by(4)) {
                let dots = (row >> shift) & 0b1111;
                #[expect(clippy::cast_possible_truncation, reason = "at most 4")]
                let inked = dots.count_ones() as u8;
                *pixel += inked;
            }
        }
    }
    pixels
}

/// Step 1: scales the box around the ink and centres it on the pad, using nearest dots.
fn scale_to_box(drawing: &Drawing) -> Option<Drawing> {
    let top = drawing.iter().position(|&row| row != 0)?;
    let bottom = drawing.iter().rposition(|&row| row != 0)?;
    let inked = drawing.iter().fold(0, |all, row| all | row);
    let left = inked.trailing_zeros();
    let width = 32 - inked.leading_zeros() - left;
    let height = bottom + 1 - top;
    let rows = &drawing[top..=bottom];

    #[expect(clippy::cast_possible_truncation, reason = "at most 32")]
    let widest = 2 * 32 * width / height as u32;
    let scaled_width = if widest < BOX { widest } else { BOX };
    let margin = (32 - scaled_width) / 2;

    let mut scaled = [0; SIDE];
    for (y, out) in scaled.iter_mut().enumerate() {
        // The dot whose centre is nearest to the centre of this one.
        let row = rows[(2 * y + 1) * height / 64];
        for x in 0..scaled_width {
            let from = left + (2 * x + 1) * width / (2 * scaled_width);
            *out |= ((row >> from) & 1) << (margin + x);
        }
    }
    Some(scaled)
}

/// Step 2: brings strokes to a common weight.
fn even_weight(drawing: Drawing) -> Drawing {
    match drawing.iter().map(|row| row.count_ones()).sum() {
        0..108u32 => thicken(&thicken(&drawing)),
        108..256 => thicken(&drawing),
        256..=412 => drawing,
        413..=560 => thin(&drawing),
        _ => thin(&thin(&drawing)),
    }
}

/// Inks every dot next to an inked one: beside, above or below it.
fn thicken(drawing: &Drawing) -> Drawing {
    with_neighbours(drawing, |row, above, below| row | row << 1 | row >> 1 | above | below)
}

/// Keeps only dots with inked neighbours on all four sides; outside the pad there is no ink.
fn thin(drawing: &Drawing) -> Drawing {
    with_neighbours(drawing, |row, above, below| row & row << 1 & row >> 1 & above & below)
}

fn with_neighbours(drawing: &Drawing, rule: impl Fn(u32, u32, u32) -> u32) -> Drawing {
    core::array::from_fn(|y| {
        let above = if y > 0 { drawing[y - 1] } else { 0 };
        let below = if y + 1 < SIDE { drawing[y + 1] } else { 0 };
        rule(drawing[y], above, below)
    })
}

/// Step 3: removes slant. Ink shifted over the edge of the pad is lost.
fn upright(drawing: &Drawing) -> Drawing {
    let inked = || (0..).zip(drawing).filter(|(_, row)| **row != 0);
    let (Some((first, top)), Some((last, bottom))) = (inked().next(), inked().last()) else {
        return *drawing;
    };
    let span: i32 = last - first;
    // A slope of more than 45° is not a slant of handwriting.
    let lean =
        (top.trailing_zeros().cast_signed() - bottom.trailing_zeros().cast_signed()).clamp(-span, span);
    let mut y: i32 = 0;
    drawing.map(|row| {
        // lean · (y − middle) / span, rounded to the nearest dot.
        let shift = (lean * (2 * y - first - last) + span).div_euclid(2 * span.max(1));
        y += 1;
        if shift < 0 { row >> shift.unsigned_abs() } else { row << shift.unsigned_abs() }
    })
}

#[cfg(test)]
mod tests;
