//! The identity of an objective.

use super::saved::tag;
use super::{Loss, MlpObjective, Weighting};
use crate::Real;
use crate::base::fingerprint::Fingerprint;

impl<R: Real, W: Weighting<R>> MlpObjective<'_, R, W> {
    /// Returns a digest of everything that determines the objective's values: network, loss, λ, inputs, targets and
    /// weights. The tile size has no effect.
    ///
    /// [Saved](crate::sgd::Sgd::save) runs contain this digest, so they can resume only on the same objective.
    ///
    /// # Cost
    /// One pass over the samples.
    ///
    /// ```
    /// use losscape::models::data::{Dataset, Targets};
    /// use losscape::models::mlp::{Loss, Mlp, MlpObjective};
    /// let data = Dataset::new(&[0.5f32, 1.5], 1, Targets::Values(&[1.0, 2.0]))?;
    /// let objective = |l2| MlpObjective::new(Mlp::new(&[1, 1])?, Loss::MeanSquaredError, data, l2);
    /// assert_eq!(objective(0.0)?.identity(), objective(0.0)?.with_tile(2)?.identity());
    /// assert_ne!(objective(0.0)?.identity(), objective(0.1)?.identity());
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    #[must_use]
    pub fn identity(&self) -> u64 {
        let Self { net, loss, data, l2, tile: _, weights } = self;
        let mut digest = Fingerprint::new();
        digest.word(net.layers() as u64);
        for &width in net.widths() {
            digest.word(width.into());
        }
        for activation in [net.hidden(), net.output()] {
            let (tag, slope) = tag(activation);
            digest.word(tag.into());
            digest.real(slope);
        }
        digest.word(net.has_bias().into());
        digest.word(loss_tag(*loss));
        digest.real(*l2);
        data.digest(&mut digest);
        weights.digest(&mut digest);
        digest.finish()
    }
}

const fn loss_tag(loss: Loss) -> u64 {
    match loss {
        Loss::MeanSquaredError => 0,
        #[cfg(feature = "mean-absolute-error")]
        Loss::MeanAbsoluteError => 1,
        #[cfg(feature = "softmax-cross-entropy")]
        Loss::SoftmaxCrossEntropy => 2,
        #[cfg(feature = "binary-cross-entropy")]
        Loss::BinaryCrossEntropy => 3,
    }
}
