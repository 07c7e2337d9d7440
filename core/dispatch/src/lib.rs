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
mod tests;
