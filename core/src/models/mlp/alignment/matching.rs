//! Coordinate descent over the hidden layers.

use super::assignment::assign;
use crate::Real;
use crate::base::elementary::sqrt;
use crate::base::random::{Rng, identity, shuffle};
use crate::base::vector::{axpy, dot, unit_scale};
use crate::models::mlp::{Layer, MAX_LAYERS, Mlp};

/// The maximum number of passes of one descent; each pass but the last improves the match.
const MAX_PASSES: u32 = 100;

/// One weight of every unit of a hidden layer: the weights from one input, the biases, or the weights to one output.
#[derive(Clone, Copy)]
struct Feature {
    start: usize,
    stride: usize,
}

impl Feature {
    /// Yields the weights from each input, and the biases.
    fn incoming(into: &Layer) -> impl Iterator<Item = Self> + use<> {
        (into.weights.start..into.bias.end).step_by(into.outputs).map(|start| Self { start, stride: 1 })
    }

    /// Yields the weights to each output.
    fn outgoing(out: &Layer) -> impl Iterator<Item = Self> + use<> {
        let (start, stride) = (out.weights.start, out.outputs);
        (start..start + stride).map(move |start| Self { start, stride })
    }

    /// Copies the feature, times `factor`.
    fn read<R: Real>(self, params: &[R], factor: R, to: &mut [R]) {
        let own = params.iter().skip(self.start).step_by(self.stride);
        for (to, x) in to.iter_mut().zip(own) {
            *to = factor * *x;
        }
    }
}

/// The weights that a comparison of units uses.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Basis {
    Incoming,
    All,
}

/// Matches the hidden units of networks with those of a reference.
pub(super) struct Matching<'a, R> {
    pub(super) net: &'a Mlp,
    pub(super) reference: &'a [R],
    /// How well unit j of the network matches unit i of the reference, h × h.
    pub(super) similarity: &'a mut [R],
    pub(super) memory: &'a mut [R],    // 3 (h + 1)
    pub(super) indices: &'a mut [u32], // 3 (h + 1)
}

impl<R: Real> Matching<'_, R> {
    /// Matches one layer after the other until a pass gains no more than rounding; returns the number of passes.
    ///
    /// `order` may reorder the layers before each pass.
    pub(super) fn descend(
        &mut self,
        params: &mut [R],
        mirror: bool,
        mut order: impl FnMut(&mut [u32]),
    ) -> u32 {
        let mut layers = [0; MAX_LAYERS];
        let hidden = layers.get_mut(1..self.net.layers()).unwrap_or_default();
        identity(hidden);
        let mut passes = 0;
        loop {
            let mut gained = false;
            order(hidden);
            for l in &*hidden {
                gained |= self.match_layer(*l as usize, params, Basis::All, mirror);
            }
            passes += 1;
            // With a single hidden layer, the first pass finds the optimum.
            if !gained || hidden.len() < 2 || passes == MAX_PASSES {
                return passes;
            }
        }
    }

    /// Matches each layer by its incoming weights alone, starting at the inputs.
    pub(super) fn sweep(&mut self, params: &mut [R], mirror: bool) {
        for l in 1..self.net.layers() {
            self.match_layer(l - 1, params, Basis::Incoming, mirror);
        }
    }

    /// Permutes all hidden units at random, and flips their signs at random if `mirror` is set.
    pub(super) fn scatter<G: Rng + ?Sized>(&mut self, params: &mut [R], mirror: bool, rng: &mut G) {
        for l in 1..self.net.layers() {
            let (into, out) = (self.net.layer(l - 1), self.net.layer(l));
            let mirror = mirror && self.net.activation(l - 1).is_odd();
            let (from, signs) = (&mut self.indices[..into.outputs], &mut self.memory[..into.outputs]);
            identity(from);
            shuffle(rng, from);
            for sign in signs {
                *sign = if mirror && rng.next_u32() >> 31 == 1 { -R::ONE } else { R::ONE };
            }
            self.permute(&into, &out, params);
        }
    }

    /// Matches the units between layer `l` and the next; returns whether this gained more than rounding.
    fn match_layer(&mut self, l: usize, params: &mut [R], basis: Basis, mirror: bool) -> bool {
        let (into, out) = (self.net.layer(l), self.net.layer(l + 1));
        let h = into.outputs;
        let rounding = self.compare(&into, &out, params, basis);
        let mirror = mirror && self.net.activation(l).is_odd();
        let similarity = &*self.similarity;
        let worth = |s: R| if mirror { s.abs() } else { s };
        let (marks, order) = self.indices.split_at_mut(2 * (h + 1));
        assign(h, |i, j| -worth(similarity[i * h + j]), &mut order[..=h], marks, self.memory);

        // order[j + 1] = i + 1: unit j moves to position i.
        let mut gain = R::ZERO;
        for (j, i) in (0u32..).zip(&order[1..=h]) {
            let i = *i as usize - 1;
            let s = similarity[i * h + j as usize];
            gain += worth(s) - similarity[i * h + i];
            marks[i] = j;
            self.memory[i] = if mirror && s < R::ZERO { -R::ONE } else { R::ONE };
        }
        if basis == Basis::All && gain <= R::ZERO {
            return false;
        }
        self.permute(&into, &out, params);
        gain > rounding
    }

    /// Computes the similarities; returns a bound on the rounding error of a sum of them.
    ///
    /// They are inner products of both networks' weights in units of their largest weights, so that nothing overflows
    /// or underflows.
    fn compare(&mut self, into: &Layer, out: &Layer, params: &[R], basis: Basis) -> R {
        let h = into.outputs;
        let end = if basis == Basis::All { out.weights.end } else { into.bias.end };
        let [reference_scale, scale] =
            [self.reference, params].map(|params| unit_scale(&params[into.weights.start..end]));
        let outgoing = Feature::outgoing(out).filter(|_| basis == Basis::All);
        let similarity = &mut self.similarity[..h * h];
        similarity.fill(R::ZERO);
        let (theirs, rest) = self.memory.split_at_mut(h);
        let ours = &mut rest[..h];
        let (mut their_squares, mut our_squares, mut terms) = (R::ZERO, R::ZERO, 0u32);
        for feature in Feature::incoming(into).chain(outgoing) {
            feature.read(self.reference, reference_scale, theirs);
            feature.read(params, scale, ours);
            their_squares += dot(theirs, theirs);
            our_squares += dot(ours, ours);
            terms += 1;
            for (row, t) in similarity.chunks_exact_mut(h).zip(&*theirs) {
                axpy(*t, ours, row);
            }
        }
        R::EPSILON * R::from_u32(terms) * sqrt(their_squares * our_squares)
    }

    /// Moves unit `from[i]` to position i, times `signs[i]`; both are stored at the beginning of the indices and of
    /// the memory.
    fn permute(&mut self, into: &Layer, out: &Layer, params: &mut [R]) {
        let h = into.outputs;
        let (signs, old) = self.memory.split_at_mut(h);
        let (from, old) = (&self.indices[..h], &mut old[..h]);
        for feature in Feature::incoming(into).chain(Feature::outgoing(out)) {
            feature.read(params, R::ONE, old);
            let own = params.iter_mut().skip(feature.start).step_by(feature.stride);
            for ((x, from), sign) in own.zip(from).zip(&*signs) {
                *x = *sign * old[*from as usize];
            }
        }
    }
}
