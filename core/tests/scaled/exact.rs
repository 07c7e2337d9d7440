//! What tests of exact scaling share: units that are powers of two, in both types of numbers.

use losscape::Real;

/// 2 to a power.
pub(crate) fn power<R: Real>(exponent: i32) -> R {
    let factor = if exponent < 0 { R::HALF } else { R::TWO };
    (0..exponent.abs()).fold(R::ONE, |power, _| power * factor)
}

/// Tests of both types of numbers.
macro_rules! in_both_types {
    ($($test:ident = $method:ident;)*) => {
        $(#[test]
        fn $test() {
            $method::<f32>();
            $method::<f64>();
        })*
    };
}

pub(crate) use in_both_types;
