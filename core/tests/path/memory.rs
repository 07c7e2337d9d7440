//! Memory owned or lent, and a band that goes on when memory has its length again. `tests/memory` holds every method to that.

use losscape::base::random::stream;
use losscape::models::surfaces::DoubleWell;
use losscape::path::{Band, BandConfig, BandLayout, BandStep, Relaxer};

const IMAGES: [f64; 10] = [-1.0, 0.0, -0.5, 0.2, 0.0, 0.5, 0.4, 0.4, 1.0, 0.0];
const CONFIG: BandConfig<f64> = BandConfig::new(Relaxer::descent(0.1, 0.5));
const LEN: usize = BandLayout::new(5, 2, 0).len();

/// A vector that its owner can shorten while a method holds it.
struct Shared<'a>(&'a core::cell::Cell<usize>, Vec<f64>);

impl AsRef<[f64]> for Shared<'_> {
    fn as_ref(&self) -> &[f64] {
        &self.1[..self.0.get()]
    }
}

impl AsMut<[f64]> for Shared<'_> {
    fn as_mut(&mut self) -> &mut [f64] {
        &mut self.1[..self.0.get()]
    }
}

/// The images of a band after ten sweeps.
fn swept<I: AsRef<[f64]> + AsMut<[f64]>, W: AsRef<[f64]> + AsMut<[f64]>>(
    images: I,
    workspace: W,
) -> Vec<f64> {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let mut band = Band::new(&f, CONFIG, images, workspace).unwrap();
    while band.sweep() < 10 {
        assert!(!matches!(band.step(&f), BandStep::MemoryChanged));
    }
    band.into_parts().0.as_ref().to_vec()
}

#[test]
fn arrays_vectors_boxes_and_borrows() {
    let (mut images, mut workspace) = (IMAGES, vec![f64::NAN; LEN]);
    let lent = swept(&mut images, &mut workspace);
    assert_eq!(images[..], lent);
    assert_eq!(swept(IMAGES, [f64::NAN; LEN]), lent);
    assert_eq!(swept(IMAGES.to_vec(), vec![f64::NAN; LEN].into_boxed_slice()), lent);
    let mut memory = [&IMAGES[..], &[f64::NAN; LEN]].concat();
    let (images, workspace) = memory.split_at_mut(10);
    assert_eq!(swept(images, workspace), lent);
}

#[test]
fn memory_that_became_shorter_is_reported() {
    let f = DoubleWell::<f64>::new(2).unwrap();
    let len = core::cell::Cell::new(usize::MAX);
    let shared = |numbers: Vec<f64>| {
        len.set(numbers.len());
        Shared(&len, numbers)
    };

    let mut band = Band::new(&f, CONFIG, IMAGES, shared(vec![0.0; LEN])).unwrap();
    len.set(LEN - 1);
    assert_eq!(band.step(&f), BandStep::MemoryChanged);
    assert!(band.perturb(0.1, &mut stream(1, 0)).is_err());
    assert!(band.set_image(1, &[0.0, 0.0]).is_err());
    assert_eq!((band.sweep(), band.images()), (0, &IMAGES[..]), "nothing was done");
    len.set(LEN);
    assert_eq!(band.step(&f), BandStep::Evaluated(0), "and it goes on");
    assert_eq!(band.step(&DoubleWell::new(3).unwrap()), BandStep::MemoryChanged, "another landscape");

    let mut band = Band::new(&f, CONFIG, shared(IMAGES.to_vec()), [0.0; LEN]).unwrap();
    len.set(8);
    assert_eq!(band.step(&f), BandStep::MemoryChanged);
}
