//! Times of several contestants, taken in turn.
//!
//! Seconds are those of the processor for this program. The machine's other work still slows whatever runs at
//! that moment, so contestants alternate in short bursts and the best burst of each counts.

use cpu_time::ProcessTime;

/// Bursts of each contestant.
const ROUNDS: usize = 15;

/// Seconds of a burst.
const BURST: f64 = 0.003;

/// Seconds of each contestant's call, `A B … A B …`.
pub(crate) fn in_turn<const N: usize>(mut contestants: [&mut dyn FnMut(); N]) -> [f64; N] {
    let counts = contestants.each_mut().map(|call| calls_per_burst(*call));
    let mut best = [f64::INFINITY; N];
    for _ in 0..ROUNDS {
        for ((call, &count), best) in contestants.iter_mut().zip(&counts).zip(&mut best) {
            let seconds = burst(*call, count) / f64::from(count);
            if seconds < *best {
                *best = seconds;
            }
        }
    }
    best
}

fn burst(call: &mut dyn FnMut(), count: u32) -> f64 {
    let start = ProcessTime::now();
    for _ in 0..count {
        call();
    }
    start.elapsed().as_secs_f64()
}

/// Doubles the number of calls until they fill a burst.
fn calls_per_burst(call: &mut dyn FnMut()) -> u32 {
    let mut count = 1;
    while burst(call, count) < BURST && count < 1 << 30 {
        count *= 2;
    }
    count
}

/// Numbers from a small generator, between −`magnitude` and `magnitude`.
pub(crate) fn numbers(n: usize, magnitude: f32) -> Vec<f32> {
    let mut state = 1u32;
    (0..n)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((state >> 8) as f32 / 8_388_608.0 - 1.0) * magnitude
        })
        .collect()
}
