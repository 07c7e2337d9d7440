//! Numbers one at a time, where a build has no registers for more.

use super::numbers::Numbers;
use super::{Simd, Vector};

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

impl<R: Copy + Default + core::ops::Add<Output = R> + core::ops::Mul<Output = R>> Vector<R> for One<R> {
    type Four = Numbers<R>;

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
    fn mul(self, other: Self) -> Self {
        Self(self.0 * other.0)
    }
}
