//! Applies a function to every element of a slice, with the processor's widest vectors.
//!
//! Elements do not interact, so the bits do not depend on the width.

use losscape_dispatch::{Simd, Task, run};

use super::target::{COMPACT, VECTORS};

/// Computes `z ← f(z)` elementwise with the widest vectors.
#[inline(always)]
pub(crate) fn each<R: Copy>(z: &mut [R], f: impl Fn(R) -> R) {
    run(Each { z, f });
}

/// Computes `a ← f(a, u)` elementwise with the widest vectors.
#[inline(always)]
pub(crate) fn pair<R: Copy>(a: &mut [R], u: &[R], f: impl Fn(R, R) -> R) {
    run(Pair { a, u, f });
}

struct Each<'a, R, F> {
    z: &'a mut [R],
    f: F,
}

impl<R: Copy, F: Fn(R) -> R> Task for Each<'_, R, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for z in self.z {
            *z = (self.f)(*z);
        }
    }
}

struct Pair<'a, R, F> {
    a: &'a mut [R],
    u: &'a [R],
    f: F,
}

impl<R: Copy, F: Fn(R, R) -> R> Task for Pair<'_, R, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        let Self { mut a, mut u, f } = self;
        if !VECTORS && !COMPACT {
            // Four at a time, so that the loop counts and compares once per four elements.
            let (fours, rest) = a.as_chunks_mut::<4>();
            let (four_u, rest_u) = u.as_chunks::<4>();
            for (a, u) in fours.iter_mut().zip(four_u) {
                a[0] = f(a[0], u[0]);
                a[1] = f(a[1], u[1]);
                a[2] = f(a[2], u[2]);
                a[3] = f(a[3], u[3]);
            }
            (a, u) = (rest, rest_u);
        }
        for (a, &u) in a.iter_mut().zip(u) {
            *a = f(*a, u);
        }
    }
}
