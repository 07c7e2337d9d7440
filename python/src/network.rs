//! Multilayer perceptrons.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use losscape::ArgError;
use losscape::base::random::stream;
use losscape::models::mlp::{Activation, AlignConfig, AlignLayout, Init, Loss, Mlp as Spec};
use losscape::sgd::BatchOrder;
use numpy::{PyArrayDescrMethods, PyUntypedArray, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyDict};

use crate::arrays::{Scalar, arg, integers, out, out_rows, refused, room, rows_of, vector, vector_of};
use crate::named::{self, chosen};
use crate::objective::{Answers, Counts, Either, Objective, Problem, Trained, no_dtype};
use crate::run::{apart, record};

/// Samples that `predict` computes together.
const TILE: usize = 128;

/// The orders of minibatches by name.
pub(crate) const ORDERS: [(&str, BatchOrder); 4] = [
    ("full", BatchOrder::FullBatch),
    ("epochs", BatchOrder::ShuffledEpochs),
    ("replacement", BatchOrder::WithReplacement),
    ("without-replacement", BatchOrder::WithoutReplacement),
];

const LOSSES: [(&str, Loss); 4] = [
    ("mean-squared-error", Loss::MeanSquaredError),
    ("mean-absolute-error", Loss::MeanAbsoluteError),
    ("softmax-cross-entropy", Loss::SoftmaxCrossEntropy),
    ("binary-cross-entropy", Loss::BinaryCrossEntropy),
];

const INITS: [(&str, Init); 4] = [
    ("glorot-uniform", Init::GlorotUniform),
    ("glorot-normal", Init::GlorotNormal),
    ("he-uniform", Init::HeUniform),
    ("he-normal", Init::HeNormal),
];

const ACTIVATIONS: [(&str, Activation); 8] = [
    ("identity", Activation::Identity),
    ("tanh", Activation::Tanh),
    ("relu", Activation::Relu),
    ("leaky-relu", Activation::LeakyRelu { slope: 0.01 }),
    ("sigmoid", Activation::Sigmoid),
    ("softplus", Activation::Softplus),
    ("gelu", Activation::Gelu),
    ("tanh-micromath", Activation::TanhMicromath),
];

fn word(activation: Activation) -> &'static str {
    ACTIVATIONS.iter().find(|(_, own)| *own == activation).map_or("leaky-relu", |(word, _)| word)
}

/// A multilayer perceptron: widths from inputs to outputs, the activation of the hidden layers and of the output.
///
/// It holds no parameters. They are one flat array: for each layer its weights, inputs × outputs row by row, then its bias.
/// Activations: identity, tanh, relu, leaky-relu, sigmoid, softplus, gelu (its tanh form), tanh-micromath.
///
/// >>> import losscape_kernel as lk
/// >>> lk.Mlp([2, 3, 1]).param_len
/// 13
#[pyclass(frozen, module = "losscape_kernel")]
#[derive(Debug)]
pub struct Mlp(pub(crate) Spec);

#[pymethods]
impl Mlp {
    #[new]
    #[pyo3(signature = (widths, *, hidden = "tanh", output = "identity", bias = true))]
    fn new(
        #[pyo3(from_py_with = named::widths)] widths: Vec<usize>,
        hidden: &str,
        output: &str,
        bias: bool,
    ) -> PyResult<Self> {
        let net = Spec::new(&widths).map_err(arg)?;
        let net = net.with_hidden(chosen("hidden", hidden, &ACTIVATIONS)?);
        let net = net.with_output(chosen("output", output, &ACTIVATIONS)?);
        Ok(Self(if bias { net } else { net.without_bias() }))
    }

    /// Units of each level, inputs first.
    #[getter]
    fn widths(&self) -> Vec<u32> {
        self.0.widths().to_vec()
    }

    /// The activation of the hidden layers.
    #[getter]
    fn hidden(&self) -> &'static str {
        word(self.0.hidden())
    }

    /// The activation of the output layer.
    #[getter]
    fn output(&self) -> &'static str {
        word(self.0.output())
    }

    /// Whether layers have a bias.
    #[getter]
    fn bias(&self) -> bool {
        self.0.has_bias()
    }

    /// The number of parameters.
    #[getter]
    fn param_len(&self) -> usize {
        self.0.param_len()
    }

    /// First parameters: glorot-uniform, glorot-normal, he-uniform or he-normal weights from stream 0 of the seed, as the lab draws
    /// them; biases are zero.
    ///
    /// >>> import losscape_kernel as lk
    /// >>> lk.digest(lk.Mlp([64, 16, 10]).init(1))
    /// '4e3ca25fae7894e3'
    #[pyo3(signature = (seed = 1, kind = "glorot-uniform", *, dtype = "float32"))]
    fn init<'py>(
        &self,
        py: Python<'py>,
        #[pyo3(from_py_with = named::seed)] seed: u64,
        kind: &str,
        dtype: &str,
    ) -> PyResult<Bound<'py, PyAny>> {
        let kind = chosen("kind", kind, &INITS)?;
        match dtype {
            "float32" => self.drawn::<f32>(py, kind, seed),
            "float64" => self.drawn::<f64>(py, kind, seed),
            _ => Err(no_dtype(dtype)),
        }
    }

    /// The outputs for rows of inputs, samples × outputs: logits, unless the output has an activation.
    ///
    /// >>> import numpy as np, losscape_kernel as lk
    /// >>> lk.Mlp([1, 1]).predict(np.array([3.0, -1.0]), np.array([[2.0], [5.0]]))
    /// array([[ 5.],
    ///        [14.]])
    fn predict<'py>(
        &self,
        py: Python<'py>,
        params: &Bound<'py, PyAny>,
        inputs: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if is_single(params) {
            self.outputs::<f32>(py, params, inputs)
        } else {
            self.outputs::<f64>(py, params, inputs)
        }
    }

    /// The mean loss over samples plus ½ l2 ‖θ‖², as an `Objective` in the type of `inputs`.
    ///
    /// `inputs` are rows, samples × width. `targets` are labels (any integer type) or rows of values of the type of `inputs`. Losses:
    /// mean-squared-error (½ ‖a − y‖²), mean-absolute-error, softmax-cross-entropy, binary-cross-entropy (both of logits); without
    /// one, the cross-entropy for labels and mean-squared-error for values.
    ///
    /// Samples count equally, or by `weights` (one of each sample), or by `class_weights`, as Σ wₖ ℓₖ / Σ wₖ; a batch is the mean of
    /// N wₖ ℓₖ / Σ w, so that it has the gradient of the whole on average.
    ///
    /// >>> import numpy as np, losscape_kernel as lk
    /// >>> f = lk.Mlp([2, 2]).loss(np.array([[1.0, 2.0]]), np.array([1]))
    /// >>> bool(f.value(np.zeros(6)) == np.log(2))
    /// True
    #[pyo3(signature = (inputs, targets, *, loss = None, l2 = 0.0, weights = None, class_weights = None))]
    fn loss(
        &self,
        py: Python<'_>,
        inputs: &Bound<'_, PyAny>,
        targets: &Bound<'_, PyAny>,
        loss: Option<&str>,
        l2: f64,
        weights: Option<Bound<'_, PyAny>>,
        class_weights: Option<Bound<'_, PyAny>>,
    ) -> PyResult<Objective> {
        let counts = (weights.as_ref(), class_weights.as_ref());
        let either = if is_single(inputs) {
            Either::Single(Problem::Network(self.trained(inputs, targets, loss, l2, counts)?))
        } else {
            Either::Double(Problem::Network(self.trained(inputs, targets, loss, l2, counts)?))
        };
        let keywords = PyDict::new(py);
        keywords.set_item("loss", loss)?;
        keywords.set_item("l2", l2)?;
        keywords.set_item("weights", &weights)?;
        keywords.set_item("class_weights", &class_weights)?;
        let args = (Self(self.0), inputs, targets).into_pyobject(py)?;
        Ok(Objective::new(either, "Mlp.loss", args, keywords))
    }

    /// Puts the hidden units of `params` in the order, and with tanh to the side, of those of `reference`: what the network computes
    /// stays the same up to rounding. `tries` more searches begin at other orders.
    ///
    /// >>> import numpy as np, losscape_kernel as lk
    /// >>> a = np.array([1.0, 5.0, 0.1, 0.2, 3.0, 4.0, 0.5])
    /// >>> b = np.array([-5.0, 1.0, -0.2, 0.1, -4.0, 3.0, 0.5])  # the same units, one mirrored
    /// >>> bool((lk.Mlp([1, 2, 1]).align(a, b).params == a).all())
    /// True
    #[pyo3(signature = (reference, params, *, mirror = None, tries = 0, seed = 1))]
    fn align<'py>(
        &self,
        py: Python<'py>,
        reference: &Bound<'py, PyAny>,
        params: &Bound<'py, PyAny>,
        mirror: Option<bool>,
        #[pyo3(from_py_with = named::tries)] tries: u32,
        #[pyo3(from_py_with = named::seed)] seed: u64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let mut config = AlignConfig::default();
        if let Some(mirror) = mirror {
            config.mirror = mirror;
        }
        if is_single(params) {
            self.aligned::<f32>(py, config, reference, params, tries, seed)
        } else {
            self.aligned::<f64>(py, config, reference, params, tries, seed)
        }
    }

    /// A direction with the length of `params` filter by filter (Li et al. 2018): for planes that networks of any scale can be
    /// compared on.
    fn filter_normalise<'py>(
        &self,
        py: Python<'py>,
        params: &Bound<'py, PyAny>,
        direction: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        if is_single(params) {
            self.normalised::<f32>(py, params, direction)
        } else {
            self.normalised::<f64>(py, params, direction)
        }
    }

    /// The network with its parameters in the byte form that lab, boards and Rust read too.
    ///
    /// >>> import losscape_kernel as lk
    /// >>> net = lk.Mlp([2, 3, 1])
    /// >>> again, params = lk.Mlp.load(net.save(net.init(1)))
    /// >>> again == net, bool((params == net.init(1)).all())
    /// (True, True)
    fn save<'py>(&self, py: Python<'py>, params: &Bound<'py, PyAny>) -> PyResult<Bound<'py, PyBytes>> {
        let bytes = if is_single(params) { self.bytes::<f32>(params)? } else { self.bytes::<f64>(params)? };
        Ok(PyBytes::new(py, &bytes))
    }

    /// (network, parameters) from bytes; damaged ones are refused.
    #[staticmethod]
    fn load<'py>(py: Python<'py>, bytes: &[u8]) -> PyResult<(Self, Bound<'py, PyAny>)> {
        let net = Spec::from_blob(bytes).map_err(|error| refused(format!("`bytes`: {error}")))?;
        let single = read::<f32>(net, bytes).map(|params| out(py, params).into_any());
        let params = match single {
            Ok(params) => params,
            Err(_) => out(py, read::<f64>(net, bytes)?).into_any(),
        };
        Ok((Self(net), params))
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn __hash__(&self) -> u64 {
        self.0
            .widths()
            .iter()
            .fold(self.0.param_len() as u64, |hash, &width| hash.wrapping_mul(31) + u64::from(width))
    }

    fn __repr__(&self) -> String {
        let bias = if self.bias() { "True" } else { "False" };
        format!(
            "Mlp({:?}, hidden={:?}, output={:?}, bias={bias})",
            self.widths(),
            self.hidden(),
            self.output()
        )
    }

    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let again = py.import("losscape_kernel.results")?.getattr("_made_by")?;
        let keywords = PyDict::new(py);
        keywords.set_item("hidden", self.hidden())?;
        keywords.set_item("output", self.output())?;
        keywords.set_item("bias", self.bias())?;
        Ok((again, ("Mlp", (self.widths(),), keywords)).into_pyobject(py)?.into_any())
    }
}

/// Whether an array is of float32; anything else is taken, or refused, as float64.
pub(crate) fn is_single(value: &Bound<'_, PyAny>) -> bool {
    value
        .cast::<PyUntypedArray>()
        .is_ok_and(|array| array.dtype().is_equiv_to(&numpy::dtype::<f32>(value.py())))
}

fn read<R: Scalar>(net: Spec, bytes: &[u8]) -> PyResult<Vec<R>> {
    let mut params = room(R::ZERO, net.param_len())?;
    Spec::read_blob(bytes, &mut params).map_err(|error| refused(format!("`bytes`: {error}")))?;
    Ok(params)
}

impl Mlp {
    fn drawn<'py, R: Scalar>(&self, py: Python<'py>, kind: Init, seed: u64) -> PyResult<Bound<'py, PyAny>> {
        let mut params = room(R::ZERO, self.0.param_len())?;
        self.0.init(kind, &mut params, &mut stream(seed, 0));
        Ok(out(py, params).into_any())
    }

    fn outputs<'py, R: Scalar>(
        &self,
        py: Python<'py>,
        params: &Bound<'py, PyAny>,
        inputs: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let params = vector_of::<R>("params", self.0.param_len(), params)?;
        let inputs = rows_of::<R>("inputs", self.0.inputs(), inputs)?;
        let samples = inputs.len() / self.0.inputs();
        let mut outputs = room(R::ZERO, samples.saturating_mul(self.0.outputs()))?;
        let mut scratch = room(R::ZERO, self.0.scratch_len(TILE))?;
        py.detach(|| self.0.predict(&params, &inputs, &mut outputs, &mut scratch));
        out_rows(py, outputs, self.0.outputs())
    }

    fn trained<R: Scalar>(
        &self,
        inputs: &Bound<'_, PyAny>,
        targets: &Bound<'_, PyAny>,
        loss: Option<&str>,
        l2: f64,
        counts: (Option<&Bound<'_, PyAny>>, Option<&Bound<'_, PyAny>>),
    ) -> PyResult<Trained<R>> {
        let net = self.0;
        let inputs = rows_of::<R>("inputs", net.inputs(), inputs)?;
        let answers = match integers("targets", targets)? {
            Some(labels) => Answers::Labels(labels),
            None => Answers::Values(values(net.outputs(), targets)?),
        };
        let loss = match (loss, &answers) {
            (Some(loss), _) => chosen("loss", loss, &LOSSES)?,
            (None, Answers::Values(_)) => Loss::MeanSquaredError,
            (None, Answers::Labels(_)) if net.outputs() == 1 => Loss::BinaryCrossEntropy,
            (None, Answers::Labels(_)) => Loss::SoftmaxCrossEntropy,
        };
        let counts = match counts {
            (None, None) => Counts::Equal,
            (Some(weights), None) => Counts::PerSample(vector("weights", weights)?),
            (None, Some(weights)) => Counts::PerClass(vector("class_weights", weights)?),
            (Some(_), Some(_)) => return Err(refused("`weights` and `class_weights` exclude each other")),
        };
        let trained = Trained { net, loss, inputs, answers, l2: R::from_f64(l2), counts };
        trained.view().map_err(arg)?;
        Ok(trained)
    }

    fn aligned<'py, R: Scalar>(
        &self,
        py: Python<'py>,
        config: AlignConfig,
        reference: &Bound<'py, PyAny>,
        params: &Bound<'py, PyAny>,
        tries: u32,
        seed: u64,
    ) -> PyResult<Bound<'py, PyAny>> {
        let net = self.0;
        let reference = vector_of::<R>("reference", net.param_len(), reference)?;
        let mut params = vector_of::<R>("params", net.param_len(), params)?;
        let layout = AlignLayout::new(&net);
        let (mut workspace, mut indices) = (room(R::ZERO, layout.len())?, room(0, layout.index_len())?);
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let searched = apart(py, move || {
            let mut rng = stream(seed, 4);
            let mut found = net.align(config, &reference, &mut params, &mut workspace, &mut indices)?;
            for _ in 0..tries {
                if stopped.load(Ordering::Relaxed) {
                    break;
                }
                let before = found.before;
                found =
                    net.align_again(config, &reference, &mut params, &mut workspace, &mut indices, &mut rng)?;
                found.before = before;
            }
            Ok::<_, ArgError>((found, params))
        });
        // After Ctrl-C no further search begins.
        stop.store(true, Ordering::Relaxed);
        let (found, params) = searched?.map_err(arg)?;
        record!(
            py,
            "Aligned",
            params = out(py, params),
            before = found.before.to_f64(),
            after = found.after.to_f64(),
        )
    }

    fn normalised<'py, R: Scalar>(
        &self,
        py: Python<'py>,
        params: &Bound<'py, PyAny>,
        direction: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let params = vector_of::<R>("params", self.0.param_len(), params)?;
        let mut direction = vector_of::<R>("direction", self.0.param_len(), direction)?;
        self.0.filter_normalise(&params, &mut direction).map_err(arg)?;
        Ok(out(py, direction).into_any())
    }

    fn bytes<R: Scalar>(&self, params: &Bound<'_, PyAny>) -> PyResult<Vec<u8>> {
        let params = vector_of::<R>("params", self.0.param_len(), params)?;
        let mut bytes = room(0, self.0.blob_len::<R>())?;
        self.0.write_blob(&params, &mut bytes).map_err(|error| refused(error.to_string()))?;
        Ok(bytes)
    }
}

/// Values, as rows, or one each for a network of one output.
fn values<R: Scalar>(outputs: usize, targets: &Bound<'_, PyAny>) -> PyResult<Vec<R>> {
    let flat = targets.cast::<PyUntypedArray>().is_ok_and(|array| array.ndim() == 1);
    if flat && outputs == 1 { vector("targets", targets) } else { rows_of("targets", outputs, targets) }
}

/// The digest of an array of float32 or float64, 16 hexadecimal digits: the same for the same bits on every machine.
///
/// >>> import numpy as np, losscape_kernel as lk
/// >>> lk.digest(np.array([1.0, -0.0, 3.5], dtype=np.float32))
/// '143acf62dc540d0e'
#[pyfunction]
pub(crate) fn digest(values: &Bound<'_, PyAny>) -> PyResult<String> {
    fn of<R: Scalar>(values: &Bound<'_, PyAny>) -> PyResult<String> {
        let flat = values.call_method0("ravel").unwrap_or_else(|_| values.clone());
        Ok(format!("{:016x}", losscape::base::fingerprint::Fingerprint::of(&vector::<R>("values", &flat)?)))
    }
    if is_single(values) { of::<f32>(values) } else { of::<f64>(values) }
}
