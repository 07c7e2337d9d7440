//! Generated problems, and all of the handwritten digits.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::stream;
use losscape::models::data::{blobs, digits, moons, spirals, xor};
use losscape::{ArgError, Real};

use crate::numbers::numbers;
use crate::{Experiment, digest};

pub(crate) const SINGLE: Experiment =
    Experiment { name: "data-f32", digest: 0xbed14c757f49404a, stack: 4096, run: run::<f32> };
pub(crate) const DOUBLE: Experiment =
    Experiment { name: "data-f64", digest: 0x5c07bd67c20f5e2a, stack: 4096, run: run::<f64> };

const SAMPLES: usize = 37;

fn run<R: Real>() -> u64 {
    digest(|digest| {
        rows::<R>(digest);
        generated::<R>(digest)
    })
}

fn rows<R: Real>(digest: &mut Fingerprint) {
    for part in [digits::training(), digits::held_out()] {
        let mut input = [R::ZERO; digits::PIXELS];
        // Every seventh: reading all takes seconds on the slowest board, and the packing is the same.
        for row in (0..part.len()).step_by(7) {
            digits::to_input(&part.pixels(row), &mut input);
            digest.reals(&input);
            digest.word(part.label(row).into());
        }
    }
}

fn generated<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let (mut inputs, mut labels) = ([R::ZERO; 2 * SAMPLES], [0; SAMPLES]);
    let std_dev = R::from_f64(0.2);
    for problem in 0..4 {
        let mut rng = stream(11, problem);
        match problem {
            0 => moons(std_dev, &mut rng, &mut inputs, &mut labels)?,
            1 => spirals(R::from_f64(1.5), std_dev, &mut rng, &mut inputs, &mut labels)?,
            2 => xor(std_dev, &mut rng, &mut inputs, &mut labels)?,
            _ => blobs(&numbers::<R, 6>(10, 2.0), 2, std_dev, &mut rng, &mut inputs, &mut labels)?,
        }
        digest.reals(&inputs);
        for label in labels {
            digest.word(label.into());
        }
    }
    Ok(())
}
