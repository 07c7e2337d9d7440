//! The experiment *Paths*: two trained minima, the straight line between them, and a band that stays low.
