//! Four numbers without a register of their own: the compiler finds what there is.

use core::ops::{Add, Mul};

use super::{Four, Vector};

/// Four numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers<R>([R; 4]);

impl<R: Copy + Default + Add<Output = R> + Mul<Output = R>> Vector<R> for Numbers<R> {
    type Four = Self;

    const LANES: usize = 4;

    #[inline(always)]
    fn splat(number: R) -> Self {
        Self([number; 4])
    }

    #[inline(always)]
    fn load(from: &[R]) -> Self {
        Self([from[0], from[1], from[2], from[3]])
    }

    #[inline(always)]
    fn load_part(from: &[R], lanes: usize) -> Self {
        let mut all = [R::default(); 4];
        all[..lanes].copy_from_slice(&from[..lanes]);
        Self(all)
    }

    #[inline(always)]
    fn store(self, to: &mut [R]) {
        to[..4].copy_from_slice(&self.0);
    }

    #[inline(always)]
    fn store_part(self, to: &mut [R], lanes: usize) {
        to[..lanes].copy_from_slice(&self.0[..lanes]);
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a + e, b + f, c + g, d + h])
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a * e, b * f, c * g, d * h])
    }
}

impl<R: Copy + Default + Add<Output = R> + Mul<Output = R>> Four<R> for Numbers<R> {
    #[inline(always)]
    fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let column = |k: usize| Self([a.0[k], b.0[k], c.0[k], d.0[k]]);
        [column(0), column(1), column(2), column(3)]
    }
}
