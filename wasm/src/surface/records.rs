//! Results of a handle, with named fields.

use crate::record::record;

record! {
    /// The loss along a straight line.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Line {
        /// The highest loss.
        pub saddle: f64,
        /// Where the highest loss lies, as a fraction of the way.
        pub at: f64,
        /// The greatest height above the line between the losses of the ends.
        pub barrier: f64,
        /// The distance between the ends in parameter space.
        pub length: f64,
        /// The losses at equal distances, both ends included.
        pub losses: Vec<f64>,
    }
}

record! {
    /// The eigenvalues of a Hessian, and what they come to.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Curved {
        /// The largest eigenvalue.
        pub largest: f64,
        /// The smallest eigenvalue.
        pub smallest: f64,
        /// The sum of all eigenvalues.
        pub trace: f64,
        /// How many are flat: at most a hundredth of the largest magnitude.
        pub flat: u32,
        /// How many are negative and not flat.
        pub negative: u32,
        /// All of them, ascending.
        pub values: Vec<f64>,
    }
}
