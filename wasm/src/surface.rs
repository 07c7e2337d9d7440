//! The experiment *Surface*: the loss on a plane through weight space, and what the plane leaves out.
