//! Restarts, for what a search might have missed.

use heapless::Vec;

use crate::{ArgError, Real, Reason};

/// Saddles of repeated searches between the same two ends: the noise floor of a claim.
///
/// A path proves that the barrier is at most so high; how much lower it might be, restarts can only hint at.
/// Report with every saddle how many searches it is the lowest of, and how far apart their saddles were.
///
/// # Examples
///
/// ```
/// use losscape::path::Restarts;
/// let mut restarts = Restarts::<f32, 8>::new();
/// for saddle in [0.5, 0.25, 0.375] {
///     restarts.add(saddle)?;
/// }
/// assert_eq!((restarts.lowest(), restarts.median(), restarts.spread()), (Some(0.25), Some(0.375), Some(0.25)));
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Restarts<R: Real = f32, const N: usize = 32> {
    ascending: Vec<R, N>,
}

impl<R: Real, const N: usize> Restarts<R, N> {
    /// No search yet.
    #[must_use]
    pub const fn new() -> Self {
        Self { ascending: Vec::new() }
    }

    /// Notes the saddle of one search.
    ///
    /// # Errors
    /// [`ArgError`] if it is not finite, or `N` are there already.
    pub fn add(&mut self, saddle: R) -> Result<(), ArgError> {
        ArgError::check_finite("saddle", &[saddle])?;
        let place = self.ascending.iter().take_while(|known| **known <= saddle).count();
        self.ascending
            .insert(place, saddle)
            .map_err(|_| ArgError::new("saddle", Reason::TooMany { limit: N, found: N + 1 }))
    }

    /// The saddles, lowest first.
    #[must_use]
    pub fn saddles(&self) -> &[R] {
        &self.ascending
    }

    /// The lowest saddle: the one to report.
    #[must_use]
    pub fn lowest(&self) -> Option<R> {
        self.ascending.first().copied()
    }

    /// The median saddle; for an even number, the lower of the two in the middle.
    #[must_use]
    pub fn median(&self) -> Option<R> {
        self.ascending.get(self.ascending.len().saturating_sub(1) / 2).copied()
    }

    /// The highest saddle minus the lowest: what a single search may err by.
    #[must_use]
    pub fn spread(&self) -> Option<R> {
        Some(*self.ascending.last()? - *self.ascending.first()?)
    }
}
