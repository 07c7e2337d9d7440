//! Random initial parameters.

use super::Mlp;
use crate::Real;
use crate::base::elementary::sqrt;
use crate::base::random::{Rng, fill_normal, uniform};
use crate::base::refusal::refuse;
use crate::base::vector::scale;

/// The distribution of initial weights; biases start at zero.
///
/// | | distribution of a weight |
/// |---|---|
/// | Glorot uniform | uniform on ±√(6 / (inputs + outputs)) |
/// | Glorot normal | normal, variance 2 / (inputs + outputs) |
/// | He uniform | uniform on ±√(6 / inputs) |
/// | He normal | normal, variance 2 / inputs |
///
/// The Glorot schemes (Glorot & Bengio 2010) suit odd activations such as tanh; the He schemes (He,
/// Zhang, Ren & Sun 2015) suit ReLUs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Init {
    /// Uniform, scaled by both widths.
    GlorotUniform,
    /// Normal, scaled by both widths.
    GlorotNormal,
    /// Uniform, scaled by the inputs.
    HeUniform,
    /// Normal, scaled by the inputs.
    HeNormal,
}

impl Mlp {
    /// Draws initial parameters, layer by layer, weights in memory order.
    ///
    /// Fills `params` with NaN, and draws nothing, unless it has [`param_len`](Self::param_len)
    /// elements. Cost: one draw per weight; the normal schemes round the number of draws of a layer
    /// up to an even one.
    ///
    /// ```
    /// use losscape::base::random::{SeedableRng, Xoshiro128PlusPlus};
    /// use losscape::models::mlp::{Init, Mlp};
    /// let net = Mlp::new(&[2, 3, 1])?;
    /// let mut params = [f32::NAN; 13];
    /// net.init(Init::GlorotUniform, &mut params, &mut Xoshiro128PlusPlus::seed_from_u64(7));
    /// assert!(params[..6].iter().all(|w| w.abs() <= 1.0954452)); // √(6 / 5)
    /// assert_eq!(params[6..9], [0.0; 3]);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn init<R: Real, G: Rng + ?Sized>(&self, init: Init, mut params: &mut [R], rng: &mut G) {
        if params.len() != self.param_len() {
            return refuse(params);
        }
        for l in 0..self.layers() {
            let layer = self.shape(l);
            let (over, below) = match init {
                Init::GlorotUniform => (6, layer.inputs + layer.outputs),
                Init::HeUniform => (6, layer.inputs),
                Init::GlorotNormal => (2, layer.inputs + layer.outputs),
                Init::HeNormal => (2, layer.inputs),
            };
            let spread = sqrt(R::from_u32(over) / R::from_usize(below));
            let Some(weights) = params.split_off_mut(..layer.weights) else { return };
            match init {
                Init::GlorotUniform | Init::HeUniform => draw_uniform(weights, spread, rng),
                Init::GlorotNormal | Init::HeNormal => draw_normal(weights, spread, rng),
            }
            let Some(bias) = params.split_off_mut(..layer.bias) else { return };
            bias.fill(R::ZERO);
        }
    }
}

fn draw_uniform<R: Real, G: Rng + ?Sized>(weights: &mut [R], limit: R, rng: &mut G) {
    for w in weights {
        *w = (limit + limit) * uniform::<R, G>(rng) - limit;
    }
}

fn draw_normal<R: Real, G: Rng + ?Sized>(weights: &mut [R], std_dev: R, rng: &mut G) {
    fill_normal(rng, weights);
    scale(std_dev, weights);
}
