extern crate std;

use super::super::digits::{Digits, INK, held_out, training};
use super::*;
use crate::base::fingerprint::Fingerprint;

/// A bitmap whose blocks have these pixel counts: each block is inked from its top left.
fn dithered(pixels: &[u8; PIXELS]) -> Drawing {
    let mut drawing = [0; SIDE];
    for (k, &pixel) in pixels.iter().enumerate() {
        for dot in 0..usize::from(pixel) {
            drawing[4 * (k / 8) + dot / 4] |= 1 << (4 * (k % 8) + dot % 4);
        }
    }
    drawing
}

/// Ink where the pixels, interpolated between the centres of their blocks, exceed half.
fn upsampled(pixels: &[u8; PIXELS]) -> Drawing {
    let mut drawing = [0; SIDE];
    let at = |y: usize, x: usize| i32::from(pixels[8 * y.min(7) + x.min(7)]);
    // Dot i lies (2 i + 1)/8 − ½ blocks from the first centre: a whole number and an odd number of eighths.
    let place = |i: usize| ((2 * i + 5) / 8, i32::try_from((2 * i + 5) % 8).expect("below 8"));
    for (y, row) in drawing.iter_mut().enumerate() {
        for x in 0..SIDE {
            let ((down, v), (right, u)) = (place(y), place(x));
            // `place` starts one block outside, where the edge is repeated.
            let (up, left) = (down.saturating_sub(1), right.saturating_sub(1));
            let above = at(up, left) * (8 - u) + at(up, right) * u;
            let below = at(down, left) * (8 - u) + at(down, right) * u;
            if above * (8 - v) + below * v > 64 * i32::from(INK) / 2 {
                *row |= 1 << x;
            }
        }
    }
    drawing
}

fn rows(digits: Digits<'static>) -> impl Iterator<Item = ([u8; PIXELS], u8)> {
    (0..digits.len()).map(move |row| (digits.pixels(row), digits.label(row)))
}

#[test]
fn blocks_are_counted() {
    for (pixels, _) in rows(held_out()) {
        assert_eq!(count(&dithered(&pixels)), pixels);
    }
    assert_eq!(count(&[u32::MAX; SIDE]), [16; PIXELS]);
}

#[test]
fn an_empty_pad_is_empty() {
    assert_eq!(reduce(&[0; SIDE]), [0; PIXELS]);
}

/// A digit drawn from its pixels remains that digit. For the first 100 held-out rows, the nearest training row
/// has the right label in all cases before the pad and in 93 after it. The pad cannot restore the exact pixels:
/// 8 × 8 numbers do not determine where the ink was, and the rows are what remains after slant removal, so the
/// box around them is not the one that was scaled.
#[test]
fn digits_survive_the_pad() {
    let train: std::vec::Vec<_> = rows(training()).collect();
    let distance = |a: &[u8; PIXELS], b: &[u8; PIXELS]| -> u32 {
        a.iter().zip(b).map(|(a, b)| u32::from(a.abs_diff(*b)).pow(2)).sum()
    };
    let nearest =
        |pixels: &[u8; PIXELS]| train.iter().min_by_key(|(row, _)| distance(pixels, row)).expect("rows").1;
    let (mut before, mut after) = (0, 0);
    for (pixels, label) in rows(held_out()).take(100) {
        before += u32::from(nearest(&pixels) == label);
        after += u32::from(nearest(&reduce(&upsampled(&pixels))) == label);
    }
    assert_eq!((before, after), (100, 93));
}

/// All held-out rows through the pad; integer arithmetic, so the same at every optimisation level.
#[test]
fn the_reduction_is_fixed() {
    let mut digest = Fingerprint::new();
    for (pixels, _) in rows(held_out()) {
        for drawing in [upsampled(&pixels), dithered(&pixels)] {
            reduce(&drawing).iter().for_each(|&pixel| digest.word(u64::from(pixel)));
        }
    }
    assert_eq!(digest.finish(), 0x8267_d76b_8984_c0ae);
}

/// The position of a drawing on the pad makes no difference.
#[test]
fn place_does_not_matter() {
    let (pixels, _) = rows(held_out()).next().expect("not empty");
    let small: Drawing = core::array::from_fn(|y| {
        let row = if y < 16 { upsampled(&pixels)[2 * y] } else { 0 };
        (0..16).fold(0, |half, x| half | ((row >> (2 * x)) & 1) << x)
    });
    let expected = reduce(&small);
    assert!(expected.iter().any(|&pixel| pixel > 0), "there is ink");
    let room = small.iter().fold(0, |all, row| all | row).leading_zeros();
    for down in 0..16 {
        for right in 0..room {
            let moved = core::array::from_fn(|y| if y >= down { small[y - down] << right } else { 0 });
            assert_eq!(reduce(&moved), expected, "{right} to the right, {down} down");
        }
    }
}

#[test]
fn size_hardly_matters() {
    // A frame of 8 × 16 dots, two dots thick, and the same frame at twice the size.
    let frame = |y: usize, k: usize| match y / k {
        0..2 | 14..16 => (1u32 << (8 * k)) - 1,
        2..14 => ((1 << (2 * k)) - 1) << (6 * k) | ((1 << (2 * k)) - 1),
        _ => 0,
    };
    let small = reduce(&core::array::from_fn(|y| frame(y, 1)));
    let large = reduce(&core::array::from_fn(|y| frame(y, 2)));
    assert_eq!(small, large);
}

#[test]
fn weight_is_evened() {
    let ink = |drawing: &Drawing| drawing.iter().map(|row| row.count_ones()).sum::<u32>();
    // Bars in the middle of the pad, from one to thirty dots wide.
    for width in 1..=30 {
        let bar = [((1u32 << width) - 1) << ((32 - width) / 2); SIDE];
        let inked = ink(&even_weight(bar));
        assert!(inked <= 28 * 26, "{width}: {inked}");
        assert!(inked >= 5 * 32, "{width}: {inked}");
    }
    assert_eq!(thin(&thicken(&[0, 0, 0b1000, 0].repeat(8).try_into().expect("32"))), {
        let mut dots = [0; SIDE];
        (2..SIDE - 1).step_by(4).for_each(|y| dots[y] = 0b1000);
        dots
    });
}

#[test]
fn slant_is_removed() {
    let slanted: Drawing = core::array::from_fn(|y| 0b1111 << (20 - y / 2));
    let straight = upright(&slanted);
    assert_eq!(straight[0].trailing_zeros(), straight[31].trailing_zeros());
    for row in straight {
        assert_eq!(row.count_ones(), 4, "nothing is lost");
        assert!(row.trailing_zeros().abs_diff(straight[0].trailing_zeros()) <= 1, "{row:032b}");
    }
    assert_eq!(upright(&straight), straight);
    let mut dot = [0; SIDE];
    dot[7] = 1 << 9;
    assert_eq!(upright(&dot), dot, "one row has no slant");
}

/// For any drawing, nothing overflows and pixels stay in range.
#[test]
fn any_drawing_is_reduced() {
    use crate::base::random::{Rng, stream};
    let mut rng = stream(3, 0);
    for k in 0..2000 {
        let mut drawing = [0; SIDE];
        for _ in 0..k % 7 {
            let word = rng.next_u32();
            drawing[(word >> 27) as usize] |= 1 << (word & 31);
        }
        let pixels = reduce(&drawing);
        assert!(pixels.iter().all(|&pixel| pixel <= INK), "{drawing:?}");
        assert_eq!(pixels.iter().any(|&pixel| pixel > 0), drawing != [0; SIDE], "{drawing:?}");
    }
}
