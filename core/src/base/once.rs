//! Generic functions compiled in this crate, for both precisions, and not again in every crate that uses them.
//!
//! Only on x86-64, where loops are compiled for three widths of vectors; boards and browsers compile what they use.

#![expect(unnameable_types, reason = "an argument of a sealed trait's method")]

/// A function of numbers of either precision.
pub trait Once {
    /// Its arguments, with numbers `R`.
    type Arguments<'a, R: 'a>;

    /// The function in binary32; `None` if the arguments do not fit together.
    fn single(arguments: Self::Arguments<'_, f32>) -> Option<()>;

    /// The same in binary64.
    fn double(arguments: Self::Arguments<'_, f64>) -> Option<()>;
}
