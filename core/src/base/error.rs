//! Reasons for refusing an argument.

use core::fmt;

use super::decimal::Decimal;
use super::real::Real;

/// The error returned when an argument is refused; nothing has been changed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct ArgError {
    /// The argument's name.
    pub arg: &'static str,
    /// The reason.
    pub reason: Reason,
}

/// The reason for refusing an argument.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum Reason {
    /// A slice does not have the required length.
    Length {
        /// The required length.
        expected: usize,
        /// The actual length.
        found: usize,
    },
    /// A slice is shorter than required.
    TooShort {
        /// The minimum length.
        needed: usize,
        /// The actual length.
        found: usize,
    },
    /// The argument has no elements.
    Empty,
    /// An element is infinite or NaN.
    NotFinite {
        /// The index of the first such element.
        index: usize,
    },
    /// A number lies outside the allowed range.
    OutOfRange {
        /// The number.
        value: f64,
        /// The allowed values, such as `[0, 1)` or `finite and above 0`.
        range: &'static str,
    },
    /// An element lies outside the allowed range.
    Element {
        /// The index of the element.
        index: usize,
        /// The element.
        value: f64,
        /// The allowed values.
        range: &'static str,
    },
    /// A label does not name a class.
    Label {
        /// The index of the label.
        index: usize,
        /// The label.
        label: u32,
        /// The number of classes; labels must be below it.
        classes: usize,
    },
    /// An index or a count is too large.
    Index {
        /// The actual index or count.
        found: usize,
        /// The limit; it must be below this.
        limit: usize,
    },
    /// A row of probabilities does not sum to 1.
    RowSum {
        /// The index of the row.
        row: usize,
        /// The sum of the row.
        sum: f64,
    },
    /// Two values that must differ are equal.
    Coincide,
    /// Directions that must be linearly independent are not.
    Dependent,
    /// An iteration did not converge; its output is meaningless.
    NotConverged,
    /// There are more items than fit.
    TooMany {
        /// The number of items that fit.
        limit: usize,
        /// The actual number.
        found: usize,
    },
    /// The convolution with this kernel has no closed form.
    Kernel {
        /// The kernels for which a closed form exists.
        takes: &'static str,
    },
    /// A schedule does not begin with a straight line of at least one inner image.
    FirstCycle,
    /// Products of the argument's values overflow.
    Overflow,
    /// The argument differs from the one that was saved.
    Mismatch,
    /// The argument needs a cargo feature that this build left out.
    LeftOut,
}

impl ArgError {
    /// Creates an error that names its argument.
    #[must_use]
    pub const fn new(arg: &'static str, reason: Reason) -> Self {
        Self { arg, reason }
    }

    /// Checks that a slice has the expected length.
    ///
    /// # Errors
    /// [`Reason::Length`] otherwise.
    pub const fn check_len(arg: &'static str, expected: usize, found: usize) -> Result<(), Self> {
        if expected == found { Ok(()) } else { Err(Self::new(arg, Reason::Length { expected, found })) }
    }

    /// Checks that a slice has at least the required length.
    ///
    /// # Errors
    /// [`Reason::TooShort`] otherwise.
    pub const fn check_min_len(arg: &'static str, needed: usize, found: usize) -> Result<(), Self> {
        if found >= needed { Ok(()) } else { Err(Self::new(arg, Reason::TooShort { needed, found })) }
    }

    /// Checks that all values are finite.
    ///
    /// # Errors
    /// [`Reason::NotFinite`] with the index of the first infinity or NaN.
    pub fn check_finite<R: Real>(arg: &'static str, values: &[R]) -> Result<(), Self> {
        match values.iter().position(|x| !x.is_finite()) {
            None => Ok(()),
            Some(index) => Err(Self::new(arg, Reason::NotFinite { index })),
        }
    }

    /// Checks that a number is finite and positive.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] otherwise.
    pub fn check_positive<R: Real>(arg: &'static str, x: R) -> Result<(), Self> {
        Self::check_range(arg, x, x.is_finite() && x > R::ZERO, "finite and above 0")
    }

    /// Checks that a number is finite and not negative.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] otherwise.
    pub fn check_non_negative<R: Real>(arg: &'static str, x: R) -> Result<(), Self> {
        Self::check_range(arg, x, x.is_finite() && x >= R::ZERO, "finite and at least 0")
    }

    /// Checks that a number lies in [0, 1).
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] otherwise.
    pub fn check_fraction<R: Real>(arg: &'static str, x: R) -> Result<(), Self> {
        Self::check_range(arg, x, x >= R::ZERO && x < R::ONE, "in [0, 1)")
    }

    /// Returns an error if `allowed` is false; `range` describes the allowed values in words.
    ///
    /// ```
    /// use losscape::ArgError;
    /// let momentum = 1.5f32;
    /// let refused = ArgError::check_range("momentum", momentum, (0.0..1.0).contains(&momentum), "in [0, 1)");
    /// assert_eq!(refused.unwrap_err().to_string(), "`momentum` is 1.5, must be in [0, 1)");
    /// ```
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] if `allowed` is false.
    pub fn check_range<R: Real>(
        arg: &'static str,
        value: R,
        allowed: bool,
        range: &'static str,
    ) -> Result<(), Self> {
        if allowed { Ok(()) } else { Err(Self::out_of_range(arg, value, range)) }
    }

    #[cold]
    #[inline(never)]
    fn out_of_range<R: Real>(arg: &'static str, value: R, range: &'static str) -> Self {
        Self::new(arg, Reason::OutOfRange { value: value.to_f64(), range })
    }

    /// Checks that a count is not zero.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`] otherwise.
    pub const fn check_count(arg: &'static str, count: usize) -> Result<(), Self> {
        if count > 0 { Ok(()) } else { Err(Self::zero(arg)) }
    }

    /// Creates the error for a count of zero where at least one is required.
    #[must_use]
    pub const fn zero(arg: &'static str) -> Self {
        Self::new(arg, Reason::OutOfRange { value: 0.0, range: "at least 1" })
    }

    /// Checks that an index is below `limit`.
    ///
    /// # Errors
    /// [`Reason::Index`] otherwise.
    pub const fn check_index(arg: &'static str, found: usize, limit: usize) -> Result<(), Self> {
        if found < limit { Ok(()) } else { Err(Self::new(arg, Reason::Index { found, limit })) }
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
            Reason::OutOfRange { value, range } => {
                write!(f, "`{arg}` is {}, must be {range}", Decimal(value))
            }
            Reason::Element { index, value, range } => {
                write!(f, "`{arg}` is {} at index {index}, must be {range}", Decimal(value))
            }
            Reason::Label { index, label, classes } => {
                write!(f, "`{arg}` has label {label} at index {index}, must be below {classes}")
            }
            Reason::Index { found, limit } => write!(f, "`{arg}` is {found}, must be below {limit}"),
            Reason::RowSum { row, sum } => {
                write!(f, "`{arg}` has row {row} with sum {}, must be 1 within 0.001", Decimal(sum))
            }
            Reason::Coincide => write!(f, "`{arg}`: two values that must differ are equal"),
            Reason::Dependent => write!(f, "`{arg}`: directions that must be independent are not"),
            Reason::NotConverged => write!(f, "`{arg}`: the iteration did not converge"),
            Reason::Kernel { takes } => write!(f, "`{arg}`: a closed form is known only for {takes}"),
            Reason::FirstCycle => write!(f, "`{arg}` must begin with a line of at least one inner image"),
            Reason::Overflow => write!(f, "`{arg}`: products of its numbers overflow"),
            Reason::Mismatch => write!(f, "`{arg}` differs from the one that was saved"),
            Reason::LeftOut => write!(f, "`{arg}` needs a feature that this build left out"),
            Reason::TooMany { limit, found } => {
                write!(f, "`{arg}`: {found} are too many, at most {limit} fit")
            }
        }
    }
}

impl core::error::Error for ArgError {}
