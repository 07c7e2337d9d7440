//! Whatever numbers and lengths the curvature methods are given, they answer or refuse; nothing panics, nothing runs
//! for ever, and a refusal changes nothing.

use losscape::base::random::stream;
use losscape::curvature::slices::{
    GridStep, Plane, PlaneGrid, PlaneGridConfig, PlaneGridLayout, PrincipalLayout, principal_axes,
    random_walk, through,
};
use losscape::curvature::{
    EigenLayout, EigenvectorFollowing, FollowingConfig, FollowingLayout, FollowingStep, Hessian, HessianStep,
    Lanczos, LanczosConfig, LanczosLayout, LanczosStep, Probe, Tolerance, TraceEstimate, TraceLayout,
    TraceStep, eigen, eigenvalues, signature, trace,
};
use losscape::models::mlp::{Activation, AlignConfig, AlignLayout, Mlp};
use losscape::{Curvature, Objective, Operator};
use proptest::prelude::*;

/// Numbers of ordinary size, and all that are not.
pub(crate) fn number() -> impl Strategy<Value = f32> {
    prop_oneof![
        4 => -3.0f32..3.0,
        1 => Just(0.0),
        1 => prop_oneof![Just(-0.0f32), Just(1e-45), Just(f32::MIN_POSITIVE), Just(-1e-30), Just(1e30)],
        1 => prop_oneof![Just(f32::MAX), Just(f32::MIN)],
    ]
}

/// Those, infinities and NaN.
pub(crate) fn anything() -> impl Strategy<Value = f32> {
    prop_oneof![20 => number(), 1 => prop_oneof![Just(f32::NAN), Just(f32::INFINITY), Just(f32::NEG_INFINITY)]]
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(anything(), 0..most)
}

/// One number too many, or too few, now and then.
pub(crate) fn off_by() -> impl Strategy<Value = isize> {
    prop_oneof![6 => Just(0), 1 => Just(-1), 1 => Just(1)]
}

pub(crate) fn resized(len: usize, off: isize) -> Vec<f32> {
    vec![f32::NAN; len.saturating_add_signed(off)]
}

fn bits(numbers: &[f32]) -> Vec<u32> {
    numbers.iter().map(|x| x.to_bits()).collect()
}

/// A landscape and a map whose answers are given numbers, one after the other.
pub(crate) struct Hostile {
    pub(crate) dim: usize,
    pub(crate) answers: Vec<f32>,
}

impl Hostile {
    fn fill(&self, seed: f32, out: &mut [f32]) {
        let start = seed.to_bits() as usize;
        for (k, out) in out.iter_mut().enumerate() {
            *out = self.answers[(start + k) % self.answers.len()];
        }
    }
}

impl Objective for Hostile {
    fn dim(&self) -> usize {
        self.dim
    }
    fn scratch_len(&self) -> usize {
        1
    }
    fn value(&self, params: &[f32], _: &mut [f32]) -> f32 {
        let mut value = [0.0];
        self.fill(params.first().copied().unwrap_or(0.0), &mut value);
        value[0]
    }
    fn value_grad(&self, params: &[f32], grad: &mut [f32], scratch: &mut [f32]) -> f32 {
        self.fill(params.last().copied().unwrap_or(1.0), grad);
        self.value(params, scratch)
    }
}

impl Curvature for Hostile {
    fn hess_vec(&self, params: &[f32], v: &[f32], out: &mut [f32], _: &mut [f32]) {
        let at = v.iter().position(|x| *x != 0.0).unwrap_or(0);
        self.fill(params.get(at).copied().unwrap_or(2.0), out);
    }
}

impl Operator for Hostile {
    fn dim(&self) -> usize {
        self.dim
    }
    fn scratch_len(&self) -> usize {
        0
    }
    fn apply(&self, v: &[f32], out: &mut [f32], _: &mut [f32]) {
        let at = v.iter().position(|x| *x != 0.0).unwrap_or(0);
        self.fill(f32::from_bits(at as u32), out);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn spectra(mut matrix in numbers(30), n in 0usize..6, (a, b) in (off_by(), off_by()), vectors in any::<bool>()) {
        matrix.truncate((n * n).saturating_add_signed(a));
        let (before, mut values) = (bits(&matrix), vec![7.0; n]);
        let mut workspace = resized(EigenLayout::new(n).len(), b);
        let solve = if vectors { eigen } else { eigenvalues };
        match solve(&mut matrix, &mut values, &mut workspace) {
            Ok(()) => prop_assert!(values.is_sorted() && values.iter().all(|x| x.is_finite()), "{values:?}"),
            Err(error) if error.reason == losscape::Reason::Overflow => (),
            Err(error) => {
                prop_assert_eq!(bits(&matrix), before, "{}", error);
                prop_assert_eq!(values, vec![7.0; n]);
            }
        }
    }

    #[test]
    fn signatures(values in numbers(9), relative in anything(), absolute in anything()) {
        let counted = signature(&values, Tolerance { relative, absolute });
        prop_assert_eq!(counted.positive + counted.flat + counted.negative, values.len() as u32);
        let _ = trace(&values, 3);
    }

    #[test]
    fn hessians(answers in prop::collection::vec(anything(), 1..20), dim in 0usize..5, (a, b) in (off_by(), off_by())) {
        let f = Hostile { dim, answers };
        let made = Hessian::new(&f, resized(dim * dim, a), resized(dim, b));
        let Ok(mut hessian) = made else { return Ok(()) };
        let mut last = None;
        for _ in 0..dim + 2 {
            last = Some(hessian.step(&f));
        }
        match last {
            Some(HessianStep::Done { .. }) => prop_assert!(hessian.matrix().iter().all(|h| h.is_finite())),
            step => prop_assert!(matches!(step, Some(HessianStep::NotFinite { .. })), "{step:?}"),
        }
    }

    #[test]
    fn walks(
        answers in prop::collection::vec(anything(), 1..40),
        params in numbers(4),
        (index, max_step, mode_step, grad_norm) in (0u32..5, anything(), anything(), anything()),
        (a, b) in (off_by(), off_by()),
    ) {
        let f = Hostile { dim: params.len(), answers };
        let layout = FollowingLayout::new(params.len(), 1, 1);
        let config = FollowingConfig { index, max_step, mode_step, grad_norm };
        let memory = (resized(layout.matrix_len(), a), resized(layout.len(), b));
        let Ok(mut walk) = EigenvectorFollowing::new(&f, config, params, memory.0, memory.1) else { return Ok(()) };
        for _ in 0..60 {
            let before = bits(walk.params());
            let step = walk.step(&f);
            if !matches!(step, FollowingStep::Moved { .. }) {
                prop_assert_eq!(bits(walk.params()), before, "{:?}", step);
            }
            prop_assert!(walk.params().iter().all(|x| x.is_finite()), "{step:?}");
            let _ = (walk.mode(7), walk.eigenvalues());
        }
    }

    #[test]
    fn planes(rows in numbers(20), points in numbers(20), (x, y) in (anything(), anything())) {
        let Ok(plane) = Plane::new(&rows) else { return Ok(()) };
        let mut out = vec![0.0; points.len()];
        plane.point([x, y], &mut out);
        let _ = (plane.project(&points), plane.extent(&points), plane.share(&points, &points));
        let share = plane.share(&points, &rows[..plane.dim()]);
        prop_assert!(share.is_nan() || share >= -1e-5, "{share}");
        prop_assert!(plane.units().iter().all(|length| *length > 0.0));
    }

    #[test]
    fn planes_through(a in numbers(6), b in numbers(6), c in numbers(6), off in off_by()) {
        let mut rows = resized(3 * a.len(), off);
        let before = bits(&rows);
        match through(&a, &b, &c, &mut rows) {
            Ok(()) => prop_assert!(rows.iter().all(|x| x.is_finite()), "{rows:?}"),
            Err(_) => prop_assert_eq!(bits(&rows), before),
        }
    }

    #[test]
    fn principal_planes(trajectory in numbers(20), about in numbers(5), (a, b) in (off_by(), off_by())) {
        let count = trajectory.len() / about.len().max(1);
        let mut axes = resized(2 * about.len(), a);
        let before = bits(&axes);
        match principal_axes(&trajectory, &about, &mut axes, &mut resized(PrincipalLayout::new(count).len(), b)) {
            Ok(found) => {
                let [first, second] = found.shares;
                prop_assert!(first >= second && first + second < 1.001, "{found:?}");
                prop_assert!(axes.iter().all(|x| x.abs() <= 1.0), "{axes:?}");
            }
            Err(_) => prop_assert_eq!(bits(&axes), before),
        }
    }

    #[test]
    fn walks_at_random(mut rows in numbers(20), dim in 0usize..5, seed in any::<u64>()) {
        random_walk(&mut rows, dim, &mut stream(seed, 0));
    }

    #[test]
    fn maps(
        answers in prop::collection::vec(anything(), 1..9),
        rows in prop::collection::vec(-1.0f32..1.0, 6),
        half_width in anything(),
        (coarse, fine) in (prop_oneof![0u32..9, any::<u32>()], prop_oneof![0u32..9, any::<u32>()]),
        (a, b) in (off_by(), off_by()),
    ) {
        let f = Hostile { dim: 2, answers };
        let Ok(plane) = Plane::new(rows) else { return Ok(()) };
        let config = PlaneGridConfig { half_width, coarse, fine };
        let layout = PlaneGridLayout::new(fine.min(64), 2, 1);
        let memory = (resized(layout.values_len(), a), resized(layout.len(), b));
        let Ok(mut grid) = PlaneGrid::new(&f, plane, config, memory.0, memory.1) else { return Ok(()) };
        let mut steps = 0;
        while grid.step(&f) != GridStep::Done {
            steps += 1;
            prop_assert!(steps < 2 * grid.values().len() + 40, "no end");
        }
        prop_assert!(!grid.values().iter().any(|value| value.is_nan()));
        let _ = (grid.coordinate(u32::MAX), grid.coordinate(0));
    }

    #[test]
    fn alignments(
        widths in prop::collection::vec(1usize..4, 2..6),
        reference in prop::collection::vec(anything(), 70),
        params in prop::collection::vec(anything(), 70),
        (mirror, tanh, bias, again) in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
        (a, b, c) in (off_by(), off_by(), off_by()),
    ) {
        let net = Mlp::new(&widths).expect("small");
        let net = net.with_hidden(if tanh { Activation::Tanh } else { Activation::Relu });
        let net = if bias { net } else { net.without_bias() };
        let n = net.param_len();
        let (reference, params) = (&reference[..n.saturating_add_signed(a)], &params[..n]);
        let mut moved = params.to_vec();
        let layout = AlignLayout::new(&net);
        let (mut workspace, mut indices) = (resized(layout.len(), b), vec![9; layout.index_len().saturating_add_signed(c)]);
        let config = AlignConfig { mirror };
        let aligned = if again {
            net.align_again(config, reference, &mut moved, &mut workspace, &mut indices, &mut stream(1, 2))
        } else {
            net.align(config, reference, &mut moved, &mut workspace, &mut indices)
        };
        let magnitudes = |params: &[f32]| {
            let mut sorted: Vec<f32> = params.iter().map(|x| x.abs()).collect();
            sorted.sort_by(f32::total_cmp);
            sorted
        };
        match aligned {
            Ok(_) => prop_assert_eq!(magnitudes(&moved), magnitudes(params), "the same numbers in other places"),
            Err(_) => prop_assert_eq!(bits(&moved), bits(params)),
        }
    }

    #[test]
    fn filter_norms(
        widths in prop::collection::vec(1usize..4, 2..5),
        params in prop::collection::vec(anything(), 60),
        direction in prop::collection::vec(anything(), 60),
        (a, b) in (off_by(), off_by()),
    ) {
        let net = Mlp::new(&widths).expect("small");
        let n = net.param_len();
        let mut scaled = direction[..n.saturating_add_signed(a)].to_vec();
        let before = bits(&scaled);
        match net.filter_normalise(&params[..n.saturating_add_signed(b)], &mut scaled) {
            Ok(()) => prop_assert!(scaled.iter().all(|x| x.is_finite()), "{scaled:?}"),
            Err(_) => prop_assert_eq!(bits(&scaled), before),
        }
    }

    #[test]
    fn lanczos(
        answers in prop::collection::vec(anything(), 1..20),
        start in numbers(6),
        (steps, reorthogonalise) in (prop_oneof![8 => 0u32..8, 1 => any::<u32>()], any::<bool>()),
        (a, b, i) in (off_by(), off_by(), prop_oneof![0usize..9, Just(usize::MAX)]),
    ) {
        let f = Hostile { dim: start.len(), answers };
        let layout = LanczosLayout::new(start.len(), (steps as usize).min(99), 0);
        let layout = if reorthogonalise { layout } else { layout.without_reorthogonalisation() };
        let (basis, workspace) = (resized(layout.basis_len(), a), resized(layout.len(), b));
        let config = LanczosConfig { steps, reorthogonalise };
        let Ok(mut lanczos) = Lanczos::new(&f, config, &start, basis, workspace) else { return Ok(()) };
        let mut rng = stream(3, 0);
        for _ in 0..12 {
            let step = lanczos.step(&f, &mut rng);
            if let LanczosStep::Extended { beta, .. } = step {
                prop_assert!(beta.is_finite(), "{step:?}");
            }
            if matches!(step, LanczosStep::Done) {
                break;
            }
        }
        if let Some(ritz) = lanczos.ritz() {
            let mut out = vec![0.0; start.len()];
            let _ = (ritz.residual(i), ritz.weight(i), ritz.vector(i, &mut out));
        }
    }

    #[test]
    fn traces(
        answers in prop::collection::vec(anything(), 1..20), dim in 0usize..6, gaussian in any::<bool>(), off in off_by(),
    ) {
        let f = Hostile { dim, answers };
        let probe = if gaussian { Probe::Gaussian } else { Probe::Rademacher };
        let Ok(mut trace) = TraceEstimate::new(&f, probe, resized(TraceLayout::new(dim, 0).len(), off)) else { return Ok(()) };
        let mut rng = stream(3, 0);
        for _ in 0..20 {
            let (mean, count) = (trace.mean(), trace.count());
            match trace.step(&f, &mut rng) {
                TraceStep::Added { .. } => prop_assert!(trace.mean().is_finite()),
                _ => prop_assert_eq!((trace.mean(), trace.count()), (mean, count)),
            }
            let _ = trace.standard_error();
        }
    }
}
