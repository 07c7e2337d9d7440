//! The elementary functions against correctly rounded references.

mod reference;
mod special;
mod sweep;
mod ulp;
