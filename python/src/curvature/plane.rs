//! Planes through parameter space.

use core::ops::ControlFlow;

use losscape::curvature::slices::{GridStep, Plane, PlaneGrid, PlaneGridConfig, PlaneGridLayout};
use losscape::{ArgError, Objective as _};
use pyo3::prelude::*;

use crate::arrays::{Scalar, arg, out, out_rows, refused, room, vector_of};
use crate::named;
use crate::objective::{Objective, Problem, both};
use crate::run::{Raised, record, run};

/// f on the plane `origin` + x `u` + y `v`, at (cells + 1)² corners from −half_width to half_width: row by row from the lowest y.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> found = lk.plane(lk.surface("ring"), np.zeros(2), np.array([1.0, 0.0]), np.array([0.0, 1.0]), half_width=2.0, cells=4)
/// >>> float(found.values[2, 2]), float(found.values[2, 1]), found.x.tolist()
/// (1.0, 0.0, [-2.0, -1.0, 0.0, 1.0, 2.0])
#[pyfunction]
#[pyo3(signature = (objective, origin, u, v, *, half_width = 1.0, cells = 64))]
pub(crate) fn plane<'py>(
    py: Python<'py>,
    objective: &Objective,
    origin: &Bound<'py, PyAny>,
    u: &Bound<'py, PyAny>,
    v: &Bound<'py, PyAny>,
    half_width: f64,
    #[pyo3(from_py_with = named::cells)] cells: u32,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        problem: &Problem<R>,
        [origin, u, v]: [&Bound<'py, PyAny>; 3],
        half_width: f64,
        cells: u32,
    ) -> PyResult<Bound<'py, PyAny>> {
        let raised = Raised::default();
        let f = problem.view(&raised)?;
        let dim = f.dim();
        let rows =
            [vector_of("origin", dim, origin)?, vector_of("u", dim, u)?, vector_of("v", dim, v)?].concat();
        let plane = Plane::new(rows).map_err(arg)?;
        let config = PlaneGridConfig { half_width: R::from_f64(half_width), coarse: cells, fine: cells };
        ArgError::check_count("cells", cells as usize).map_err(arg)?;
        if cells > 4096 {
            return Err(refused(format!("`cells` is {cells}, must be at most 4096")));
        }
        let layout = PlaneGridLayout::new(cells, dim, f.scratch_len());
        let (values, workspace) = (room(R::ZERO, layout.values_len())?, room(R::ZERO, layout.len())?);
        let mut grid = PlaneGrid::new(&f, plane, config, values, workspace).map_err(arg)?;
        let working = &mut grid;
        run(py, &raised, || match working.step(&f) {
            GridStep::Evaluated { .. } | GridStep::Refined { .. } => ControlFlow::Continue(()),
            GridStep::Done | GridStep::MemoryChanged => ControlFlow::Break(()),
        })?;
        let x: Vec<R> = (0..=cells).map(|i| grid.coordinate(i)).collect();
        let [across, up] = grid.plane().units().map(losscape::Real::to_f64);
        let values = grid.into_parts().1;
        record!(
            py,
            "Surface",
            x = out(py, x.clone()),
            y = out(py, x),
            values = out_rows(py, values, cells as usize + 1)?,
            units = (across, up),
        )
    }
    both!(objective, problem => of(py, problem, [origin, u, v], half_width, cells))
}

/// The rows (origin, u, v) of the plane through three places: a at (−1, 0), b at (1, 0), c above the first axis.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> lk.plane_through(np.array([0., 0., 0.]), np.array([4., 0., 0.]), np.array([1., 0., 4.]))[0]
/// array([2., 0., 0.])
#[pyfunction]
pub(crate) fn plane_through<'py>(
    py: Python<'py>,
    a: &Bound<'py, PyAny>,
    b: &Bound<'py, PyAny>,
    c: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    fn of<'py, R: Scalar>(
        py: Python<'py>,
        [a, b, c]: [&Bound<'py, PyAny>; 3],
    ) -> PyResult<Bound<'py, PyAny>> {
        use crate::arrays::vector;
        let (a, b, c) = (vector::<R>("a", a)?, vector("b", b)?, vector("c", c)?);
        let mut rows = room(R::ZERO, 3 * a.len())?;
        losscape::curvature::slices::through(&a, &b, &c, &mut rows).map_err(arg)?;
        out_rows(py, rows, a.len())
    }
    if crate::network::is_single(a) { of::<f32>(py, [a, b, c]) } else { of::<f64>(py, [a, b, c]) }
}
