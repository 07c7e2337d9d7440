//! Restarts, which estimate how much a search may have missed.

use heapless::Vec;

use crate::{ArgError, Real, Reason};

/// The saddles of repeated searches between the same two ends: the noise floor of a claim.
///
/// A path proves an upper bound of the barrier; restarts can only indicate how much lower the barrier might
/// be. With every saddle, report the number of searches of which it is the lowest, and the spread of their
/// saddles.
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
    /// Creates an empty record.
    #[must_use]
    pub const fn new() -> Self {
        Self { ascending: Vec::new() }
    }

    /// Records the saddle of one search.
    ///
    /// # Errors
    /// [`ArgError`] if the saddle is not finite, or if there are already `N`.
    pub fn add(&mut self, saddle: R) -> Result<(), ArgError> {
        ArgError::check_finite("saddle", &[saddle])?;
        let place = self.ascending.iter().take_while(|known| **known <= saddle).count();
        self.ascending
            .insert(place, saddle)
            .map_err(|_| ArgError::new("saddle", Reason::TooMany { limit: N, found: N + 1 }))
    }

    /// Returns the saddles, lowest first.
    #[must_use]
    pub fn saddles(&self) -> &[R] {
        &self.ascending
    }

    /// Returns the lowest saddle, which is the one to report.
    #[must_use]
    pub fn lowest(&self) -> Option<R> {
        self.ascending.first().copied()
    }

    /// Returns the median saddle; for an even number, the lower of the two in the middle.
    #[must_use]
    pub fn median(&self) -> Option<R> {
        self.ascending.get(self.ascending.len().saturating_sub(1) / 2).copied()
    }

    /// Returns the highest saddle minus the lowest: the possible error of a single search.
    #[must_use]
    pub fn spread(&self) -> Option<R> {
        Some(*self.ascending.last()? - *self.ascending.first()?)
    }
}
