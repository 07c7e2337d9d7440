//! What the processor can do at most with separate multiplications and additions.

use core::hint::black_box;

use losscape_dispatch::{Level, Simd, Task, Vector, limit, run, widest};
use serde_json::{Map, Value, json};

use crate::measure::in_turn;

/// Chains of each kind: the latency of 4 cycles at two operations a cycle needs 8 in flight.
const CHAINS: usize = 6;

/// Turns of the loop in one call.
const TURNS: usize = 2000;

/// Multiplications and additions that wait for nobody but themselves.
struct Chains {
    factor: f32,
}

impl Task for Chains {
    type Output = f32;

    #[inline(always)]
    fn run<S: Simd>(self) -> f32 {
        let factor = S::F32::splat(self.factor);
        let mut sums = [S::F32::splat(0.0); CHAINS];
        let mut products = [S::F32::splat(1.0); CHAINS];
        for _ in 0..TURNS {
            for (sum, product) in sums.iter_mut().zip(&mut products) {
                *sum = sum.add(*product);
                *product = product.mul(factor);
            }
        }
        let sum = sums.into_iter().fold(S::F32::splat(0.0), Vector::add);
        let mut lanes = [0.0; 16];
        sum.store(&mut lanes);
        lanes.into_iter().fold(0.0, |sum, lane| sum + lane)
    }
}

/// Operations per second, in units of 10⁹, at each vector width that the processor has.
pub(crate) fn limits() -> Vec<(Level, f64)> {
    let levels = [Level::Build, Level::V3, Level::V4].into_iter().filter(|&level| level <= widest());
    let limits = levels
        .map(|level| {
            limit(level);
            let lanes = [4, 4, 8, 16][level as usize];
            let [seconds] = in_turn([&mut || {
                black_box(run(Chains { factor: black_box(1.0) }));
            }]);
            (level, (2 * CHAINS * lanes * TURNS) as f64 / seconds / 1e9)
        })
        .collect();
    limit(Level::V4);
    limits
}

/// The limit of the widest vectors.
pub(crate) fn limit_of_widest() -> f64 {
    limits().last().map_or(f64::NAN, |&(_, gflops)| gflops)
}

/// Prints and returns the limits.
pub(crate) fn measure() -> Value {
    println!("\nseparate multiplications and additions of f32, one thread\n");
    let mut values = Map::new();
    for (level, gflops) in limits() {
        println!("  {:6}  {gflops:6.1} GFLOP/s", name(level));
        values.insert(name(level).into(), json!(gflops));
    }
    Value::Object(values)
}

/// The level as a program argument.
pub(crate) const fn name(level: Level) -> &'static str {
    match level {
        Level::Build => "build",
        Level::V3 => "v3",
        Level::V4 => "v4",
    }
}
