//! Stochastic gradient descent with every source of noise explicit.

mod settings;

use core::ops::ControlFlow;

use losscape::ArgError;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::Xoshiro128PlusPlus;
use losscape::sgd::{Schedule, SgdStep};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};
use pyo3::{PyTraverseError, PyVisit};

use self::settings::{Own, Settings};
use crate::arrays::{Scalar, arg, out, refused, room};
use crate::named::{self, chosen};
use crate::network::ORDERS;
use crate::objective::{Either, Objective, Problem};
use crate::run::{Raised, record, run};

/// A run in one type of numbers.
struct Run<R: Scalar> {
    sgd: Own<R>,
    rng: Xoshiro128PlusPlus,
}

enum Kept {
    Single(Run<f32>),
    Double(Run<f64>),
}

macro_rules! each {
    ($kept:expr, $run:ident => $body:expr) => {
        match $kept {
            Kept::Single($run) => $body,
            Kept::Double($run) => $body,
        }
    };
}

impl<R: Scalar> Run<R> {
    fn new(settings: &Settings<'_>, problem: &Problem<R>, params: &Bound<'_, PyAny>) -> PyResult<Self> {
        settings.start(problem, params).map(|(sgd, rng)| Self { sgd, rng })
    }

    /// At most `steps` steps; the values of their batches.
    fn advance(&mut self, py: Python<'_>, problem: &Problem<R>, steps: u32) -> PyResult<Vec<f64>> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let Self { sgd, rng } = self;
        let mut values = Vec::with_capacity(steps.min(1 << 20) as usize);
        let kept = &mut values;
        let left = &mut { steps };
        run(py, &raised, || {
            if *left == 0 {
                return ControlFlow::Break(());
            }
            *left -= 1;
            // A function of the user's may raise, or be where Ctrl-C arrives: that step has not happened.
            let before = matches!(problem, Problem::Own(_)).then(|| (sgd.clone(), rng.clone()));
            match sgd.step(&f, rng) {
                SgdStep::Stepped { value } => {
                    kept.push(value.to_f64());
                    ControlFlow::Continue(())
                }
                SgdStep::NotFinite { .. } | SgdStep::NoiseExhausted | SgdStep::MemoryChanged => {
                    if let Some(before) = before.filter(|_| raised.any()) {
                        (*sgd, *rng) = before;
                    }
                    ControlFlow::Break(())
                }
            }
        })?;
        Ok(values)
    }

    fn save(&self, identity: u64) -> PyResult<Vec<u8>> {
        let mut bytes = room(0, self.sgd.saved_len())?;
        self.sgd.save(identity, &self.rng, &mut bytes).map_err(|error| refused(error.to_string()))?;
        Ok(bytes)
    }

    fn restore(&mut self, identity: u64, bytes: &[u8]) -> PyResult<()> {
        let Self { sgd, rng } = self;
        sgd.restore(identity, rng, bytes).map_err(|error| refused(format!("`state`: {error}")))
    }
}

/// Gradient descent on batches, in which every noise is explicit and seeded: equal calls give equal bits on every machine.
///
/// A step computes the gradient of a batch and rewrites it, in this order: `clip_norm`, `clip_value`; `gradient_noise` (normal, a
/// standard deviation) or `ball_noise` (uniform in a ball of this radius), `noise_factor` (rows L: covariance Lᵀ L); `adam`;
/// the learning rate with its `schedule`; heavy-ball `momentum`, or Nesterov's; `weight_decay` (decoupled, per step); noise of
/// the step, `step_noise` (a standard deviation) or Langevin's at `temperature`. Without `batch_size` it sees all samples;
/// `order` is epochs, replacement or without-replacement. The seed's stream 1 draws batches and noise.
///
/// Pickled with everything that decides how it goes on: the copy makes the same steps. A run belongs to one thread at a time: while it
/// advances, a call from another raises `RuntimeError`.
///
/// >>> import losscape_kernel as lk
/// >>> net = lk.Mlp([64, 16, 10])
/// >>> f = net.loss(*lk.digits(), l2=1e-4)
/// >>> sgd = lk.Sgd(f, net.init(1), learning_rate=0.2, batch_size=16)
/// >>> len(sgd.advance(100)), sgd.digest  # the lab's Train at step 100
/// (100, '6305f8443acbbe54')
#[pyclass(module = "losscape_kernel")]
pub struct Sgd {
    objective: Py<Objective>,
    kept: Kept,
    /// The first parameters and the settings, to make it once more.
    made: (Py<PyAny>, Py<PyDict>),
}

#[pymethods]
impl Sgd {
    #[new]
    #[pyo3(signature = (
        objective, params, *, learning_rate, batch_size = None, order = "epochs", schedule = None, momentum = 0.0,
        nesterov = false, adam = false, weight_decay = 0.0, clip_norm = None, clip_value = None, gradient_noise = 0.0,
        ball_noise = 0.0, noise_factor = None, temperature = 0.0, step_noise = 0.0, seed = 1
    ))]
    fn new(
        py: Python<'_>,
        objective: Bound<'_, Objective>,
        params: Bound<'_, PyAny>,
        learning_rate: f64,
        #[pyo3(from_py_with = named::batch_size)] batch_size: Option<u32>,
        order: &str,
        schedule: Option<Bound<'_, PyAny>>,
        momentum: f64,
        nesterov: bool,
        adam: bool,
        weight_decay: f64,
        clip_norm: Option<f64>,
        clip_value: Option<f64>,
        gradient_noise: f64,
        ball_noise: f64,
        noise_factor: Option<Bound<'_, PyAny>>,
        temperature: f64,
        step_noise: f64,
        #[pyo3(from_py_with = named::seed)] seed: u64,
    ) -> PyResult<Self> {
        let keywords = PyDict::new(py);
        macro_rules! keep {
            ($($name:ident),*) => { $(keywords.set_item(stringify!($name), &$name)?;)* };
        }
        keep!(
            learning_rate,
            batch_size,
            order,
            schedule,
            momentum,
            nesterov,
            adam,
            weight_decay,
            clip_norm,
            clip_value
        );
        keep!(gradient_noise, ball_noise, noise_factor, temperature, step_noise, seed);
        let settings = Settings {
            batch_size,
            order: chosen("order", order, &ORDERS)?,
            schedule,
            learning_rate,
            momentum,
            nesterov,
            adam,
            weight_decay,
            clip_norm,
            clip_value,
            gradient_noise,
            ball_noise,
            noise_factor,
            temperature,
            step_noise,
            seed,
        };
        let kept = match &objective.get().either {
            Either::Single(problem) => Kept::Single(Run::new(&settings, problem, &params)?),
            Either::Double(problem) => Kept::Double(Run::new(&settings, problem, &params)?),
        };
        let params = params.call_method0("copy")?;
        Ok(Self { objective: objective.unbind(), kept, made: (params.unbind(), keywords.unbind()) })
    }

    /// Makes at most `steps` steps; returns the value of each step's batch, before the move. Fewer values mean that one was not
    /// finite: `stopped` says so, and the parameters are the last finite ones. After Ctrl-C, or an exception of your objective, the run
    /// stands where the last whole step left it, and can be advanced again.
    fn advance<'py>(
        &mut self,
        py: Python<'py>,
        #[pyo3(from_py_with = named::steps)] steps: u32,
    ) -> PyResult<Bound<'py, PyAny>> {
        let objective = self.objective.clone_ref(py);
        let values = match (&mut self.kept, &objective.get().either) {
            (Kept::Single(run), Either::Single(problem)) => run.advance(py, problem, steps)?,
            (Kept::Double(run), Either::Double(problem)) => run.advance(py, problem, steps)?,
            _ => unreachable!("a run has the type of its objective"),
        };
        Ok(out(py, values).into_any())
    }

    /// The objective.
    #[getter]
    fn objective(&self, py: Python<'_>) -> Py<Objective> {
        self.objective.clone_ref(py)
    }

    /// A copy of the parameters.
    #[getter]
    fn params<'py>(&self, py: Python<'py>) -> Bound<'py, PyAny> {
        each!(&self.kept, run => out(py, run.sgd.params().to_vec()).into_any())
    }

    /// How many steps were made.
    #[getter]
    fn steps(&self) -> u32 {
        each!(&self.kept, run => run.sgd.steps())
    }

    /// Whether a value was not finite, which ends a run.
    #[getter]
    fn stopped(&self) -> bool {
        each!(&self.kept, run => run.sgd.has_stopped())
    }

    /// The digest of the parameters.
    #[getter]
    fn digest(&self) -> String {
        each!(&self.kept, run => format!("{:016x}", Fingerprint::of(run.sgd.params())))
    }

    /// Changes the learning rate for the steps to come, and with it Langevin's noise; a schedule ends.
    fn set_learning_rate(&mut self, py: Python<'_>, learning_rate: f64) -> PyResult<()> {
        fn set<R: Scalar>(run: &mut Run<R>, rate: f64) -> Result<(), ArgError> {
            run.sgd.transforms_mut().1.set_schedule(Schedule::Constant { rate: R::from_f64(rate) })
        }
        each!(&mut self.kept, run => set(run, learning_rate)).map_err(arg)?;
        // A copy must have the settings that the run now has.
        let keywords = self.made.1.bind(py);
        keywords.set_item("learning_rate", learning_rate)?;
        keywords.set_item("schedule", py.None())
    }

    /// Everything that decides how the run goes on, in the kernel's byte form.
    fn save<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = match (&self.kept, &self.objective.get().either) {
            (Kept::Single(run), Either::Single(problem)) => run.save(problem.identity()?)?,
            (Kept::Double(run), Either::Double(problem)) => run.save(problem.identity()?)?,
            _ => unreachable!("a run has the type of its objective"),
        };
        Ok(PyBytes::new(py, &bytes))
    }

    /// Goes on where a saved run of the same objective and settings stood; another one's state is refused.
    fn restore(&mut self, py: Python<'_>, state: &[u8]) -> PyResult<()> {
        let objective = self.objective.clone_ref(py);
        match (&mut self.kept, &objective.get().either) {
            (Kept::Single(run), Either::Single(problem)) => run.restore(problem.identity()?, state),
            (Kept::Double(run), Either::Double(problem)) => run.restore(problem.identity()?, state),
            _ => unreachable!("a run has the type of its objective"),
        }
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        visit.call(&self.objective)?;
        visit.call(&self.made.0)?;
        visit.call(&self.made.1)
    }

    fn __repr__(&self) -> String {
        format!("<Sgd at step {}, digest {}>", self.steps(), self.digest())
    }

    fn __getnewargs_ex__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (params, keywords) = &self.made;
        let args = (self.objective.bind(py), params.bind(py));
        Ok((args, keywords.bind(py)).into_pyobject(py)?.into_any())
    }

    fn __getstate__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        self.save(py)
    }

    fn __setstate__(&mut self, py: Python<'_>, state: &[u8]) -> PyResult<()> {
        self.restore(py, state)
    }
}

/// SGD's temperature η / (2 b), with momentum η / (2 b (1 − μ)).
///
/// >>> import losscape_kernel as lk
/// >>> lk.temperature(0.5, 2, momentum=0.75)
/// 0.5
#[pyfunction]
#[pyo3(signature = (learning_rate, batch_size, *, momentum = 0.0))]
pub(crate) fn temperature(
    learning_rate: f64,
    #[pyo3(from_py_with = named::batch_size)] batch_size: u32,
    momentum: f64,
) -> f64 {
    losscape::sgd::temperature_with_momentum(learning_rate, batch_size, momentum)
}

/// The record of a whole run: parameters at the end, and at every `every`-th step.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> f = lk.surface("quadratic", spectrum=np.array([1.0, 2.0]))
/// >>> lk.descend(f, np.ones(2), steps=3, learning_rate=0.5).params
/// array([0.125, 0.   ])
#[pyfunction]
#[pyo3(signature = (objective, params, *, steps, every = 0, **settings))]
pub(crate) fn descend<'py>(
    py: Python<'py>,
    objective: Bound<'py, Objective>,
    params: Bound<'py, PyAny>,
    #[pyo3(from_py_with = named::steps)] steps: u32,
    #[pyo3(from_py_with = named::every)] every: u32,
    settings: Option<Bound<'py, PyDict>>,
) -> PyResult<Bound<'py, PyAny>> {
    let class = py.get_type::<Sgd>();
    let sgd = class.call((objective, params), settings.as_ref())?.cast_into::<Sgd>()?;
    let every = if every == 0 { steps.max(1) } else { every };
    let numpy = py.import("numpy")?;
    let (mut rows, mut values, mut left) = (vec![sgd.getattr("params")?], Vec::new(), steps);
    while left > 0 {
        let wanted = every.min(left);
        left -= wanted;
        let made = sgd.call_method1("advance", (wanted,))?;
        let ended = made.len()? < wanted as usize;
        values.push(made);
        rows.push(sgd.getattr("params")?);
        if ended {
            break;
        }
    }
    let values = if values.is_empty() {
        numpy.call_method1("empty", (0,))?
    } else {
        numpy.call_method1("concatenate", (values,))?
    };
    record!(
        py,
        "Descent",
        params = sgd.getattr("params")?,
        values = values,
        states = numpy.call_method1("stack", (rows,))?,
        steps = sgd.getattr("steps")?,
        stopped = sgd.getattr("stopped")?,
        digest = sgd.getattr("digest")?,
    )
}
