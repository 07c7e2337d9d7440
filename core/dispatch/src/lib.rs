//! Runs a task with the widest vectors of this processor.
//!
//! A [`Task`] is ordinary safe code, compiled once for each [`Level`] and inlined into a function that
//! may use the level's instructions. Which one runs is found once and remembered. Loops over slices become
//! vectors by themselves; where a task must say which numbers share a register, [`Vector`] is the register.
//! The task must give the same bits at every level; `losscape` guarantees it by never letting lanes share a
//! sum, and its fingerprint test forces each level in turn.
//!
//! This crate exists because using more instructions than the build's own, or one that no safe function
//! reaches, is the one thing `losscape` needs `unsafe` for. It holds nothing else.
//!
//! ```
//! use losscape_dispatch::{Element, Task, Simd, Vector, run};
//!
//! /// `y ← y + a x`.
//! struct Axpy<'a>(f32, &'a [f32], &'a mut [f32]);
//!
//! impl Task for Axpy<'_> {
//!     type Output = ();
//!     #[inline(always)]
//!     fn run<S: Simd>(self) {
//!         type F32<S> = <f32 as Element>::Vector<S>;
//!         let (a, lanes) = (F32::<S>::splat(self.0), F32::<S>::LANES);
//!         for (x, y) in self.1.chunks(lanes).zip(self.2.chunks_mut(lanes)) {
//!             let sum = F32::<S>::load_part(y, x.len()).add(a.mul(F32::<S>::load_part(x, x.len())));
//!             sum.store_part(y, x.len());
//!         }
//!     }
//! }
//!
//! let mut y = [1.0; 37];
//! run(Axpy(2.0, &[3.0; 37], &mut y));
//! assert_eq!(y, [7.0; 37]);
//! ```
#![no_std]
#![deny(unsafe_op_in_unsafe_fn)]

mod sqrt;
mod vector;

pub use sqrt::{sqrt_32, sqrt_64};
pub use vector::{Element, Float, Four, Simd, Vector};

/// A set of vector instructions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Level {
    /// What the build targets: SSE2 on x86-64, simd128 or scalar in WebAssembly, scalar on a Cortex-M.
    Build = 1,
    /// 256-bit vectors: AVX2, `x86-64-v3` without its fused multiply-add.
    V3 = 2,
    /// 512-bit vectors: AVX-512 F, BW, DQ, VL, as in `x86-64-v4`.
    V4 = 3,
}

/// Safe code to run with the widest vectors.
///
/// `run` and everything it calls in a loop should be `#[inline(always)]`, or it is compiled for the build's
/// own instructions.
pub trait Task {
    /// What the task returns.
    type Output;
    /// Does the work, with the registers of `S`.
    fn run<S: Simd>(self) -> Self::Output;
}

#[cfg(not(all(target_arch = "x86_64", target_feature = "sse2")))]
mod level {
    use super::{Level, Task};
    use crate::vector::Baseline;

    pub(super) fn widest() -> Level {
        Level::Build
    }

    pub(super) fn limit(_: Level) {}

    #[inline(always)]
    pub(super) fn run<T: Task>(task: T) -> T::Output {
        task.run::<Baseline>()
    }
}

#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
mod level {
    use core::sync::atomic::{AtomicU8, Ordering};

    use super::{Level, Task};
    use crate::vector::x86::{Avx2, Avx512, Sse2};

    cpufeatures::new!(v3, "avx", "avx2");
    cpufeatures::new!(v4, "avx512f", "avx512bw", "avx512dq", "avx512vl");

    /// The level in use as a number, or 0 before it is known. Every thread finds the same, so relaxed
    /// loads and stores suffice.
    static IN_USE: AtomicU8 = AtomicU8::new(0);

    pub(super) fn widest() -> Level {
        if v3::get() && v4::get() {
            Level::V4
        } else if v3::get() {
            Level::V3
        } else {
            Level::Build
        }
    }

    pub(super) fn limit(level: Level) {
        let widest = widest();
        IN_USE.store(if level < widest { level } else { widest } as u8, Ordering::Relaxed);
    }

    #[cold]
    fn find() -> u8 {
        let level = widest() as u8;
        IN_USE.store(level, Ordering::Relaxed);
        level
    }

    #[inline(always)]
    pub(super) fn run<T: Task>(task: T) -> T::Output {
        let mut level = IN_USE.load(Ordering::Relaxed);
        if level == 0 {
            level = find();
        }
        if level == Level::V4 as u8 {
            // SAFETY: `IN_USE` is never above `widest()`, which has asked the processor for these features.
            unsafe { run_v4(task) }
        } else if level == Level::V3 as u8 {
            // SAFETY: as above.
            unsafe { run_v3(task) }
        } else {
            run_build(task)
        }
    }

    #[inline(never)]
    fn run_build<T: Task>(task: T) -> T::Output {
        task.run::<Sse2>()
    }

    #[target_feature(enable = "avx,avx2")]
    fn run_v3<T: Task>(task: T) -> T::Output {
        task.run::<Avx2>()
    }

    #[target_feature(enable = "avx,avx2,avx512f,avx512bw,avx512dq,avx512vl")]
    fn run_v4<T: Task>(task: T) -> T::Output {
        task.run::<Avx512>()
    }
}

/// Runs `task` with the widest vectors of this processor.
#[inline(always)]
pub fn run<T: Task>(task: T) -> T::Output {
    level::run(task)
}

/// The widest level that this processor has.
#[must_use]
pub fn widest() -> Level {
    level::widest()
}

/// Uses nothing above `level` from now on, in all threads: for tests that every level gives the same bits.
pub fn limit(level: Level) {
    level::limit(level);
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Width;
    impl Task for Width {
        type Output = usize;
        #[inline(always)]
        fn run<S: Simd>(self) -> usize {
            4 * S::F32::LANES
        }
    }

    /// Parts of every length, in place, at every level.
    struct Parts<'a>(&'a [f32], &'a mut [f32]);
    impl Task for Parts<'_> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self) {
            S::F32::load_part(self.0, self.0.len()).add(S::F32::splat(1.0)).store_part(self.1, self.0.len());
        }
    }

    struct Parts64<'a>(&'a [f64], &'a mut [f64]);
    impl Task for Parts64<'_> {
        type Output = ();
        #[inline(always)]
        fn run<S: Simd>(self) {
            S::F64::load_part(self.0, self.0.len()).mul(S::F64::splat(2.0)).store_part(self.1, self.0.len());
        }
    }

    /// What the operations of [`Float`] make of numbers x, y and a bound, in one order.
    const OPERATIONS: usize = 10;
    type Made = [[f32; 16]; OPERATIONS];

    struct Operations<'a>(&'a [f32; 16], &'a [f32; 16], f32);
    impl Task for Operations<'_> {
        type Output = Made;
        #[inline(always)]
        fn run<S: Simd>(self) -> Made {
            let mut made = [[0.0; 16]; OPERATIONS];
            for first in (0..16).step_by(S::F32::LANES) {
                let (x, y) = (S::F32::load(&self.0[first..]), S::F32::load(&self.1[first..]));
                let bound = S::F32::splat(self.2);
                let mask = x.at_least(bound);
                let all = [
                    x.sub(y),
                    x.div(y),
                    x.abs(),
                    x.at_most(bound),
                    S::F32::select(mask, x, y),
                    x.add_where(mask, y),
                    x.sub_where(mask, y),
                    x.times_power(S::F32::splat(12_582_912.0 + 3.0)),
                    x.abs().with_sign_of(y),
                    x.times(&self.2),
                ];
                for (made, of) in made.iter_mut().zip(all) {
                    of.store(&mut made[first..]);
                }
            }
            made
        }
    }

    /// Each lane holds what a scalar would.
    fn operations(level: Level) {
        let x =
            [0.0, 1.5, -1.5, 2.0, f32::NAN, 3e38, -3e38, 1e-40, 7.25, -0.5, 0.5, 4.0, -7.0, 1.0, 2.5, -2.0];
        let y =
            [1.0, -0.0, 3.0, -4.0, 1.0, 2.0, -2.0, -1e-40, f32::NAN, 0.25, -9.0, 6.0, 0.0, -1.0, 8.0, -3.0];
        let bound = 1.5;
        let made = run(Operations(&x, &y, bound));
        for (lane, (x, y)) in x.into_iter().zip(y).enumerate() {
            let yes = x >= bound;
            let want: [f32; OPERATIONS] = [
                x - y,
                x / y,
                x.abs(),
                if x > bound { bound } else { x },
                if yes { x } else { y },
                if yes { x + y } else { x },
                if yes { x - y } else { x },
                f32::from_bits(x.to_bits().wrapping_add(3 << 23)),
                x.abs().copysign(y),
                x * bound,
            ];
            for (k, (made, want)) in made.iter().zip(want).enumerate() {
                let same = made[lane].to_bits() == want.to_bits() || (made[lane].is_nan() && want.is_nan());
                assert!(same, "{level:?}, operation {k} of {x} and {y}: {}, not {want}", made[lane]);
            }
        }
    }

    /// Reads and writes its lanes and no more.
    fn parts(level: Level) {
        let lanes = run(Width) / 4;
        for n in 0..=lanes {
            let (from, mut to) =
                (core::array::from_fn::<f32, 16, _>(|l| [1.5, 2.0, -3.0, 4.0, 7.0][l % 5]), [9.0; 17]);
            run(Parts(&from[..n], &mut to));
            for (l, to) in to.iter().enumerate() {
                assert_eq!(*to, if l < n { from[l] + 1.0 } else { 9.0 }, "f32, {level:?}, {n} of {lanes}");
            }
        }
        for n in 0..=lanes / 2 {
            let (from, mut to) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0], [9.0; 9]);
            run(Parts64(&from[..n], &mut to));
            for (l, to) in to.iter().enumerate() {
                assert_eq!(*to, if l < n { from[l] * 2.0 } else { 9.0 }, "f64, {level:?}, {n} of {lanes}");
            }
        }
    }

    /// One test, because the limit holds for all threads.
    #[test]
    fn a_limit_holds_and_never_exceeds_the_processor() {
        for (level, bytes) in [(Level::Build, 16), (Level::V3, 32), (Level::V4, 64)] {
            limit(level);
            let want = if level <= widest() { bytes } else { 16 << (widest() as usize - 1) };
            assert_eq!(run(Width), want, "{level:?} on a processor with {:?}", widest());
            parts(level);
            // Miri does not know the comparisons of 512-bit registers; they touch no memory.
            if !(cfg!(miri) && widest() == Level::V4) {
                operations(level);
            }
        }
    }
}
