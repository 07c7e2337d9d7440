//! The cost of a search.

/// Counts of the evaluations of an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct Evaluations {
    /// Values alone.
    pub values: u32,
    /// Values with gradients.
    pub gradients: u32,
}

impl Evaluations {
    /// One more value.
    pub(crate) const fn count_value(&mut self) {
        self.values = self.values.saturating_add(1);
    }

    /// One more value with its gradient.
    pub(crate) const fn count_gradient(&mut self) {
        self.gradients = self.gradients.saturating_add(1);
    }

    /// The evaluations of two searches together; counts stay at the largest `u32`.
    ///
    /// ```
    /// use losscape::objective::Evaluations;
    /// let search = Evaluations { values: 2, gradients: 30 };
    /// let scan = Evaluations { values: 20, gradients: 0 };
    /// assert_eq!(search.plus(scan), Evaluations { values: 22, gradients: 30 });
    /// ```
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self {
            values: self.values.saturating_add(other.values),
            gradients: self.gradients.saturating_add(other.gradients),
        }
    }
}
