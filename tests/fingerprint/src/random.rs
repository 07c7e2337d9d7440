//! Streams and everything that is drawn from them.

use losscape::Real;
use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{
    Rng, fill_ball, fill_indices, fill_normal, fill_sphere, identity, partial_shuffle, shuffle, stream,
    streams, uniform, uniform_in, uniform_positive,
};

use crate::Experiment;

pub(crate) const SINGLE: Experiment =
    Experiment { name: "random-f32", digest: 0xba94f2c83c462710, stack: 2048, run: run::<f32> };
pub(crate) const DOUBLE: Experiment =
    Experiment { name: "random-f64", digest: 0xaf128ba5ccfe7eb8, stack: 2048, run: run::<f64> };

fn run<R: Real>() -> u64 {
    let mut digest = Fingerprint::new();
    for mut rng in streams(7).take(4) {
        digest.word(rng.next_u64());
    }
    let mut rng = stream(7, 4);
    let mut x = [R::ZERO; 17]; // odd: a pair of normals is split
    for _ in 0..20 {
        let bounded = uniform_in(&mut rng, R::from_f64(-0.1), R::TWO);
        digest.reals(&[uniform(&mut rng), uniform_positive(&mut rng), bounded]);
        fill_normal(&mut rng, &mut x);
        digest.reals(&x);
        fill_sphere(&mut rng, R::from_f64(1.7), &mut x);
        digest.reals(&x);
        fill_ball(&mut rng, R::from_f64(0.6), &mut x);
        digest.reals(&x);
    }
    let mut indices = [0; 23];
    fill_indices(&mut rng, 1797, &mut indices);
    words(&indices, &mut digest);
    identity(&mut indices);
    partial_shuffle(&mut rng, &mut indices, 9);
    words(&indices, &mut digest);
    shuffle(&mut rng, &mut indices);
    words(&indices, &mut digest);
    digest.finish()
}

fn words(indices: &[u32], digest: &mut Fingerprint) {
    for &index in indices {
        digest.word(index.into());
    }
}
