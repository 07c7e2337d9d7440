//! Why bytes were refused.

use core::fmt;

use crate::ArgError;

/// Bytes were refused; nothing has been changed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum BlobError {
    /// The slice ends too early: cut off, or too small to write into.
    TooShort {
        /// The least length.
        needed: usize,
        /// The length given.
        found: usize,
    },
    /// There are bytes after the end.
    TooLong {
        /// The length given.
        found: usize,
    },
    /// The bytes are something else: they do not begin as a blob does.
    NotOurs,
    /// The checksum differs.
    Damaged,
    /// The blob holds something else.
    Kind {
        /// The kind asked for.
        expected: u16,
        /// The kind found.
        found: u16,
    },
    /// Its layout has a version that is no longer read, or never was.
    Older {
        /// The oldest version that can be read.
        oldest: u16,
        /// The version found.
        found: u16,
    },
    /// A newer version of this crate wrote it.
    Newer {
        /// The newest version that can be read.
        supported: u16,
        /// The version found.
        found: u16,
    },
    /// The numbers have another scalar type.
    ScalarType {
        /// Bytes of a number asked for.
        expected: u8,
        /// Bytes of a number found.
        found: u8,
    },
    /// The checksum is right and the contents make no sense.
    Malformed,
    /// The contents are whole and were refused, or do not fit the slices they should go to.
    Refused(ArgError),
}

impl From<ArgError> for BlobError {
    fn from(error: ArgError) -> Self {
        Self::Refused(error)
    }
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { needed, found } => write!(f, "{found} bytes, at least {needed} are needed"),
            Self::TooLong { found } => write!(f, "{found} bytes, more than belong together"),
            Self::NotOurs => f.write_str("not a file of this program"),
            Self::Damaged => f.write_str("damaged: the checksum differs"),
            Self::Kind { expected, found } => write!(f, "holds kind {found}, expected kind {expected}"),
            Self::Older { oldest, found } => {
                write!(f, "version {found} of its layout, at least {oldest} is needed")
            }
            Self::Newer { supported, found } => {
                write!(f, "version {found} of its layout, at most {supported} can be read")
            }
            Self::ScalarType { expected, found } => {
                write!(f, "holds numbers of {found} bytes, expected {expected}")
            }
            Self::Malformed => f.write_str("the contents do not add up"),
            Self::Refused(error) => write!(f, "the contents were refused: {error}"),
        }
    }
}

impl core::error::Error for BlobError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}
