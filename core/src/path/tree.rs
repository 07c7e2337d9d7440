//! Exploration of many minima: which pair to connect next.

use heapless::Vec;

use crate::{ArgError, Real, Reason};

/// The state of a pair of minima.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Attempt<R: Real = f32> {
    /// A search was started and has not ended.
    Started,
    /// A path with this saddle was found.
    Connected(R),
    /// The search was given up.
    Failed,
}

/// A pair of minima that was tried, with `a < b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair<R: Real = f32> {
    /// One minimum.
    pub a: u32,
    /// The other minimum.
    pub b: u32,
    /// The state of the search.
    pub attempt: Attempt<R>,
}

/// A proposal of an [`Exploration`], by the three rules of the third algorithm of Draxler et al. (2018).
#[must_use]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suggestion {
    /// Finish the search for this pair, which was started.
    Unfinished(u32, u32),
    /// Connect the lowest minimum with another component.
    Disconnected(u32, u32),
    /// Try to replace the highest edge of the tree that can still be replaced.
    Replace(u32, u32),
    /// No remaining pair could lower the tree.
    Nothing,
}

/// Explores the paths between many minima with a minimum spanning tree.
///
/// Minima are nodes; paths are edges, weighted by their saddles. The saddle between any two minima is at most
/// the highest edge between them on the tree:
///
/// ```text
/// saddle(A, C) ≤ max(saddle(A, B), saddle(B, C))
/// ```
///
/// so a tree gives a bound for all pairs, and a new path is worth a search only if it could replace an edge
/// of the tree. [`suggest`](Self::suggest) returns such a pair:
///
/// 1. *unfinished*: a pair that was started; of several, the pair whose minimum was added first;
/// 2. *disconnected*: the lowest minimum, and the lowest of those not connected with it;
/// 3. *replace*: remove the highest edge of the tree, which leaves two clusters. Pair the minima of the cluster that
///    holds the first minimum, lowest first, with those of the other cluster, lowest first, and take the first pair
///    that was not tried. If all were tried, put the edge back and remove the next lower one.
///
/// This is the order of the published code. Equal values are ordered by index and equal saddles by the order
/// of their trial; the published code leaves both to its containers. A pair that was given up, a state that
/// the published code lacks, counts as tried.
///
/// An `Exploration` keeps only the records; the caller keeps the paths. It holds at most `MINIMA` minima and
/// `PAIRS` pairs in fixed memory; there are `MINIMA (MINIMA − 1) / 2` pairs in all.
///
/// # Cost
///
/// A suggestion takes at most `O(PAIRS² + MINIMA³)` comparisons, which is negligible compared with a path
/// search.
///
/// # Examples
///
/// ```
/// use losscape::path::{Exploration, Suggestion};
/// let mut minima = Exploration::<f32, 8, 28>::new();
/// for value in [0.1, 0.3, 0.2] {
///     minima.add(value)?;
/// }
/// assert_eq!(minima.suggest(), Suggestion::Disconnected(0, 2)); // the two lowest
/// minima.connect(0, 2, 0.5)?;
/// minima.connect(0, 1, 0.9)?;
/// assert_eq!(minima.suggest(), Suggestion::Replace(2, 1)); // it could replace the edge of height 0.9
/// minima.connect(1, 2, 0.4)?;
/// assert_eq!(minima.saddle(0, 1), Some(0.5)); // via minimum 2
/// assert_eq!(minima.suggest(), Suggestion::Nothing);
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Exploration<R: Real = f32, const MINIMA: usize = 16, const PAIRS: usize = 120> {
    values: Vec<R, MINIMA>,
    pairs: Vec<Pair<R>, PAIRS>,
}

impl<R: Real, const MINIMA: usize, const PAIRS: usize> Exploration<R, MINIMA, PAIRS> {
    /// Creates an exploration with no minima.
    #[must_use]
    pub const fn new() -> Self {
        Self { values: Vec::new(), pairs: Vec::new() }
    }

    /// Adds a minimum with this value and returns its index, counted from 0.
    ///
    /// # Errors
    /// [`ArgError`] if the value is not finite or there are already `MINIMA` minima.
    pub fn add(&mut self, value: R) -> Result<u32, ArgError> {
        ArgError::check_finite("value", &[value])?;
        let number = self.values.len();
        let full = ArgError::new("value", Reason::TooMany { limit: MINIMA, found: number + 1 });
        self.values.push(value).map_err(|_| full)?;
        u32::try_from(number).map_err(|_| full)
    }

    /// Records that a search between two minima has started.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn start(&mut self, a: u32, b: u32) -> Result<(), ArgError> {
        self.note(a, b, Attempt::Started)
    }

    /// Records a path between two minima and its saddle. A saddle higher than the known one changes nothing.
    ///
    /// # Errors
    /// [`ArgError`] if these are not two different minima, the saddle is not finite, or there are already
    /// `PAIRS` pairs.
    pub fn connect(&mut self, a: u32, b: u32, saddle: R) -> Result<(), ArgError> {
        ArgError::check_finite("saddle", &[saddle])?;
        let known = match self.attempt(a, b) {
            Some(Attempt::Connected(known)) => saddle.or_smaller(known),
            _ => saddle,
        };
        self.note(a, b, Attempt::Connected(known))
    }

    /// Records that a search between two minima was given up. A path found earlier is kept.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub fn give_up(&mut self, a: u32, b: u32) -> Result<(), ArgError> {
        match self.attempt(a, b) {
            Some(Attempt::Connected(_)) => Ok(()),
            _ => self.note(a, b, Attempt::Failed),
        }
    }

    fn note(&mut self, a: u32, b: u32, attempt: Attempt<R>) -> Result<(), ArgError> {
        for (arg, minimum) in [("a", a), ("b", b)] {
            ArgError::check_index(arg, minimum as usize, self.values.len())?;
        }
        if a == b {
            return Err(ArgError::new("b", Reason::Coincide));
        }
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        if let Some(pair) = self.pairs.iter_mut().find(|p| (p.a, p.b) == (a, b)) {
            pair.attempt = attempt;
            return Ok(());
        }
        self.pairs
            .push(Pair { a, b, attempt })
            .map_err(|_| ArgError::new("pairs", Reason::TooMany { limit: PAIRS, found: PAIRS + 1 }))
    }

    /// Returns the values of the minima.
    #[must_use]
    pub fn values(&self) -> &[R] {
        &self.values
    }

    /// Returns all pairs tried, in the order of their first trial.
    #[must_use]
    pub fn pairs(&self) -> &[Pair<R>] {
        &self.pairs
    }

    /// Returns the state of a pair.
    #[must_use]
    pub fn attempt(&self, a: u32, b: u32) -> Option<Attempt<R>> {
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        self.pairs.iter().find(|p| (p.a, p.b) == (a, b)).map(|p| p.attempt)
    }

    /// Returns the edges of the minimum spanning tree (a forest while minima are disconnected), lowest first.
    #[must_use]
    pub fn tree(&self) -> Vec<Pair<R>, MINIMA> {
        let mut forest = Vec::new();
        let _ = self.grow(&mut forest, |_| false);
        forest
    }

    /// Returns the lowest known saddle between two minima, over one path or several.
    ///
    /// `None` if the minima are not connected, or are not two different minima. All triples satisfy
    /// `saddle(a, c) ≤ max(saddle(a, b), saddle(b, c))`.
    #[must_use]
    pub fn saddle(&self, a: u32, b: u32) -> Option<R> {
        if a == b {
            return None;
        }
        let mut forest = Vec::new();
        self.grow(&mut forest, |component| {
            let of = |minimum: u32| component.get(minimum as usize);
            of(a).is_some() && of(a) == of(b)
        })
    }

    /// Runs Kruskal's algorithm until the components are `enough`; returns the weight of the last edge.
    fn grow(&self, forest: &mut Vec<Pair<R>, MINIMA>, enough: impl Fn(&[u32]) -> bool) -> Option<R> {
        let mut component = self.singletons();
        let mut order: Vec<(R, Pair<R>), PAIRS> = Vec::new();
        for pair in &self.pairs {
            if let Attempt::Connected(saddle) = pair.attempt {
                let _ = order.push((saddle, *pair)); // `order` has room for all pairs
            }
        }
        // Insertion sort is stable, so equal saddles keep the order of their trial.
        for i in 1..order.len() {
            let mut j = i;
            while j > 0 && order[j].0 < order[j - 1].0 {
                order.swap(j, j - 1);
                j -= 1;
            }
        }
        for (saddle, pair) in &order {
            if unite(&mut component, *pair) {
                let _ = forest.push(*pair); // fewer edges than nodes
                if enough(&component) {
                    return Some(*saddle);
                }
            }
        }
        None
    }

    /// Returns the components in which every minimum is its own.
    fn singletons(&self) -> Vec<u32, MINIMA> {
        let mut component = Vec::new();
        for (number, _) in (0u32..).zip(&self.values) {
            let _ = component.push(number);
        }
        component
    }

    /// Returns the minima sorted by value, lowest first; equal ones are sorted by index.
    fn by_value(&self) -> Vec<u32, MINIMA> {
        let mut order = self.singletons();
        for i in 1..order.len() {
            let mut j = i;
            while j > 0 && self.values[order[j] as usize] < self.values[order[j - 1] as usize] {
                order.swap(j, j - 1);
                j -= 1;
            }
        }
        order
    }

    /// Suggests the pair to connect next.
    pub fn suggest(&self) -> Suggestion {
        let started = self.pairs.iter().filter(|p| p.attempt == Attempt::Started);
        if let Some(pair) = started.min_by_key(|p| p.a) {
            return Suggestion::Unfinished(pair.a, pair.b);
        }
        let order = self.by_value();
        let tree = self.tree();
        let mut component = self.singletons();
        for edge in &tree {
            let _ = unite(&mut component, *edge);
        }
        let apart = |component: &[u32], a: u32, b: u32| component[a as usize] != component[b as usize];
        // With the lowest minimum first, this is the published rule.
        for (i, a) in order.iter().enumerate() {
            let others = order[i + 1..].iter().filter(|b| apart(&component, *a, **b));
            if let Some(b) = self.untried(*a, others) {
                return Suggestion::Disconnected(*a, b);
            }
        }
        for removed in tree.iter().rev() {
            let mut cluster = self.singletons();
            for edge in tree.iter().filter(|e| *e != removed) {
                let _ = unite(&mut cluster, *edge);
            }
            // If pairs were given up, there are more clusters than the two sides of the removed edge.
            let [side_a, side_b] = [removed.a, removed.b].map(|end| cluster[end as usize]);
            let first = cluster.iter().find(|side| [side_a, side_b].contains(side));
            let (first, second) = if first == Some(&side_b) { (side_b, side_a) } else { (side_a, side_b) };
            let cluster = &cluster;
            let of = |side: u32| order.iter().filter(move |minimum| cluster[**minimum as usize] == side);
            for a in of(first) {
                if let Some(b) = self.untried(*a, of(second)) {
                    return Suggestion::Replace(*a, b);
                }
            }
        }
        Suggestion::Nothing
    }

    /// Returns the first of `others` that was never tried with `a`.
    fn untried<'o>(&self, a: u32, mut others: impl Iterator<Item = &'o u32>) -> Option<u32> {
        others.find(|b| self.attempt(a, **b).is_none()).copied()
    }
}

/// Merges the components of a pair; returns whether they were different.
fn unite<R: Real>(component: &mut [u32], pair: Pair<R>) -> bool {
    let (from, to) = (component[pair.b as usize], component[pair.a as usize]);
    if from == to {
        return false;
    }
    for c in component {
        if *c == from {
            *c = to;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failures_are_passed_over() {
        let mut minima = Exploration::<f32, 3, 3>::new();
        for value in [1.0, 2.0, 3.0] {
            minima.add(value).unwrap();
        }
        assert_eq!(minima.suggest(), Suggestion::Disconnected(0, 1));
        minima.give_up(0, 1).unwrap();
        assert_eq!(minima.suggest(), Suggestion::Disconnected(0, 2));
        minima.connect(0, 2, 5.0).unwrap();
        minima.connect(0, 2, 7.0).unwrap();
        minima.give_up(0, 2).unwrap();
        assert_eq!(minima.attempt(2, 0), Some(Attempt::Connected(5.0)), "the lower path stays");
        assert_eq!(minima.suggest(), Suggestion::Disconnected(1, 2));
        minima.give_up(1, 2).unwrap();
        assert_eq!(minima.suggest(), Suggestion::Nothing);
        assert_eq!(minima.saddle(0, 1), None);
    }

    #[test]
    fn replacements_pair_the_first_cluster_with_the_other() {
        let mut minima = Exploration::<f32, 5, 10>::new();
        for value in [1.0, 2.0, 3.0, 4.0, 5.0] {
            minima.add(value).unwrap();
        }
        for (a, b, saddle) in
            [(0, 2, 1.0), (0, 4, 1.5), (1, 3, 1.2), (0, 1, 10.0), (0, 3, 11.0), (1, 2, 11.0)]
        {
            minima.connect(a, b, saddle).unwrap();
        }
        // Without 0-1, the clusters are 0, 2, 4 and 1, 3; the pairs 0-1, 0-3 and 2-1 were tried.
        assert_eq!(minima.suggest(), Suggestion::Replace(2, 3));
        minima.start(3, 4).unwrap();
        minima.start(1, 4).unwrap();
        assert_eq!(minima.suggest(), Suggestion::Unfinished(1, 4), "the minimum that was added first");
    }

    #[test]
    fn a_saddle_lies_between_two_minima() {
        let mut minima = Exploration::<f32, 4, 6>::new();
        for value in [1.0, 2.0, 3.0] {
            minima.add(value).unwrap();
        }
        minima.connect(0, 1, 5.0).unwrap();
        assert_eq!(minima.saddle(1, 0), Some(5.0));
        for (a, b) in [(2, 2), (0, 0), (0, 3), (3, 0), (3, 9)] {
            assert_eq!(minima.saddle(a, b), None, "{a} and {b}");
        }
    }

    #[test]
    fn bad_input_is_refused() {
        let mut minima = Exploration::<f32, 2, 1>::new();
        assert!(minima.add(f32::NAN).is_err());
        minima.add(1.0).unwrap();
        minima.add(2.0).unwrap();
        assert!(minima.add(3.0).is_err());
        assert!(minima.connect(0, 2, 1.0).is_err());
        assert!(minima.connect(1, 1, 1.0).is_err());
        assert!(minima.connect(0, 1, f32::INFINITY).is_err());
        assert_eq!(minima.pairs().len(), 0);
    }
}
