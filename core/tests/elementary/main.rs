//! The elementary functions against correctly rounded references.

mod double;
mod reference;
mod search;
mod special;
mod sweep;
mod ulp;
