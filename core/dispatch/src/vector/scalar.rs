//! Numbers one at a time, where a build has no registers for more.

use super::numbers::{Number, Numbers};
use super::{Float, Simd, Vector};

#[derive(Clone, Copy, Debug)]
pub(crate) struct Scalar;

impl Simd for Scalar {
    const REGISTERS: usize = 32;
    type F32 = One<f32>;
    type F64 = One<f64>;
}

/// One number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct One<R>(R);

impl<R: Number> Vector<R> for One<R> {
    type Four = Numbers<R>;
    type Mask = bool;

    const LANES: usize = 1;

    #[inline(always)]
    fn splat(number: R) -> Self {
        Self(number)
    }

    #[inline(always)]
    fn load(from: &[R]) -> Self {
        Self(from[0])
    }

    #[inline(always)]
    fn load_part(from: &[R], lanes: usize) -> Self {
        Self(if lanes == 0 { R::default() } else { from[0] })
    }

    #[inline(always)]
    fn store(self, to: &mut [R]) {
        to[0] = self.0;
    }

    #[inline(always)]
    fn store_part(self, to: &mut [R], lanes: usize) {
        if lanes > 0 {
            to[0] = self.0;
        }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }

    #[inline(always)]
    fn abs(self) -> Self {
        Self(self.0.abs())
    }

    #[inline(always)]
    fn or_larger(self, other: Self) -> Self {
        if other.0 > self.0 { other } else { self }
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> bool {
        self.0 >= bound.0
    }

    #[inline(always)]
    fn select(mask: bool, yes: Self, no: Self) -> Self {
        if mask { yes } else { no }
    }
}

impl Float for One<f32> {
    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(self.0 / other.0)
    }

    #[inline(always)]
    fn at_most(self, bound: Self) -> Self {
        if self.0 > bound.0 { bound } else { self }
    }

    #[inline(always)]
    fn add_where(self, mask: bool, other: Self) -> Self {
        if mask { self.add(other) } else { self }
    }

    #[inline(always)]
    fn sub_where(self, mask: bool, other: Self) -> Self {
        if mask { self.sub(other) } else { self }
    }

    #[inline(always)]
    fn times_power(self, power: Self) -> Self {
        Self(f32::from_bits(self.0.to_bits().wrapping_add(power.0.to_bits() << 23)))
    }

    #[inline(always)]
    fn with_sign_of(self, other: Self) -> Self {
        Self(f32::from_bits(self.0.to_bits() | (other.0.to_bits() & (1 << 31))))
    }
}
