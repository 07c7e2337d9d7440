//! What the boards run: a page each, static memory only, nothing of any board. Copy one and change it.
#![no_std]

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;

#[cfg(feature = "autoneb_digits")]
pub mod autoneb_digits;
#[cfg(feature = "autoneb_xor")]
pub mod autoneb_xor;
#[cfg(all(feature = "compact", target_arch = "arm"))]
mod bytes;
#[cfg(feature = "digits")]
pub mod digits;
#[cfg(feature = "kept")]
pub mod kept;
#[cfg(feature = "resume")]
pub mod resume;
#[cfg(feature = "spirals")]
pub mod spirals;
#[cfg(feature = "tanh")]
pub mod tanh;
#[cfg(feature = "tanh_micromath")]
pub mod tanh_micromath;
#[cfg(feature = "xor")]
pub mod xor;

// The program that a board runs is the one whose feature its build names.
#[cfg(all(target_os = "none", feature = "autoneb_digits"))]
pub use autoneb_digits::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "autoneb_xor"))]
pub use autoneb_xor::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "digits"))]
pub use digits::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "resume"))]
pub use resume::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "spirals"))]
pub use spirals::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "tanh"))]
pub use tanh::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "tanh_micromath"))]
pub use tanh_micromath::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "xor"))]
pub use xor::Memory as Chosen;

/// A program in its memory.
pub trait Program {
    /// Does the work; `after_step` is called after each bounded unit of it and may serve the board.
    ///
    /// # Errors
    /// None with the constants of these programs; with yours, what a constructor refuses.
    fn train(&mut self, after_step: impl FnMut()) -> Result<(), ArgError>;

    /// What it came to. Not part of the kernel images.
    ///
    /// # Errors
    /// As for [`train`](Self::train).
    fn report(&mut self) -> Result<Report, ArgError>;
}

/// What a program came to.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Named results, as the table in the README gives them.
    pub results: &'static [&'static str],
    /// Their values.
    pub values: [f32; 4],
    /// The digest of the parameters: the same on every board, laptop and browser.
    pub digest: u64,
}

impl Report {
    /// Up to four results of a program that found `params`.
    #[must_use]
    pub fn of(results: &'static [&'static str], values: &[f32], params: &[f32]) -> Self {
        let mut report = Self { results, values: [0.0; 4], digest: Fingerprint::of(params) };
        for (to, from) in report.values.iter_mut().zip(values) {
            *to = *from;
        }
        report
    }
}

/// The numbers whose tangents are timed, −3.9375 to 3.9375 in eighths.
pub static INPUTS_OF_TANGENTS: [f32; 64] = {
    let mut inputs = [0.0; 64];
    let mut k = 0;
    while k < 64 {
        inputs[k] = (k as f32 - 31.5) / 8.0;
        k += 1;
    }
    inputs
};

/// Little-endian numbers of a file, at compile time: a `static` keeps them in flash.
#[must_use]
pub const fn numbers<const N: usize>(bytes: &[u8]) -> [f32; N] {
    let mut numbers = [0.0; N];
    let mut k = 0;
    while k < N {
        numbers[k] = f32::from_le_bytes([bytes[4 * k], bytes[4 * k + 1], bytes[4 * k + 2], bytes[4 * k + 3]]);
        k += 1;
    }
    numbers
}
