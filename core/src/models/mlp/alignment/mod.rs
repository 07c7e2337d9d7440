//! Alignment of networks that differ by permutations and sign flips of their hidden units.

mod assignment;
mod matching;

use self::matching::Matching;
use super::Mlp;
use crate::base::layout::{area, cut, total};
use crate::base::random::{Rng, shuffle};
use crate::base::vector::{distance, dot_scaled, unit_scale};
use crate::{ArgError, Real, Reason};

/// The symmetries of a network that [`Mlp::align`] uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AlignConfig {
    /// Whether units with an odd activation may also be mirrored, i.e. change the sign of all their weights.
    pub mirror: bool,
}

impl Default for AlignConfig {
    /// Uses all symmetries.
    fn default() -> Self {
        Self { mirror: true }
    }
}

/// The result of [`Mlp::align`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aligned<R: Real = f32> {
    /// The number of passes over the hidden layers, from all starts.
    pub passes: u32,
    /// ‖reference − params‖ before alignment.
    pub before: R,
    /// ‖reference − params‖ after alignment; it exceeds `before` by at most rounding.
    pub after: R,
}

/// The memory layout of [`Mlp::align`]. With P parameters and h units in the widest hidden layer, it needs
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
    /// Creates the layout for a network.
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

    /// Returns the length of the workspace.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "a required length, not the length of a container")]
    pub const fn len(self) -> usize {
        total(self.parts())
    }

    /// Another network, the memory of an assignment, and the similarities.
    const fn parts(self) -> [usize; 3] {
        [self.params, self.index_len(), area(self.widest, self.widest)]
    }

    /// Returns the number of indices.
    #[must_use]
    pub const fn index_len(self) -> usize {
        area(3, self.widest + 1)
    }
}

impl Mlp {
    /// Permutes the hidden units of `params` (and mirrors them if their activation is odd) to bring `params` close to
    /// `reference`. The network computes the same function, up to the rounding of sums in another order.
    ///
    /// This is the weight matching of Ainsworth, Hayase & Srinivasa (2023), section 3.2: layer by layer, the Hungarian
    /// algorithm finds the permutation P (and signs S) that maximises
    ///
    /// ```text
    /// ⟨W_ref, W P S⟩ + ⟨b_ref, b P S⟩ + ⟨V_ref, S Pᵀ V⟩        W, b: weights into the layer, V: out of it
    /// ```
    ///
    /// until a pass over all layers gains no more than rounding. With one hidden layer, the first pass finds the
    /// optimum. With several hidden layers the method finds a local optimum, which depends on the start. It uses two
    /// starts:
    ///
    /// - the network itself, first without mirroring, then with it. (While neighbouring layers are still unaligned,
    ///   the sign of a similarity is random, and taking its magnitude would only add noise.)
    /// - a sweep from the inputs to the outputs that matches each layer by its incoming weights alone. This finds any
    ///   permuted and mirrored copy whose units have distinct weights.
    ///
    /// The better of the two results is kept. Of 100 pairs of deep networks (2-40-40-40-40-40-1) that are permuted or
    /// mirrored copies of each other, this method recovers all, and one run of the published algorithm recovers 45
    /// (`docs/alignment.md`, made by `cargo run --release -p losscape-tests --example alignment`). Two networks that
    /// are not copies have many local optima; [`align_again`](Self::align_again) tries random starts. Layers are
    /// visited in order, not at random as in the paper, so that the result depends only on the arguments. Mirroring is
    /// our addition: `tanh(−z) = −tanh z`, so flipping the sign of all incoming and outgoing weights of a unit does
    /// not change the function. [`AlignConfig::mirror`] switches it off. Other symmetries (the scale of a ReLU unit)
    /// are not used.
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
    /// [`ArgError`] naming a slice of the wrong length or with a non-finite element; nothing has been changed then.
    ///
    /// # Examples
    ///
    /// ```
    /// use losscape::models::mlp::{AlignConfig, AlignLayout, Mlp};
    /// const NET: Mlp = Mlp::from_widths(&[1, 2, 1]);
    /// const LAYOUT: AlignLayout = AlignLayout::new(&NET);
    /// let reference = [1.0f32, 5.0, 0.1, 0.2, 3.0, 4.0, 0.5];
    /// // The same units in reverse order, one of them mirrored.
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

    /// Tries to improve an [alignment](Self::align) from a random start. It shuffles (and mirrors) all hidden units of
    /// a copy, matches the layers in random order, and keeps the result if it lies closer to `reference` than `params`
    /// does.
    ///
    /// Each call is one try; repeat it as often as time permits. With one hidden layer there is nothing to gain.
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

    /// Checks the arguments and splits the memory into room for another network, and a matching.
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

/// Replaces `params` by `trial` if `trial` is closer to `reference`.
///
/// Compares inner products: distances would round to equality if the reference is far longer or shorter.
fn keep_nearer<R: Real>(reference: &[R], params: &mut [R], trial: &[R]) {
    let reference_scale = unit_scale(reference);
    let product = |params: &[R]| dot_scaled(reference_scale, reference, unit_scale(params), params);
    if product(trial) > product(params) {
        params.copy_from_slice(trial);
    }
}

#[cfg(test)]
mod tests;
