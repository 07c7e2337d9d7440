//! The settings of a run: written when it is saved, compared when it is restored.

use crate::base::blob::{BlobError, Reader, Writer};
use crate::base::fingerprint::Fingerprint;
use crate::base::rows::front;
use crate::{ArgError, Real, Reason};

/// Receives the settings of the parts of a run in order, and either writes them into a blob or compares them
/// with those in a blob. A setting keeps its bits, so −0 differs from 0.
#[derive(Debug)]
pub struct Settings<'s, 'b> {
    blob: Blob<'s, 'b>,
    refused: Option<BlobError>,
}

#[derive(Debug)]
enum Blob<'s, 'b> {
    Write(&'s mut Writer<'b>),
    Compare(&'s mut Reader<'b>),
}

impl<'s, 'b> Settings<'s, 'b> {
    pub(super) const fn write(writer: &'s mut Writer<'b>) -> Self {
        Self { blob: Blob::Write(writer), refused: None }
    }

    pub(super) const fn compare(reader: &'s mut Reader<'b>) -> Self {
        Self { blob: Blob::Compare(reader), refused: None }
    }

    /// Returns the error for the first setting that differs or is missing.
    pub(super) fn finish(self) -> Result<(), BlobError> {
        self.refused.map_or(Ok(()), Err)
    }

    /// Adds a byte, such as the tag of a part. `arg` names the setting in the error if it differs, as in the
    /// other methods.
    pub fn byte(&mut self, arg: &'static str, x: u8) {
        self.bytes(arg, &[x]);
    }

    /// Adds a count.
    pub fn count(&mut self, arg: &'static str, x: u32) {
        self.bytes(arg, &x.to_le_bytes());
    }

    /// Adds a 64-bit word, such as a digest.
    pub fn word(&mut self, arg: &'static str, x: u64) {
        self.bytes(arg, &x.to_le_bytes());
    }

    /// Adds a number.
    pub fn real<R: Real>(&mut self, arg: &'static str, x: R) {
        self.bytes(arg, front(&x.to_bits64().to_le_bytes(), R::BYTES));
    }

    /// Adds numbers that are too many to be stored, by their count and their digest.
    pub fn digest<R: Real>(&mut self, arg: &'static str, values: &[R]) {
        self.word(arg, values.len() as u64);
        self.word(arg, Fingerprint::of(values));
    }

    /// Adds a condition without which the part can neither be saved nor restored, such as the length of its
    /// memory.
    pub fn require(&mut self, condition: Result<(), ArgError>) {
        if let (None, Err(error)) = (self.refused, condition) {
            self.refused = Some(error.into());
        }
    }

    #[inline(never)]
    fn bytes(&mut self, arg: &'static str, bytes: &[u8]) {
        let found = match &mut self.blob {
            Blob::Write(writer) => return writer.bytes(bytes),
            Blob::Compare(reader) => reader.bytes(bytes.len()),
        };
        if self.refused.is_none() {
            self.refused = match found {
                Ok(found) if found.iter().eq(bytes) => None,
                Ok(_) => Some(ArgError::new(arg, Reason::Mismatch).into()),
                Err(error) => Some(error),
            };
        }
    }
}
