//! Registers of numbers, whatever their width.

/// What every build may use.
#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
pub(crate) use neon::Neon as Baseline;
#[cfg(not(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon"),
    target_feature = "simd128"
)))]
pub(crate) use scalar::Scalar as Baseline;
#[cfg(target_feature = "simd128")]
pub(crate) use wasm::Simd128 as Baseline;

/// The registers of a [`Level`](crate::Level): known only inside [`Task::run`](crate::Task::run), where
/// the processor has them.
pub trait Simd {
    /// How many vectors a task may expect to hold at once.
    const REGISTERS: usize;
    /// A register of `f32`.
    type F32: Float;
    /// A register of `f64`.
    type F64: Vector<f64>;
}

/// A number that fits into registers: `f32` or `f64`.
pub trait Element: Copy {
    /// The register.
    type Vector<S: Simd>: Vector<Self>;
}

impl Element for f32 {
    type Vector<S: Simd> = S::F32;
}

impl Element for f64 {
    type Vector<S: Simd> = S::F64;
}

/// A register of numbers. Lanes never meet, and every operation rounds once: a lane holds what a scalar would.
///
/// Methods are inlined, so that the registers are those of the function that runs the task.
pub trait Vector<R>: Copy {
    /// Four of its numbers.
    type Four: Four<R>;

    /// One answer a lane: a choice between lanes is made by a mask, never by a branch.
    type Mask: Copy;

    /// Numbers in it.
    const LANES: usize;

    /// The same number in all lanes.
    fn splat(number: R) -> Self;

    /// The first numbers of `from`, which has at least [`LANES`](Self::LANES); panics if it has fewer.
    fn load(from: &[R]) -> Self;

    /// The first `lanes` numbers of `from`, at most [`LANES`](Self::LANES), and zeros; panics if it has fewer.
    fn load_part(from: &[R], lanes: usize) -> Self;

    /// Writes all lanes; panics if `to` is shorter.
    fn store(self, to: &mut [R]);

    /// Writes the first `lanes` lanes; panics if `to` is shorter.
    fn store_part(self, to: &mut [R], lanes: usize);

    /// Lane by lane.
    #[must_use]
    fn add(self, other: Self) -> Self;

    /// Lane by lane.
    #[must_use]
    fn sub(self, other: Self) -> Self;

    /// Lane by lane.
    #[must_use]
    fn mul(self, other: Self) -> Self;

    /// |x|, by clearing the sign's bit.
    #[must_use]
    fn abs(self) -> Self;

    /// `other` where it is larger, else the lane; NaN stays.
    #[must_use]
    fn or_larger(self, other: Self) -> Self;

    /// Whether the lane is at least `bound`; NaN is not.
    #[must_use]
    fn at_least(self, bound: Self) -> Self::Mask;

    /// `yes` where the mask says so, `no` elsewhere.
    #[must_use]
    fn select(mask: Self::Mask, yes: Self, no: Self) -> Self;

    /// Every lane times one number.
    #[must_use]
    #[inline(always)]
    fn times(self, number: &R) -> Self
    where
        R: Copy,
    {
        self.mul(Self::splat(*number))
    }
}

/// What an elementary function needs besides.
pub trait Float: Vector<f32> {
    /// Lane by lane.
    #[must_use]
    fn div(self, other: Self) -> Self;

    /// `bound` where it is less than the lane; NaN stays.
    #[must_use]
    fn at_most(self, bound: Self) -> Self;

    /// `self + other` where the mask says yes. `self` is not −0.
    #[must_use]
    fn add_where(self, mask: Self::Mask, other: Self) -> Self;

    /// `self − other` where the mask says yes.
    #[must_use]
    fn sub_where(self, mask: Self::Mask, other: Self) -> Self;

    /// 2ⁿ · `self`, with n in the low nine bits of `power`, by adding to the exponent: neither may leave the
    /// normal numbers.
    #[must_use]
    fn times_power(self, power: Self) -> Self;

    /// `self`, whose sign is clear, with the sign of `other`.
    #[must_use]
    fn with_sign_of(self, other: Self) -> Self;
}

/// Four numbers: one register, where the processor has such.
pub trait Four<R>: Vector<R> {
    /// Four rows of four numbers, turned into columns.
    #[must_use]
    fn transpose(rows: [Self; 4]) -> [Self; 4];
}

/// Copies fewer than 8 numbers in pieces of 4, 2 and 1: a call to copy a few would cost more.
#[cfg(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon"),
    target_feature = "simd128"
))]
#[inline(always)]
fn copy_part<R: Copy>(mut to: &mut [R], mut from: &[R], lanes: usize) {
    macro_rules! piece {
        ($size:expr) => {
            if lanes & $size != 0 {
                let (a, b) = (to.split_at_mut($size), from.split_at($size));
                a.0.copy_from_slice(b.0);
                (to, from) = (a.1, b.1);
            }
        };
    }
    piece!(4);
    piece!(2);
    piece!(1);
    let _ = (to, from);
}

/// Implements [`Vector`] for a register: `$four` holds four, `$set` puts a number in all lanes, `$load` reads from
/// and `$store` writes to a pointer, `$add` to `$or_larger` go lane by lane, `$at_least` makes a mask, `$select` takes one,
/// the next two read and write a part, and `$times`, if given, multiplies by a number in memory.
#[cfg(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon"),
    target_feature = "simd128"
))]
macro_rules! vector {
    (
        $name:ident($register:ty, $mask:ty): $real:ty, $lanes:literal, $four:ty;
        $set:path, $load:expr, $store:expr, $add:path, $sub:path, $mul:path, $abs:expr, $or_larger:expr, $at_least:expr, $select:expr;
        $load_part:expr, $store_part:expr $(; $times:expr)?
    ) => {
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name($register);

        impl crate::Vector<$real> for $name {
            type Four = $four;
            type Mask = $mask;

            const LANES: usize = $lanes;

            #[inline(always)]
            fn splat(number: $real) -> Self {
                // SAFETY: this type is reached only through `Simd`, so the processor has its instructions.
                #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
                Self(unsafe { $set(number) })
            }

            #[inline(always)]
            fn load(from: &[$real]) -> Self {
                let from = &from[..$lanes];
                // SAFETY: the slice has as many numbers as the register; instructions as in `splat`.
                Self(unsafe { $load(from.as_ptr().cast()) })
            }

            #[inline(always)]
            fn load_part(from: &[$real], lanes: usize) -> Self {
                debug_assert!(lanes <= $lanes);
                $load_part(&from[..lanes])
            }

            #[inline(always)]
            fn store(self, to: &mut [$real]) {
                let to = &mut to[..$lanes];
                // SAFETY: as in `load`.
                unsafe { $store(to.as_mut_ptr().cast(), self.0) }
            }

            #[inline(always)]
            fn store_part(self, to: &mut [$real], lanes: usize) {
                debug_assert!(lanes <= $lanes);
                $store_part(self, &mut to[..lanes])
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn abs(self) -> Self {
                // SAFETY: as in `splat`.
                #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
                Self(unsafe { $abs(self.0) })
            }

            #[inline(always)]
            fn or_larger(self, other: Self) -> Self {
                // SAFETY: as in `splat`.
                #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
                Self(unsafe { $or_larger(self.0, other.0) })
            }

            #[inline(always)]
            fn at_least(self, bound: Self) -> $mask {
                // SAFETY: as in `splat`.
                #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
                unsafe {
                    $at_least(self.0, bound.0)
                }
            }

            #[inline(always)]
            fn select(mask: $mask, yes: Self, no: Self) -> Self {
                // SAFETY: as in `splat`.
                #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
                Self(unsafe { $select(mask, yes.0, no.0) })
            }

            $(
                #[inline(always)]
                fn times(self, number: &$real) -> Self {
                    $times(self, number)
                }
            )?
        }
    };
    // Parts go through memory where there are no masks.
    (
        $name:ident($register:ty, $mask:ty): $real:ty, $lanes:literal, $four:ty;
        $set:path, $load:expr, $store:expr, $add:path, $sub:path, $mul:path, $abs:expr, $or_larger:expr, $at_least:expr, $select:expr
    ) => {
        vector!(
            $name($register, $mask): $real, $lanes, $four;
            $set, $load, $store, $add, $sub, $mul, $abs, $or_larger, $at_least, $select;
            |from: &[$real]| {
                if from.len() == $lanes {
                    return <Self as crate::Vector<$real>>::load(from);
                }
                let mut all = [0.0; $lanes];
                super::copy_part(&mut all, from, from.len());
                <Self as crate::Vector<$real>>::load(&all)
            },
            |this: Self, to: &mut [$real]| {
                if to.len() == $lanes {
                    return crate::Vector::store(this, to);
                }
                let mut all = [0.0; $lanes];
                crate::Vector::store(this, &mut all);
                super::copy_part(to, &all, to.len());
            }
        );
    };
}

/// Implements [`Float`] for a register of `f32` by functions of bare registers, in the order of the trait.
#[cfg(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon"),
    target_feature = "simd128"
))]
macro_rules! float {
    (
        $name:ident($mask:ty); $div:expr, $at_most:expr, $add_where:expr, $sub_where:expr, $times_power:expr, $with_sign_of:expr
    ) => {
        #[allow(unused_unsafe, reason = "what every processor of a target has is safe")]
        impl crate::Float for $name {
            #[inline(always)]
            fn div(self, other: Self) -> Self {
                // SAFETY: this type is reached only through `Simd`, so the processor has its instructions.
                Self(unsafe { $div(self.0, other.0) })
            }

            #[inline(always)]
            fn at_most(self, bound: Self) -> Self {
                // SAFETY: as in `div`.
                Self(unsafe { $at_most(self.0, bound.0) })
            }

            #[inline(always)]
            fn add_where(self, mask: $mask, other: Self) -> Self {
                // SAFETY: as in `div`.
                Self(unsafe { $add_where(self.0, mask, other.0) })
            }

            #[inline(always)]
            fn sub_where(self, mask: $mask, other: Self) -> Self {
                // SAFETY: as in `div`.
                Self(unsafe { $sub_where(self.0, mask, other.0) })
            }

            #[inline(always)]
            fn times_power(self, power: Self) -> Self {
                // SAFETY: as in `div`.
                Self(unsafe { $times_power(self.0, power.0) })
            }

            #[inline(always)]
            fn with_sign_of(self, other: Self) -> Self {
                // SAFETY: as in `div`.
                Self(unsafe { $with_sign_of(self.0, other.0) })
            }
        }
    };
}

mod numbers;

#[cfg(test)]
pub(crate) use numbers::Number;

#[cfg(all(target_arch = "aarch64", target_feature = "neon"))]
mod neon;
#[cfg(not(any(
    all(target_arch = "x86_64", target_feature = "sse2"),
    all(target_arch = "aarch64", target_feature = "neon"),
    target_feature = "simd128"
)))]
mod scalar;
#[cfg(target_feature = "simd128")]
mod wasm;
#[cfg(all(target_arch = "x86_64", target_feature = "sse2"))]
pub(crate) mod x86;
