//! Reasons for refusing bytes.

use core::fmt;

use crate::ArgError;

/// The error returned when bytes are refused; nothing has been changed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum BlobError {
    /// The slice is too short: the input is truncated, or the output does not fit.
    TooShort {
        /// The minimum length.
        needed: usize,
        /// The actual length.
        found: usize,
    },
    /// Bytes follow the end of the blob, or the body to be written has 2³² bytes or more.
    TooLong {
        /// The actual length.
        found: usize,
    },
    /// The bytes are not a blob: they do not begin with its signature.
    NotOurs,
    /// The checksum does not match.
    Damaged,
    /// The blob holds another kind of data.
    Kind {
        /// The expected kind.
        expected: u16,
        /// The kind found.
        found: u16,
    },
    /// The body's layout has a version that this crate no longer reads, or never did.
    Older {
        /// The oldest version that can be read.
        oldest: u16,
        /// The version found.
        found: u16,
    },
    /// The blob was written by a newer version of this crate.
    Newer {
        /// The newest version that can be read.
        supported: u16,
        /// The version found.
        found: u16,
    },
    /// The numbers have another scalar type than expected.
    ScalarType {
        /// The expected number of bytes per scalar.
        expected: u8,
        /// The number of bytes per scalar in the blob.
        found: u8,
    },
    /// The checksum is right, but the contents are inconsistent.
    Malformed,
    /// The contents are intact but were refused, or do not fit the slices meant to receive them.
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
            Self::TooShort { needed, found } => {
                write!(f, "too short: {found} bytes, at least {needed} are needed")
            }
            Self::TooLong { found } => write!(f, "too long: {found} bytes"),
            Self::NotOurs => f.write_str("not a losscape file"),
            Self::Damaged => f.write_str("damaged: the checksum does not match"),
            Self::Kind { expected, found } => {
                write!(f, "holds kind {found}, but kind {expected} is expected")
            }
            Self::Older { oldest, found } => {
                write!(f, "has layout version {found}, but at least {oldest} is needed")
            }
            Self::Newer { supported, found } => {
                write!(f, "has layout version {found}, but at most {supported} can be read")
            }
            Self::ScalarType { expected, found } => {
                write!(f, "holds numbers of {found} bytes, but {expected} are expected")
            }
            Self::Malformed => f.write_str("the contents are inconsistent"),
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
