//! Every operation at every level holds what a scalar would, and touches no memory but its own.

use core::fmt::Debug;

use super::*;
use crate::vector::Number;

struct Width;
impl Task for Width {
    type Output = usize;
    #[inline(always)]
    fn run<S: Simd>(self) -> usize {
        4 * S::F32::LANES
    }
}

/// Twice a part of a register.
struct Parts<'a, R>(&'a [R], &'a mut [R]);
impl<R: Element> Task for Parts<'_, R> {
    type Output = ();
    #[inline(always)]
    fn run<S: Simd>(self) {
        let part = R::Vector::<S>::load_part(self.0, self.0.len());
        part.add(part).store_part(self.1, self.0.len());
    }
}

/// What the operations of [`Vector`] make of numbers x, y and a bound, in one order.
const OPERATIONS: usize = 7;

struct Operations<'a, R>(&'a [R; 16], &'a [R; 16], R);
impl<R: Element + Number> Task for Operations<'_, R> {
    type Output = [[R; 16]; OPERATIONS];
    #[inline(always)]
    fn run<S: Simd>(self) -> [[R; 16]; OPERATIONS] {
        let mut made = [[R::default(); 16]; OPERATIONS];
        for first in (0..16).step_by(R::Vector::<S>::LANES) {
            let (x, y) = (R::Vector::<S>::load(&self.0[first..]), R::Vector::<S>::load(&self.1[first..]));
            let bound = R::Vector::<S>::splat(self.2);
            let all = [
                x.add(y),
                x.sub(y),
                x.mul(y),
                x.abs(),
                x.or_larger(y),
                R::Vector::<S>::select(x.at_least(bound), x, y),
                x.times(&self.2),
            ];
            for (made, of) in made.iter_mut().zip(all) {
                of.store(&mut made[first..]);
            }
        }
        made
    }
}

/// What the operations of [`Float`] make of the same.
const FLOAT_OPERATIONS: usize = 6;

struct FloatOperations<'a>(&'a [f32; 16], &'a [f32; 16], f32);
impl Task for FloatOperations<'_> {
    type Output = [[f32; 16]; FLOAT_OPERATIONS];
    #[inline(always)]
    fn run<S: Simd>(self) -> [[f32; 16]; FLOAT_OPERATIONS] {
        let mut made = [[0.0; 16]; FLOAT_OPERATIONS];
        for first in (0..16).step_by(S::F32::LANES) {
            let (x, y) = (S::F32::load(&self.0[first..]), S::F32::load(&self.1[first..]));
            let bound = S::F32::splat(self.2);
            let mask = x.at_least(bound);
            let all = [
                x.div(y),
                x.at_most(bound),
                x.add_where(mask, y),
                x.sub_where(mask, y),
                x.times_power(S::F32::splat(12_582_912.0 + 3.0)),
                x.abs().with_sign_of(y),
            ];
            for (made, of) in made.iter_mut().zip(all) {
                of.store(&mut made[first..]);
            }
        }
        made
    }
}

const X: [f32; 16] =
    [0.0, 1.5, -1.5, 2.0, f32::NAN, 3e38, -3e38, 1e-40, 7.25, -0.5, 0.5, 4.0, -7.0, 1.0, 2.5, -2.0];
const Y: [f32; 16] =
    [-0.0, -0.0, 3.0, -4.0, 1.0, 2.0, -2.0, -1e-40, f32::NAN, 0.25, -9.0, 6.0, 0.0, -1.0, 8.0, -3.0];
const BOUND: f32 = 1.5;

/// Each lane holds what a scalar would.
fn operations<R: Element + Number + From<f32> + Into<f64> + Debug>(level: Level, x: [f32; 16], y: [f32; 16]) {
    let (x, y, bound) = (x.map(R::from), y.map(R::from), R::from(BOUND));
    let made = run(Operations(&x, &y, bound));
    for (lane, (x, y)) in x.into_iter().zip(y).enumerate() {
        let want: [R; OPERATIONS] = [
            x + y,
            x - y,
            x * y,
            x.abs(),
            if y > x { y } else { x },
            if x >= bound { x } else { y },
            x * bound,
        ];
        same(level, made.map(|made| made[lane]), want, [x, y]);
    }
}

fn float_operations(level: Level) {
    let made = run(FloatOperations(&X, &Y, BOUND));
    for (lane, (x, y)) in X.into_iter().zip(Y).enumerate() {
        let yes = x >= BOUND;
        let want: [f32; FLOAT_OPERATIONS] = [
            x / y,
            if x > BOUND { BOUND } else { x },
            if yes { x + y } else { x },
            if yes { x - y } else { x },
            f32::from_bits(x.to_bits().wrapping_add(3 << 23)),
            x.abs().copysign(y),
        ];
        same(level, made.map(|made| made[lane]), want, [x, y]);
    }
}

fn same<R: Copy + Into<f64> + Debug, const N: usize>(level: Level, made: [R; N], want: [R; N], of: [R; 2]) {
    for (k, (&made, &want)) in made.iter().zip(&want).enumerate() {
        let (a, b): (f64, f64) = (made.into(), want.into());
        let same = a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan());
        assert!(same, "{level:?}, operation {k} of {of:?}: {made:?}, not {want:?}");
    }
}

struct Turn<'a, R>(&'a [[R; 4]; 4]);
impl<R: Element + Number> Task for Turn<'_, R> {
    type Output = [[R; 4]; 4];
    #[inline(always)]
    fn run<S: Simd>(self) -> [[R; 4]; 4] {
        let [a, b, c, d] = self.0;
        let rows = [
            <R::Vector<S> as Vector<R>>::Four::load(a),
            <R::Vector<S> as Vector<R>>::Four::load(b),
            <R::Vector<S> as Vector<R>>::Four::load(c),
            <R::Vector<S> as Vector<R>>::Four::load(d),
        ];
        let mut turned = [[R::default(); 4]; 4];
        for (to, column) in turned.iter_mut().zip(Four::transpose(rows)) {
            column.store(to);
        }
        turned
    }
}

/// Rows become columns.
fn turned<R: Element + Number + From<f32> + PartialEq + Debug>(level: Level) {
    let rows =
        [[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0], [9.0, 10.0, 11.0, 12.0], [13.0, 14.0, 15.0, 16.0]];
    let columns =
        [[1.0, 5.0, 9.0, 13.0], [2.0, 6.0, 10.0, 14.0], [3.0, 7.0, 11.0, 15.0], [4.0, 8.0, 12.0, 16.0]];
    assert_eq!(run(Turn(&rows.map(|row| row.map(R::from)))), columns.map(|c| c.map(R::from)), "{level:?}");
}

/// Reads and writes its lanes and no more, for parts of every length.
fn parts<R: Element + Number + From<f32> + Debug>(level: Level, lanes: usize) {
    let from: [R; 16] = core::array::from_fn(|l| R::from([1.5, 2.0, -3.0, 4.0, 7.0][l % 5]));
    for n in 0..=lanes {
        let mut to = [R::from(9.0); 17];
        run(Parts(&from[..n], &mut to));
        for (l, to) in to.iter().enumerate() {
            let want = if l < n { from[l] + from[l] } else { R::from(9.0) };
            assert_eq!(*to, want, "{level:?}, {n} of {lanes}");
        }
    }
}

/// One test, because the limit holds for all threads.
#[test]
fn a_limit_holds_and_never_exceeds_the_processor() {
    for (level, bytes) in [(Level::Build, 16), (Level::V3, 32), (Level::V4, 64)] {
        limit(level);
        let want = if level <= widest() { bytes } else { 16 << (widest() as usize - 1) };
        assert_eq!(run(Width), want, "{level:?} on a processor with {:?}", widest());
        let lanes = run(Width) / 4;
        parts::<f32>(level, lanes);
        parts::<f64>(level, lanes / 2);
        turned::<f32>(level);
        turned::<f64>(level);
        // Miri does not know the comparisons of 512-bit registers; they touch no memory.
        if !(cfg!(miri) && widest() == Level::V4) {
            for (x, y) in [(X, Y), (Y, X)] {
                operations::<f32>(level, x, y);
                operations::<f64>(level, x, y);
            }
            float_operations(level);
        }
    }
}
