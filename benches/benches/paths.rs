//! `cargo bench -p losscape-benches`: bands and AutoNEB, timed by criterion.
#![allow(missing_docs, reason = "criterion's macros write functions without documentation")]

use criterion::{BenchmarkId, Criterion, criterion_group, criterion_main};
use losscape_benches::path::{Pair, mueller_brown};

fn bands(c: &mut Criterion) {
    let mut group = c.benchmark_group("Müller–Brown, climbing, residual 0.01");
    for images in [9, 17] {
        group.bench_with_input(BenchmarkId::from_parameter(images), &images, |b, &images| {
            b.iter(|| mueller_brown(images));
        });
    }
    group.finish();
}

fn digits(c: &mut Criterion) {
    let Ok(pair) = Pair::new() else { return };
    let mut group = c.benchmark_group("digits 64-16-10");
    group.sample_size(10);
    group.bench_function("AutoNEB, 17 images, 3000 sweeps, batch 128", |b| b.iter(|| pair.connect()));
    group.finish();
}

criterion_group!(paths, bands, digits);
criterion_main!(paths);
