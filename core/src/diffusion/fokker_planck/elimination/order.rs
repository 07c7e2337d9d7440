//! The order of an elimination.

/// The order in which cells are eliminated: slab after slab along the last axis. On a ring, the two halves
/// alternate, so that neighbours are at most two slabs apart.
#[derive(Clone, Copy)]
pub(super) struct Order {
    pub(super) slab: usize,
    pub(super) slabs: usize,
    pub(super) folded: bool,
}

impl Order {
    pub(super) fn position(&self, cell: usize) -> usize {
        let (s, within) = (cell / self.slab, cell % self.slab);
        let s = match (self.folded, 2 * s < self.slabs) {
            (false, _) => s,
            (true, true) => 2 * s,
            (true, false) => 2 * (self.slabs - 1 - s) + 1,
        };
        s * self.slab + within
    }

    pub(super) fn cell(&self, position: usize) -> usize {
        let (s, within) = (position / self.slab, position % self.slab);
        let s = match (self.folded, s.is_multiple_of(2)) {
            (false, _) => s,
            (true, true) => s / 2,
            (true, false) => self.slabs - 1 - s / 2,
        };
        s * self.slab + within
    }

    pub(super) fn gather<R: Copy>(&self, from: &[R], to: &mut [R]) {
        for (k, to) in to.iter_mut().enumerate() {
            if let Some(from) = from.get(self.cell(k)) {
                *to = *from;
            }
        }
    }

    pub(super) fn scatter<R: Copy>(&self, from: &[R], to: &mut [R]) {
        for (k, from) in from.iter().enumerate() {
            if let Some(to) = to.get_mut(self.cell(k)) {
                *to = *from;
            }
        }
    }
}
