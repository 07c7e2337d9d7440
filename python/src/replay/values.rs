//! The values of a page's link, by their keys.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use losscape_wasm::{LabError, Packed};
use pyo3::prelude::*;

use crate::named::chosen;

/// Keys of a link that change no number of a run: its digest, what is looked at, what a lecturer has set.
const OF_THE_PAGE: [&str; 14] = [
    "v", "digest", "both", "pin", "guess", "guess2", "q", "hide", "embed", "present", "rehearse", "drawn",
    "route", "t",
];

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

/// The values of a link by their keys; each is taken once, so that what nobody takes can be refused.
pub(super) struct Values {
    texts: HashMap<String, String>,
    clock: Instant,
}

impl Values {
    pub(super) fn new(texts: HashMap<String, String>) -> Self {
        Self { texts, clock: Instant::now() }
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.texts.remove(key)
    }

    pub(super) fn parsed(&mut self, key: &str) -> Result<Option<f64>> {
        let Some(text) = self.text(key) else { return Ok(None) };
        let number = text.trim().parse::<f64>().ok().filter(|number| number.is_finite());
        number.map(Some).ok_or_else(|| Stop::Refused(format!("`{key}` is {text:?}, must be a number")))
    }

    /// The one value of a change during a run.
    pub(super) fn one(&self, key: &str, value: &str) -> Self {
        Self { texts: HashMap::from([(key.to_owned(), value.to_owned())]), clock: self.clock }
    }

    /// A number, rounded once to f32 as the page does.
    pub(super) fn real(&mut self, key: &str, default: f32) -> Result<f32> {
        #[expect(clippy::cast_possible_truncation, reason = "rounded as the page rounds")]
        Ok(self.parsed(key)?.map_or(default, |number| number as f32))
    }

    pub(super) fn count(&mut self, key: &str, default: u32) -> Result<u32> {
        let Some(number) = self.parsed(key)? else { return Ok(default) };
        let whole = number.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&number);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked")]
        if whole {
            Ok(number as u32)
        } else {
            Err(Stop::Refused(format!("`{key}` is {number}, must be a count")))
        }
    }

    pub(super) fn word<T: Copy>(&mut self, key: &str, default: T, words: &[(&str, T)]) -> Result<T> {
        self.text(key).map_or(Ok(default), |word| Ok(chosen(key, &word, words)?))
    }

    pub(super) fn on(&mut self, key: &str) -> Result<bool> {
        self.word(key, false, &[("off", false), ("on", true)])
    }

    /// The reader's own data, if they are chosen.
    pub(super) fn own(&mut self, chosen: bool) -> Result<Option<Packed>> {
        let text = self.text("own").unwrap_or_default();
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

    /// Refuses what nobody has taken.
    pub(super) fn done(&mut self, exhibit: &str, views: &[&str]) -> Result<()> {
        self.texts.retain(|key, _| !OF_THE_PAGE.contains(&&**key) && !views.contains(&&**key));
        let left = self.texts.keys().next();
        left.map_or(Ok(()), |key| Err(Stop::Refused(format!("`{key}` is no setting of {exhibit}"))))
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
