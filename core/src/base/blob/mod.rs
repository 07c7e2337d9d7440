//! The byte format of everything that is saved: a network, a training run, the digits.
//!
//! A blob is a header, a body and a checksum; all numbers are little-endian:
//!
//! ```text
//! offset  bytes  content
//! 0       4      "LOSS"
//! 4       2      kind of the body, see `kind`
//! 6       2      version of the body's layout
//! 8       4      n, the length of the body
//! 12      n      the body
//! 12 + n  4      CRC-32 of all bytes before it
//! ```
//!
//! The checksum is CRC-32/ISO-HDLC (reflected polynomial 0x04C11DB7), as in zip and PNG. It detects
//! every change of one bit, of two bits up to 2³² bits apart and of any burst of up to 32 bits; other
//! damage goes undetected with probability 2⁻³². It does not protect against tampering.
//!
//! Numbers keep their bits, −0 included. Every NaN is stored as one canonical pattern, so equal states
//! have equal bytes on every target.
//!
//! ```
//! use losscape::base::blob::{Reader, Writer, blob_len, kind};
//!
//! let mut bytes = [0; blob_len(2 * 4)];
//! let mut writer = Writer::new(&mut bytes, kind::OWN, 1);
//! writer.reals(&[0.5f32, -0.0]);
//! assert_eq!(writer.finish()?, 24);
//!
//! let mut reader = Reader::new(&bytes, kind::OWN, 1..=1)?;
//! let mut numbers = [0.0f32; 2];
//! reader.reals(&mut numbers)?;
//! reader.finish()?;
//! assert_eq!(numbers[0], 0.5);
//!
//! bytes[13] ^= 4;
//! assert!(Reader::new(&bytes, kind::OWN, 1..=1).is_err());
//! # Ok::<(), losscape::base::blob::BlobError>(())
//! ```

mod crc;
mod error;

pub use error::BlobError;

use core::ops::RangeInclusive;

use crate::Real;
use crate::base::rows::{copy, front};
use crc::crc32;

/// The kinds of blobs, by their contents.
pub mod kind {
    /// The handwritten digits.
    pub const DIGITS: u16 = 1;
    /// A network with its parameters.
    pub const NETWORK: u16 = 2;
    /// A run of stochastic gradient descent.
    pub const SGD: u16 = 3;
    /// The first kind that is free for your own use; the crate reserves all lower values.
    pub const OWN: u16 = 0x8000;
}

const MAGIC: [u8; 4] = *b"LOSS";
const HEADER: usize = 12;
const CHECKSUM: usize = 4;

/// Returns the length of a blob with a body of `body` bytes.
#[must_use]
pub const fn blob_len(body: usize) -> usize {
    body.saturating_add(HEADER + CHECKSUM)
}

/// Writes a blob into a slice, front to back.
///
/// Running past the end of the slice is reported only by [`finish`](Self::finish), so the calls in
/// between read like the layout.
#[derive(Debug)]
pub struct Writer<'a> {
    bytes: &'a mut [u8],
    len: usize, // written so far, including what did not fit
}

impl<'a> Writer<'a> {
    /// Starts a blob of the given [`kind`] and layout version.
    pub fn new(bytes: &'a mut [u8], kind: u16, version: u16) -> Self {
        let mut writer = Self { bytes, len: 0 };
        writer.bytes(&MAGIC);
        writer.u16(kind);
        writer.u16(version);
        writer.u32(0); // the body's length, filled in by `finish`
        writer
    }

    /// Appends bytes as they are.
    pub fn bytes(&mut self, bytes: &[u8]) {
        let end = self.len.saturating_add(bytes.len());
        if let Some(out) = self.bytes.get_mut(self.len..end) {
            copy(bytes, out);
        }
        self.len = end;
    }

    /// Appends one byte.
    pub fn u8(&mut self, x: u8) {
        self.bytes(&[x]);
    }

    /// Appends a 16-bit number.
    pub fn u16(&mut self, x: u16) {
        self.bytes(&x.to_le_bytes());
    }

    /// Appends a 32-bit number.
    pub fn u32(&mut self, x: u32) {
        self.bytes(&x.to_le_bytes());
    }

    /// Appends a 64-bit number.
    pub fn u64(&mut self, x: u64) {
        self.bytes(&x.to_le_bytes());
    }

    /// Appends the scalar type as one byte: 4 for `f32`, 8 for `f64`.
    pub fn scalar_type<R: Real>(&mut self) {
        self.u8(scalar_tag::<R>());
    }

    /// Appends a number as its bits, `R::BYTES` bytes.
    pub fn real<R: Real>(&mut self, x: R) {
        let bits = if x.is_nan() { canonical_nan::<R>() } else { x.to_bits64() };
        self.bytes(front(&bits.to_le_bytes(), R::BYTES));
    }

    /// Appends numbers in order.
    pub fn reals<R: Real>(&mut self, values: &[R]) {
        for &x in values {
            self.real(x);
        }
    }

    /// Completes the header and the checksum, and returns the length of the blob.
    ///
    /// # Errors
    /// [`BlobError::TooShort`] with the length needed if the slice is too short; its contents are then
    /// unspecified and do not form a valid blob. [`BlobError::TooLong`] if the body has 2³² bytes or
    /// more.
    pub fn finish(mut self) -> Result<usize, BlobError> {
        let end = self.len;
        let len = end.saturating_add(CHECKSUM);
        if self.bytes.len() < len {
            return Err(BlobError::TooShort { needed: len, found: self.bytes.len() });
        }
        let body = u32::try_from(end - HEADER).map_err(|_| BlobError::TooLong { found: len })?;
        copy(&body.to_le_bytes(), self.bytes.get_mut(8..HEADER).unwrap_or_default());
        let checksum = crc32(front(self.bytes, end));
        self.u32(checksum);
        Ok(len)
    }
}

/// Reads a blob from front to back, once its header and checksum have been verified.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    version: u16,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Verifies a blob of the given [`kind`] whose layout version lies in `versions`. `bytes` must be
    /// exactly one blob.
    ///
    /// # Errors
    /// Checked in this order: [`BlobError::TooShort`], [`BlobError::NotOurs`], [`BlobError::TooShort`]
    /// or [`BlobError::TooLong`] from the length in the header, [`BlobError::Damaged`],
    /// [`BlobError::Kind`], [`BlobError::Older`] or [`BlobError::Newer`].
    pub fn new(bytes: &'a [u8], kind: u16, versions: RangeInclusive<u16>) -> Result<Self, BlobError> {
        let too_short = |needed| BlobError::TooShort { needed, found: bytes.len() };
        if bytes.len() < blob_len(0) {
            return Err(too_short(blob_len(0)));
        }
        let mut header = Self { version: 0, rest: bytes };
        if header.array()? != MAGIC {
            return Err(BlobError::NotOurs);
        }
        let found_kind = header.u16()?;
        let found_version = header.u16()?;
        let body = header.u32()? as usize;
        let Some(len) = body.checked_add(blob_len(0)) else { return Err(too_short(usize::MAX)) };
        if bytes.len() < len {
            return Err(too_short(len));
        }
        if bytes.len() > len {
            return Err(BlobError::TooLong { found: bytes.len() });
        }
        let body = header.bytes(body)?;
        if crc32(front(bytes, len - CHECKSUM)).to_le_bytes() != *header.rest {
            return Err(BlobError::Damaged);
        }
        if found_kind != kind {
            return Err(BlobError::Kind { expected: kind, found: found_kind });
        }
        let (oldest, supported) = (*versions.start(), *versions.end());
        if found_version < oldest {
            return Err(BlobError::Older { oldest, found: found_version });
        }
        if found_version > supported {
            return Err(BlobError::Newer { supported, found: found_version });
        }
        Ok(Self { version: found_version, rest: body })
    }

    /// Returns the version of the body's layout.
    #[must_use]
    pub const fn version(&self) -> u16 {
        self.version
    }

    /// Returns the part of the body that has not been read yet.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Reads the next `count` bytes.
    ///
    /// # Errors
    /// [`BlobError::Malformed`] if fewer bytes are left; nothing is read then. The other read methods
    /// behave likewise.
    pub fn bytes(&mut self, count: usize) -> Result<&'a [u8], BlobError> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or(BlobError::Malformed)?;
        self.rest = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], BlobError> {
        let (bytes, rest) = self.rest.split_first_chunk().ok_or(BlobError::Malformed)?;
        self.rest = rest;
        Ok(*bytes)
    }

    /// Reads the next byte.
    ///
    /// # Errors
    /// [`BlobError::Malformed`].
    pub fn u8(&mut self) -> Result<u8, BlobError> {
        self.array().map(u8::from_le_bytes)
    }

    /// Reads the next 16-bit number.
    ///
    /// # Errors
    /// [`BlobError::Malformed`].
    pub fn u16(&mut self) -> Result<u16, BlobError> {
        self.array().map(u16::from_le_bytes)
    }

    /// Reads the next 32-bit number.
    ///
    /// # Errors
    /// [`BlobError::Malformed`].
    pub fn u32(&mut self) -> Result<u32, BlobError> {
        self.array().map(u32::from_le_bytes)
    }

    /// Reads the next 64-bit number.
    ///
    /// # Errors
    /// [`BlobError::Malformed`].
    pub fn u64(&mut self) -> Result<u64, BlobError> {
        self.array().map(u64::from_le_bytes)
    }

    /// Checks that the next byte names the scalar type `R`.
    ///
    /// # Errors
    /// [`BlobError::ScalarType`] if it names the other scalar type, [`BlobError::Malformed`] if it
    /// names neither.
    pub fn scalar_type<R: Real>(&mut self) -> Result<(), BlobError> {
        match (self.u8()?, scalar_tag::<R>()) {
            (found, expected) if found == expected => Ok(()),
            (found @ (4 | 8), expected) => Err(BlobError::ScalarType { expected, found }),
            _ => Err(BlobError::Malformed),
        }
    }

    /// Reads the next number from its bits.
    ///
    /// # Errors
    /// [`BlobError::Malformed`].
    pub fn real<R: Real>(&mut self) -> Result<R, BlobError> {
        let mut bits = [0; 8];
        copy(self.bytes(R::BYTES)?, &mut bits);
        Ok(R::from_bits64(u64::from_le_bytes(bits)))
    }

    /// Reads numbers until the slice is full.
    ///
    /// # Errors
    /// [`BlobError::Malformed`] if the body ends first; nothing is read or written then.
    pub fn reals<R: Real>(&mut self, out: &mut [R]) -> Result<(), BlobError> {
        let needed = out.len().checked_mul(R::BYTES).ok_or(BlobError::Malformed)?;
        if self.rest.len() < needed {
            return Err(BlobError::Malformed);
        }
        for x in out {
            *x = self.real()?;
        }
        Ok(())
    }

    /// Checks that the whole body has been read.
    ///
    /// # Errors
    /// [`BlobError::Malformed`] if part of it is unread.
    pub const fn finish(self) -> Result<(), BlobError> {
        if self.rest.is_empty() { Ok(()) } else { Err(BlobError::Malformed) }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "4 or 8")]
const fn scalar_tag<R: Real>() -> u8 {
    R::BYTES as u8
}

const fn canonical_nan<R: Real>() -> u64 {
    if R::BYTES == 4 { 0x7fc0_0000 } else { 0x7ff8_0000_0000_0000 }
}

#[cfg(test)]
mod tests;
