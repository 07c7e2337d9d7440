//! Objectives: the landscapes that everything else is computed on.

use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective, Weights};
use losscape::objective::{check_grad_over, check_workspace_len};
use losscape::{ArgError, Curvature, Objective as _};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit};

use crate::arrays::{Scalar, arg, out, refused, room, vector_of};
use crate::callback::{Call, Own, identity};
use crate::named;
use crate::run::{Raised, record};
use crate::surfaces::{self, Landscape};
use crate::view::View;

/// Targets that are owned.
#[derive(Debug)]
pub(crate) enum Answers<R> {
    Labels(Vec<u8>),
    Values(Vec<R>),
}

/// How much samples count, that is owned.
#[derive(Debug)]
pub(crate) enum Counts<R> {
    Equal,
    PerSample(Vec<R>),
    PerClass(Vec<R>),
}

/// A network with its data.
#[derive(Debug)]
pub(crate) struct Trained<R> {
    pub(crate) net: Mlp,
    pub(crate) loss: Loss,
    pub(crate) inputs: Vec<R>,
    pub(crate) answers: Answers<R>,
    pub(crate) l2: R,
    pub(crate) counts: Counts<R>,
}

impl<R: Scalar> Trained<R> {
    pub(crate) fn objective(&self) -> Result<MlpObjective<'_, R>, ArgError> {
        let targets = match &self.answers {
            Answers::Labels(labels) => Targets::Labels(labels),
            Answers::Values(values) => Targets::Values(values),
        };
        let data = Dataset::new(&self.inputs, self.net.inputs(), targets)?;
        MlpObjective::new(self.net, self.loss, data, self.l2)
    }

    /// Identifies the objective of a saved run.
    fn identity(&self) -> PyResult<u64> {
        match self.view().map_err(arg)? {
            View::Network(f) => Ok(f.identity()),
            View::Weighted(f) => Ok(f.identity()),
            View::Surface(_) | View::Own(_) => unreachable!("a network's view is a network"),
        }
    }

    /// The objective, in which the samples count by their weights.
    pub(crate) fn view(&self) -> Result<View<'_, R>, ArgError> {
        let objective = self.objective()?;
        Ok(match &self.counts {
            Counts::Equal => View::Network(objective),
            Counts::PerSample(weights) => {
                View::Weighted(objective.with_weights(Weights::PerSample(weights))?)
            }
            Counts::PerClass(weights) => View::Weighted(objective.with_weights(Weights::PerClass(weights))?),
        })
    }
}

/// An objective in one type of numbers.
#[derive(Debug)]
pub(crate) enum Problem<R: Scalar> {
    Network(Trained<R>),
    Surface(Box<dyn Landscape<R>>),
    Own(Own),
}

impl<R: Scalar> Problem<R> {
    /// The objective as the kernel sees it; what a user's function raises goes to `raised`.
    pub(crate) fn view<'a>(&'a self, raised: &'a Raised) -> PyResult<View<'a, R>> {
        Ok(match self {
            Self::Network(trained) => trained.view().map_err(arg)?,
            Self::Surface(surface) => View::Surface(&**surface),
            Self::Own(own) => View::Own(Call { own, raised }),
        })
    }

    /// Identifies the objective of a saved run.
    pub(crate) fn identity(&self) -> PyResult<u64> {
        Ok(match self {
            Self::Network(trained) => trained.identity()?,
            Self::Surface(surface) => surface.dim() as u64,
            Self::Own(own) => identity(own),
        })
    }
}

/// Either type of numbers.
#[derive(Debug)]
pub(crate) enum Either {
    Single(Problem<f32>),
    Double(Problem<f64>),
}

/// One body for both types.
macro_rules! both {
    ($objective:expr, $problem:ident => $body:expr) => {
        match &$objective.either {
            $crate::objective::Either::Single($problem) => $body,
            $crate::objective::Either::Double($problem) => $body,
        }
    };
}

pub(crate) use both;

/// A function f of n parameters with its gradient: the landscape that all methods walk on.
///
/// Made by `Mlp.loss`, by `surface` or by `own`; immutable, and pickled with what it was made of. Its `dtype` is that of all
/// arrays it takes and gives: nothing is converted silently.
#[pyclass(frozen, module = "losscape_kernel")]
#[derive(Debug)]
pub struct Objective {
    pub(crate) either: Either,
    /// What makes it once more: a function of this package and its arguments.
    made: (&'static str, Py<PyTuple>, Py<PyDict>),
}

impl Objective {
    pub(crate) fn new(
        either: Either,
        by: &'static str,
        args: Bound<'_, PyTuple>,
        keywords: Bound<'_, PyDict>,
    ) -> Self {
        Self { either, made: (by, args.unbind(), keywords.unbind()) }
    }
}

#[pymethods]
impl Objective {
    /// n, the number of parameters.
    #[getter]
    fn dim(&self) -> usize {
        both!(self, problem => match problem {
            Problem::Network(trained) => trained.net.param_len(),
            Problem::Surface(surface) => surface.dim(),
            Problem::Own(own) => own.dim,
        })
    }

    /// "float32" or "float64".
    #[getter]
    fn dtype(&self) -> &'static str {
        match self.either {
            Either::Single(_) => f32::DTYPE,
            Either::Double(_) => f64::DTYPE,
        }
    }

    /// f(θ).
    ///
    /// >>> import numpy as np, losscape_kernel as lk
    /// >>> lk.surface("double-well").value(np.array([0.0, 0.0]))
    /// 0.25
    fn value(&self, py: Python<'_>, params: &Bound<'_, PyAny>) -> PyResult<f64> {
        both!(self, problem => value(py, problem, params))
    }

    /// (f(θ), ∇f(θ)).
    ///
    /// >>> import numpy as np, losscape_kernel as lk
    /// >>> lk.surface("double-well").value_grad(np.array([0.5, 1.0]))
    /// (0.640625, array([-0.375,  1.   ]))
    fn value_grad<'py>(
        &self,
        py: Python<'py>,
        params: &Bound<'py, PyAny>,
    ) -> PyResult<(f64, Bound<'py, PyAny>)> {
        both!(self, problem => value_grad(py, problem, params))
    }

    /// ∇²f(θ) v.
    ///
    /// >>> import numpy as np, losscape_kernel as lk
    /// >>> lk.surface("ring").hess_vec(np.array([1.0, 0.0]), np.array([1.0, 1.0]))
    /// array([8., 0.])
    fn hess_vec<'py>(
        &self,
        py: Python<'py>,
        params: &Bound<'py, PyAny>,
        v: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        both!(self, problem => hess_vec(py, problem, params, v))
    }

    /// The share of samples whose class the network names; NaN where targets name none. Only of networks.
    fn accuracy(&self, py: Python<'_>, params: &Bound<'_, PyAny>) -> PyResult<f64> {
        both!(self, problem => accuracy(py, problem, params))
    }

    /// The mean loss of the samples, without the L2 term. Only of networks.
    fn data_loss(&self, py: Python<'_>, params: &Bound<'_, PyAny>) -> PyResult<f64> {
        both!(self, problem => data_loss(py, problem, params))
    }

    /// Compares every component of the gradient with a central difference. `length` is about the distance over which f changes
    /// its shape. A right gradient errs by 1e-8 or less in float64, a wrong one by 1e-2 or more.
    ///
    /// >>> import numpy as np, losscape_kernel as lk
    /// >>> bowl = lk.own(lambda x: (x @ x, x), 3)  # 2 x would be right
    /// >>> round(bowl.check_grad(np.ones(3)).error, 3)
    /// 0.5
    #[pyo3(signature = (params, length = 1.0))]
    fn check_grad<'py>(
        &self,
        py: Python<'py>,
        params: &Bound<'py, PyAny>,
        length: f64,
    ) -> PyResult<Bound<'py, PyAny>> {
        both!(self, problem => check(py, problem, params, length))
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        both!(self, problem => match problem {
            Problem::Own(own) => own.traverse(&visit),
            Problem::Network(_) | Problem::Surface(_) => Ok(()),
        })?;
        visit.call(&self.made.1)?;
        visit.call(&self.made.2)
    }

    fn __repr__(&self) -> String {
        let what = both!(self, problem => match problem {
            Problem::Network(trained) => format!("a network {:?}", trained.net.widths()),
            Problem::Surface(_) => "a surface".to_owned(),
            Problem::Own(_) => "functions of your own".to_owned(),
        });
        format!("<Objective of {what}, dim={}, dtype={}>", self.dim(), self.dtype())
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let (by, args, keywords) = &self.made;
        let again = py.import("losscape_kernel.results")?.getattr("_made_by")?;
        Ok((again, (*by, args.bind(py), keywords.bind(py))).into_pyobject(py)?.into_any())
    }
}

fn value<R: Scalar>(py: Python<'_>, problem: &Problem<R>, params: &Bound<'_, PyAny>) -> PyResult<f64> {
    let raised = Raised::default();
    let f = problem.view(&raised)?;
    let params = vector_of("params", f.dim(), params)?;
    let mut scratch = room(R::ZERO, f.scratch_len())?;
    let value = py.detach(|| f.value(&params, &mut scratch));
    raised.check()?;
    Ok(value.to_f64())
}

fn value_grad<'py, R: Scalar>(
    py: Python<'py>,
    problem: &Problem<R>,
    params: &Bound<'py, PyAny>,
) -> PyResult<(f64, Bound<'py, PyAny>)> {
    let raised = Raised::default();
    let f = problem.view(&raised)?;
    let params = vector_of("params", f.dim(), params)?;
    let mut grad = room(R::ZERO, f.dim())?;
    let mut scratch = room(R::ZERO, f.scratch_len())?;
    let value = py.detach(|| f.value_grad(&params, &mut grad, &mut scratch));
    raised.check()?;
    Ok((value.to_f64(), out(py, grad).into_any()))
}

fn hess_vec<'py, R: Scalar>(
    py: Python<'py>,
    problem: &Problem<R>,
    params: &Bound<'py, PyAny>,
    v: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let raised = Raised::default();
    let f = problem.view(&raised)?;
    let (params, v) = (vector_of("params", f.dim(), params)?, vector_of("v", f.dim(), v)?);
    let mut product = room(R::ZERO, f.dim())?;
    let mut scratch = room(R::ZERO, f.hess_vec_scratch_len())?;
    py.detach(|| f.hess_vec(&params, &v, &mut product, &mut scratch));
    raised.check()?;
    Ok(out(py, product).into_any())
}

/// Refuses an objective that is no network's.
pub(crate) fn check_network<R: Scalar>(f: &View<'_, R>) -> PyResult<()> {
    match f {
        View::Network(_) | View::Weighted(_) => Ok(()),
        View::Surface(_) | View::Own(_) => Err(refused("`objective` is no network's, which this needs")),
    }
}

/// What a network measures of its data, a function each.
macro_rules! measures {
    ($($name:ident)*) => { $(
        fn $name<R: Scalar>(py: Python<'_>, problem: &Problem<R>, params: &Bound<'_, PyAny>) -> PyResult<f64> {
            let raised = Raised::default();
            let f = problem.view(&raised)?;
            check_network(&f)?;
            let params = vector_of("params", f.dim(), params)?;
            let mut scratch = room(R::ZERO, f.scratch_len())?;
            Ok(py
                .detach(|| match f {
                    View::Network(f) => f.$name(&params, &mut scratch),
                    View::Weighted(f) => f.$name(&params, &mut scratch),
                    View::Surface(_) | View::Own(_) => R::NAN,
                })
                .to_f64())
        }
    )* };
}

measures! { accuracy data_loss }

fn check<'py, R: Scalar>(
    py: Python<'py>,
    problem: &Problem<R>,
    params: &Bound<'py, PyAny>,
    length: f64,
) -> PyResult<Bound<'py, PyAny>> {
    let raised = Raised::default();
    let f = problem.view(&raised)?;
    let params = vector_of("params", f.dim(), params)?;
    let mut workspace = room(R::ZERO, check_workspace_len(f.dim(), f.scratch_len()))?;
    let found = py.detach(|| check_grad_over(&f, &params, R::from_f64(length), &mut workspace));
    raised.check()?;
    let found = found.map_err(arg)?;
    record!(
        py,
        "Check",
        error = found.error.to_f64(),
        index = found.index,
        derivative = found.derivative.to_f64(),
        difference = found.difference.to_f64(),
    )
}

/// A surface with known critical points, in float64 unless `dtype` says otherwise.
///
/// Names: double-well (dim, scale), egg-carton (dim, scale), rippled-bowl (dim, curvature, amplitude, wavenumber, phase),
/// curvy-valley, monkey-saddle, mueller-brown, ring (scale), tilted-ring (scale, tilt), quadratic (spectrum).
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> lk.surface("quadratic", spectrum=np.array([10.0, -2.0])).value(np.array([1.0, 0.5]))
/// 4.75
#[pyfunction]
#[pyo3(signature = (name, *, dtype = "float64", **options))]
pub(crate) fn surface(
    py: Python<'_>,
    name: &str,
    dtype: &str,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Objective> {
    let keywords = options.as_ref().map_or_else(|| Ok(PyDict::new(py)), |options| options.copy())?;
    keywords.set_item("dtype", dtype)?;
    let either = match dtype {
        "float32" => Either::Single(Problem::Surface(surfaces::named(name, options)?)),
        "float64" => Either::Double(Problem::Surface(surfaces::named(name, options)?)),
        _ => return Err(no_dtype(dtype)),
    };
    Ok(Objective::new(either, "surface", (name,).into_pyobject(py)?, keywords))
}

pub(crate) fn no_dtype(dtype: &str) -> PyErr {
    refused(format!("`dtype` is {dtype:?}, must be \"float32\" or \"float64\""))
}

/// An objective of your own: `value_grad(params)` returns (value, gradient) for an array of `dim` numbers.
///
/// `value(params)` may be given where that is cheaper, and `hess_vec(params, v)` for what needs curvature. Each call gets an array
/// of its own. An exception ends the method that called, and is raised. Check the gradient once with `check_grad`.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> def bowl(x): return 0.5 * (x @ x), x
/// >>> f = lk.own(bowl, 2, hess_vec=lambda x, v: v)
/// >>> bool(f.check_grad(np.array([3.0, 1.0])).error < 1e-8)
/// True
/// >>> lk.hessian(f, np.zeros(2)).matrix
/// array([[1., 0.],
///        [0., 1.]])
#[pyfunction]
#[pyo3(signature = (value_grad, dim, *, value = None, hess_vec = None, dtype = "float64"))]
pub(crate) fn own(
    py: Python<'_>,
    value_grad: Bound<'_, PyAny>,
    #[pyo3(from_py_with = named::dim)] dim: usize,
    value: Option<Bound<'_, PyAny>>,
    hess_vec: Option<Bound<'_, PyAny>>,
    dtype: &str,
) -> PyResult<Objective> {
    ArgError::check_count("dim", dim).map_err(arg)?;
    for (name, function) in
        [("value_grad", Some(&value_grad)), ("value", value.as_ref()), ("hess_vec", hess_vec.as_ref())]
    {
        if function.is_some_and(|function| !function.is_callable()) {
            return Err(refused(format!("`{name}` must be a function")));
        }
    }
    let keywords = PyDict::new(py);
    keywords.set_item("value", value.as_ref())?;
    keywords.set_item("hess_vec", hess_vec.as_ref())?;
    keywords.set_item("dtype", dtype)?;
    let args = (&value_grad, dim).into_pyobject(py)?;
    let own = Own {
        dim,
        value_grad: value_grad.unbind(),
        value: value.map(Bound::unbind),
        hess_vec: hess_vec.map(Bound::unbind),
    };
    let either = match dtype {
        "float32" => Either::Single(Problem::Own(own)),
        "float64" => Either::Double(Problem::Own(own)),
        _ => return Err(no_dtype(dtype)),
    };
    Ok(Objective::new(either, "own", args, keywords))
}
