//! Results of a handle, with named fields.

use crate::record::record;

record! {
    /// A measurement of all runs, one batch size after the other, from all points down.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Curvatures {
        /// The largest curvature where each run is, in units of 2/η.
        pub curvature: Vec<f64>,
        /// The loss there.
        pub loss: Vec<f64>,
        /// The curvature of its batches along their own slopes, in the same units.
        pub along: Vec<f64>,
        /// The standard error of that.
        pub along_error: Vec<f64>,
        /// The loss of a thousand new points of the moons; nothing for other data.
        pub unseen: Vec<f64>,
        /// How many of those are misread.
        pub misread: Vec<u32>,
    }
}

record! {
    /// Measures of sharpness.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Measures {
        /// The largest curvature.
        pub largest: f64,
        /// The sum of all curvatures.
        pub trace: f64,
        /// The rise in a ball of 0.05.
        pub ball: f64,
        /// The rise in a box of 10⁻³.
        pub cube: f64,
        /// The curvature along the slope.
        pub along: f64,
        /// The loss.
        pub loss: f64,
        /// By how much any output differs from the network's own.
        pub differs: f64,
    }
}
