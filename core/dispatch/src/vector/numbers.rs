//! Four numbers without a register of their own: the compiler finds what there is.

use core::ops::{Add, Mul, Sub};

use super::{Four, Vector};

/// What a number does.
pub(crate) trait Number:
    Copy + Default + PartialOrd + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self>
{
    /// |x|.
    fn abs(self) -> Self;
}

impl Number for f32 {
    #[inline(always)]
    fn abs(self) -> Self {
        Self::abs(self)
    }
}

impl Number for f64 {
    #[inline(always)]
    fn abs(self) -> Self {
        Self::abs(self)
    }
}

/// Four numbers.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Numbers<R>([R; 4]);

impl<R: Number> Vector<R> for Numbers<R> {
    type Four = Self;
    type Mask = [bool; 4];

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
    fn sub(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a - e, b - f, c - g, d - h])
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
        Self([a * e, b * f, c * g, d * h])
    }

    #[inline(always)]
    fn abs(self) -> Self {
        let [a, b, c, d] = self.0;
        Self([a.abs(), b.abs(), c.abs(), d.abs()])
    }

    #[inline(always)]
    fn or_larger(mut self, other: Self) -> Self {
        for lane in 0..4 {
            if other.0[lane] > self.0[lane] {
                self.0[lane] = other.0[lane];
            }
        }
        self
    }

    #[inline(always)]
    fn at_least(self, bound: Self) -> [bool; 4] {
        let ([a, b, c, d], [e, f, g, h]) = (self.0, bound.0);
        [a >= e, b >= f, c >= g, d >= h]
    }

    #[inline(always)]
    fn select([a, b, c, d]: [bool; 4], yes: Self, no: Self) -> Self {
        let pick = |mask, lane: usize| if mask { yes.0[lane] } else { no.0[lane] };
        Self([pick(a, 0), pick(b, 1), pick(c, 2), pick(d, 3)])
    }
}

impl<R: Number> Four<R> for Numbers<R> {
    #[inline(always)]
    fn transpose([a, b, c, d]: [Self; 4]) -> [Self; 4] {
        let column = |k: usize| Self([a.0[k], b.0[k], c.0[k], d.0[k]]);
        [column(0), column(1), column(2), column(3)]
    }
}
