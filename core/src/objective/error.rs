//! Why a constructor refused its input.

use core::fmt;

use crate::Real;

/// An argument was refused; nothing has been changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ArgError {
    /// The argument's name.
    pub arg: &'static str,
    /// What is wrong with it.
    pub reason: Reason,
}

/// What is wrong with an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// A slice has another length than the one needed.
    Length {
        /// The length needed.
        expected: usize,
        /// The length given.
        found: usize,
    },
    /// A slice is shorter than needed.
    TooShort {
        /// The least length.
        needed: usize,
        /// The length given.
        found: usize,
    },
    /// There is nothing in it.
    Empty,
    /// An element is infinite or NaN.
    NotFinite {
        /// Where.
        index: usize,
    },
    /// A number that must be finite and above zero is not.
    NotPositive,
    /// A number that must be finite and not below zero is.
    Negative,
    /// An element, or the number itself at index 0, lies outside its range.
    OutOfRange {
        /// Where.
        index: usize,
    },
    /// Two that must differ are equal.
    Coincide,
    /// Directions that must span a plane lie on a line.
    Dependent,
    /// An iteration did not settle; what it has written has no meaning.
    NotConverged,
    /// More than fit.
    TooMany {
        /// How many fit.
        limit: usize,
        /// How many were given.
        found: usize,
    },
    /// It needs a cargo feature of this crate that the build left out.
    LeftOut,
}

impl ArgError {
    /// An error that names its argument.
    #[must_use]
    pub const fn new(arg: &'static str, reason: Reason) -> Self {
        Self { arg, reason }
    }

    /// Refuses a slice of another length.
    ///
    /// # Errors
    /// [`Reason::Length`].
    pub const fn check_len(arg: &'static str, expected: usize, found: usize) -> Result<(), Self> {
        if expected == found { Ok(()) } else { Err(Self::new(arg, Reason::Length { expected, found })) }
    }

    /// Refuses a slice that is too short.
    ///
    /// # Errors
    /// [`Reason::TooShort`].
    pub const fn check_min_len(arg: &'static str, needed: usize, found: usize) -> Result<(), Self> {
        if found >= needed { Ok(()) } else { Err(Self::new(arg, Reason::TooShort { needed, found })) }
    }

    /// Refuses infinities and NaN.
    ///
    /// # Errors
    /// [`Reason::NotFinite`] with the first index.
    pub fn check_finite<R: Real>(arg: &'static str, values: &[R]) -> Result<(), Self> {
        match values.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(index) => Err(Self::new(arg, Reason::NotFinite { index })),
        }
    }

    /// Refuses what is not finite and above zero.
    ///
    /// # Errors
    /// [`Reason::NotPositive`].
    pub fn check_positive<R: Real>(arg: &'static str, x: R) -> Result<(), Self> {
        if x.is_finite() && x > R::ZERO { Ok(()) } else { Err(Self::new(arg, Reason::NotPositive)) }
    }

    /// Refuses what is not finite and at least zero.
    ///
    /// # Errors
    /// [`Reason::Negative`].
    pub fn check_non_negative<R: Real>(arg: &'static str, x: R) -> Result<(), Self> {
        if x.is_finite() && x >= R::ZERO { Ok(()) } else { Err(Self::new(arg, Reason::Negative)) }
    }
}

impl fmt::Display for ArgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let arg = self.arg;
        match self.reason {
            Reason::Length { expected, found } => {
                write!(f, "`{arg}` has length {found}, expected {expected}")
            }
            Reason::TooShort { needed, found } => {
                write!(f, "`{arg}` has length {found}, needs at least {needed}")
            }
            Reason::Empty => write!(f, "`{arg}` is empty"),
            Reason::NotFinite { index } => write!(f, "`{arg}` is not finite at index {index}"),
            Reason::NotPositive => write!(f, "`{arg}` is not a finite number above zero"),
            Reason::Negative => write!(f, "`{arg}` is not a finite number of at least zero"),
            Reason::OutOfRange { index } => write!(f, "`{arg}` is out of range at index {index}"),
            Reason::Coincide => write!(f, "`{arg}`: two that must differ are equal"),
            Reason::Dependent => write!(f, "`{arg}`: directions that must span a plane lie on a line"),
            Reason::NotConverged => write!(f, "`{arg}`: the iteration did not settle"),
            Reason::LeftOut => write!(f, "`{arg}` needs a feature that this build left out"),
            Reason::TooMany { limit, found } => write!(f, "`{arg}` counts {found}, at most {limit} fit"),
        }
    }
}

impl core::error::Error for ArgError {}
