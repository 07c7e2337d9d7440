//! A hidden unit that is split in two: the network stays as it is, the place stays critical, the ways down do not.

use losscape::Objective;
use losscape::base::vector::norm;
use losscape::curvature::{Tolerance, signature};
use wasm_bindgen::prelude::*;

use super::place::spectrum;
use super::problem::{Problem, scratch};
use super::{SaddlesSettings, begin, unit};
use crate::LabError;
use crate::record::record;

/// Hidden units of the network whose units are split, and of the wider one.
const HIDDEN: u32 = 2;
/// Searches until a saddle is found: with those of the first seed it is the fifth.
const SEARCHES: u32 = 80;
/// Curvatures up to this share of the steepest are flat.
const FLAT: Tolerance<f64> = Tolerance::relative(1e-10);

record! {
    /// A place on the line of a split unit.
    #[derive(Clone, Debug, PartialEq)]
    pub struct Halves {
        /// The loss there.
        pub loss: f64,
        /// The length of the slope there.
        pub slope: f64,
        /// How many directions go down.
        pub down: u32,
        /// How many are flat.
        pub flat: u32,
        /// All curvatures, ascending.
        pub values: Vec<f64>,
        /// The largest change of the network's curve.
        pub differs: f64,
    }
}

/// A saddle of a network of two units, without penalty: with one, a split place is not critical.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Split {
    narrow: Problem,
    wide: Problem,
    params: Vec<f64>,
}

#[wasm_bindgen]
impl Split {
    /// Searches for the saddle.
    ///
    /// # Errors
    /// [`LabError`] naming `place` if there is none: never.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Result<Self, LabError> {
        let (narrow, wide) = (Problem::new(HIDDEN, 0.0)?, Problem::new(HIDDEN + 1, 0.0)?);
        let settings = SaddlesSettings { hidden: HIDDEN, penalty: 0.0, ..SaddlesSettings::default() };
        let (f, mut grad) = (narrow.loss()?, vec![0.0; narrow.dim()]);
        let mut room = scratch(&f);
        for search in 1..=SEARCHES {
            let mut work = begin(settings, narrow.dim(), search);
            let outcome = loop {
                if let Some(outcome) = unit(&mut work, &f, &mut grad, &mut room)? {
                    break outcome;
                }
            };
            if let Some((params, point)) = outcome
                && point.signature.negative == 1
                && point.signature.flat == 0
            {
                return Ok(Self { narrow, wide, params });
            }
        }
        Err(LabError::new("place", "no search has found a saddle"))
    }

    /// The saddle itself.
    ///
    /// # Errors
    /// As for [`split`](Self::split).
    pub fn whole(&self) -> Result<Halves, LabError> {
        self.halves(&self.narrow, &self.params)
    }

    /// The place where a copy of `unit` has the share 1 − γ of its outgoing weight, and it keeps the share γ.
    ///
    /// # Errors
    /// [`LabError`] naming `unit` or `share`.
    pub fn split(&self, unit: usize, share: f64) -> Result<Halves, LabError> {
        let mut params = vec![0.0; self.wide.dim()];
        self.narrow.net().split_unit(0, unit, share, &self.params, &mut params)?;
        self.halves(&self.wide, &params)
    }

    fn halves(&self, problem: &Problem, params: &[f64]) -> Result<Halves, LabError> {
        let f = problem.loss()?;
        let mut grad = vec![0.0; f.dim()];
        let loss = f.value_grad(params, &mut grad, &mut scratch(&f));
        let [values, _] = spectrum(&f, params)?;
        let counted = signature(&values, FLAT);
        let places = Problem::places()?;
        let (before, after) = (self.narrow.curve(&self.params, &places)?, problem.curve(params, &places)?);
        let differs = losscape::base::vector::largest_difference(&before, &after);
        Ok(Halves { loss, slope: norm(&grad), down: counted.negative, flat: counted.flat, values, differs })
    }
}
