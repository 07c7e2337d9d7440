//! The settings of a run by the keys of a page's link. Their names and defaults are the page's (`settings.json`): Python fills
//! them in, and every one that is no view has a value.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use losscape_wasm::{Choice, LabError, Packed};
use pyo3::prelude::*;

use crate::named::chosen;

pub(super) type Result<T> = core::result::Result<T, Stop>;

/// Why a run was not made.
pub(super) enum Stop {
    Refused(String),
    Raised(PyErr),
}

impl From<LabError> for Stop {
    fn from(error: LabError) -> Self {
        Self::Refused(error.to_string())
    }
}

impl From<PyErr> for Stop {
    fn from(error: PyErr) -> Self {
        Self::Raised(error)
    }
}

/// The values of all settings by their keys; each is taken once, so that one that nobody takes is noticed.
pub(super) struct Values {
    texts: HashMap<String, String>,
    clock: Instant,
}

impl Values {
    pub(super) fn new(texts: HashMap<String, String>) -> Self {
        Self { texts, clock: Instant::now() }
    }

    pub(super) fn text(&mut self, key: &str) -> Result<String> {
        self.texts.remove(key).ok_or_else(|| Stop::Refused(format!("`{key}` has no value in settings.json")))
    }

    pub(super) fn parsed(&mut self, key: &str) -> Result<f64> {
        let text = self.text(key)?;
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        number.ok_or_else(|| Stop::Refused(format!("`{key}` is {text:?}, must be a number")))
    }

    /// The one value of a change during a run.
    pub(super) fn one(&self, key: &str, value: &str) -> Self {
        Self { texts: HashMap::from([(key.to_owned(), value.to_owned())]), clock: self.clock }
    }

    /// A number, rounded once to f32 as the page does.
    pub(super) fn real(&mut self, key: &str) -> Result<f32> {
        Ok(as_held(self.parsed(key)?))
    }

    pub(super) fn count(&mut self, key: &str) -> Result<u32> {
        let number = self.parsed(key)?;
        let whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        if whole {
            Ok(number as u32)
        } else {
            Err(Stop::Refused(format!("`{key}` is {number}, must be a count")))
        }
    }

    /// A member of an enum of the handle, which has the names.
    pub(super) fn choice<T: Choice>(&mut self, key: &str) -> Result<T> {
        member(key, &self.text(key)?)
    }

    /// One of two words or three, where the handle has no enum.
    pub(super) fn word<T: Copy>(&mut self, key: &str, words: &[(&str, T)]) -> Result<T> {
        Ok(chosen(key, &self.text(key)?, words)?)
    }

    pub(super) fn on(&mut self, key: &str) -> Result<bool> {
        self.word(key, &[("off", false), ("on", true)])
    }

    /// The reader's own data, if they are chosen.
    pub(super) fn own(&mut self, chosen: bool) -> Result<Option<Packed>> {
        let text = self.text("own")?;
        Ok(if chosen { Some(Packed::parse(&text)?) } else { None })
    }

    /// The reader's own points of the plane, if they are chosen.
    pub(super) fn points(&mut self, chosen: bool) -> Result<Option<Packed>> {
        let points = self.own(chosen)?;
        if points
            .as_ref()
            .is_some_and(|points| points.width != 2 || points.labels.iter().any(|&label| label > 1))
        {
            return Err(Stop::Refused("`own` must be points of the plane with labels 0 and 1".into()));
        }
        Ok(points)
    }

    /// Leaves out what this run has not, and refuses what nobody has taken: the page has gained a setting.
    pub(super) fn done(&mut self, exhibit: &str, without: &[&str]) -> Result<()> {
        let left = self.texts.keys().find(|key| !without.contains(&&***key));
        left.map_or(Ok(()), |key| {
            let file = format!("python/src/replay/{exhibit}.rs");
            Err(Stop::Refused(format!(
                "`{key}` of settings.json is not read by {file}: it is a view there, or to be read here"
            )))
        })
    }

    /// Ctrl-C ends a run between two of its steps.
    pub(super) fn look(&mut self) -> Result<()> {
        if self.clock.elapsed() < Duration::from_millis(50) {
            return Ok(());
        }
        self.clock = Instant::now();
        Python::attach(|py| py.check_signals()).map_err(Stop::Raised)
    }
}

/// A number as the page holds it: an f32, and 0 for −0, which a link does not print.
#[expect(clippy::cast_possible_truncation, reason = "rounded as the page rounds")]
pub(super) fn as_held(number: f64) -> f32 {
    number as f32 + 0.0
}

/// The member of an enum that is called by this name.
pub(super) fn member<T: Choice>(key: &str, name: &str) -> Result<T> {
    T::named(name).ok_or_else(|| {
        Stop::Refused(format!("`{key}` is {name:?}, must be one of {}", T::names().join(", ")))
    })
}

/// `step:rest;step:rest…` in the order of the steps, up to one.
pub(super) fn acts(text: &str, last: u32) -> Result<Vec<(u32, String)>> {
    let mut acts = Vec::new();
    for act in text.split(';').filter(|act| !act.is_empty()) {
        let parts = act.split_once(':').and_then(|(step, rest)| Some((step.parse().ok()?, rest.to_owned())));
        acts.push(parts.ok_or_else(|| Stop::Refused(format!("{act:?} was not understood")))?);
    }
    acts.sort_by_key(|(step, _)| *step);
    acts.retain(|(step, _)| *step <= last);
    Ok(acts)
}
