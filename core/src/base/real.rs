//! The scalar type: [`f32`] or [`f64`].

use core::fmt::{Debug, Display, LowerExp};
use core::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

use losscape_dispatch::Element;

use super::elementary::Elementary;

mod sealed {
    #![expect(unnameable_types, reason = "a sealed trait cannot be named outside its crate")]
    #[cfg(not(all(target_arch = "x86_64", feature = "compiled-once")))]
    pub trait Sealed {}
    #[cfg(all(target_arch = "x86_64", feature = "compiled-once"))]
    pub trait Sealed: Sized + crate::base::matrix::once::Products<Self> {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// A scalar type, [`f32`] or [`f64`]; everything in this crate is generic over it.
///
/// The crate uses only `+ − × ÷`, comparisons, the square root and
/// [`elementary`](super::elementary) functions, with a rounding after each, so a result depends on
/// its inputs and not on the machine.
///
/// ```
/// use losscape::Real;
/// fn half<R: Real>(x: R) -> R { x * R::HALF }
/// assert_eq!(half(3.0f32), 1.5);
/// assert_eq!(half(3.0f64), 1.5);
/// ```
pub trait Real:
    sealed::Sealed
    + Elementary
    + Element
    + Copy
    + Default
    + PartialEq
    + PartialOrd
    + Debug
    + Display
    + LowerExp
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Send
    + Sync
    + 'static
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// 2.
    const TWO: Self;
    /// ½.
    const HALF: Self;
    /// The distance from 1 to the next larger number.
    const EPSILON: Self;
    /// The smallest positive normal number.
    const MIN_POSITIVE: Self;
    /// The largest finite number.
    const MAX: Self;
    /// +∞.
    const INFINITY: Self;
    /// A NaN.
    const NAN: Self;
    /// The number of bytes of the bit pattern, 4 or 8.
    const BYTES: usize;

    /// Returns the nearest number of this type.
    fn from_f64(x: f64) -> Self;
    /// Converts the number to `f64`, exactly.
    fn to_f64(self) -> f64;
    /// Returns the nearest number of this type to an integer.
    fn from_u32(n: u32) -> Self;
    /// Returns the bit pattern, zero-extended to 64 bits.
    fn to_bits64(self) -> u64;
    /// Returns the number with this bit pattern; bits above the type's width are ignored.
    fn from_bits64(bits: u64) -> Self;

    /// Returns |x| by clearing the sign bit.
    #[must_use]
    fn abs(self) -> Self;
    /// Returns whether the number is neither infinite nor NaN.
    fn is_finite(self) -> bool;
    /// Returns whether the number is NaN.
    fn is_nan(self) -> bool;

    /// Returns the nearest number of this type to a length.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "rounding to nearest is intended")]
    fn from_usize(n: usize) -> Self {
        // Through 32 bits where they suffice: small cores have no `f64`.
        u32::try_from(n).map_or_else(|_| Self::from_f64(n as f64), Self::from_u32)
    }

    /// Returns the larger of two numbers, `self` on a tie; a NaN in `self` is kept.
    #[must_use]
    fn or_larger(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    /// Returns the smaller of two numbers, `self` on a tie; a NaN in `self` is kept.
    #[must_use]
    fn or_smaller(self, other: Self) -> Self {
        if other < self { other } else { self }
    }
}

macro_rules! real {
    ($t:ident, $bytes:expr) => {
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_lossless,
            trivial_numeric_casts,
            reason = "conversions between the widths, rounded to nearest as documented"
        )]
        impl Real for $t {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const TWO: Self = 2.0;
            const HALF: Self = 0.5;
            const EPSILON: Self = $t::EPSILON;
            const MIN_POSITIVE: Self = $t::MIN_POSITIVE;
            const MAX: Self = $t::MAX;
            const INFINITY: Self = $t::INFINITY;
            const NAN: Self = $t::NAN;
            const BYTES: usize = $bytes;

            #[inline(always)]
            fn from_f64(x: f64) -> Self {
                x as $t
            }
            #[inline(always)]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            fn from_u32(n: u32) -> Self {
                n as $t
            }
            #[inline(always)]
            fn to_bits64(self) -> u64 {
                self.to_bits() as u64
            }
            #[inline(always)]
            fn from_bits64(bits: u64) -> Self {
                $t::from_bits(bits as _)
            }
            #[inline(always)]
            fn abs(self) -> Self {
                $t::abs(self)
            }
            #[inline(always)]
            fn is_finite(self) -> bool {
                $t::is_finite(self)
            }
            #[inline(always)]
            fn is_nan(self) -> bool {
                $t::is_nan(self)
            }
        }
    };
}

real!(f32, 4);
real!(f64, 8);
/// Returns ε^⅓, the step of a central difference at a length scale of 1. It balances the truncation
/// error, of order h², against rounding, of order ε/h.
pub(crate) fn cube_root_of_epsilon<R: Real>() -> R {
    R::from_f64(if R::BYTES == 4 { 4.921_566_601_151_848e-3 } else { 6.055_454_452_393_343e-6 })
}
