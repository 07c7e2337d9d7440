//! What an activation makes of a direction: its part in the R-operator of Pearlmutter (1994).

use losscape_dispatch::{Simd, Task, run};

use super::Activation;
use crate::Real;

impl Activation {
    /// The directional derivative forwards: `ra ← φ′(z) · rz`.
    ///
    /// `z` is read only where [`needs_preactivation`](Self::needs_preactivation) and may be empty otherwise.
    pub(super) fn push_forward<R: Real>(self, a: &[R], z: &[R], rz: &[R], ra: &mut [R]) {
        let z = if self.needs_preactivation() { z } else { rz };
        run(PushForward { f: self, a, z, rz, ra });
    }

    /// The directional derivative of [`pull_back`](Self::pull_back): `ra ← φ″(z) rz u + φ′(z) ru = Rδ`.
    pub(super) fn pull_back_direction<R: Real>(
        self,
        a: &[R],
        z: &[R],
        rz: &[R],
        u: &[R],
        ru: &[R],
        ra: &mut [R],
    ) {
        let z = if self.needs_preactivation() { z } else { rz };
        run(PullBack { f: self, a, z, rz, u, ru, ra });
    }
}

struct PushForward<'a, R> {
    f: Activation,
    a: &'a [R],
    z: &'a [R],
    rz: &'a [R],
    ra: &'a mut [R],
}

impl<R: Real> PushForward<'_, R> {
    #[inline(always)]
    fn each(self, f: Activation) {
        let Self { a, z, rz, ra, .. } = self;
        let n = ra.len();
        let (Some(a), Some(z), Some(rz)) = (a.get(..n), z.get(..n), rz.get(..n)) else { return };
        for k in 0..n {
            ra[k] = f.slopes(a[k], z[k]).first * rz[k];
        }
    }
}

impl<R: Real> Task for PushForward<'_, R> {
    type Output = ();

    /// The common activation has a loop of its own, which can be vectorised; all others share one.
    #[inline(always)]
    fn run<S: Simd>(self) {
        match self.f {
            Activation::Tanh => self.each(Activation::Tanh),
            f => self.each(f),
        }
    }
}

struct PullBack<'a, R> {
    f: Activation,
    a: &'a [R],
    z: &'a [R],
    rz: &'a [R],
    u: &'a [R],
    ru: &'a [R],
    ra: &'a mut [R],
}

impl<R: Real> PullBack<'_, R> {
    #[inline(always)]
    fn each(self, f: Activation) {
        let Self { a, z, rz, u, ru, ra, .. } = self;
        let n = ra.len();
        let (Some(a), Some(z), Some(rz)) = (a.get(..n), z.get(..n), rz.get(..n)) else { return };
        let (Some(u), Some(ru)) = (u.get(..n), ru.get(..n)) else { return };
        for k in 0..n {
            let slopes = f.slopes(a[k], z[k]);
            ra[k] = slopes.second * rz[k] * u[k] + slopes.first * ru[k];
        }
    }
}

impl<R: Real> Task for PullBack<'_, R> {
    type Output = ();

    /// As for [`PushForward`].
    #[inline(always)]
    fn run<S: Simd>(self) {
        match self.f {
            Activation::Tanh => self.each(Activation::Tanh),
            f => self.each(f),
        }
    }
}
