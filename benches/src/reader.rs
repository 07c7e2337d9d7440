//! The trained networks whose curvature is compared, as work without a clock: natively and in a browser.

use losscape::base::elementary::cos;
use losscape::base::vector::norm;
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};
use losscape::objective::HessianAt;
use losscape::{ArgError, Objective, Operator, Real};
use losscape_tests::paths::{Digits, train};

use crate::workload::{Problem, Workload};

/// Vectors at a time.
pub const SEVERAL: usize = 16;
const L2: f64 = 1e-4;

/// A network, its data and the parameters that training left.
#[derive(Clone, Debug)]
pub struct Reader<R: Real> {
    net: Mlp,
    loss: Loss,
    inputs: Vec<R>,
    labels: Vec<u8>,
    values: Vec<R>,
    params: Vec<R>,
}

impl Reader<f64> {
    /// `digits`: 64-16-10 tanh, softmax cross-entropy, 1500 digits (1210 parameters); or `spirals`: W1's 2-16-16-1 tanh,
    /// mean squared error, 1024 points (337 parameters). Both with L2 of 10⁻⁴; nothing for another name.
    ///
    /// # Errors
    /// None that the data could cause.
    pub fn new(name: &str) -> Result<Option<Self>, ArgError> {
        let mut reader = match name {
            "digits" => {
                let digits = Digits::<f64>::training()?;
                let f = digits.objective(16)?;
                let (inputs, net) = (f.data().inputs().to_vec(), f.net());
                let Targets::Labels(labels) = f.data().targets() else { return Ok(None) };
                let labels = labels.to_vec();
                let loss = Loss::SoftmaxCrossEntropy;
                Self { net, loss, inputs, labels, values: Vec::new(), params: Vec::new() }
            }
            "spirals" => {
                let problem = Problem::new(Workload::W1.shape());
                let cast = |all: &[f32]| all.iter().map(|&x| f64::from(x)).collect();
                let (inputs, values) = (cast(&problem.inputs), cast(&problem.targets));
                let net = problem.shape.net();
                let loss = problem.shape.loss();
                Self { net, loss, inputs, labels: Vec::new(), values, params: Vec::new() }
            }
            _ => return Ok(None),
        };
        reader.params = train(&reader.objective()?, 128, 1, 3000)?;
        Ok(Some(reader))
    }

    /// The same numbers in another precision.
    #[must_use]
    pub fn cast<R: Real>(&self) -> Reader<R> {
        let cast = |all: &[f64]| all.iter().map(|&x| R::from_f64(x)).collect();
        let Self { net, loss, inputs, labels, values, params } = self;
        let (inputs, values, params) = (cast(inputs), cast(values), cast(params));
        Reader { net: *net, loss: *loss, inputs, labels: labels.clone(), values, params }
    }

    /// Inputs, targets (labels as numbers) and parameters for a program in another language: little-endian `f64`.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let labels: Vec<f64> = self.labels.iter().map(|&label| f64::from(label)).collect();
        let numbers = [&self.inputs, &labels, &self.values, &self.params];
        numbers.into_iter().flatten().flat_map(|number| number.to_le_bytes()).collect()
    }
}

impl<R: Real> Reader<R> {
    /// The landscape of its loss.
    ///
    /// # Errors
    /// None, by construction.
    pub fn objective(&self) -> Result<MlpObjective<'_, R>, ArgError> {
        let targets = if self.labels.is_empty() {
            Targets::Values(&self.values)
        } else {
            Targets::Labels(&self.labels)
        };
        let data = Dataset::new(&self.inputs, self.net.inputs(), targets)?;
        MlpObjective::new(self.net, self.loss, data, R::from_f64(L2))
    }

    /// Where training ended.
    #[must_use]
    pub fn params(&self) -> &[R] {
        &self.params
    }

    /// v k = cos k, k = 1 …
    #[must_use]
    pub fn direction(&self) -> Vec<R> {
        (1..=self.params.len()).map(|k| R::from_f64(cos(k as f64))).collect()
    }

    /// Has `timed` call a `product`, `prepared` at the point or not, or `sixteen` at once; returns ‖Hv‖ and how many products a
    /// call makes. Nothing for another name.
    ///
    /// # Errors
    /// None, by construction.
    pub fn products(
        &self,
        what: &str,
        timed: impl FnOnce(&mut dyn FnMut()),
    ) -> Result<Option<(R, usize)>, ArgError> {
        let f = self.objective()?;
        let (n, v) = (f.dim(), self.direction());
        let prepare = || f.prepare(&self.params, vec![R::ZERO; f.prepared_len()]);
        let mut out = vec![R::ZERO; SEVERAL * n];
        let count = match what {
            "product" => {
                let at = HessianAt::new(&f, &self.params)?;
                let mut scratch = vec![R::ZERO; at.scratch_len()];
                timed(&mut || at.apply(&v, &mut out[..n], &mut scratch));
                1
            }
            "prepared" => {
                let at = prepare()?;
                let mut scratch = vec![R::ZERO; at.scratch_len()];
                timed(&mut || at.apply(&v, &mut out[..n], &mut scratch));
                1
            }
            "sixteen" => {
                let at = prepare()?;
                let mut scratch = vec![R::ZERO; at.several_scratch_len(SEVERAL)];
                let all = v.repeat(SEVERAL);
                timed(&mut || at.apply_several(&all, &mut out, &mut scratch));
                SEVERAL
            }
            _ => return Ok(None),
        };
        Ok(Some((norm(&out[..n]), count)))
    }
}
