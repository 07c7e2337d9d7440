//! Runs on landscapes `k f(θ / c)` in all units.

use losscape::Real;
use losscape::base::random::{fill_normal, stream};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Loss, Mlp, MlpObjective};

use crate::exact::power;
use crate::scaled::Scaled;

pub(crate) const NET: Mlp = Mlp::from_widths(&[1, 3, 1]);
pub(crate) const SAMPLES: usize = 8;

type Landscape<'a, R> = Scaled<MlpObjective<'a, R>, R>;

/// What a run on a landscape notes, in units of one.
pub(crate) struct Notes<'a, R: Real> {
    pub(crate) f: Landscape<'a, R>,
    pub(crate) start: Vec<R>,
    pub(crate) notes: Vec<R>,
}

impl<R: Real> Notes<'_, R> {
    pub(crate) fn values(&mut self, values: &[R]) {
        self.notes.extend(values.iter().map(|v| *v / self.f.k));
    }
    pub(crate) fn params(&mut self, params: &[R]) {
        self.notes.extend(params.iter().map(|p| *p / self.f.c));
    }
    pub(crate) fn gradients(&mut self, grads: &[R]) {
        self.notes.extend(grads.iter().map(|g| *g * self.f.c / self.f.k));
    }
    pub(crate) fn curvatures(&mut self, curvatures: &[R]) {
        self.notes.extend(curvatures.iter().map(|h| *h * self.f.c / self.f.k * self.f.c));
    }
    pub(crate) fn count(&mut self, count: u32) {
        self.notes.push(R::from_u32(count));
    }
    /// A rate of descent, parameters over gradients.
    pub(crate) fn rate(&self, x: f64) -> R {
        R::from_f64(x) * self.f.c / self.f.k * self.f.c
    }
    pub(crate) fn gradient(&self, x: f64) -> R {
        R::from_f64(x) * self.f.k / self.f.c
    }
    pub(crate) fn length(&self, x: f64) -> R {
        R::from_f64(x) * self.f.c
    }
}

/// `k` and `c` as powers of two: the values from 10⁻³⁰ to 10³⁰, the curvatures `k / c²` no less and no more.
const POWERS: [(i32, i32); 10] = [
    (-100, 0),
    (100, 0),
    (0, -30),
    (0, 30),
    (-30, -30),
    (-30, 30),
    (30, -30),
    (30, 30),
    (-90, -45),
    (90, 45),
];

pub(crate) fn in_all_units<R: Real>(name: &str, run: impl Fn(&mut Notes<'_, R>)) {
    let (mut x, mut y) = ([R::ZERO; SAMPLES], [R::ZERO; SAMPLES]);
    for (i, (x, y)) in (0u32..).zip(x.iter_mut().zip(&mut y)) {
        *x = R::from_f64(f64::from(i) / 3.5 - 1.0);
        *y = *x * *x - R::HALF * *x;
    }
    let data = Dataset::new(&x, 1, Targets::Values(&y)).expect("data");
    let mut origin = vec![R::ZERO; NET.param_len()];
    fill_normal(&mut stream(4, 0), &mut origin);
    let noted = |k: R, c: R| {
        let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, R::from_f64(1e-2)).expect("valid");
        let start = origin.iter().map(|x| *x * c).collect();
        let mut notes = Notes { f: Scaled { f, k, c }, start, notes: Vec::new() };
        run(&mut notes);
        notes.notes
    };
    let one = noted(R::ONE, R::ONE);
    assert!(one.len() > 2 && one.iter().all(|x| x.is_finite()), "{name}: {one:?}");
    for (k, c) in POWERS {
        let scaled = noted(power(k), power(c));
        assert_eq!(scaled.len(), one.len(), "{name}, k = 2^{k}, c = 2^{c}");
        for (i, (a, b)) in scaled.iter().zip(&one).enumerate() {
            assert!(a == b, "{name}, k = 2^{k}, c = 2^{c}, number {i}: {a:e} instead of {b:e}");
        }
    }
}
