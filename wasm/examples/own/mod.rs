//! The reader's own data as a link of the page holds them: `width.scale.rows`, see `web/src/lib/own.ts`.

use core::error::Error;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Rows of numbers with a class each.
pub(crate) struct Own {
    #[allow(dead_code, reason = "points have always two inputs")]
    pub(crate) width: usize,
    pub(crate) inputs: Vec<f32>,
    pub(crate) labels: Vec<u8>,
    /// Whether each input is brought to mean 0 and variance 1 first.
    pub(crate) standard: bool,
}

/// Unpacks them.
pub(crate) fn parse(text: &str) -> Result<Own, Box<dyn Error>> {
    let mut parts = text.split('.');
    let (Some(head), Some(scale), Some(rows)) = (parts.next(), parts.next(), parts.next()) else {
        return Err(format!("{text}: not own data").into());
    };
    let width: usize = head.trim_end_matches('s').parse()?;
    let unit = if scale == "b" { None } else { Some(format!("1e{scale}").parse::<f64>()?) };
    let (mut numbers, mut number, mut place) = (Vec::new(), 0u64, 1);
    for digit in rows.bytes() {
        let value = DIGITS.iter().position(|&known| known == digit).ok_or("not a digit")? as u64;
        number += place * (value % 32);
        place *= 32;
        if value < 32 {
            numbers.push(number);
            (number, place) = (0, 1);
        }
    }
    let mut own = Own { width, inputs: Vec::new(), labels: Vec::new(), standard: head.ends_with('s') };
    for row in numbers.chunks_exact(width + 1) {
        own.labels.push(u8::try_from(row[0])?);
        for &code in &row[1..] {
            let code = u32::try_from(code)?;
            own.inputs.push(match unit {
                None => f32::from_bits(code),
                Some(unit) => {
                    let half = f64::from(code / 2);
                    #[expect(clippy::cast_possible_truncation, reason = "rounded once, as the page does")]
                    let x = (if code % 2 == 0 { half / unit } else { -(half + 1.0) / unit }) as f32;
                    x
                }
            });
        }
    }
    Ok(own)
}
