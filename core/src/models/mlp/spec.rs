//! The shape of a network, a compile-time constant where possible.

use core::ops::Range;

use super::Activation;
use crate::{ArgError, Reason};

/// The maximum number of layers of weights.
pub const MAX_LAYERS: usize = 8;

/// The maximum number of parameters: a `u32` must count them, and on 32-bit targets a `usize` must count their bytes as
/// `f64`.
const MAX_PARAMS: usize = if usize::BITS > 32 { u32::MAX as usize } else { usize::MAX / 8 };

/// The shape of a multilayer perceptron: its widths, its activations, and whether its layers have biases.
///
/// ```text
/// a⁰ = x,   zˡ = aˡ⁻¹ Wˡ + bˡ,   aˡ = φ(zˡ) for hidden layers,   aᴸ = φₒ(zᴸ)
/// ```
///
/// The parameters form one flat slice: for each layer the weights, row-major with one row per *input*, then
/// the biases. By default φ is tanh and φₒ the identity.
///
/// ```
/// use losscape::models::mlp::Mlp;
/// const NET: Mlp = Mlp::from_widths(&[64, 16, 10]);
/// static PARAMS: [f32; NET.param_len()] = [0.0; NET.param_len()];
/// assert_eq!(PARAMS.len(), 1210);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mlp {
    widths: [u32; MAX_LAYERS + 1],
    layers: u8,
    params: u32,
    // The number of units in all layers but the inputs, and in the widest of these layers.
    units: u32,
    widest: u32,
    hidden: Activation,
    output: Activation,
    bias: bool,
}

/// The position of one layer in the parameters.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layer {
    /// The number of inputs of each unit.
    pub inputs: usize,
    /// The number of units.
    pub outputs: usize,
    /// The weights, `inputs × outputs`, row-major.
    pub weights: Range<usize>,
    /// The biases, `outputs` numbers, or an empty range in a network without biases.
    pub bias: Range<usize>,
}

/// The lengths of one layer's parameters, for passes that split layers off a slice in order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// The number of inputs of each unit.
    pub(super) inputs: usize,
    /// The number of units.
    pub(super) outputs: usize,
    /// The number of weights.
    pub(super) weights: usize,
    /// The number of biases: `outputs` or 0.
    pub(super) bias: usize,
}

impl Mlp {
    /// Creates a network with these widths, inputs first and outputs last.
    ///
    /// # Errors
    /// [`ArgError`] naming `widths`: fewer than two, more than [`MAX_LAYERS`] + 1, a width that is zero or
    /// above 2¹⁶, or more parameters than a `u32` can count (on 32-bit targets, more than fit in memory).
    pub const fn new(widths: &[usize]) -> Result<Self, ArgError> {
        if widths.len() < 2 {
            return Err(ArgError::new("widths", Reason::TooShort { needed: 2, found: widths.len() }));
        }
        if widths.len() > MAX_LAYERS + 1 {
            return Err(ArgError::new(
                "widths",
                Reason::TooMany { limit: MAX_LAYERS + 1, found: widths.len() },
            ));
        }
        let mut own = [0; MAX_LAYERS + 1];
        let mut params: u64 = 0;
        let (mut units, mut widest) = (0, 0);
        let mut l = 0;
        while l < widths.len() {
            // With at most 2¹⁶ units per layer, every product below fits in a u64.
            if widths[l] == 0 || widths[l] > 1 << 16 {
                #[expect(clippy::cast_precision_loss, reason = "only printed")]
                let value = widths[l] as f64;
                return Err(ArgError::new(
                    "widths",
                    Reason::Element { index: l, value, range: "from 1 to 65536" },
                ));
            }
            #[expect(clippy::cast_possible_truncation, reason = "checked to be at most 2¹⁶")]
            let width = widths[l] as u32;
            own[l] = width;
            if l > 0 {
                params += (own[l - 1] as u64 + 1) * width as u64;
                units += width;
                widest = if width > widest { width } else { widest };
            }
            l += 1;
        }
        if params > MAX_PARAMS as u64 {
            #[expect(clippy::cast_possible_truncation, reason = "used only where it fits")]
            let found = if params < usize::MAX as u64 { params as usize } else { usize::MAX };
            return Err(ArgError::new("widths", Reason::TooMany { limit: MAX_PARAMS, found }));
        }
        #[expect(clippy::cast_possible_truncation, reason = "at most MAX_LAYERS, and checked to fit")]
        let (layers, params) = (widths.len() as u8 - 1, params as u32);
        let (hidden, output) = (Activation::Tanh, Activation::Identity);
        Ok(Self { widths: own, layers, params, units, widest, hidden, output, bias: true })
    }

    /// Returns this network with another activation of the hidden layers.
    #[must_use]
    pub const fn with_hidden(mut self, activation: Activation) -> Self {
        self.hidden = activation;
        self
    }

    /// Creates a network like [`new`](Self::new), for use in constants: invalid widths do not compile.
    ///
    /// ```
    /// use losscape::models::mlp::Mlp;
    /// const NET: Mlp = Mlp::from_widths(&[2, 4, 1]);
    /// static PARAMS: [f32; NET.param_len()] = [0.0; NET.param_len()];
    /// assert_eq!(PARAMS.len(), 17);
    /// ```
    ///
    /// # Panics
    /// Panics if [`new`](Self::new) refuses the widths, with the reason; in a constant this is a compile-time
    /// error.
    #[must_use]
    pub const fn from_widths(widths: &[usize]) -> Self {
        match Self::new(widths) {
            Ok(net) => net,
            Err(ArgError { reason: Reason::TooShort { .. }, .. }) => {
                panic!("a network needs at least two widths: inputs first, outputs last")
            }
            Err(ArgError { reason: Reason::Element { .. }, .. }) => panic!("widths must be from 1 to 65536"),
            Err(_) => panic!("too many layers or parameters"),
        }
    }

    /// Returns this network with another activation of the output layer.
    #[must_use]
    pub const fn with_output(mut self, activation: Activation) -> Self {
        self.output = activation;
        self
    }

    /// Returns this network without biases.
    #[must_use]
    pub const fn without_bias(mut self) -> Self {
        if self.bias {
            self.params -= self.units;
        }
        self.bias = false;
        self
    }

    /// Checks that the slope of a leaky ReLU is above zero: its derivatives are selected by the sign of its
    /// value.
    pub(super) fn check_slopes(&self) -> Result<(), ArgError> {
        self.hidden.check()?;
        self.output.check()
    }

    /// Returns L, the number of layers of weights.
    #[must_use]
    pub const fn layers(&self) -> usize {
        self.layers as usize
    }

    /// Returns the number of units of each level, inputs first: `layers() + 1` numbers.
    #[must_use]
    pub fn widths(&self) -> &[u32] {
        self.widths.get(..=self.layers()).unwrap_or(&self.widths)
    }

    /// Returns the number of units of level `l`; the inputs are level 0, and levels above the last have none.
    const fn width(&self, l: usize) -> usize {
        if l <= MAX_LAYERS { self.widths[l] as usize } else { 0 }
    }

    /// Returns the number of inputs.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.width(0)
    }

    /// Returns the number of outputs.
    #[must_use]
    pub const fn outputs(&self) -> usize {
        self.width(self.layers())
    }

    /// Returns the activation of the hidden layers.
    #[must_use]
    pub const fn hidden(&self) -> Activation {
        self.hidden
    }

    /// Returns the activation of the output layer.
    #[must_use]
    pub const fn output(&self) -> Activation {
        self.output
    }

    /// Returns whether the layers have biases.
    #[must_use]
    pub const fn has_bias(&self) -> bool {
        self.bias
    }

    /// Returns the activation of layer `l`.
    #[must_use]
    pub const fn activation(&self, l: usize) -> Activation {
        if l < usize::MAX && l + 1 == self.layers() { self.output } else { self.hidden }
    }

    /// Returns the number of parameters, `Σ (inputs + 1) · outputs` over the layers (without the 1 if there
    /// are no biases).
    #[must_use]
    pub const fn param_len(&self) -> usize {
        self.params as usize
    }

    /// Returns layer `l`, counted from 0.
    ///
    /// # Panics
    /// If `l` is not below [`layers`](Self::layers).
    #[must_use]
    pub const fn layer(&self, l: usize) -> Layer {
        assert!(l < self.layers(), "no such layer");
        let (inputs, outputs) = (self.width(l), self.width(l + 1));
        let start = self.layer_start(l);
        let bias = start + inputs * outputs;
        let end = if self.bias { bias + outputs } else { bias };
        Layer { inputs, outputs, weights: start..bias, bias: bias..end }
    }

    /// Returns the sizes of layer `l`, which must be below [`layers`](Self::layers).
    pub(super) const fn shape(&self, l: usize) -> Shape {
        // Below MAX_LAYERS in any case; the remainder proves it to the compiler, which then omits bounds
        // checks.
        let l = l % MAX_LAYERS;
        let (inputs, outputs) = (self.widths[l] as usize, self.widths[l + 1] as usize);
        Shape { inputs, outputs, weights: inputs * outputs, bias: if self.bias { outputs } else { 0 } }
    }

    const fn layer_start(&self, l: usize) -> usize {
        let mut start = 0;
        let mut k = 0;
        while k < l {
            start += (self.width(k) + self.bias as usize) * self.width(k + 1);
            k += 1;
        }
        start
    }

    /// Returns the number of units in all layers but the inputs, and in the widest of these layers.
    pub(super) const fn unit_counts(&self) -> (usize, usize) {
        (self.units as usize, self.widest as usize)
    }

    /// Returns whether a derivative needs zˡ in addition to aˡ.
    pub(super) const fn keeps_preactivations(&self) -> bool {
        self.hidden.needs_preactivation() || self.output.needs_preactivation()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn layout_is_weights_then_bias() -> Result<(), ArgError> {
        let net = Mlp::new(&[2, 3, 1])?;
        assert_eq!(net.param_len(), 13, "2·3 + 3 + 3·1 + 1");
        assert_eq!(net.layer(0), Layer { inputs: 2, outputs: 3, weights: 0..6, bias: 6..9 });
        assert_eq!(net.layer(1), Layer { inputs: 3, outputs: 1, weights: 9..12, bias: 12..13 });
        let bare = net.without_bias();
        assert_eq!(bare.param_len(), 9, "2·3 + 3·1");
        assert_eq!(bare.layer(1), Layer { inputs: 3, outputs: 1, weights: 6..9, bias: 9..9 });
        Ok(())
    }

    #[test]
    fn bad_widths_are_refused_by_name() {
        let mut long = [1; MAX_LAYERS + 2];
        long[3] = 4;
        for widths in [&[][..], &[3], &[3, 0, 1], &[0, 1], &long, &[1 << 17, 2], &[1 << 16, 1 << 16, 1 << 16]]
        {
            assert_eq!(Mlp::new(widths).map_err(|e| e.arg), Err("widths"), "{widths:?}");
        }
        assert!(Mlp::new(&long[..=MAX_LAYERS]).is_ok(), "{MAX_LAYERS} layers are allowed");
        let found = usize::try_from((1u64 << 32) + (1 << 16)).unwrap_or(usize::MAX);
        let refused = Mlp::new(&[1 << 16, 1 << 16]).expect_err("too many parameters");
        assert_eq!(refused.reason, Reason::TooMany { limit: MAX_PARAMS, found });
    }
}
