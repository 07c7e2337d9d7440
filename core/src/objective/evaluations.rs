//! Counts of evaluations, the cost of a search.

/// The numbers of evaluations of an objective.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub struct Evaluations {
    /// The number of values alone.
    pub values: u32,
    /// The number of values with gradients.
    pub gradients: u32,
}

impl Evaluations {
    /// Counts one value.
    pub(crate) const fn count_value(&mut self) {
        self.values = self.values.saturating_add(1);
    }

    /// Counts one value with its gradient.
    pub(crate) const fn count_gradient(&mut self) {
        self.gradients = self.gradients.saturating_add(1);
    }

    /// Returns the evaluations of two searches together; the counts saturate.
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
