//! CRC-32/ISO-HDLC, computed two bits at a time: its table has 16 bytes, small enough for a
//! microcontroller.

/// The remainders of the four 2-bit inputs.
static TABLE: [u32; 4] = {
    let mut table = [0; 4];
    let mut input = 0;
    while input < 4 {
        let mut remainder = input;
        let mut bit = 0;
        while bit < 2 {
            // 0xEDB88320 is the polynomial 0x04C11DB7 with its bits reversed.
            remainder = if remainder & 1 == 1 { remainder >> 1 ^ 0xedb8_8320 } else { remainder >> 1 };
            bit += 1;
        }
        table[input as usize] = remainder;
        input += 1;
    }
    table
};

/// Computes the checksum that zip and PNG use.
pub(super) fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..4 {
            crc = crc >> 2 ^ TABLE[(crc & 3) as usize];
        }
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::crc32;

    /// The check value from the catalogue of parametrised CRC algorithms (G. Cook), and the checksum
    /// of empty input.
    #[test]
    fn known_values() {
        assert_eq!(crc32(b"123456789"), 0xcbf4_3926);
        assert_eq!(crc32(b""), 0);
    }
}
