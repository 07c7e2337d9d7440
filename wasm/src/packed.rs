//! A reader's own data as a link of the page holds them, for native runs; `web/src/lib/own.ts` writes and reads the same text.

#![expect(
    clippy::float_arithmetic,
    reason = "decimals and their digits: the text of a link, read in native runs only"
)]

use core::fmt::Write;

use crate::LabError;

/// Digits of base 32, lowest first; all but the last have 32 added.
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
/// The most decimals that are tried before bits are written.
const LAST_SCALE: u32 = 9;
/// Whole numbers are below this; their codes, with the sign, below twice as much.
const LARGEST: u32 = 1 << 31;
/// The data that a page accepts.
const MOST_ROWS: usize = 512;
const MOST_INPUTS: usize = 64;
const CLASSES: u8 = 32;

/// Rows of numbers with a class each.
#[derive(Clone, Debug, PartialEq)]
pub struct Packed {
    /// Inputs of a row.
    pub width: usize,
    /// Row by row.
    pub inputs: Vec<f32>,
    /// A class a row.
    pub labels: Vec<u8>,
    /// Whether the kernel brings each input to mean 0 and variance 1 first.
    pub standard: bool,
}

impl Packed {
    /// The data that a text encodes: `width.scale.rows`, with an `s` behind the width of data to be standardised. An input x stands for
    /// x · 10^scale, positive numbers doubled, negative ones doubled less one; with the scale `b`, for its 32 bits.
    ///
    /// ```
    /// use losscape_wasm::Packed;
    /// let data = Packed { width: 1, inputs: vec![0.5, -2.0], labels: vec![0, 1], standard: true };
    /// assert_eq!(data.text()?, "1s.1.AKBnB");
    /// assert_eq!(Packed::parse("1s.1.AKBnB")?, data);
    /// # Ok::<(), losscape_wasm::LabError>(())
    /// ```
    ///
    /// # Errors
    /// [`LabError`] naming `own`, if it encodes no data that the page accepts.
    pub fn parse(text: &str) -> Result<Self, LabError> {
        let broken = || LabError::new("own", format!("`own` is {text:?}, no packed data"));
        let data = Self::read(text).ok_or_else(broken)?;
        data.check()?;
        Ok(data)
    }

    fn read(text: &str) -> Option<Self> {
        let mut parts = text.split('.');
        let (head, scale, rows) = (parts.next()?, parts.next()?, parts.next()?);
        let width: usize = head.strip_suffix('s').unwrap_or(head).parse().ok()?;
        let unit = if scale == "b" { None } else { Some(power(scale.parse().ok()?)) };
        let (mut numbers, mut number, mut place) = (Vec::new(), 0u64, 1u64);
        for digit in rows.bytes() {
            let value = DIGITS.iter().position(|&known| known == digit)? as u64;
            number += place * (value % 32);
            place *= 32;
            if number > 2 * u64::from(LARGEST) || place > 64 * u64::from(LARGEST) {
                return None;
            }
            if value < 32 {
                numbers.push(number);
                (number, place) = (0, 1);
            }
        }
        if parts.next().is_some() || place != 1 || width == 0 || numbers.len() % (width + 1) != 0 {
            return None;
        }
        let mut data = Self { width, inputs: Vec::new(), labels: Vec::new(), standard: head.ends_with('s') };
        for row in numbers.chunks_exact(width + 1) {
            data.labels.push(u8::try_from(row[0]).ok()?);
            for &code in &row[1..] {
                data.inputs.push(match unit {
                    None => f32::from_bits(u32::try_from(code).ok()?),
                    Some(unit) => single(signed(code) / unit),
                });
            }
        }
        Some(data)
    }

    /// The text that encodes these data.
    ///
    /// # Errors
    /// [`LabError`] naming `inputs` or `labels`, if the page would not take them.
    pub fn text(&self) -> Result<String, LabError> {
        self.check()?;
        let scale = (0..=LAST_SCALE).find(|&scale| self.keeps_all(scale));
        let mut text = format!("{}{}.", self.width, if self.standard { "s" } else { "" });
        match scale {
            Some(scale) => {
                let _ = write!(text, "{scale}.");
            }
            None => text.push_str("b."),
        }
        for (&label, row) in self.labels.iter().zip(self.inputs.chunks_exact(self.width)) {
            push(&mut text, label.into());
            for &x in row {
                push(&mut text, scale.map_or(x.to_bits().into(), |scale| code(scaled(x, scale))));
            }
        }
        Ok(text)
    }

    fn check(&self) -> Result<(), LabError> {
        let refuse = |arg, what: String| Err(LabError::new(arg, format!("`{arg}` {what}")));
        if !(1..=MOST_INPUTS).contains(&self.width) {
            return refuse(
                "inputs",
                format!("has rows of {}, must have from 1 to {MOST_INPUTS}", self.width),
            );
        }
        if !(1..=MOST_ROWS).contains(&self.labels.len()) {
            return refuse("labels", format!("counts {}, must be from 1 to {MOST_ROWS}", self.labels.len()));
        }
        losscape::ArgError::check_len("inputs", self.labels.len() * self.width, self.inputs.len())?;
        losscape::ArgError::check_finite("inputs", &self.inputs)?;
        if let Some(label) = self.labels.iter().find(|&&label| label >= CLASSES) {
            return refuse("labels", format!("has label {label}, must be below {CLASSES}"));
        }
        if self.labels.iter().all(|&label| label == self.labels[0]) {
            return refuse("labels", "has one class, must have at least 2".into());
        }
        Ok(())
    }

    fn keeps_all(&self, scale: u32) -> bool {
        self.inputs.iter().all(|&x| {
            let n = scaled(x, scale);
            n.abs() < f64::from(LARGEST) && single(n / power(scale)) == x
        })
    }
}

/// 10 to a small power, exactly.
fn power(scale: u32) -> f64 {
    (0..scale.min(LAST_SCALE)).fold(1.0, |power, _| 10.0 * power)
}

/// Rounded once, as the page rounds.
#[expect(clippy::cast_possible_truncation, reason = "that is what it is for")]
fn single(x: f64) -> f32 {
    x as f32
}

fn scaled(x: f32, scale: u32) -> f64 {
    (f64::from(x) * power(scale) + 0.5).floor()
}

/// A whole number of at most 31 bits, its sign in the lowest.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a small whole number, not below zero"
)]
fn code(n: f64) -> u64 {
    (if n >= 0.0 { 2.0 * n } else { -2.0 * n - 1.0 }) as u64
}

#[expect(clippy::cast_precision_loss, reason = "below 2³³")]
fn signed(code: u64) -> f64 {
    let half = (code / 2) as f64;
    if code.is_multiple_of(2) { half } else { -(half + 1.0) }
}

fn push(text: &mut String, mut number: u64) {
    loop {
        let rest = number / 32;
        let digit = number % 32 + if rest > 0 { 32 } else { 0 };
        text.extend(
            usize::try_from(digit).ok().and_then(|digit| DIGITS.get(digit)).map(|&digit| char::from(digit)),
        );
        if rest == 0 {
            return;
        }
        number = rest;
    }
}

#[cfg(test)]
mod tests {
    use super::Packed;

    fn data(inputs: &[f32]) -> Packed {
        let labels = (0u8..).take(inputs.len() / 2).map(|row| row % 2).collect();
        Packed { width: 2, inputs: inputs.to_vec(), labels, standard: false }
    }

    #[test]
    fn what_is_written_is_read_to_the_bit() {
        for inputs in [
            [0.0, 1.0, -1.0, 0.125],
            [0.1, -0.37, 2e9, 3.5],
            [1e-30, -1e30, f32::MIN_POSITIVE, 1.0 / 3.0],
            [123_456.8, -0.001, 7.0, 1e-9],
        ] {
            let data = data(&inputs);
            let text = data.text().expect("good data");
            assert_eq!(Packed::parse(&text), Ok(data), "{text}");
        }
    }

    #[test]
    fn what_the_page_would_not_take_is_refused() {
        for text in [
            "",
            "2.1",
            "0.1.A",
            "2.1.A!",
            "2.x.AAABAA",
            "2.1.AAABA",
            "2.1.AAAAAA",
            "2.b.AAgAAA",
            "2.1.AAABAA.",
            "65.1.A",
            "1.0.___________A",
        ] {
            assert_eq!(
                Packed::parse(text).map_err(|error| error.arg).err().map(|arg| !arg.is_empty()),
                Some(true),
                "{text}"
            );
        }
        let mut many = data(&[0.0; 4]);
        many.labels = vec![0, 40];
        assert_eq!(many.text().unwrap_err().to_string(), "`labels` has label 40, must be below 32");
        many.labels = vec![0, 0];
        assert_eq!(many.text().unwrap_err().arg, "labels");
        assert_eq!(data(&[0.0, f32::NAN, 0.0, 0.0]).text().unwrap_err().arg, "inputs");
    }
}
