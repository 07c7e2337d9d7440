//! Results of a handle, with named fields.

use crate::record::record;

record! {
    /// A place where the slope is zero.
    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct CriticalPlace {
        /// The search that has found it.
        pub search: u32,
        /// The loss there.
        pub loss: f64,
        /// How many directions go down.
        pub down: u32,
        /// How many directions have too little curvature for a sign.
        pub unsigned: u32,
    }
}

record! {
    /// What a step along a direction does, and one back.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Way {
        /// The loss from a step back to a step along it, 25 values.
        pub losses: Vec<f64>,
        /// The network's curve after the step along it.
        pub forth: Vec<f64>,
        /// The network's curve after the step back.
        pub back: Vec<f64>,
    }
}

record! {
    /// How a method of a race went on.
    #[derive(Clone, Debug, Default, PartialEq)]
    pub struct Track {
        /// Steps from the start on.
        pub step: Vec<u32>,
        /// The loss at each.
        pub loss: Vec<f64>,
        /// On the toy x and y at each, in turn; nothing on the network.
        pub path: Vec<f64>,
    }
}
