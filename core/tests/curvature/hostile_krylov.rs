//! Densities, deflated traces, rises and saddle-free walks, whatever they are given: no panic, no endless loop, and no result
//! that was not finite is kept.

use losscape::Objective;
use losscape::base::random::stream;
use losscape::curvature::{
    DeflatedTrace, DeflatedTraceLayout, DeflatedTraceStep, DensityConfig, DensityLayout, DensityStep,
    LanczosConfig, Probe, Region, SaddleFree, SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep, Sharpness,
    SharpnessConfig, SharpnessLayout, SharpnessStep, SpectralDensity,
};
use proptest::prelude::*;

use super::hostile::{Hostile, anything, number, off_by, resized};

fn answers() -> impl Strategy<Value = Vec<f32>> {
    prop::collection::vec(anything(), 1..20)
}

/// Few, none, and more than anything holds.
fn few() -> impl Strategy<Value = u32> {
    prop_oneof![8 => 0u32..6, 1 => Just(40)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn densities(
        (answers, dim, probes, steps) in (answers(), 0usize..6, few(), few()),
        (reorthogonalise, gaussian) in (any::<bool>(), any::<bool>()),
        (a, b, c) in (off_by(), off_by(), off_by()),
        (x, y) in (anything(), anything()),
    ) {
        let f = Hostile { dim, answers };
        let layout = DensityLayout::new(dim, steps as usize, 0, probes as usize);
        let lanczos = if reorthogonalise { layout.lanczos() } else { layout.lanczos().without_reorthogonalisation() };
        let probe = if gaussian { Probe::Gaussian } else { Probe::Rademacher };
        let config = DensityConfig { probes, probe, lanczos: LanczosConfig { steps, reorthogonalise } };
        let memory = (resized(lanczos.basis_len(), a), resized(lanczos.len(), b), resized(layout.nodes_len(), c));
        let Ok(mut density) = SpectralDensity::new(&f, config, memory.0, memory.1, memory.2) else { return Ok(()) };
        let mut rng = stream(3, 0);
        for _ in 0..60 {
            if matches!(density.step(&f, &mut rng), DensityStep::Done | DensityStep::MemoryChanged) {
                break;
            }
        }
        for (value, weight) in density.nodes() {
            prop_assert!(value.is_finite() && (0.0..1.001).contains(&weight), "{value} {weight}");
        }
        let _ = (density.range(), density.density(x, y), density.share(x, y), density.average(|x| x * y));
    }

    #[test]
    fn deflated_traces(
        (answers, dim, rank, gaussian) in (answers(), 0usize..6, few(), any::<bool>()),
        (a, b) in (off_by(), off_by()),
    ) {
        let f = Hostile { dim, answers };
        let layout = DeflatedTraceLayout::new(dim, rank as usize, 0);
        let probe = if gaussian { Probe::Gaussian } else { Probe::Rademacher };
        let (basis, workspace) = (resized(layout.basis_len(), a), resized(layout.len(), b));
        let Ok(mut trace) = DeflatedTrace::new(&f, rank, probe, basis, workspace) else { return Ok(()) };
        let mut rng = stream(3, 0);
        for _ in 0..30 {
            let before = (trace.kept(), trace.estimate().mean.to_bits());
            let step = trace.step(&f, &mut rng);
            let after = (trace.kept(), trace.estimate().mean.to_bits());
            match step {
                DeflatedTraceStep::NotFinite | DeflatedTraceStep::MemoryChanged | DeflatedTraceStep::Done =>
                    prop_assert_eq!(before, after),
                DeflatedTraceStep::Added { .. } | DeflatedTraceStep::Exact { .. } | DeflatedTraceStep::Direction { .. } => {}
            }
        }
    }

    #[test]
    fn rises(
        answers in answers(),
        params in prop::collection::vec(anything(), 0..6),
        (size, ball, starts, steps, off) in (number(), any::<bool>(), few(), few(), off_by()),
    ) {
        let f = Hostile { dim: params.len(), answers };
        let region = if ball { Region::Ball { radius: size } } else { Region::Box { size } };
        let workspace = resized(SharpnessLayout::new(params.len(), f.scratch_len_of()).len(), off);
        let config = SharpnessConfig { region, starts, steps };
        let Ok(mut sharpness) = Sharpness::new(&f, config, &params, workspace) else { return Ok(()) };
        let (mut rng, mut most) = (stream(3, 0), 1 + (starts + 1) * steps);
        while !matches!(
            sharpness.step(&f, &mut rng),
            SharpnessStep::Done | SharpnessStep::CentreNotFinite | SharpnessStep::MemoryChanged
        ) {
            prop_assert!(most > 0, "no end");
            most -= 1;
        }
        prop_assert!(sharpness.rise() >= 0.0, "{}", sharpness.rise());
        let _ = sharpness.percentage();
    }

    #[test]
    fn saddle_free_walks(
        answers in answers(),
        params in prop::collection::vec(anything(), 0..6),
        (products, damping, grad_norm) in (few(), number(), number()),
        (a, b, c) in (off_by(), off_by(), off_by()),
    ) {
        let f = Hostile { dim: params.len(), answers };
        let layout = SaddleFreeLayout::new(params.len(), products as usize, f.scratch_len_of(), f.scratch_len_of());
        let lanczos = layout.lanczos();
        let memory = (resized(lanczos.basis_len(), a), resized(lanczos.len(), b), resized(layout.len(), c));
        let config = SaddleFreeConfig { products, damping, grad_norm };
        let Ok(mut walk) = SaddleFree::new(&f, config, &params, memory.0, memory.1, memory.2) else { return Ok(()) };
        let mut rng = stream(3, 0);
        for _ in 0..200 {
            let before = walk.params().to_vec();
            match walk.step(&f, &mut rng) {
                SaddleFreeStep::Moved { value, length, .. } => {
                    prop_assert!(value.is_finite() && length.is_finite());
                    prop_assert!(walk.params().iter().all(|x| x.is_finite()), "{:?}", walk.params());
                }
                SaddleFreeStep::Converged { lowest } | SaddleFreeStep::AtSaddle { lowest } => {
                    prop_assert!(lowest.is_finite() && walk.grad_norm() <= grad_norm, "{}", lowest);
                    break;
                }
                SaddleFreeStep::Stuck | SaddleFreeStep::NotFinite | SaddleFreeStep::MemoryChanged => break,
                _ => prop_assert_eq!(walk.params(), &before[..]),
            }
        }
    }
}

impl Hostile {
    /// The scratch of a landscape; as an operator it has another.
    fn scratch_len_of(&self) -> usize {
        Objective::scratch_len(self)
    }
}
