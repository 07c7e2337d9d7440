//! Loops without Python's lock, and what comes back from them.

use core::ops::ControlFlow;
use std::sync::Mutex;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use pyo3::prelude::*;

/// How often a loop looks for Ctrl-C, and for what an objective of the user's has raised.
const LOOK: Duration = Duration::from_millis(50);

/// The first exception of a user's function during a run.
#[derive(Default)]
pub(crate) struct Raised(Mutex<Option<PyErr>>);

impl Raised {
    /// Whether there is one: nothing of the user's is called any more.
    pub(crate) fn any(&self) -> bool {
        self.0.lock().is_ok_and(|raised| raised.is_some())
    }

    /// Keeps the first.
    pub(crate) fn keep(&self, error: PyErr) {
        if let Ok(mut raised) = self.0.lock() {
            raised.get_or_insert(error);
        }
    }

    /// Raises it, if there is one.
    pub(crate) fn check(&self) -> PyResult<()> {
        self.0.lock().ok().and_then(|mut raised| raised.take()).map_or(Ok(()), Err)
    }
}

/// Calls `step` until it breaks, without Python's lock. Between two steps Ctrl-C ends the loop with `KeyboardInterrupt`,
/// and an exception of the user's with itself; what was done before stays done.
pub(crate) fn run<T: Send>(
    py: Python<'_>,
    raised: &Raised,
    mut step: impl FnMut() -> ControlFlow<T> + Send,
) -> PyResult<T> {
    let out = py.detach(move || {
        let mut last = Instant::now();
        loop {
            if let ControlFlow::Break(out) = step() {
                return Ok(out);
            }
            if last.elapsed() >= LOOK {
                last = Instant::now();
                Python::attach(|py| py.check_signals())?;
                if raised.any() {
                    break;
                }
            }
        }
        // Raised below.
        Err(pyo3::exceptions::PyRuntimeError::new_err("stopped"))
    });
    raised.check()?;
    out
}

/// One call that has no steps, on a thread of its own, so that Ctrl-C ends the wait for it. The thread then works to its end, and what
/// it finds is dropped.
pub(crate) fn apart<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> PyResult<T> {
    let (found, mut finding) = mpsc::channel();
    // Nobody may be waiting any more.
    std::thread::spawn(move || found.send(work()).ok());
    loop {
        let finding = &mut finding;
        match py.detach(move || finding.recv_timeout(LOOK)) {
            Ok(found) => return Ok(found),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => {
                return Err(pyo3::exceptions::PyRuntimeError::new_err("the work has ended without a result"));
            }
        }
    }
}

/// An object of `losscape_kernel.results`, with named fields: a plain dataclass, so that it prints, compares and pickles.
macro_rules! record {
    ($py:expr, $class:literal, $($field:ident = $value:expr),* $(,)?) => {{
        let fields = pyo3::types::PyDict::new($py);
        $(fields.set_item(stringify!($field), $value)?;)*
        $py.import("losscape_kernel.results")?.getattr($class)?.call((), Some(&fields))
    }};
}

pub(crate) use record;
