//! Hidden units in another order, or mirrored: networks that compute the same.

mod assignment;
mod matching;

use self::matching::Matching;
use super::Mlp;
use crate::base::layout::{area, cut, total};
use crate::base::random::{Rng, shuffle};
use crate::base::vector::{distance, dot_scaled, unit_scale};
use crate::{ArgError, Real, Reason};

/// Which symmetries of a network [`Mlp::align`] uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlignConfig {
    /// Whether units with an odd activation may also change the sign of all their weights.
    pub mirror: bool,
}

impl Default for AlignConfig {
    /// All symmetries.
    fn default() -> Self {
        Self { mirror: true }
    }
}

/// The result of [`Mlp::align`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aligned<R: Real = f32> {
    /// Passes over the hidden layers, from all starts.
    pub passes: u32,
    /// ‖reference − params‖ before.
    pub before: R,
    /// ‖reference − params‖ after; above `before` by rounding at most.
    pub after: R,
}

/// The memory of [`Mlp::align`]: for the widest of several hidden layers of h units and P parameters
/// `h² + 3 (h + 1) + P` numbers and `3 (h + 1)` indices.
///
/// ```
/// use losscape::models::mlp::{AlignLayout, Mlp};
/// let layout = AlignLayout::new(&Mlp::new(&[1, 2, 1])?);
/// assert_eq!((layout.len(), layout.index_len()), (4 + 9 + 7, 9));
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlignLayout {
    widest: usize,
    params: usize,
}

impl AlignLayout {
    /// The layout for a network.
    #[must_use]
    pub const fn new(net: &Mlp) -> Self {
        let (mut widest, mut l) = (0, 0);
        while l + 1 < net.layers() {
            let outputs = net.layer(l).outputs;
            widest = if outputs > widest { outputs } else { widest };
            l += 1;
        }
        Self { widest, params: net.param_len() }
    }

    /// Numbers of the workspace.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a length of memory")]
    pub const fn len(self) -> usize {
        total(self.parts())
    }

    /// Another network, memory of an assignment, similarities.
    const fn parts(self) -> [usize; 3] {
        [self.params, self.index_len(), area(self.widest, self.widest)]
    }

    /// Elements of the indices.
    #[must_use]
    pub const fn index_len(self) -> usize {
        area(3, self.widest + 1)
    }
}

impl Mlp {
    /// Permutes the hidden units of `params` (and mirrors them, if their activation is odd) so that they lie
    /// near `reference`. The network computes what it did, up to the rounding of sums in another order.
    ///
    /// Weight matching of Ainsworth, Hayase & Srinivasa (2023), section 3.2: layer by layer the permutation P
    /// (and signs S) that maximises
    ///
    /// ```text
    /// ⟨W_ref, W P S⟩ + ⟨b_ref, b P S⟩ + ⟨V_ref, S Pᵀ V⟩        W, b: weights into the layer, V: out of it
    /// ```
    ///
    /// by the Hungarian algorithm, until a pass over all layers gains no more than rounding. With one hidden layer
    /// the first pass finds the optimum. With several it finds a local one, which depends on where it begins:
    ///
    /// - from the network as it is, first without mirroring (a similarity between units whose neighbours are still out
    ///   of order has a random sign, and taking its magnitude would only add noise), then with it;
    /// - from a sweep from the inputs to the outputs that matches each layer by its incoming weights alone. This
    ///   finds any permuted and mirrored copy whose units differ in their weights.
    ///
    /// The nearer of the two is kept. Of 100 twins of deep networks (2-40-40-40-40-40-1) it finds all, permuted or mirrored,
    /// where one run of the published algorithm finds 45 (`docs/alignment.md`, made by
    /// `cargo run --release -p losscape-tests --example alignment`). Two networks that are no twins have many local optima;
    /// [`align_again`](Self::align_again) tries random starts. Layers are taken in
    /// order, not at random as in the paper, so that the result is a function of the arguments. Mirrors are our
    /// addition: `tanh(−z) = −tanh z`, so a unit whose incoming and outgoing weights all change sign does the same
    /// work; [`AlignConfig::mirror`] switches them off. Other symmetries (the scale of a ReLU unit) are not used.
    ///
    /// The result does not depend on the scale of either network.
    ///
    /// # Shapes
    ///
    /// | argument              | length                        |
    /// |-----------------------|-------------------------------|
    /// | `reference`, `params` | `param_len()`                 |
    /// | `workspace`           | [`AlignLayout::len`]          |
    /// | `indices`             | [`AlignLayout::index_len`]    |
    ///
    /// # Cost
    /// A pass is `O(h³)` for the assignment and `O(h² · (inputs + outputs))` for the similarities, per hidden layer;
    /// there are at most 100 passes from each start, usually fewer than ten.
    ///
    /// # Errors
    /// [`ArgError`] naming the slice of the wrong length, or that is not finite; nothing has been changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use losscape::models::mlp::{AlignConfig, AlignLayout, Mlp};
    /// const NET: Mlp = Mlp::from_widths(&[1, 2, 1]);
    /// const LAYOUT: AlignLayout = AlignLayout::new(&NET);
    /// let reference = [1.0f32, 5.0, 0.1, 0.2, 3.0, 4.0, 0.5];
    /// // The same units the other way round, the second mirrored.
    /// let mut params = [-5.0f32, 1.0, -0.2, 0.1, -4.0, 3.0, 0.5];
    /// let (mut workspace, mut indices) = ([0.0; LAYOUT.len()], [0; LAYOUT.index_len()]);
    /// let aligned = NET.align(AlignConfig::default(), &reference, &mut params, &mut workspace, &mut indices)?;
    /// assert_eq!((params, aligned.after), (reference, 0.0));
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn align<R: Real>(
        &self,
        config: AlignConfig,
        reference: &[R],
        params: &mut [R],
        workspace: &mut [R],
        indices: &mut [u32],
    ) -> Result<Aligned<R>, ArgError> {
        let (trial, mut matching) = self.matching(reference, params, workspace, indices)?;
        let before = distance(reference, params);
        let in_order = |_: &mut [u32]| ();
        let mut passes = 0;
        if self.layers() > 2 {
            trial.copy_from_slice(params);
            matching.sweep(trial, config.mirror);
            passes += 1 + matching.descend(trial, config.mirror, in_order);
            passes += matching.descend(params, false, in_order);
        }
        passes += matching.descend(params, config.mirror, in_order);
        if self.layers() > 2 {
            keep_nearer(reference, params, trial);
        }
        Ok(Aligned { passes, before, after: distance(reference, params) })
    }

    /// Tries to [`align`](Self::align) from a random start: shuffles (and mirrors) all hidden units of a copy, matches
    /// layers in random order, and takes the result if it lies nearer to `reference` than `params` does.
    ///
    /// Each call is one try; call it as often as there is time for. With one hidden layer there is nothing to gain.
    ///
    /// # Errors
    /// As [`align`](Self::align).
    ///
    /// ```
    /// use losscape::base::random::stream;
    /// use losscape::models::mlp::{AlignConfig, AlignLayout, Init, Mlp};
    /// let net = Mlp::new(&[2, 5, 5, 1])?;
    /// let (mut reference, mut params) = (vec![0.0f32; net.param_len()], vec![0.0; net.param_len()]);
    /// net.init(Init::GlorotNormal, &mut reference, &mut stream(1, 0));
    /// net.init(Init::GlorotNormal, &mut params, &mut stream(2, 0));
    /// let layout = AlignLayout::new(&net);
    /// let (mut workspace, mut indices) = (vec![0.0; layout.len()], vec![0; layout.index_len()]);
    /// let (config, mut rng) = (AlignConfig::default(), stream(3, 0));
    /// let once = net.align(config, &reference, &mut params, &mut workspace, &mut indices)?;
    /// let mut last = once;
    /// for _ in 0..20 {
    ///     last = net.align_again(config, &reference, &mut params, &mut workspace, &mut indices, &mut rng)?;
    /// }
    /// assert!(last.after <= once.after && once.after < once.before);
    /// # Ok::<(), losscape::ArgError>(())
    /// ```
    pub fn align_again<R: Real, G: Rng + ?Sized>(
        &self,
        config: AlignConfig,
        reference: &[R],
        params: &mut [R],
        workspace: &mut [R],
        indices: &mut [u32],
        rng: &mut G,
    ) -> Result<Aligned<R>, ArgError> {
        let (trial, mut matching) = self.matching(reference, params, workspace, indices)?;
        let before = distance(reference, params);
        trial.copy_from_slice(params);
        matching.scatter(trial, config.mirror, rng);
        let passes = matching.descend(trial, config.mirror, |layers| shuffle(rng, layers));
        keep_nearer(reference, params, trial);
        Ok(Aligned { passes, before, after: distance(reference, params) })
    }

    /// Checks the arguments and divides the memory: room for another network, and a matching.
    fn matching<'a, R: Real>(
        &'a self,
        reference: &'a [R],
        params: &[R],
        workspace: &'a mut [R],
        indices: &'a mut [u32],
    ) -> Result<(&'a mut [R], Matching<'a, R>), ArgError> {
        ArgError::check_len("reference", self.param_len(), reference.len())?;
        ArgError::check_len("params", self.param_len(), params.len())?;
        ArgError::check_finite("reference", reference)?;
        ArgError::check_finite("params", params)?;
        let layout = AlignLayout::new(self);
        ArgError::check_min_len("indices", layout.index_len(), indices.len())?;
        let (needed, found) = (layout.len(), workspace.len());
        let ([trial, memory, similarity], _) = cut(workspace, layout.parts())
            .ok_or(ArgError::new("workspace", Reason::TooShort { needed, found }))?;
        Ok((trial, Matching { net: self, reference, similarity, memory, indices }))
    }
}

/// Replaces `params` by `trial` if that is nearer to `reference`.
///
/// By inner products: distances would not differ from a reference that is far longer or shorter.
fn keep_nearer<R: Real>(reference: &[R], params: &mut [R], trial: &[R]) {
    let reference_scale = unit_scale(reference);
    let product = |params: &[R]| dot_scaled(reference_scale, reference, unit_scale(params), params);
    if product(trial) > product(params) {
        params.copy_from_slice(trial);
    }
}

#[cfg(test)]
mod tests;
