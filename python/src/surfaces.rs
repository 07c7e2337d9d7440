//! Surfaces with known critical points, by name.

use core::fmt::Debug;

use losscape::models::surfaces::{
    CurvyValley, DoubleWell, EggCarton, MonkeySaddle, MuellerBrown, Quadratic, Ring, RippledBowl, TiltedRing,
};
use losscape::objective::Convolution;
use losscape::{ArgError, Curvature, Objective};
use pyo3::prelude::*;
use pyo3::types::PyDict;

use crate::arrays::{Scalar, arg, refused, vector};
use crate::named::chosen;

/// A surface, and its convolutions where they have a closed form.
pub(crate) trait Landscape<R: Scalar>: Curvature<R> + Debug + Send + Sync {
    /// The surface as what can be convolved.
    fn convolution(&self) -> Option<&dyn Convolution<R>> {
        None
    }
}

macro_rules! landscapes {
    ($($closed:ident)*; $($open:ident)*) => {
        $(impl<R: Scalar> Landscape<R> for $closed<R> {
            fn convolution(&self) -> Option<&dyn Convolution<R>> {
                Some(self)
            }
        })*
        $(impl<R: Scalar> Landscape<R> for $open<R> {})*
    };
}

landscapes!(DoubleWell EggCarton MonkeySaddle MuellerBrown RippledBowl Bowl; CurvyValley Ring TiltedRing);

/// A [`Quadratic`] that owns its spectrum.
#[derive(Debug)]
pub(crate) struct Bowl<R>(Vec<R>);

impl<R: Scalar> Bowl<R> {
    fn new(spectrum: Vec<R>) -> Result<Self, ArgError> {
        Quadratic::new(&spectrum)?;
        Ok(Self(spectrum))
    }

    fn quadratic(&self) -> Quadratic<'_, R> {
        Quadratic::new(&self.0).expect("checked when it was made")
    }
}

impl<R: Scalar> Objective<R> for Bowl<R> {
    fn dim(&self) -> usize {
        self.0.len()
    }
    fn scratch_len(&self) -> usize {
        self.quadratic().scratch_len()
    }
    fn value(&self, params: &[R], scratch: &mut [R]) -> R {
        self.quadratic().value(params, scratch)
    }
    fn value_grad(&self, params: &[R], grad: &mut [R], scratch: &mut [R]) -> R {
        self.quadratic().value_grad(params, grad, scratch)
    }
}

impl<R: Scalar> Curvature<R> for Bowl<R> {
    fn hess_vec(&self, params: &[R], v: &[R], out: &mut [R], scratch: &mut [R]) {
        self.quadratic().hess_vec(params, v, out, scratch);
    }
}

impl<R: Scalar> Convolution<R> for Bowl<R> {
    fn check_kernel(&self, kernel: &losscape::base::kernel::Kernel<R>) -> Result<(), ArgError> {
        self.quadratic().check_kernel(kernel)
    }
    fn convolved_value_grad(
        &self,
        kernel: &losscape::base::kernel::Kernel<R>,
        params: &[R],
        grad: &mut [R],
        scratch: &mut [R],
    ) -> R {
        self.quadratic().convolved_value_grad(kernel, params, grad, scratch)
    }
}

/// Named numbers of a surface; what nobody asks for is refused.
struct Options<'py>(Option<Bound<'py, PyDict>>);

impl<'py> Options<'py> {
    fn take(&self, name: &str) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(options) = &self.0 else { return Ok(None) };
        let found = options.get_item(name)?;
        if found.is_some() {
            options.del_item(name)?;
        }
        Ok(found)
    }

    fn number<R: Scalar>(&self, name: &'static str, default: f64) -> PyResult<R> {
        let found = self.take(name)?;
        let number = found.map_or(Ok(default), |value| {
            value.extract::<f64>().map_err(|_| refused(format!("`{name}` must be a number")))
        })?;
        let number = R::from_f64(number);
        ArgError::check_finite(name, &[number]).map_err(arg)?;
        Ok(number)
    }

    fn dim(&self, default: usize) -> PyResult<usize> {
        let found = self.take("dim")?;
        found.map_or(Ok(default), |value| value.extract().map_err(|_| refused("`dim` must be a count")))
    }

    /// Refuses what was not taken.
    fn done(self) -> PyResult<()> {
        let left = self.0.and_then(|options| options.keys().get_item(0).ok());
        left.map_or(Ok(()), |name| Err(refused(format!("`{name}` is no option of this surface"))))
    }
}

/// The surface of this name.
pub(crate) fn named<R: Scalar>(
    name: &str,
    options: Option<Bound<'_, PyDict>>,
) -> PyResult<Box<dyn Landscape<R>>> {
    let options = Options(options.map(|options| options.copy()).transpose()?);
    let scale = |options: &Options<'_>| options.number::<R>("scale", 1.0);
    let surface: Box<dyn Landscape<R>> = match name {
        "double-well" => {
            let mut well = DoubleWell::new(options.dim(2)?).map_err(arg)?;
            well.scale = scale(&options)?;
            Box::new(well)
        }
        "egg-carton" => {
            let mut carton = EggCarton::new(options.dim(2)?).map_err(arg)?;
            carton.scale = scale(&options)?;
            Box::new(carton)
        }
        "rippled-bowl" => {
            let number = |name, default| options.number(name, default);
            let (curvature, amplitude) = (number("curvature", 0.5)?, number("amplitude", 0.6)?);
            let wavenumber = number("wavenumber", 6.0)?;
            let mut bowl =
                RippledBowl::new(options.dim(1)?, curvature, amplitude, wavenumber).map_err(arg)?;
            bowl.phase = number("phase", 0.0)?;
            Box::new(bowl)
        }
        "curvy-valley" => Box::new(CurvyValley { scale: scale(&options)? }),
        "monkey-saddle" => Box::new(MonkeySaddle { scale: scale(&options)? }),
        "mueller-brown" => Box::new(MuellerBrown { scale: scale(&options)? }),
        "ring" => Box::new(Ring { scale: scale(&options)? }),
        "tilted-ring" => Box::new(TiltedRing { scale: scale(&options)?, tilt: options.number("tilt", 0.0)? }),
        "quadratic" => {
            let spectrum = options.take("spectrum")?;
            let spectrum =
                spectrum.ok_or_else(|| refused("`spectrum` is missing: an array of eigenvalues"))?;
            Box::new(Bowl::new(vector("spectrum", &spectrum)?).map_err(arg)?)
        }
        _ => {
            return Err(refused(format!(
                "`name` is {name:?}, must be one of double-well, egg-carton, rippled-bowl, curvy-valley, \
                 monkey-saddle, mueller-brown, ring, tilted-ring, quadratic"
            )));
        }
    };
    options.done()?;
    Ok(surface)
}

/// The minima of a surface that has known ones, as rows of float64: curvy-valley, mueller-brown.
///
/// >>> import losscape_kernel as lk
/// >>> lk.minima("mueller-brown").shape
/// (3, 2)
#[pyfunction]
pub(crate) fn minima<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    let minima: &[[f64; 2]] = chosen(
        "name",
        name,
        &[
            ("curvy-valley", &CurvyValley::<f64>::MINIMA[..]),
            ("mueller-brown", &MuellerBrown::<f64>::MINIMA[..]),
        ],
    )?;
    crate::arrays::out_rows(py, minima.concat(), 2)
}
