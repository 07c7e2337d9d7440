//! The derivative of an activation along a direction: its part in the R-operator of Pearlmutter (1994).

use losscape_dispatch::{Simd, Task, Vector, run};

use super::Activation;
use crate::Real;
use crate::base::target::TILES;

impl Activation {
    /// Computes the forward derivative along `K` directions abreast (one, or a multiple of every register's lanes):
    /// `ra ← φ′(z) · rz`. `a` and `z` have one number for every `K` of `rz` and `ra`.
    ///
    /// `z` is read only if [`needs_preactivation`](Self::needs_preactivation), and may be empty otherwise.
    pub(super) fn push_forward<R: Real, const K: usize>(self, a: &[R], z: &[R], rz: &[R], ra: &mut [R]) {
        let z = if self.needs_preactivation() { z } else { a };
        run(PushForward::<R, K> { f: self, a, z, rz: rz.as_chunks().0, ra: ra.as_chunks_mut().0 });
    }

    /// Computes the derivative of [`pull_back`](Self::pull_back) along `K` directions abreast:
    /// `ra ← φ″(z) rz u + φ′(z) ru = Rδ`. `a`, `z` and `u` have one number for every `K` of the others.
    pub(super) fn pull_back_direction<R: Real, const K: usize>(
        self,
        a: &[R],
        z: &[R],
        rz: &[R],
        u: &[R],
        ru: &[R],
        ra: &mut [R],
    ) {
        let z = if self.needs_preactivation() { z } else { a };
        let (rz, ru, ra) = (rz.as_chunks().0, ru.as_chunks().0, ra.as_chunks_mut().0);
        run(PullBack::<R, K> { f: self, a, z, rz, u, ru, ra });
    }
}

struct PushForward<'a, R, const K: usize> {
    f: Activation,
    a: &'a [R],
    z: &'a [R],
    rz: &'a [[R; K]],
    ra: &'a mut [[R; K]],
}

impl<R: Real, const K: usize> PushForward<'_, R, K> {
    #[inline(always)]
    fn each<V: Vector<R>>(self, f: Activation) {
        let Self { a, z, rz, ra, .. } = self;
        let n = ra.len();
        let (Some(a), Some(z), Some(rz)) = (a.get(..n), z.get(..n), rz.get(..n)) else { return };
        if K == 1 {
            let (rz, ra) = (rz.as_flattened(), ra.as_flattened_mut());
            for k in 0..n {
                ra[k] = f.slopes(a[k], z[k]).first * rz[k];
            }
            return;
        }
        for k in 0..n {
            let first = V::splat(f.slopes(a[k], z[k]).first);
            for (ra, rz) in ra[k].chunks_exact_mut(V::LANES).zip(rz[k].chunks_exact(V::LANES)) {
                first.mul(V::load(rz)).store(ra);
            }
        }
    }
}

impl<R: Real, const K: usize> Task for PushForward<'_, R, K> {
    type Output = ();

    /// The common activations have their own loops, which vectorise; all others share one.
    #[inline(always)]
    fn run<S: Simd>(self) {
        match self.f {
            Activation::Tanh => self.each::<R::Vector<S>>(Activation::Tanh),
            Activation::Identity if TILES => self.each::<R::Vector<S>>(Activation::Identity),
            f => self.each::<R::Vector<S>>(f),
        }
    }
}

struct PullBack<'a, R, const K: usize> {
    f: Activation,
    a: &'a [R],
    z: &'a [R],
    rz: &'a [[R; K]],
    u: &'a [R],
    ru: &'a [[R; K]],
    ra: &'a mut [[R; K]],
}

impl<R: Real, const K: usize> PullBack<'_, R, K> {
    #[inline(always)]
    fn each<V: Vector<R>>(self, f: Activation) {
        let Self { a, z, rz, u, ru, ra, .. } = self;
        let n = ra.len();
        let (Some(a), Some(z), Some(rz)) = (a.get(..n), z.get(..n), rz.get(..n)) else { return };
        let (Some(u), Some(ru)) = (u.get(..n), ru.get(..n)) else { return };
        if K == 1 {
            let (rz, ru, ra) = (rz.as_flattened(), ru.as_flattened(), ra.as_flattened_mut());
            for k in 0..n {
                let slopes = f.slopes(a[k], z[k]);
                ra[k] = slopes.second * rz[k] * u[k] + slopes.first * ru[k];
            }
            return;
        }
        for k in 0..n {
            let slopes = f.slopes(a[k], z[k]);
            let (first, second, u) = (V::splat(slopes.first), V::splat(slopes.second), V::splat(u[k]));
            let directions = rz[k].chunks_exact(V::LANES).zip(ru[k].chunks_exact(V::LANES));
            for (ra, (rz, ru)) in ra[k].chunks_exact_mut(V::LANES).zip(directions) {
                second.mul(V::load(rz)).mul(u).add(first.mul(V::load(ru))).store(ra);
            }
        }
    }
}

impl<R: Real, const K: usize> Task for PullBack<'_, R, K> {
    type Output = ();

    /// Separate loops as in [`PushForward`].
    #[inline(always)]
    fn run<S: Simd>(self) {
        match self.f {
            Activation::Tanh => self.each::<R::Vector<S>>(Activation::Tanh),
            Activation::Identity if TILES => self.each::<R::Vector<S>>(Activation::Identity),
            f => self.each::<R::Vector<S>>(f),
        }
    }
}
