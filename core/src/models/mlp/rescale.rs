//! A layer made larger and the next one smaller, so that the network stays the same.

use super::Mlp;
use crate::base::vector::scale;
use crate::{ArgError, Real};

impl Mlp {
    /// Applies the α-scale transformation of Dinh et al. (2017): multiplies the weights and biases of hidden layer
    /// `layer`, the first being 0, by α, and divides the outgoing weights by α:
    ///
    /// ```text
    /// W ← α W,   b ← α b,   A ← A / α
    /// ```
    ///
    /// With a (leaky) ReLU or the identity, for which φ(αz) = α φ(z), the network computes the same function for every
    /// α above zero; with other activations it does not. Measures of sharpness change: curvatures along the layer are
    /// divided by α², those along the next are multiplied by α².
    ///
    /// # Cost
    /// A multiplication for each parameter of both layers.
    ///
    /// # Errors
    /// [`ArgError`] naming `layer` (no hidden layer), `alpha` (not above zero, or 1/α not finite) or `params` (not
    /// `param_len()` long); nothing is changed then.
    ///
    /// ```
    /// use losscape::models::mlp::{Activation, Mlp};
    /// let net = Mlp::new(&[1, 1, 1])?.with_hidden(Activation::Identity);
    /// let mut params = [2.0f32, 0.5, 8.0, 1.0];
    /// net.rescale(0, 4.0, &mut params)?;
    /// assert_eq!(params, [8.0, 2.0, 2.0, 1.0]);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn rescale<R: Real>(&self, layer: usize, alpha: R, params: &mut [R]) -> Result<(), ArgError> {
        ArgError::check_index("layer", layer, self.layers() - 1)?;
        ArgError::check_positive("alpha", alpha)?;
        let inverse = R::ONE / alpha;
        ArgError::check_range("alpha", alpha, inverse.is_finite(), "of a finite inverse")?;
        ArgError::check_len("params", self.param_len(), params.len())?;
        let (into, out_of) = (self.layer(layer), self.layer(layer + 1));
        scale(alpha, &mut params[into.weights.start..into.bias.end]);
        scale(inverse, &mut params[out_of.weights]);
        Ok(())
    }
}

#[cfg(all(test, feature = "relu"))]
mod tests {
    extern crate std;
    use crate::base::random::{fill_normal, stream};
    use crate::models::mlp::{Activation, Mlp};
    use std::vec;

    #[test]
    fn a_rescaled_network_computes_the_same() {
        for (net, powers) in [
            (Mlp::new(&[2, 3, 4, 1]).unwrap().with_hidden(Activation::Relu), true),
            (Mlp::new(&[2, 3, 4, 1]).unwrap().with_hidden(Activation::Relu).without_bias(), true),
            (Mlp::new(&[2, 3, 4, 2]).unwrap().with_hidden(Activation::LeakyRelu { slope: 0.01 }), false),
        ] {
            let (mut params, inputs) = (vec![0.0f64; net.param_len()], [0.3, -0.7, 1.5, 2.5]);
            fill_normal(&mut stream(1, 0), &mut params);
            let mut scratch = vec![0.0; net.scratch_len(2)];
            let mut outputs = |params: &[f64]| {
                let mut outputs = vec![0.0; 2 * net.outputs()];
                net.predict(params, &inputs, &mut outputs, &mut scratch);
                outputs
            };
            let before = outputs(&params);
            for layer in 0..2 {
                for alpha in [4.0, 1e-30, 1e30, 0.3] {
                    let mut rescaled = params.clone();
                    net.rescale(layer, alpha, &mut rescaled).unwrap();
                    assert_ne!(rescaled, params);
                    for (a, b) in before.iter().zip(outputs(&rescaled)) {
                        assert!((a - b).abs() < 1e-13, "{layer} {alpha}: {a} {b}");
                        // By a power of two nothing is rounded.
                        assert!(!(powers && alpha == 4.0) || *a == b, "{layer}: {a} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn what_would_be_another_network_is_refused() {
        let net = Mlp::new(&[1, 2, 1]).unwrap().with_hidden(Activation::Relu);
        let mut params = [7.0f32; 7];
        let mut refused = |net: &Mlp, layer, alpha, len: usize| {
            net.rescale(layer, alpha, &mut params[..len]).unwrap_err().arg
        };
        assert_eq!(refused(&net, 1, 2.0, 7), "layer");
        for bad in [0.0, -1.0, f32::NAN, f32::INFINITY, 1e-45] {
            assert_eq!(refused(&net, 0, bad, 7), "alpha", "{bad}");
        }
        assert_eq!(refused(&net, 0, 2.0, 6), "params");
        assert_eq!(params, [7.0; 7]);
    }
}
