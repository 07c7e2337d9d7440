//! Paths between minima, an experiment per method: all values on the way and where it ends.

use losscape::base::fingerprint::Fingerprint;
use losscape::base::random::{Xoshiro128PlusPlus, stream};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{AlignConfig, AlignLayout, Aligned, Init, Loss, Mlp, MlpObjective};
use losscape::models::surfaces::{
    CurvyValley, DoubleWell, EggCarton, GaussianMixture, MonkeySaddle, MuellerBrown, Quadratic, Ring,
};
use losscape::objective::OnBatch;
use losscape::path::{
    Adaptive, AutoNeb, AutoNebConfig, AutoNebLayout, AutoNebStep, Band, BandConfig, BandLayout, BandStep,
    Curve, CurveConfig, CurveKind, CurveLayout, CurveStep, Cycle, Draw, Fire, Grow, Interpolation, Relaxer,
    Spacing, SplitAt, StringConfig, StringLayout, StringMethod, StringSampling, StringSamplingConfig,
    StringSamplingLayout, StringSamplingStep, StringStep, Tangent, Trainer,
};
use losscape::{ArgError, Curvature, Real};

use crate::numbers::numbers;
experiments! {
    SURFACES SURFACES64 "surfaces" surfaces 0xad11cfb0310d58f6 0x5db3e7b2fbceba06 2;
    BAND BAND64 "band" band 0x50de8cd493278de9 0x078e2d74ff8097a7 4;
    STRING STRING64 "string" string 0x4c9032ea7f7f34d9 0xdaaad899b72cec48 4;
    AUTONEB AUTONEB64 "autoneb" autoneb 0xcc2ef871e22b626b 0xb26fe838814f68bb 8;
    SAMPLING SAMPLING64 "sampling" sampling 0xadabac3b861af64e 0xda83e0859a96d907 4;
    CURVE CURVE64 "curve" curve 0x9be08b9851a0b1ea 0x8bfb47d51525d02f 4;
    ALIGNMENT ALIGNMENT64 "alignment" alignment 0x487ee3ed2035a4e0 0xb21bbc228a0aa661 4;
}

fn surfaces<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let points = numbers::<R, 8>(20, 1.2);
    let (spectrum, axis) = (numbers::<R, 2>(21, 3.0), numbers::<R, 2>(22, 1.0));
    let (centres, depths) = (numbers::<R, 6>(23, 1.0), numbers::<R, 3>(24, 2.0));
    let widths = [0.4, 0.6, 0.9].map(R::from_f64);
    let surfaces: [&dyn Curvature<R>; 8] = [
        &MuellerBrown::default(),
        &DoubleWell::new(2)?,
        &EggCarton::new(2)?,
        &CurvyValley::default(),
        &Ring::default(),
        &MonkeySaddle::default(),
        &Quadratic::new(&spectrum)?.reflected(&axis)?,
        &GaussianMixture::new(2, &centres, &depths, &widths)?,
    ];
    for f in surfaces {
        for point in points.chunks_exact(2) {
            let (mut grad, mut curvature, mut scratch) = ([R::ZERO; 2], [R::ZERO; 2], [R::ZERO; 4]);
            digest.real(f.value_grad(point, &mut grad, &mut scratch));
            f.hess_vec(point, &axis, &mut curvature, &mut scratch);
            digest.reals(&grad);
            digest.reals(&curvature);
        }
    }
    Ok(())
}

/// The straight line between two minima of the Müller–Brown surface.
fn chord<R: Real, const LEN: usize>() -> [R; LEN] {
    let [a, b, _] = MuellerBrown::<R>::MINIMA.map(|p| p.map(R::from_f64));
    let mut images = [R::ZERO; LEN];
    images[..2].copy_from_slice(&a);
    images[LEN - 2..].copy_from_slice(&b);
    images
}

fn band<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    const IMAGES: usize = 9;
    let f = MuellerBrown::<R>::default();
    let real = R::from_f64;
    let relaxers = [
        Relaxer::descent(real(2e-4), real(0.5)),
        Relaxer::Fire(Fire { dt: real(5e-3), dt_max: real(2e-2), max_step: real(0.2) }),
        Relaxer::Adaptive(Adaptive { tolerance: real(0.1) }),
    ];
    for relaxer in relaxers {
        for (tangent, spacing) in
            [(Tangent::Improved, Spacing::Redistribute), (Tangent::Bisector, Spacing::Springs(real(200.0)))]
        {
            let mut images = chord::<R, { 2 * IMAGES }>();
            let mut workspace = [R::ZERO; BandLayout::new(IMAGES, 2, 0).len()];
            let config = BandConfig { tangent, spacing, climb_below: real(50.0), ..BandConfig::new(relaxer) };
            let mut band = Band::new(&f, config, &mut images, &mut workspace)?;
            band.interpolate();
            band.perturb(real(0.01), &mut stream(7, 2))?;
            while band.sweep() < 30 {
                match band.step(&f) {
                    BandStep::Moved { residual, .. } => digest.real(residual),
                    BandStep::Evaluated(image) => digest.real(band.values()[image]),
                    BandStep::NotFinite { .. } | BandStep::MemoryChanged => return Ok(()),
                }
            }
            digest.reals(band.images());
        }
    }
    Ok(())
}

fn string<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    const IMAGES: usize = 9;
    let f = MuellerBrown::<R>::default();
    for interpolation in [Interpolation::Linear, Interpolation::Cubic] {
        let mut images = chord::<R, { 2 * IMAGES }>();
        let mut workspace = [R::ZERO; StringLayout::new(IMAGES, 2, 0).len()];
        let config = StringConfig { learning_rate: R::from_f64(1e-4), interpolation, ends_slide: true };
        let mut string = StringMethod::new(&f, config, &mut images, &mut workspace)?;
        string.interpolate();
        while string.sweep() < 30 {
            if let StringStep::Moved { residual, .. } = string.step(&f) {
                digest.real(residual);
            }
        }
        digest.reals(string.images());
    }
    Ok(())
}

const XOR: Mlp = Mlp::from_widths(&[2, 4, 1]);

fn autoneb<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    const CAPACITY: usize = 6;
    const DIM: usize = XOR.param_len();
    let corner = [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0].map(R::from_f64);
    let data = Dataset::new(&corner, 2, Targets::Labels(&[0, 1, 1, 0]))?;
    let f = MlpObjective::new(XOR, Loss::BinaryCrossEntropy, data, R::from_f64(1e-3))?.with_tile(4)?;
    let mut images = [R::ZERO; CAPACITY * DIM];
    XOR.init(Init::GlorotNormal, &mut images[..DIM], &mut stream(7, 3));
    XOR.init(Init::GlorotNormal, &mut images[DIM..2 * DIM], &mut stream(7, 4));
    let insert = Cycle { grow: Grow::Insert, sweeps: 12, learning_rate: 0.1 };
    let schedule = [Cycle { grow: Grow::Line(2), ..insert }, insert, insert];
    let config = AutoNebConfig { minibatches: true, ..AutoNebConfig::new(&schedule) };
    let batches = [[0u32, 1], [2, 3], [1, 3]];
    let mut drawn = 0;
    let mut workspace = [R::ZERO; AutoNebLayout::new(CAPACITY, DIM, XOR.scratch_len(4) + DIM).len()];
    let first = OnBatch::new(&f, &batches[0]);
    let mut search = AutoNeb::new(&first, &f, config, &mut images, &mut workspace)?;
    loop {
        match search.step(&OnBatch::new(&f, &batches[drawn % 3]), &f) {
            AutoNebStep::Moved { residual, .. } => {
                digest.real(residual);
                drawn += 1;
            }
            AutoNebStep::CycleDone(report) => {
                digest.reals(&[report.path.saddle, report.path.barrier, report.path.length]);
            }
            AutoNebStep::Ended(_) => break,
            _ => (),
        }
    }
    digest.reals(search.path());
    Ok(())
}

fn sampling<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let f = Ring::<R>::default();
    let real = R::from_f64;
    let trainers = [
        Trainer::Descent { learning_rate: real(0.02), momentum: real(0.5) },
        Trainer::Adam { learning_rate: real(0.02) },
    ];
    for trainer in trainers {
        let mut beads = [R::ZERO; 32];
        beads[..4].copy_from_slice(&[-1.0, 0.0, 1.0, 0.1].map(real));
        let config = StringSamplingConfig {
            level: real(0.2),
            accept: real(1.1),
            train_to: real(0.95),
            points: 20,
            split: SplitAt::Highest,
            depth: 6,
            trainer,
            train_steps: 500,
        };
        let mut workspace = [R::ZERO; StringSamplingLayout::new(16, 2, 0).len()];
        let mut sampling = StringSampling::new(&f, config, &mut beads, &mut workspace)?;
        loop {
            match sampling.step(&f) {
                StringSamplingStep::Scanned { value } | StringSamplingStep::Trained { value } => {
                    digest.real(value)
                }
                StringSamplingStep::Ended(_) => break,
                _ => (),
            }
        }
        digest.reals(sampling.path());
    }
    Ok(())
}

fn curve<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    let f = Ring::<R>::default();
    for kind in [CurveKind::Bezier, CurveKind::Polychain] {
        let mut controls = [-1.0, 0.0, -0.3, 0.6, 0.4, 0.7, 1.0, 0.0].map(R::from_f64);
        let mut workspace = [R::ZERO; CurveLayout::new(4, 2, 0).len()];
        let config = CurveConfig {
            kind,
            draw: Draw::Random,
            draws: 2,
            learning_rate: R::from_f64(0.05),
            momentum: R::from_f64(0.9),
        };
        let mut curve = Curve::new(&f, config, &mut controls, &mut workspace)?;
        let mut rng: Xoshiro128PlusPlus = stream(7, 5);
        loop {
            match curve.step(&f, &mut rng) {
                CurveStep::Evaluated { value, .. } => digest.real(value),
                CurveStep::Moved { update: 40, .. } => break,
                CurveStep::Moved { mean, .. } => digest.real(mean),
                CurveStep::NotFinite { .. } | CurveStep::TooFar { .. } | CurveStep::MemoryChanged => break,
            }
        }
        digest.reals(curve.controls());
    }
    Ok(())
}

fn alignment<R: Real>(digest: &mut Fingerprint) -> Result<(), ArgError> {
    const NET: Mlp = Mlp::from_widths(&[2, 6, 4, 1]);
    const DIM: usize = NET.param_len();
    const LAYOUT: AlignLayout = AlignLayout::new(&NET);
    let (reference, mut params) = (numbers::<R, DIM>(25, 1.0), numbers::<R, DIM>(26, 1.0));
    let (mut workspace, mut indices) = ([R::ZERO; LAYOUT.len()], [0; LAYOUT.index_len()]);
    let config = AlignConfig::default();
    let mut report = |aligned: Aligned<R>, params: &[R]| {
        digest.word(aligned.passes.into());
        digest.reals(&[aligned.before, aligned.after]);
        digest.reals(params);
    };
    report(NET.align(config, &reference, &mut params, &mut workspace, &mut indices)?, &params);
    let rng = &mut stream(25, 0);
    report(NET.align_again(config, &reference, &mut params, &mut workspace, &mut indices, rng)?, &params);
    NET.filter_normalise(&reference, &mut params)?;
    digest.reals(&params);
    Ok(())
}
