//! [Products of tiles](super::wide) compiled in this crate, for both precisions, and not again in every crate that uses them: the
//! feature `compiled-once`.
//!
//! A generic function is compiled by whoever calls it, and on x86-64 a product of tiles is compiled for three widths of vectors,
//! which takes most of the time in which a small program is built. Without the feature this crate is built in a third of the time.

#![expect(unnameable_types, reason = "products have public functions of their own")]

use super::fit::Shape;
use super::wide;

/// Declares the products of numbers `R`, implements them for both precisions, and defines the functions that call them.
macro_rules! products {
    ($($name:ident($($argument:ident: $type:ty),+))+) => {
        pub trait Products<R> {
            $(fn $name($($argument: $type),+);)+
        }

        $(#[inline(always)]
        pub(super) fn $name<R: Products<R>>($($argument: $type),+) {
            R::$name($($argument),+);
        })+

        products!(f32: $($name($($argument: $type),+))+);
        products!(f64: $($name($($argument: $type),+))+);
    };
    ($real:ident: $($name:ident($($argument:ident: $type:ty),+))+) => {
        const _: () = {
            type R = $real;
            impl Products<R> for R {
                $(fn $name($($argument: $type),+) {
                    wide::$name($($argument),+);
                })+
            }
        };
    };
}

products! {
    affine(x: &[R], w: &[R], bias: &[R], out: &mut [R], shape: Shape)
    affine_add(x: &[R], w: &[R], out: &mut [R], shape: Shape)
    back(d: &[R], w: &[R], out: &mut [R], shape: Shape)
    back_add(d: &[R], w: &[R], out: &mut [R], shape: Shape)
    outer(x: &[R], d: &[R], out: &mut [R], shape: Shape)
    outer_sum(x: &[R], d: &[R], sum: &mut [R], shape: Shape)
    outer_sum_direction(x: &[R], rx: &[R], d: &[R], rd: &[R], sum: &mut [R], shape: Shape)
    column_sum(d: &[R], sum: &mut [R])
}
