//! Products compiled in this crate, for both precisions, and not again in every crate that uses them.
//!
//! A generic function is compiled by whoever calls it, and on x86-64 a [product of tiles](super::wide) is compiled for three
//! widths of vectors: that took half the time in which a small program was built.

#![expect(unnameable_types, reason = "products have public functions of their own")]

use super::fit::Shape;

/// Gives `$with` the products and their arguments.
macro_rules! products {
    ($with:ident) => {
        $with! {
            affine(x: &[R], w: &[R], bias: &[R], out: &mut [R], shape: Shape)
            affine_add(x: &[R], w: &[R], out: &mut [R], shape: Shape)
            back(d: &[R], w: &[R], out: &mut [R], shape: Shape)
            back_add(d: &[R], w: &[R], out: &mut [R], shape: Shape)
            outer(x: &[R], d: &[R], out: &mut [R], shape: Shape)
            outer_sum(x: &[R], d: &[R], sum: &mut [R], shape: Shape)
            outer_sum_direction(x: &[R], rx: &[R], d: &[R], rd: &[R], sum: &mut [R], shape: Shape)
            column_sum(d: &[R], sum: &mut [R])
        }
    };
}

/// The products of numbers `R`, and functions that call them.
macro_rules! declared {
    ($($name:ident($($argument:ident: $type:ty),+))+) => {
        pub trait Products<R> {
            $(fn $name($($argument: $type),+);)+
        }

        $(#[inline(always)]
        pub(super) fn $name<R: Products<R>>($($argument: $type),+) {
            R::$name($($argument),+);
        })+
    };
}

products!(declared);
pub(super) use products;
