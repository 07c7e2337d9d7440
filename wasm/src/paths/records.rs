//! Results of a handle, with named fields.

use crate::record::record;

record! {
    /// A network on the way.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct Look {
        /// Its loss.
        pub value: f64,
        /// How many training samples it misses.
        pub missed: u32,
    }
}

record! {
    /// The end of a cycle of the search.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct CycleRow {
        /// The move of the band that it ended with.
        pub step: u32,
        /// The highest loss on the best band so far.
        pub saddle: f64,
        /// The barrier on the best band so far.
        pub barrier: f64,
    }
}

record! {
    /// The highest image of the band, every tenth move.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct History {
        /// Moves of the band.
        pub step: Vec<u32>,
        /// The value of the highest image before each. With minibatches it is the value on that move's batch.
        pub value: Vec<f32>,
    }
}

record! {
    /// How far the search is.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    pub struct Progress {
        /// Moves of the band in all.
        pub total: u32,
        /// Gradients of images spent.
        pub gradients: u32,
        /// The largest gradient across the band before its last move.
        pub residual: f64,
    }
}

record! {
    /// How the two ends differ.
    #[derive(Clone, Copy, Debug, Default, PartialEq)]
    pub struct Difference {
        /// The distance from A to B.
        pub distance: f64,
        /// The distance from A to B with its neurons in A's order.
        pub aligned_distance: f64,
        /// The share of the square, or of the held-out digits, where A and B name different classes.
        pub disagreement: f64,
        /// The largest change of a probability, over all training samples, that aligning B has made: rounding.
        pub aligning_error: f64,
    }
}
