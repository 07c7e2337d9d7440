//! Claims of the papers that can be checked without their data, with the numbers of an independent
//! implementation and the tolerances they were stated with.
//!
//! Deterministic values are golden; where a network was trained the statement is about a regime. A failed
//! search proves nothing: "no path below x" means that this many restarts found none.
#![cfg(test)]

mod batch_size;
mod channels;
mod clouds;
mod collapse;
mod connectivity;
mod curvature;
mod curves;
mod dauphin;
mod diffusion;
mod digits;
mod draxler;
mod edge;
mod edge_flow;
mod escape;
mod flatness;
mod formulas;
mod freeman;
mod gaps;
mod gradient_noise;
mod networks;
mod noise;
mod potential;
mod regression;
mod schemes;
mod sharpness;
mod smoothing;
mod spectra;
mod support;
mod symmetries;
mod toolbox;
mod valleys;
