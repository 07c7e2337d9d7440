//! What the boards run: a page each, static memory only, nothing of any board. Copy one and change it.
#![no_std]

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;

#[cfg(any(feature = "autoneb_xor", feature = "autoneb_digits"))]
pub mod autoneb;
#[cfg(feature = "autoneb_digits")]
pub mod autoneb_digits;
#[cfg(feature = "autoneb_xor")]
pub mod autoneb_xor;
#[cfg(all(feature = "compact", target_arch = "arm"))]
mod bytes;
#[cfg(feature = "cloud")]
pub mod cloud;
#[cfg(feature = "digits")]
pub mod digits;
#[cfg(feature = "flatness")]
pub mod flatness;
#[cfg(feature = "kept")]
pub mod kept;
#[cfg(feature = "reader")]
pub mod reader;
#[cfg(feature = "resume")]
pub mod resume;
#[cfg(feature = "spirals")]
pub mod spirals;
#[cfg(any(feature = "tanh", feature = "tanh_micromath"))]
pub mod tangents;
#[cfg(feature = "tanh")]
pub mod tanh;
#[cfg(feature = "tanh_micromath")]
pub mod tanh_micromath;
mod training;
#[cfg(feature = "xor")]
pub mod xor;

// The program that a board runs is the one whose feature its build names.
#[cfg(all(target_os = "none", feature = "autoneb_digits"))]
pub use autoneb_digits::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "autoneb_xor"))]
pub use autoneb_xor::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "cloud"))]
pub use cloud::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "digits"))]
pub use digits::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "flatness"))]
pub use flatness::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "reader"))]
pub use reader::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "resume"))]
pub use resume::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "spirals"))]
pub use spirals::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "tanh"))]
pub use tanh::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "tanh_micromath"))]
pub use tanh_micromath::Memory as Chosen;
#[cfg(all(target_os = "none", feature = "xor", not(feature = "flatness")))]
pub use xor::Memory as Chosen;

pub use training::{HeavyBall, Training};

/// A program in its memory. Its loop is the board's, which may do something else between two steps:
///
/// ```
/// # use losscape_programs::{Program, Run, tanh::Memory};
/// # let mut program = Memory::new();
/// for part in 0..Memory::PARTS {
///     let mut run = program.begin(part)?;
///     Memory::resume(&mut run)?;
///     while run.step() {}
/// }
/// {
///     let mut last = program.finish()?;
///     while last.step() {}
/// }
/// assert_eq!(program.report()?.results, ["first"]);
/// # Ok::<(), losscape::ArgError>(())
/// ```
pub trait Program {
    /// A part of the work, which borrows the memory until it is done.
    type Run<'m>: Run
    where
        Self: 'm;

    /// The last part, if it is another kind of work; `()` if there is none.
    ///
    /// Two types instead of one enum: the compiler then sees the constants of each loop.
    type Last<'m>: Run
    where
        Self: 'm;

    /// How many parts come before the last.
    const PARTS: u32 = 1;

    /// Begins a part of the work, after the parts before it.
    ///
    /// # Errors
    /// None with the constants of these programs; with yours, what a constructor refuses.
    fn begin(&mut self, part: u32) -> Result<Self::Run<'_>, ArgError>;

    /// Takes a part that has begun to where it was saved; nothing in programs that save none.
    ///
    /// In place, because a run that is moved takes its size of stack once more.
    ///
    /// # Errors
    /// As for [`begin`](Self::begin).
    fn resume(run: &mut Self::Run<'_>) -> Result<(), ArgError> {
        let _ = run;
        Ok(())
    }

    /// Begins the last part.
    ///
    /// # Errors
    /// As for [`begin`](Self::begin).
    fn finish(&mut self) -> Result<Self::Last<'_>, ArgError>;

    /// Up to two named numbers that are worth telling after each part; none in most programs.
    fn progress(&self) -> (&'static [&'static str], [f32; 2]) {
        (&[], [0.0; 2])
    }

    /// What the work came to. Not part of the kernel images.
    ///
    /// # Errors
    /// As for [`begin`](Self::begin).
    fn report(&mut self) -> Result<Report, ArgError>;
}

/// Work under way.
pub trait Run {
    /// Does one bounded unit of work; returns whether there is another to do.
    fn step(&mut self) -> bool;
}

/// Nothing is left to do.
impl Run for () {
    fn step(&mut self) -> bool {
        false
    }
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
