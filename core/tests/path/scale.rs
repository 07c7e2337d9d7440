//! Every method does the same on `k f(θ / c)` as on `f(θ)`, in units of k and c.
//!
//! The units are powers of two, which scale every number exactly as long as none becomes subnormal, so that whole runs
//! are equal to the last bit.

use losscape::base::random::stream;
use losscape::models::surfaces::{MuellerBrown, Ring};
use losscape::path::{
    Adaptive, AutoNeb, AutoNebConfig, AutoNebEnd, AutoNebLayout, AutoNebStep, Band, BandConfig, BandLayout,
    BandStep, Curve, CurveConfig, CurveKind, CurveLayout, CurveStep, Cycle, DenseScan, Draw, Fire, Grow,
    Interpolation, Relaxer, RunningAverage, ScanStep, Spacing, SplitAt, StringConfig, StringLayout,
    StringMethod, StringSampling, StringSamplingConfig, StringSamplingEnd, StringSamplingLayout,
    StringSamplingStep, StringStep, Tangent, Trainer, length, tangent,
};
use losscape::{Objective, Real};

use crate::exact::{in_both_types, power};
use crate::scaled::Scaled;

/// The units of values and of parameters. Roots of their quotients are powers of two as well: time steps are such.
#[derive(Clone, Copy, Debug)]
struct Units {
    values: i32,
    params: i32,
}

/// Values from 10⁻³⁰ to 10³⁰ and parameters from 10⁻¹⁰ to 10¹⁰; together less, or rates and gradients would not be
/// normal numbers of `f32`.
const UNITS: [Units; 10] = [
    Units { values: -100, params: 0 },
    Units { values: 100, params: 0 },
    Units { values: 0, params: -34 },
    Units { values: 0, params: 34 },
    Units { values: -30, params: -34 },
    Units { values: -30, params: 34 },
    Units { values: 30, params: -34 },
    Units { values: 30, params: 34 },
    Units { values: -100, params: -100 },
    Units { values: 100, params: 100 },
];

/// A run in some units, noted in units of one.
struct Run<R> {
    units: Units,
    notes: Vec<R>,
}

impl<R: Real> Run<R> {
    /// A number of so many units of values and of parameters.
    fn of(&self, x: f64, values: i32, params: i32) -> R {
        R::from_f64(x) * power(values * self.units.values + params * self.units.params)
    }

    fn value(&self, x: f64) -> R {
        self.of(x, 1, 0)
    }

    fn length(&self, x: f64) -> R {
        self.of(x, 0, 1)
    }

    /// A rate of gradient steps: parameters over gradients.
    fn rate(&self, x: f64) -> R {
        self.of(x, -1, 2)
    }

    /// A time step of a mass of one.
    fn time(&self, x: f64) -> R {
        R::from_f64(x) * power(self.units.params - self.units.values / 2)
    }

    fn note_values(&mut self, values: &[R]) {
        self.notes.extend(values.iter().map(|v| *v * power(-self.units.values)));
    }

    fn note_params(&mut self, params: &[R]) {
        self.notes.extend(params.iter().map(|p| *p * power(-self.units.params)));
    }

    fn note_gradient(&mut self, gradient: R) {
        self.notes.push(gradient * power(self.units.params - self.units.values));
    }

    fn landscape<F>(&self, f: F) -> Scaled<F, R> {
        Scaled { f, k: self.value(1.0), c: self.length(1.0) }
    }

    /// Rows between the two deepest minima of the Müller–Brown surface; only the ends are set.
    fn ends(&self, count: usize, last: usize) -> Vec<R> {
        let [a, b, _] = MuellerBrown::<f64>::MINIMA;
        let mut images = vec![R::ZERO; 2 * count];
        for k in 0..2 {
            images[k] = self.length(a[k]);
            images[2 * last + k] = self.length(b[k]);
        }
        images
    }
}

/// Runs a method in all units, and compares with the units of one.
fn in_all_units<R: Real>(name: &str, run: impl Fn(&mut Run<R>)) {
    let noted = |units| {
        let mut noted = Run { units, notes: Vec::new() };
        run(&mut noted);
        noted.notes
    };
    let one = noted(Units { values: 0, params: 0 });
    assert!(one.len() > 3 && one.iter().all(|x| x.is_finite()), "{name}: {one:?}");
    for units in UNITS {
        let scaled = noted(units);
        assert_eq!(scaled.len(), one.len(), "{name} in {units:?}");
        for (k, (a, b)) in scaled.iter().zip(&one).enumerate() {
            assert!(a == b, "{name} in {units:?}, number {k}: {a} instead of {b}");
        }
    }
}

fn band<R: Real>(run: &mut Run<R>, relaxer: Relaxer<R>, spacing: Spacing<R>, tangent: Tangent) {
    const COUNT: usize = 9;
    let f = run.landscape(MuellerBrown::<R>::default());
    let climb_below = run.of(50.0, 1, -1);
    let config = BandConfig { tangent, spacing, climb_below, ..BandConfig::new(relaxer) };
    let mut images = run.ends(COUNT, COUNT - 1);
    let mut workspace = vec![R::ZERO; BandLayout::new(COUNT, 2, f.scratch_len()).len()];
    let mut band = Band::new(&f, config, &mut images, &mut workspace).unwrap();
    band.interpolate();
    band.perturb(run.length(0.01), &mut stream(7, 2)).unwrap();
    while band.sweep() < 40 {
        match band.step(&f) {
            BandStep::Moved { residual, .. } => run.note_gradient(residual),
            BandStep::Evaluated(image) => run.note_values(&[band.values()[image]]),
            BandStep::NotFinite { image } => panic!("image {image}"),
            BandStep::MemoryChanged => panic!("the memory is as it was"),
        }
    }
    run.note_params(band.images());
}

fn bands<R: Real>() {
    for tangent in [Tangent::Improved, Tangent::Bisector] {
        for springs in [false, true] {
            let spacing = |run: &Run<R>| {
                if springs { Spacing::Springs(run.of(200.0, 1, -2)) } else { Spacing::Redistribute }
            };
            in_all_units("a band by descent", |run: &mut Run<R>| {
                let relaxer = Relaxer::descent(run.rate(2e-4), R::HALF);
                band(run, relaxer, spacing(run), tangent);
            });
            in_all_units("a band by FIRE", |run: &mut Run<R>| {
                let [dt, dt_max] = [5e-3, 2e-2].map(|dt| run.time(dt));
                let relaxer = Relaxer::Fire(Fire { dt, dt_max, max_step: run.length(0.2) });
                band(run, relaxer, spacing(run), tangent);
            });
            // With the smaller tolerance, moves that err by more are judged by how far the residual falls.
            for tolerance in [0.1, 1e-3] {
                in_all_units("an adaptive band", |run: &mut Run<R>| {
                    let relaxer = Relaxer::Adaptive(Adaptive { tolerance: run.length(tolerance) });
                    band(run, relaxer, spacing(run), tangent);
                });
            }
        }
    }
}

fn strings<R: Real>() {
    for interpolation in [Interpolation::Linear, Interpolation::Cubic] {
        in_all_units("a string", |run: &mut Run<R>| {
            const COUNT: usize = 9;
            let f = run.landscape(MuellerBrown::<R>::default());
            let config = StringConfig { learning_rate: run.rate(1e-4), interpolation, ends_slide: true };
            let mut images = run.ends(COUNT, COUNT - 1);
            let mut workspace = vec![R::ZERO; StringLayout::new(COUNT, 2, f.scratch_len()).len()];
            images[2] = run.length(0.1);
            let mut string = StringMethod::new(&f, config, &mut images, &mut workspace).unwrap();
            string.interpolate();
            while string.sweep() < 30 {
                match string.step(&f) {
                    StringStep::Moved { residual, .. } => run.note_gradient(residual),
                    StringStep::NotFinite { image } => panic!("image {image}"),
                    StringStep::Evaluated(_) => (),
                    StringStep::MemoryChanged => panic!("the memory is as it was"),
                }
            }
            run.note_params(string.images());
        });
    }
}

fn searches<R: Real>() {
    in_all_units("AutoNEB", |run: &mut Run<R>| {
        const CAPACITY: usize = 16;
        let f = run.landscape(MuellerBrown::<R>::default());
        let insert = Cycle { grow: Grow::Insert, sweeps: 30, learning_rate: run.rate(2e-4).to_f64() };
        let schedule = [Cycle { grow: Grow::Line(3), ..insert }, insert, insert, insert];
        let config = AutoNebConfig {
            momentum: R::HALF,
            end_grad_norm: run.of(1.0, 1, -1),
            ..AutoNebConfig::new(&schedule)
        };
        let mut images = run.ends(CAPACITY, 1);
        let mut workspace = vec![R::ZERO; AutoNebLayout::new(CAPACITY, 2, f.scratch_len()).len()];
        let mut search = AutoNeb::new(&f, &f, config, &mut images, &mut workspace).unwrap();
        loop {
            match search.step(&f, &f) {
                AutoNebStep::Moved { residual, .. } => run.note_gradient(residual),
                AutoNebStep::Grown { images, .. } => run.notes.push(R::from_usize(images)),
                AutoNebStep::CycleDone(cycle) => {
                    let path = cycle.path;
                    run.note_values(&[path.saddle, path.barrier, path.highest_image, path.lowest_image]);
                    run.note_params(&[path.length, path.chord]);
                    run.notes.push(path.saddle_at.alpha);
                }
                AutoNebStep::Ended(end) => {
                    assert_eq!(end, AutoNebEnd::Completed);
                    break;
                }
                _ => (),
            }
        }
        run.note_params(search.path());
    });
}

fn samplings<R: Real>() {
    for adam in [false, true] {
        in_all_units("dynamic string sampling", |run: &mut Run<R>| {
            const CAPACITY: usize = 16;
            let f = run.landscape(Ring::<R>::default());
            let mut beads = vec![R::ZERO; 2 * CAPACITY];
            for (bead, x) in beads.iter_mut().zip([-1.0, 0.0, 1.0, 0.1]) {
                *bead = run.length(x);
            }
            let trainer = if adam {
                Trainer::Adam { learning_rate: run.length(0.02) }
            } else {
                Trainer::Descent { learning_rate: run.rate(0.02), momentum: R::HALF }
            };
            let config = StringSamplingConfig {
                level: run.value(0.2),
                accept: R::from_f64(1.1),
                train_to: R::from_f64(0.95),
                points: 20,
                split: SplitAt::Highest,
                depth: 6,
                trainer,
                train_steps: 500,
            };
            let mut workspace = vec![R::ZERO; StringSamplingLayout::new(CAPACITY, 2, f.scratch_len()).len()];
            let mut sampling = StringSampling::new(&f, config, &mut beads, &mut workspace).unwrap();
            loop {
                match sampling.step(&f) {
                    StringSamplingStep::Scanned { value } | StringSamplingStep::Trained { value } => {
                        run.note_values(&[value])
                    }
                    StringSamplingStep::Ended(end) => {
                        assert_eq!(end, StringSamplingEnd::Connected);
                        break;
                    }
                    _ => (),
                }
            }
            run.note_params(sampling.path());
        });
    }
}

fn curves<R: Real>() {
    for kind in [CurveKind::Bezier, CurveKind::Polychain] {
        in_all_units("a curve", |run: &mut Run<R>| {
            let f = run.landscape(Ring::<R>::default());
            let mut controls = [-1.0, 0.0, -0.3, 0.6, 0.4, 0.7, 1.0, 0.0].map(|x| run.length(x));
            let config = CurveConfig {
                kind,
                draw: Draw::Random,
                draws: 2,
                learning_rate: run.rate(0.05),
                momentum: R::from_f64(0.9),
            };
            let mut workspace = vec![R::ZERO; CurveLayout::new(4, 2, f.scratch_len()).len()];
            let mut curve = Curve::new(&f, config, &mut controls, &mut workspace).unwrap();
            let mut rng = stream(7, 5);
            loop {
                match curve.step(&f, &mut rng) {
                    CurveStep::Evaluated { value, .. } => run.note_values(&[value]),
                    CurveStep::Moved { update: 40, .. } => break,
                    CurveStep::Moved { mean, .. } => run.note_values(&[mean]),
                    CurveStep::NotFinite { t } => panic!("t = {t}"),
                    CurveStep::TooFar { control } => panic!("control point {control}"),
                    CurveStep::MemoryChanged => panic!("the memory is as it was"),
                }
            }
            run.note_params(curve.controls());
        });
    }
}

fn reports<R: Real>() {
    in_all_units("a dense scan", |run: &mut Run<R>| {
        let f = run.landscape(MuellerBrown::<R>::default());
        let images = run.ends(2, 1);
        let mut scan = DenseScan::new(&images, 2, 50).unwrap();
        let (mut point, mut scratch) = ([R::ZERO; 2], vec![R::ZERO; f.scratch_len()]);
        let report = loop {
            match scan.step(&f, &images, &mut point, &mut scratch) {
                ScanStep::Point { value, departure, .. } => run.note_values(&[value, departure]),
                ScanStep::Image { value, .. } => run.note_values(&[value]),
                ScanStep::NotFinite { at } => panic!("{at:?}"),
                ScanStep::MemoryChanged => panic!("the memory is as it was"),
                ScanStep::Done(report) => break report,
            }
        };
        run.note_values(&[report.saddle, report.barrier, report.rise()]);
        run.note_params(&[report.length, report.chord]);
        run.notes.extend([report.length_ratio(), report.saddle_at.alpha, report.barrier_at.alpha]);
    });
    in_all_units("an average", |run: &mut Run<R>| {
        let mut memory = [R::ZERO];
        let mut average = RunningAverage::new(&mut memory);
        for x in [0.3, -0.7, 0.1, 2.5] {
            average.add(&[run.length(x)]).unwrap();
            let mean = average.mean()[0];
            run.note_params(&[mean]);
        }
    });
    in_all_units("a tangent", |run: &mut Run<R>| {
        let [before, here, after] = [[-2.0, 0.3], [0.1, 0.0], [0.2, 1.0]].map(|p| p.map(|x| run.length(x)));
        for values in [[0.0, 1.0, 2.0], [0.1, 3.0, 2.0], [2.0, 0.3, 0.5], [1.0, 1.0, 1.0]] {
            let mut direction = [R::ZERO; 2];
            let values = values.map(|v| run.value(v));
            tangent(Tangent::Improved, &before, &here, &after, values, &mut direction);
            run.notes.extend(direction);
        }
        let corners = [before, here, after].concat();
        run.note_params(&[length(&corners, 2)]);
    });
}

in_both_types! {
    bands_are_homogeneous = bands;
    strings_are_homogeneous = strings;
    searches_are_homogeneous = searches;
    samplings_are_homogeneous = samplings;
    curves_are_homogeneous = curves;
    reports_are_homogeneous = reports;
}
