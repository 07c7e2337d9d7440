//! Arguments that are refused by their names: words of a list, and whole numbers. Python's are of any size; a conversion of its
//! own would raise an `OverflowError` that names nothing.

use pyo3::prelude::*;

use crate::arrays::refused;

/// The word of a list, or a refusal that names it and all of them.
pub(crate) fn chosen<T: Copy>(name: &str, word: &str, words: &[(&str, T)]) -> PyResult<T> {
    words.iter().find(|(own, _)| *own == word).map(|(_, value)| *value).ok_or_else(|| {
        let all: Vec<&str> = words.iter().map(|(own, _)| *own).collect();
        refused(format!("`{name}` is {word:?}, must be one of {}", all.join(", ")))
    })
}

/// What a count or a seed is held in.
pub(crate) trait Whole: Sized {
    /// The number, or a refusal of the argument `name`.
    fn named(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Self>;
}

macro_rules! fits {
    ($($type:ty),*) => { $(
        impl Whole for $type {
            fn named(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
                value.extract().map_err(|_| {
                    let found = value.repr().map_or_else(|_| "something else".into(), |text| text.to_string());
                    refused(format!("`{name}` is {found}, must be a whole number from 0 to {}", <$type>::MAX))
                })
            }
        }
    )* };
}

fits!(u32, u64, usize);

impl<T: Whole> Whole for Option<T> {
    fn named(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        if value.is_none() { Ok(None) } else { T::named(name, value).map(Some) }
    }
}

impl<T: Whole> Whole for Vec<T> {
    fn named(name: &str, value: &Bound<'_, PyAny>) -> PyResult<Self> {
        let elements =
            value.try_iter().map_err(|_| refused(format!("`{name}` must be a list of whole numbers")))?;
        elements.map(|element| T::named(name, &element?)).collect()
    }
}

/// A conversion for each argument: the name is all that differs.
macro_rules! conversions {
    ($($name:ident)*) => { $(
        pub(crate) fn $name<T: Whole>(value: &Bound<'_, PyAny>) -> PyResult<T> {
            T::named(stringify!($name), value)
        }
    )* };
}

conversions! {
    batch_size capacity cells cycles dim draws every pivots points probes rows samples seed starts steps sweeps tries updates
    vectors widths
}
