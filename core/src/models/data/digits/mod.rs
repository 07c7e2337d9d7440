//! Handwritten digits, 8 × 8 pixels each.
//!
//! The 1797 digits of the test part of *Optical Recognition of Handwritten Digits* by E. Alpaydin and
//! C. Kaynak (1998), [UCI Machine Learning Repository](https://doi.org/10.24432/C50P49), licensed under
//! [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). Thirteen people wrote them. A pixel counts the
//! inked dots, 0 to 16, in a 4 × 4 block of a 32 × 32 bitmap; [`pad`](super::pad) says how the bitmaps
//! were made. As the input of a network, a pixel is divided by 16.
//!
//! # The split
//!
//! 1500 rows to train on and 297 held out, always the same ones, so that results compare. Held out are, of each
//! class in proportion to its size (largest remainders; 29 or 30 of each), the first rows in one random order
//! of all rows: [`shuffle`](crate::base::random::shuffle) with
//! [`stream(1797, 0)`](crate::base::random::stream). Both parts keep that order, so any number of first rows
//! is a random sample. The writers of the two parts are the same people: held-out accuracy says how
//! well a network reads these hands, not a stranger's.
//!
//! # Memory
//!
//! 73 693 bytes, five bits a pixel, linked only into programs that call [`training`] or [`held_out`].
//! [`from_bytes`] reads the same file (`digits.bin` beside this module's source) from anywhere else.
//!
//! ```
//! use losscape::models::data::{Dataset, Targets, digits};
//!
//! let rows = digits::training();
//! let mut inputs = [0.0f32; 100 * digits::PIXELS];
//! let mut labels = [0; 100];
//! rows.write(0..100, &mut inputs, &mut labels)?;
//! let data = Dataset::new(&inputs, digits::PIXELS, Targets::Labels(&labels))?;
//! assert_eq!((rows.len(), data.len()), (1500, 100));
//! # Ok::<(), losscape::ArgError>(())
//! ```

use core::ops::Range;

use crate::base::blob::{BlobError, Reader, blob_len, kind};
use crate::base::refusal::refuse;
use crate::{ArgError, Real};

/// Pixels along a side.
pub const SIDE: usize = 8;
/// Pixels of a digit.
pub const PIXELS: usize = SIDE * SIDE;
/// The largest pixel.
pub const INK: u8 = 16;
/// The digits 0 to 9.
pub const CLASSES: usize = 10;
/// Rows to train on.
pub const TRAINING: usize = 1500;
/// Rows held out.
pub const HELD_OUT: usize = 297;
/// The seed of the split.
pub const SPLIT_SEED: u64 = 1797;
/// Bytes of a packed row: a line of pixels in five bytes, pixel `c` in bits `5 c` and up, then the label.
pub const ROW_BYTES: usize = SIDE * LINE_BYTES + 1;

const LINE_BYTES: usize = 5;
const FILE_LEN: usize = blob_len((TRAINING + HELD_OUT) * ROW_BYTES);
const VERSION: u16 = 1;

/// Only the two functions below reach it, so that a program that calls neither does not contain it.
static FILE: [u8; FILE_LEN] = *include_bytes!("digits.bin");

/// The rows to train on.
///
/// ```
/// use losscape::models::data::digits;
/// let rows = digits::training();
/// assert_eq!((rows.len(), rows.label(0)), (1500, 2));
/// ```
#[must_use]
pub const fn training() -> Digits<'static> {
    split(body(&FILE)).training
}

/// The rows held out.
#[must_use]
pub const fn held_out() -> Digits<'static> {
    split(body(&FILE)).held_out
}

/// Both parts of a file with the contents of `digits.bin`, for programs that fetch it instead of linking
/// it.
///
/// # Errors
/// [`BlobError`] if the bytes are anything else.
pub fn from_bytes(file: &[u8]) -> Result<Split<'_>, BlobError> {
    let body = Reader::new(file, kind::DIGITS, 1..=VERSION)?.rest();
    if body.len() != (TRAINING + HELD_OUT) * ROW_BYTES {
        return Err(BlobError::Malformed);
    }
    let split = split(body);
    for digits in [split.training, split.held_out] {
        for row in 0..digits.len() {
            if digits.label(row) as usize >= CLASSES || digits.pixels(row).iter().any(|&pixel| pixel > INK) {
                return Err(BlobError::Malformed);
            }
        }
    }
    Ok(split)
}

/// The body of the linked file, which the tests have checked.
const fn body(file: &[u8; FILE_LEN]) -> &[u8] {
    let (_, rest) = file.split_at(blob_len(0) - 4);
    rest.split_at(FILE_LEN - blob_len(0)).0
}

const fn split(body: &[u8]) -> Split<'_> {
    let (training, held_out) = body.split_at(TRAINING * ROW_BYTES);
    Split { training: Digits { rows: training }, held_out: Digits { rows: held_out } }
}

/// The two parts of the data.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// The rows to train on.
    pub training: Digits<'a>,
    /// The rows held out.
    pub held_out: Digits<'a>,
}

/// Rows of packed digits.
#[derive(Clone, Copy, Debug)]
pub struct Digits<'a> {
    rows: &'a [u8], // N × ROW_BYTES
}

impl Digits<'_> {
    /// N, the number of rows.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "neither part is empty")]
    pub const fn len(&self) -> usize {
        self.rows.len() / ROW_BYTES
    }

    /// The pixels of a row, line by line from the top left, 0 (paper) to 16 (ink).
    ///
    /// # Panics
    /// If `row` is not below [`len`](Self::len).
    #[must_use]
    pub const fn pixels(&self, row: usize) -> [u8; PIXELS] {
        let mut pixels = [0; PIXELS];
        let packed = self.packed(row);
        let mut k = 0;
        // Loops by hand, so that a program can keep unpacked rows in a constant.
        while k < PIXELS {
            let (line, bit) = (k / SIDE * LINE_BYTES, k % SIDE * 5);
            // A pixel may lie in two bytes; the label follows the last line.
            let word = u16::from_le_bytes([packed[line + bit / 8], packed[line + bit / 8 + 1]]);
            pixels[k] = ((word >> (bit % 8)) & 31) as u8;
            k += 1;
        }
        pixels
    }

    /// The digit that a row shows, 0 to 9.
    ///
    /// # Panics
    /// If `row` is not below [`len`](Self::len).
    #[must_use]
    pub const fn label(&self, row: usize) -> u8 {
        self.packed(row)[ROW_BYTES - 1]
    }

    /// Writes rows as a network takes them: pixels divided by 16, `rows × 64`, and labels.
    ///
    /// # Errors
    /// [`ArgError`] naming `rows` (not within [`len`](Self::len)), `inputs` or `labels` (not as long as the rows
    /// need); nothing is written then.
    pub fn write<R: Real>(
        &self,
        rows: Range<usize>,
        inputs: &mut [R],
        labels: &mut [u8],
    ) -> Result<(), ArgError> {
        ArgError::check_index("rows", rows.end, self.len() + 1)?;
        ArgError::check_index("rows", rows.start, rows.end + 1)?;
        ArgError::check_len("inputs", rows.len() * PIXELS, inputs.len())?;
        ArgError::check_len("labels", rows.len(), labels.len())?;
        for ((row, input), label) in rows.zip(inputs.chunks_exact_mut(PIXELS)).zip(labels) {
            scale(&self.pixels(row), input);
            *label = self.label(row);
        }
        Ok(())
    }

    const fn packed(&self, row: usize) -> &[u8] {
        self.rows.split_at(row * ROW_BYTES).1.split_at(ROW_BYTES).0
    }
}

/// Pixels as a network takes them: divided by 16, exactly.
///
/// NaN unless `input` has 64 elements.
///
/// ```
/// use losscape::models::data::digits::{self, PIXELS};
/// let mut input = [0.0f32; PIXELS];
/// digits::scale(&[4; PIXELS], &mut input);
/// assert_eq!(input, [0.25; PIXELS]);
/// ```
pub fn scale<R: Real>(pixels: &[u8; PIXELS], input: &mut [R]) {
    if input.len() != PIXELS {
        return refuse(input);
    }
    let sixteenth = R::from_f64(1.0 / 16.0);
    for (x, &pixel) in input.iter_mut().zip(pixels) {
        *x = R::from_u32(u32::from(pixel)) * sixteenth;
    }
}

#[cfg(test)]
mod tests;
