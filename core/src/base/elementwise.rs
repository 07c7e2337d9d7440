//! One function on every element of a slice, with the widest vectors of the processor.
//!
//! Elements never meet, so the bits do not depend on the width.

use losscape_dispatch::{Kernel, Simd, run};

use super::real::Real;

/// `z ← f(z)`, elementwise, with the widest vectors.
#[inline(always)]
pub(crate) fn each<R: Real>(z: &mut [R], f: impl Fn(R) -> R) {
    run(Each { z, f });
}

/// `a ← f(a, u)`, elementwise, with the widest vectors.
#[inline(always)]
pub(crate) fn pair<R: Real>(a: &mut [R], u: &[R], f: impl Fn(R, R) -> R) {
    run(Pair { a, u, f });
}

struct Each<'a, R, F> {
    z: &'a mut [R],
    f: F,
}

impl<R: Real, F: Fn(R) -> R> Kernel for Each<'_, R, F> {
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

impl<R: Real, F: Fn(R, R) -> R> Kernel for Pair<'_, R, F> {
    type Output = ();

    #[inline(always)]
    fn run<S: Simd>(self) {
        for (a, &u) in self.a.iter_mut().zip(self.u) {
            *a = (self.f)(*a, u);
        }
    }
}
