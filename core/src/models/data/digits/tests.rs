use super::*;
use crate::base::fingerprint::Fingerprint;

/// Labels and pixels of all rows in order. The split is part of the interface and must never change.
#[test]
fn rows_and_their_split_are_fixed() {
    let digest = |digits: Digits<'_>| {
        let mut digest = Fingerprint::new();
        for row in 0..digits.len() {
            digest.word(u64::from(digits.label(row)));
            for pixel in digits.pixels(row) {
                digest.word(u64::from(pixel));
            }
        }
        (digits.len(), digest.finish())
    };
    assert_eq!(digest(training()), (TRAINING, 0x6f90_9425_0807_3cb9));
    assert_eq!(digest(held_out()), (HELD_OUT, 0x1ca2_94f8_4424_dbac));
}

#[test]
fn classes_are_in_proportion() {
    let counts = |digits: Digits<'_>| {
        let mut counts = [0; CLASSES];
        for row in 0..digits.len() {
            counts[digits.label(row) as usize] += 1;
        }
        counts
    };
    assert_eq!(counts(held_out()), [29, 30, 29, 30, 30, 30, 30, 30, 29, 30]);
    // The data set's description lists the class sizes 178, 182, 177, 183, 181, 182, 181, 179, 174, 180.
    assert_eq!(counts(training()), [149, 152, 148, 153, 151, 152, 151, 149, 145, 150]);
}

/// The sum of all pixels and of pixels weighted by position, computed from the file that UCI publishes.
#[test]
fn pixels_are_those_of_the_source() {
    let (mut ink, mut weighted) = (0, 0);
    for digits in [training(), held_out()] {
        for row in 0..digits.len() {
            for (k, pixel) in (1u64..).zip(digits.pixels(row)) {
                ink += u64::from(pixel);
                weighted += k * u64::from(pixel) * u64::from(digits.label(row) + 1);
            }
        }
    }
    assert_eq!((ink, weighted), (561_718, 98_958_279));
}

#[test]
fn the_file_reads_as_the_linked_rows() {
    let split = from_bytes(&FILE).expect("whole");
    assert_eq!(split.training.rows, training().rows);
    assert_eq!(split.held_out.rows, held_out().rows);
}

#[test]
fn other_bytes_are_refused() {
    assert!(matches!(from_bytes(&FILE[..FILE_LEN - 1]), Err(BlobError::TooShort { .. })));
    let mut damaged = FILE;
    damaged[40_000] ^= 1;
    assert!(matches!(from_bytes(&damaged), Err(BlobError::Damaged)));
    let mut other = [0; blob_len(ROW_BYTES)];
    let mut writer = crate::base::blob::Writer::new(&mut other, kind::DIGITS, VERSION);
    writer.bytes(&[0; ROW_BYTES]);
    writer.finish().expect("fits");
    assert!(matches!(from_bytes(&other), Err(BlobError::Malformed)), "one row only");
}

#[test]
fn inputs_are_sixteenths() {
    let digits = held_out();
    let mut inputs = [f64::NAN; 2 * PIXELS];
    let mut labels = [99; 2];
    digits.write(295..297, &mut inputs, &mut labels).expect("lengths");
    assert_eq!(labels, [digits.label(295), digits.label(296)]);
    for (row, input) in (295..297).zip(inputs.chunks_exact(PIXELS)) {
        for (pixel, x) in digits.pixels(row).iter().zip(input) {
            assert_eq!(f64::from(*pixel), x * 16.0, "row {row}");
        }
    }
}

#[test]
fn wrong_lengths_are_refused() {
    let digits = held_out();
    let mut inputs = [f32::NAN; 2 * PIXELS];
    let mut labels = [99; 2];
    let mut refused = |rows, inputs_len, labels_len| {
        let error = digits.write(rows, &mut inputs[..inputs_len], &mut labels[..labels_len]);
        assert!(inputs.iter().all(|x| x.is_nan()) && labels == [99; 2], "nothing is written");
        error.expect_err("refused").arg
    };
    assert_eq!(refused(296..298, 128, 2), "rows");
    #[expect(clippy::reversed_empty_ranges, reason = "refused")]
    let backwards = 2..0;
    assert_eq!(refused(backwards, 128, 2), "rows");
    assert_eq!(refused(0..2, 127, 2), "inputs");
    assert_eq!(refused(0..2, 128, 1), "labels");
}
