//! Networks, data and surfaces in the hands of a stranger.

mod hostile;
mod scale;
mod short;
