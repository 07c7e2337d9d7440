//! Handwritten digits, 8 × 8 pixels each.
//!
//! The 1797 digits of the test set of *Optical Recognition of Handwritten Digits* by E. Alpaydin and C.
//! Kaynak (1998), [UCI Machine Learning Repository](https://doi.org/10.24432/C50P49), licensed under
//! [CC BY 4.0](https://creativecommons.org/licenses/by/4.0/). Thirteen people wrote them. A pixel counts
//! the inked dots, 0 to 16, in a 4 × 4 block of a 32 × 32 bitmap; [`pad`](super::pad) describes how the
//! bitmaps were made. As an input of a network, a pixel is divided by 16.
//!
//! # The split
//!
//! The data are split into 1500 rows for training and 297 held-out rows. The split is fixed, so results
//! are comparable. It is stratified: the number of held-out rows of each class is proportional to its size
//! (by largest remainders; 29 or 30 rows). They are the first rows of the class in one random order of all
//! rows: [`shuffle`](crate::base::random::shuffle) with [`stream(1797, 0)`](crate::base::random::stream).
//! Both parts keep this order, so the first n rows of either part are a random sample. The same people
//! wrote the digits of both parts, so held-out accuracy shows how well a network reads these writers, not
//! a stranger.
//!
//! # Memory
//!
//! The data take 73 693 bytes, five bits per pixel, and are linked only into programs that call
//! [`training`] or [`held_out`]. [`from_bytes`] reads the same file (`digits.bin` next to this module's
//! source) from any other storage.
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

/// The number of pixels along a side.
pub const SIDE: usize = 8;
/// The number of pixels of a digit.
pub const PIXELS: usize = SIDE * SIDE;
/// The largest value of a pixel.
pub const INK: u8 = 16;
/// The number of classes: the digits 0 to 9.
pub const CLASSES: usize = 10;
/// The number of training rows.
pub const TRAINING: usize = 1500;
/// The number of held-out rows.
pub const HELD_OUT: usize = 297;
/// The seed of the split.
pub const SPLIT_SEED: u64 = 1797;
/// The number of bytes of a packed row: each line of pixels takes five bytes, with pixel `c` from bit
/// `5 c` on; the label follows.
pub const ROW_BYTES: usize = SIDE * LINE_BYTES + 1;

const LINE_BYTES: usize = 5;
const FILE_LEN: usize = blob_len((TRAINING + HELD_OUT) * ROW_BYTES);
const VERSION: u16 = 1;

/// Only the two functions below use it, so a program that calls neither does not contain it.
static FILE: [u8; FILE_LEN] = *include_bytes!("digits.bin");

/// Returns the training rows.
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

/// Returns the held-out rows.
#[must_use]
pub const fn held_out() -> Digits<'static> {
    split(body(&FILE)).held_out
}

/// Returns both parts of a file with the contents of `digits.bin`, for programs that load it instead of
/// linking it.
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

/// Returns the body of the linked file, which the tests have verified.
const fn body(file: &[u8; FILE_LEN]) -> &[u8] {
    let (_, rest) = file.split_at(blob_len(0) - 4);
    rest.split_at(FILE_LEN - blob_len(0)).0
}

const fn split(body: &[u8]) -> Split<'_> {
    let (training, held_out) = body.split_at(TRAINING * ROW_BYTES);
    Split { training: Digits { rows: training }, held_out: Digits { rows: held_out } }
}

/// The training rows and the held-out rows.
#[derive(Clone, Copy, Debug)]
pub struct Split<'a> {
    /// The training rows.
    pub training: Digits<'a>,
    /// The held-out rows.
    pub held_out: Digits<'a>,
}

/// Rows of packed digits.
#[derive(Clone, Copy, Debug)]
pub struct Digits<'a> {
    rows: &'a [u8], // N × ROW_BYTES
}

impl Digits<'_> {
    /// Returns N, the number of rows.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "neither part is empty")]
    pub const fn len(&self) -> usize {
        self.rows.len() / ROW_BYTES
    }

    /// Returns the pixels of a row, line by line from the top left, 0 (paper) to 16 (ink).
    ///
    /// # Panics
    /// If `row` is not below [`len`](Self::len).
    #[must_use]
    pub const fn pixels(&self, row: usize) -> [u8; PIXELS] {
        let mut pixels = [0; PIXELS];
        let packed = self.packed(row);
        let mut k = 0;
        // Hand-written loops, so that a program can keep unpacked rows in a constant.
        while k < PIXELS {
            let (line, bit) = (k / SIDE * LINE_BYTES, k % SIDE * 5);
            // A pixel may span two bytes; after the last line there is still the label.
            let word = u16::from_le_bytes([packed[line + bit / 8], packed[line + bit / 8 + 1]]);
            pixels[k] = ((word >> (bit % 8)) & 31) as u8;
            k += 1;
        }
        pixels
    }

    /// Returns the digit that a row shows, 0 to 9.
    ///
    /// # Panics
    /// If `row` is not below [`len`](Self::len).
    #[must_use]
    pub const fn label(&self, row: usize) -> u8 {
        self.packed(row)[ROW_BYTES - 1]
    }

    /// Writes rows in the form that a network expects: pixels divided by 16, `rows × 64`, and labels.
    ///
    /// # Errors
    /// [`ArgError`] naming `rows` (not within [`len`](Self::len)), `inputs` or `labels` (wrong length for
    /// these rows); nothing is written then.
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
            to_input(&self.pixels(row), input);
            *label = self.label(row);
        }
        Ok(())
    }

    const fn packed(&self, row: usize) -> &[u8] {
        self.rows.split_at(row * ROW_BYTES).1.split_at(ROW_BYTES).0
    }
}

/// Converts pixels to the inputs of a network: divides them by 16, exactly.
///
/// Fills `input` with NaN unless it has 64 elements.
///
/// ```
/// use losscape::models::data::digits::{self, PIXELS};
/// let mut input = [0.0f32; PIXELS];
/// digits::to_input(&[4; PIXELS], &mut input);
/// assert_eq!(input, [0.25; PIXELS]);
/// ```
pub fn to_input<R: Real>(pixels: &[u8; PIXELS], input: &mut [R]) {
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
