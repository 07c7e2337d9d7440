//! Why a constructor refused its input.

use core::fmt;

use super::decimal::Decimal;
use super::real::Real;

/// An argument was refused; nothing has been changed.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct ArgError {
    /// The argument's name.
    pub arg: &'static str,
    /// The reason.
    pub reason: Reason,
}

/// The reason an argument is refused.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum Reason {
    /// A slice does not have the length needed.
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
    /// A number lies outside its range.
    OutOfRange {
        /// The number.
        value: f64,
        /// The numbers allowed, such as `[0, 1)` or `finite and above 0`.
        range: &'static str,
    },
    /// An element lies outside its range.
    Element {
        /// Where.
        index: usize,
        /// The element.
        value: f64,
        /// The numbers allowed.
        range: &'static str,
    },
    /// A label names no class.
    Label {
        /// Where.
        index: usize,
        /// The label.
        label: u32,
        /// The number of classes; labels are below it.
        classes: usize,
    },
    /// An index or a count is not below its limit.
    Index {
        /// The index.
        found: usize,
        /// It must be below this.
        limit: usize,
    },
    /// A row of probabilities does not sum to 1.
    RowSum {
        /// Which row.
        row: usize,
        /// Its sum.
        sum: f64,
    },
    /// Two that must differ are equal.
    Coincide,
    /// Directions that must be independent are not: two lie on a line, or one in the space of others.
    Dependent,
    /// An iteration did not converge; its output is meaningless.
    NotConverged,
    /// More than fit.
    TooMany {
        /// The number that fits.
        limit: usize,
        /// The number given.
        found: usize,
    },
    /// A convolution with this kernel has no closed form.
    Kernel {
        /// The kernels with which it has.
        takes: &'static str,
    },
    /// A schedule does not begin with a line of at least one inner image.
    FirstCycle,
    /// Products of its numbers overflow.
    Overflow,
    /// It differs from the one that was saved.
    Mismatch,
    /// It needs a cargo feature of this crate that the build left out.
    LeftOut,
}

impl ArgError {
    /// An error that names its argument.
    #[must_use]
    pub const fn new(arg: &'static str, reason: Reason) -> Self {
        Self { arg, reason }
    }

    /// Refuses a slice of the wrong length.
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

    /// Refuses a number that is not finite and above zero.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`].
    pub fn check_positive<R: Real>(arg: &'static str, x: R) -> Result<(), Self> {
        Self::check_range(arg, x, x.is_finite() && x > R::ZERO, "finite and above 0")
    }

    /// Refuses a number that is not finite and at least zero.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`].
    pub fn check_non_negative<R: Real>(arg: &'static str, x: R) -> Result<(), Self> {
        Self::check_range(arg, x, x.is_finite() && x >= R::ZERO, "finite and at least 0")
    }

    /// Refuses a number outside [0, 1).
    ///
    /// # Errors
    /// [`Reason::OutOfRange`].
    pub fn check_fraction<R: Real>(arg: &'static str, x: R) -> Result<(), Self> {
        Self::check_range(arg, x, x >= R::ZERO && x < R::ONE, "in [0, 1)")
    }

    /// Refuses a number for which `allowed` is false; `range` says in words what is allowed.
    ///
    /// ```
    /// use losscape::ArgError;
    /// let momentum = 1.5f32;
    /// let refused = ArgError::check_range("momentum", momentum, (0.0..1.0).contains(&momentum), "in [0, 1)");
    /// assert_eq!(refused.unwrap_err().to_string(), "`momentum` is 1.5, must be in [0, 1)");
    /// ```
    ///
    /// # Errors
    /// [`Reason::OutOfRange`].
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

    /// Refuses a count of zero.
    ///
    /// # Errors
    /// [`Reason::OutOfRange`].
    pub const fn check_count(arg: &'static str, count: usize) -> Result<(), Self> {
        if count > 0 { Ok(()) } else { Err(Self::zero(arg)) }
    }

    /// A count of zero where at least one is needed.
    #[must_use]
    pub const fn zero(arg: &'static str) -> Self {
        Self::new(arg, Reason::OutOfRange { value: 0.0, range: "at least 1" })
    }

    /// Refuses an index that is not below `limit`.
    ///
    /// # Errors
    /// [`Reason::Index`].
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
            Reason::Coincide => write!(f, "`{arg}`: two that must differ are equal"),
            Reason::Dependent => write!(f, "`{arg}`: directions that must be independent are not"),
            Reason::NotConverged => write!(f, "`{arg}`: the iteration did not settle"),
            Reason::Kernel { takes } => write!(f, "`{arg}`: a closed form is known for {takes}"),
            Reason::FirstCycle => write!(f, "`{arg}` must begin with a line of at least one inner image"),
            Reason::Overflow => write!(f, "`{arg}`: products of its numbers overflow"),
            Reason::Mismatch => write!(f, "`{arg}` is another than the one that was saved"),
            Reason::LeftOut => write!(f, "`{arg}` needs a feature that this build left out"),
            Reason::TooMany { limit, found } => write!(f, "`{arg}` counts {found}, at most {limit} fit"),
        }
    }
}

impl core::error::Error for ArgError {}
