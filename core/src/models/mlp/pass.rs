//! The [passes](forward) through a network, compiled [once](crate::base::once).

use super::tape::{ABREAST, DirectionTape, Kept, Tape};
use super::{Mlp, forward};
use crate::Real;
use crate::base::once::Once;

/// As [`forward::Pass`].
pub(super) struct Pass<'a, R> {
    pub(super) net: &'a Mlp,
    pub(super) params: &'a [R],
    pub(super) x: &'a [R],
    pub(super) rows: usize,
}

/// What a pass works on.
enum Work<'a, R> {
    Forward { acts: &'a mut [R], pre: &'a mut [R] },
    Backward { tape: Tape<'a, R>, grad: &'a mut [R], fresh: bool },
    Upstream { kept: Kept<&'a mut [R]> },
    ForwardDirection { along: Along<'a, R>, acts: &'a [R], pre: &'a [R] },
    BackwardDirection { along: Along<'a, R>, kept: &'a Kept<&'a [R]>, out: &'a mut [R] },
}

/// A direction, or as many as are taken abreast.
struct Along<'a, R> {
    abreast: bool,
    v: &'a [R],
    direction: DirectionTape<'a, R>,
}

struct Passes;

impl Once for Passes {
    type Arguments<'a, R: 'a> = (&'a Pass<'a, R>, Work<'a, R>);

    fn single((pass, work): Self::Arguments<'_, f32>) -> Option<()> {
        pass.run(work)
    }

    fn double((pass, work): Self::Arguments<'_, f64>) -> Option<()> {
        pass.run(work)
    }
}

impl<R: Real> Pass<'_, R> {
    fn run(&self, work: Work<'_, R>) -> Option<()> {
        let Self { net, params, x, rows } = *self;
        let pass = forward::Pass { net, params, x, rows };
        match work {
            Work::Forward { acts, pre } => pass.forward(acts, pre),
            Work::Backward { mut tape, grad, fresh } => pass.backward(&mut tape, grad, fresh),
            Work::Upstream { mut kept } => pass.upstream(&mut kept),
            Work::ForwardDirection { along: Along { abreast, v, mut direction }, acts, pre } => {
                if abreast {
                    pass.forward_direction::<ABREAST>(v, acts, pre, &mut direction)
                } else {
                    pass.forward_direction::<1>(v, acts, pre, &mut direction)
                }
            }
            Work::BackwardDirection { along: Along { abreast, v, mut direction }, kept, out } => {
                if abreast {
                    pass.backward_direction::<ABREAST>(v, kept, &mut direction, out)
                } else {
                    pass.backward_direction::<1>(v, kept, &mut direction, out)
                }
            }
        }
    }

    pub(super) fn forward(&self, acts: &mut [R], pre: &mut [R]) -> Option<()> {
        R::once::<Passes>((self, Work::Forward { acts, pre }))
    }

    pub(super) fn backward(&self, tape: &mut Tape<'_, R>, grad: &mut [R], fresh: bool) -> Option<()> {
        let tape = Tape { acts: tape.acts, pre: tape.pre, upstream: tape.upstream };
        R::once::<Passes>((self, Work::Backward { tape, grad, fresh }))
    }

    pub(super) fn upstream(&self, kept: &mut Kept<&mut [R]>) -> Option<()> {
        let Kept { acts, pre, upstream, deltas, loss } = kept;
        R::once::<Passes>((self, Work::Upstream { kept: Kept { acts, pre, upstream, deltas, loss } }))
    }

    pub(super) fn forward_direction<const K: usize>(
        &self,
        v: &[R],
        acts: &[R],
        pre: &[R],
        direction: &mut DirectionTape<'_, R>,
    ) -> Option<()> {
        R::once::<Passes>((self, Work::ForwardDirection { along: along::<R, K>(v, direction), acts, pre }))
    }

    pub(super) fn backward_direction<const K: usize>(
        &self,
        v: &[R],
        kept: &Kept<&[R]>,
        direction: &mut DirectionTape<'_, R>,
        out: &mut [R],
    ) -> Option<()> {
        R::once::<Passes>((self, Work::BackwardDirection { along: along::<R, K>(v, direction), kept, out }))
    }
}

fn along<'a, R, const K: usize>(v: &'a [R], direction: &'a mut DirectionTape<'_, R>) -> Along<'a, R> {
    const { assert!(K == 1 || K == ABREAST, "one direction or all lanes") };
    let DirectionTape { pre, acts, upstream } = direction;
    Along { abreast: K == ABREAST, v, direction: DirectionTape { pre, acts, upstream } }
}
