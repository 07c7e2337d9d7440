//! Numbers as error messages print them.

use core::fmt;

/// Prints six significant digits, or a whole number below 10¹⁵ in full.
///
/// The standard library prints the shortest text that parses back to the same number, which takes about 20 kB of code.
/// A message needs less, and prints an `f32` such as 0.1 as it was written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Decimal(pub(crate) f64);

const DIGITS: i32 = 6;
/// 10⁶ and 10⁵: the six digits, as a whole number, lie between them.
const ABOVE: f64 = 1e6;
const LEAST: f64 = 1e5;
/// Numbers whose power of ten lies outside `SMALL..LARGE` are written with an exponent.
const LARGE: i32 = 15;
const SMALL: i32 = -5;

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0;
        if value.is_nan() {
            return f.write_str("NaN");
        }
        if value.is_sign_negative() {
            f.write_str("-")?;
        }
        let size = value.abs();
        if size.is_infinite() {
            return f.write_str("inf");
        }
        if size < 1e15 {
            let whole = truncated(size);
            if exact(whole) == size {
                return write!(f, "{whole}");
            }
        }
        let (digits, exponent) = scaled(size);
        positional(f, digits, exponent)
    }
}

/// Returns the six digits of a positive number as a whole number, and the exponent of the first digit.
fn scaled(size: f64) -> (u64, i32) {
    let (mut scaled, mut exponent) = (size, DIGITS - 1);
    while scaled >= ABOVE {
        scaled /= 10.0;
        exponent += 1;
    }
    while scaled < LEAST {
        scaled *= 10.0;
        exponent -= 1;
    }
    let digits = truncated(scaled + 0.5);
    // 999 999.7 rounds to the next power of ten.
    if exact(digits) >= ABOVE { (digits / 10, exponent + 1) } else { (digits, exponent) }
}

/// Writes the digits without trailing zeros, as a decimal fraction or with an exponent.
fn positional(f: &mut fmt::Formatter<'_>, mut digits: u64, exponent: i32) -> fmt::Result {
    let mut count = DIGITS;
    while digits.is_multiple_of(10) {
        digits /= 10;
        count -= 1;
    }
    let point = if (SMALL..LARGE).contains(&exponent) { exponent } else { 0 };
    // The number of digits after the point.
    let behind = count - 1 - point;
    let mut unit = 1;
    for _ in 0..behind {
        unit *= 10;
    }
    let (mut before, after) = (digits / unit, digits % unit);
    for _ in behind..0 {
        before *= 10;
    }
    write!(f, "{before}")?;
    if behind > 0 {
        let width = usize::try_from(behind).unwrap_or_default();
        write!(f, ".{after:0width$}")?;
    }
    if point == exponent { Ok(()) } else { write!(f, "e{exponent}") }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 10¹⁵ and not negative")]
const fn truncated(size: f64) -> u64 {
    size as u64
}

#[allow(clippy::cast_precision_loss, reason = "below 10¹⁵, so exact")]
const fn exact(whole: u64) -> f64 {
    whole as f64
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::string::ToString;

    use super::*;

    #[test]
    fn numbers_are_shown_with_six_digits() {
        for (value, text) in [
            (0.0, "0"),
            (-0.0, "-0"),
            (1.0, "1"),
            (-1.5, "-1.5"),
            (f64::from(0.1f32), "0.1"),
            (f64::from(0.3f32), "0.3"),
            (1_234.567_89, "1234.57"),
            (100.25, "100.25"),
            (0.000_012_345_678, "0.0000123457"),
            (0.000_001, "1e-6"),
            (4_294_967_296.0, "4294967296"),
            (999_999.7, "1000000"),
            (1e15, "1e15"),
            (1.5e300, "1.5e300"),
            (f64::MAX, "1.79769e308"),
            (f64::MIN_POSITIVE, "2.22507e-308"),
            (5e-324, "4.94066e-324"),
            (f64::INFINITY, "inf"),
            (f64::NEG_INFINITY, "-inf"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(Decimal(value).to_string(), text, "{value:e}");
        }
    }

    /// Parsed again, the text equals the number to within half a unit of the sixth digit.
    #[test]
    fn every_power_of_two_is_shown_to_six_digits() {
        let mut value = f64::MIN_POSITIVE;
        while value.is_finite() {
            for shown in [value, value * 1.234_567_890_123] {
                let read: f64 = Decimal(shown).to_string().parse().unwrap();
                assert!((read - shown).abs() <= 5.001e-6 * shown, "{shown:e} is shown as {read:e}");
            }
            value *= 2.0;
        }
    }
}
