use super::*;

const LEN: usize = blob_len(1 + 1 + 2 + 4 + 8 + 3 * 4 + 2 * 8);

fn sample() -> [u8; LEN] {
    let mut bytes = [0xaa; LEN];
    let mut writer = Writer::new(&mut bytes, kind::OWN, 3);
    writer.scalar_type::<f32>();
    writer.u8(0x12);
    writer.u16(0x3456);
    writer.u32(0x789a_bcde);
    writer.u64(0x0123_4567_89ab_cdef);
    writer.reals(&[1.5f32, -0.0, f32::from_bits(0xffc1_2345)]);
    writer.reals(&[-2.0f64, f64::from_bits(0x7ff0_0000_0000_0001)]);
    assert_eq!(writer.finish(), Ok(LEN), "exactly full");
    bytes
}

#[test]
fn what_is_written_is_read() {
    let bytes = sample();
    let mut reader = Reader::new(&bytes, kind::OWN, 1..=3).expect("whole");
    assert_eq!(reader.version(), 3);
    reader.scalar_type::<f32>().expect("f32");
    assert_eq!(reader.u8(), Ok(0x12));
    assert_eq!(reader.u16(), Ok(0x3456));
    assert_eq!(reader.u32(), Ok(0x789a_bcde));
    assert_eq!(reader.u64(), Ok(0x0123_4567_89ab_cdef));
    let mut singles = [0.0f32; 3];
    reader.reals(&mut singles).expect("three");
    assert_eq!(singles.map(f32::to_bits), [0x3fc0_0000, 0x8000_0000, 0x7fc0_0000]);
    assert_eq!(reader.real::<f64>().map(f64::to_bits), Ok(0xc000_0000_0000_0000));
    assert_eq!(reader.clone().finish(), Err(BlobError::Malformed), "one is left");
    assert_eq!(reader.real::<f64>().map(f64::to_bits), Ok(0x7ff8_0000_0000_0000));
    assert_eq!(reader.clone().u8(), Err(BlobError::Malformed), "none is left");
    assert_eq!(reader.finish(), Ok(()));
}

/// The layout must not change: saved files exist.
#[test]
fn the_layout_is_fixed() {
    let mut bytes = [0; blob_len(2)];
    let mut writer = Writer::new(&mut bytes, 0x0201, 0x0403);
    writer.u16(0x0605);
    assert_eq!(writer.finish(), Ok(18));
    assert_eq!(
        bytes,
        [b'L', b'O', b'S', b'S', 1, 2, 3, 4, 2, 0, 0, 0, 5, 6, 0x6f, 0xf8, 0x9b, 0xe8],
        "header, body, checksum"
    );
}

#[test]
fn every_flipped_bit_is_refused() {
    let bytes = sample();
    for bit in 0..8 * LEN {
        let mut flipped = bytes;
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(Reader::new(&flipped, kind::OWN, 1..=u16::MAX).is_err(), "bit {bit}");
    }
}

#[test]
fn every_truncation_is_refused() {
    let bytes = sample();
    for len in 0..LEN {
        let error = Reader::new(&bytes[..len], kind::OWN, 1..=3).err();
        assert!(matches!(error, Some(BlobError::TooShort { .. })), "length {len}: {error:?}");
    }
}

#[test]
fn what_is_refused_is_named() {
    let bytes = sample();
    let refusal = |bytes: &[u8], kind, version| Reader::new(bytes, kind, 2..=version).err();
    assert_eq!(
        refusal(&bytes, kind::NETWORK, 3),
        Some(BlobError::Kind { expected: kind::NETWORK, found: kind::OWN })
    );
    assert_eq!(refusal(&bytes, kind::OWN, 2), Some(BlobError::Newer { supported: 2, found: 3 }));
    assert_eq!(Reader::new(&bytes, kind::OWN, 4..=5).err(), Some(BlobError::Older { oldest: 4, found: 3 }));
    assert_eq!(refusal(b"PK\x03\x04 and more than 16", kind::OWN, 3), Some(BlobError::NotOurs));
    let mut longer = [0; LEN + 1];
    longer[..LEN].copy_from_slice(&bytes);
    assert_eq!(refusal(&longer, kind::OWN, 3), Some(BlobError::TooLong { found: LEN + 1 }));
    let mut reader = Reader::new(&bytes, kind::OWN, 1..=3).expect("whole");
    assert_eq!(reader.scalar_type::<f64>(), Err(BlobError::ScalarType { expected: 8, found: 4 }));
    assert_eq!(reader.scalar_type::<f64>(), Err(BlobError::Malformed), "0x12 is no scalar type");
}

#[test]
fn a_short_slice_is_refused_in_the_end() {
    for len in 0..20 {
        let mut bytes = [0; 20];
        let mut writer = Writer::new(&mut bytes[..len], kind::OWN, 1);
        writer.u32(7);
        assert_eq!(writer.finish(), Err(BlobError::TooShort { needed: 20, found: len }), "length {len}");
    }
}
