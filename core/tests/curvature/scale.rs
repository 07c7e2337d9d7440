//! Every method does the same on `k f(θ / c)` as on `f(θ)`, in units of k and c: to the last bit where both are powers of two.

use losscape::base::random::{fill_normal, stream};
use losscape::curvature::{
    BatchSharpness, BatchSharpnessLayout, BatchSharpnessStep, CriticalSearch, DeflatedTrace,
    DeflatedTraceLayout, DeflatedTraceStep, DensityConfig, DensityLayout, DensityStep, EigenLayout,
    EigenvectorFollowing, FollowingConfig, FollowingLayout, FollowingStep, Hessian, HessianLayout,
    HessianStep, Lanczos, LanczosConfig, LanczosLayout, LanczosStep, Probe, Region, SaddleFree,
    SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep, SearchLayout, SearchStep, Sharpness, SharpnessConfig,
    SharpnessLayout, SharpnessStep, SpectralDensity, Subspace, SubspaceLayout, TraceEstimate, TraceLayout,
    TraceStep, eigen, signature,
};
use losscape::flow::{
    CentralFlow, CentralFlowConfig, CentralFlowLayout, CentralFlowStep, FlowConfig, FlowLayout, FlowStep,
    GradientFlow,
};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Loss, Mlp, MlpObjective};
use losscape::objective::{GaussNewtonAt, HessianAt};
use losscape::sgd::{FullBatch, LearningRate, Sgd, SgdLayout, SgdStep, SharpnessAware};
use losscape::{Curvature, Objective, Operator, Real};

use crate::exact::{in_both_types, power};
use crate::units::{Notes, in_all_units};

fn spectra<R: Real>() {
    in_all_units("the Hessian and its signature", |run: &mut Notes<'_, R>| {
        let (at, start) = (HessianAt::new(&run.f, &run.start).expect("finite"), run.start.len());
        let layout = HessianLayout::new(start, at.scratch_len());
        let (matrix, workspace) = (vec![R::NAN; layout.matrix_len()], vec![R::NAN; layout.len()]);
        let mut hessian = Hessian::new(&at, matrix, workspace).expect("fits");
        let tolerance = loop {
            match hessian.step(&at) {
                HessianStep::Product { .. } => (),
                HessianStep::Done { tolerance, .. } => break tolerance,
                other => panic!("{other:?}"),
            }
        };
        let (mut matrix, mut values) = (hessian.into_parts().0, vec![R::ZERO; start]);
        eigen(&mut matrix, &mut values, &mut vec![R::NAN; EigenLayout::new(start).len()]).expect("finite");
        let counted = signature(&values, tolerance);
        run.curvatures(&values);
        run.notes.extend(matrix);
        run.count(counted.negative);
        run.curvatures(&[tolerance.absolute]);
    });
    for reorthogonalise in [false, true] {
        in_all_units("Lanczos", |run: &mut Notes<'_, R>| {
            let at = HessianAt::new(&run.f, &run.start).expect("finite");
            let mut layout = LanczosLayout::new(at.dim(), 6, at.scratch_len());
            if !reorthogonalise {
                layout = layout.without_reorthogonalisation();
            }
            let (basis, workspace) = (vec![R::NAN; layout.basis_len()], vec![R::NAN; layout.len()]);
            let config = LanczosConfig { steps: 6, reorthogonalise };
            let mut lanczos = Lanczos::new(&at, config, &run.start, basis, workspace).expect("fits");
            let mut rng = stream(1, 0);
            while lanczos.step(&at, &mut rng) != LanczosStep::Done {}
            let ritz = lanczos.ritz().expect("steps");
            let (values, residuals): (Vec<R>, Vec<R>) =
                (0..6).map(|i| (ritz.values()[i], ritz.residual(i))).unzip();
            let weights: Vec<R> = (0..6).map(|i| ritz.weight(i)).collect();
            run.curvatures(&values);
            run.curvatures(&residuals);
            run.notes.extend(weights);
        });
    }
    in_all_units("traces", |run: &mut Notes<'_, R>| {
        let at = HessianAt::new(&run.f, &run.start).expect("finite");
        let mut rng = stream(2, 0);
        let workspace = vec![R::NAN; TraceLayout::new(at.dim(), at.scratch_len()).len()];
        let mut plain = TraceEstimate::new(&at, Probe::Gaussian, workspace).expect("fits");
        while plain.count() < 9 {
            let step = plain.step(&at, &mut rng);
            assert!(matches!(step, TraceStep::Added { .. }), "{step:?}");
        }
        let layout = DeflatedTraceLayout::new(at.dim(), 3, at.scratch_len());
        let (basis, workspace) = (vec![R::NAN; layout.basis_len()], vec![R::NAN; layout.len()]);
        let mut deflated = DeflatedTrace::new(&at, 3, Probe::Gaussian, basis, workspace).expect("fits");
        while !matches!(deflated.step(&at, &mut rng), DeflatedTraceStep::Added { count: 9 }) {}
        let (a, b) = ((plain.mean(), plain.standard_error()), deflated.estimate());
        run.curvatures(&[a.0, a.1, b.mean, b.standard_error]);
    });
    in_all_units("a density", |run: &mut Notes<'_, R>| {
        let at = HessianAt::new(&run.f, &run.start).expect("finite");
        let lanczos = LanczosConfig { steps: 4, reorthogonalise: true };
        let config = DensityConfig { probes: 3, probe: Probe::Rademacher, lanczos };
        let layout = DensityLayout::new(at.dim(), 4, at.scratch_len(), 3);
        let memory = [layout.lanczos().basis_len(), layout.lanczos().len(), layout.nodes_len()];
        let [basis, workspace, nodes] = memory.map(|len| vec![R::NAN; len]);
        let mut density = SpectralDensity::new(&at, config, basis, workspace, nodes).expect("fits");
        let mut rng = stream(3, 0);
        while density.step(&at, &mut rng) != DensityStep::Done {}
        let (mean, share) = (density.average(|x| x), density.share(R::ZERO, R::INFINITY));
        let (low, high) = density.range().expect("probes");
        run.curvatures(&[mean.mean, mean.standard_error, low, high]);
        run.notes.extend([share.mean, share.standard_error]);
    });
}

fn sharpness<R: Real>() {
    in_all_units("batch sharpness", |run: &mut Notes<'_, R>| {
        let workspace = vec![R::NAN; BatchSharpnessLayout::of(&run.f, 2).len()];
        let mut sharpness = BatchSharpness::new(&run.f, &run.start, workspace).expect("fits");
        for batch in [[0, 5], [1, 7], [2, 3], [4, 6]] {
            let step = sharpness.step(&run.f, &batch);
            assert!(matches!(step, BatchSharpnessStep::Added { .. }), "{step:?}");
        }
        for found in [sharpness.estimate(), sharpness.mean_quotient()] {
            run.curvatures(&[found.mean, found.standard_error]);
        }
        run.count(sharpness.count());
    });
    in_all_units("the rise in a ball", |run: &mut Notes<'_, R>| {
        let region = Region::Ball { radius: run.length(0.25) };
        let config = SharpnessConfig { region, starts: 2, steps: 8 };
        let workspace = vec![R::NAN; SharpnessLayout::new(run.f.dim(), run.f.scratch_len()).len()];
        let mut sharpness = Sharpness::new(&run.f, config, &run.start, workspace).expect("fits");
        let mut rng = stream(5, 0);
        while sharpness.step(&run.f, &mut rng) != SharpnessStep::Done {}
        run.values(&[sharpness.rise(), sharpness.centre(), sharpness.rise() + sharpness.centre()]);
    });
    // Directions in the units of the parameters, and longer and shorter ones: coordinates are in units of both. The gradient along
    // them, k times their unit, has to be a number of the type.
    for direction in [0, 40] {
        in_all_units("the rise within a subspace", |run: &mut Notes<'_, R>| {
            let direction = if run.f.k > R::ONE { -direction } else { direction };
            let n = run.start.len();
            let mut directions = vec![R::ZERO; 3 * n];
            fill_normal(&mut stream(9, 0), &mut directions);
            let unit = run.f.c * power(direction);
            directions.iter_mut().for_each(|x| *x *= unit);
            let memory = vec![R::NAN; SubspaceLayout::new(3).len()];
            let within = Subspace::new(&run.f, &run.start, directions, memory).expect("independent");
            let coordinates: Vec<R> = within.coordinates().iter().map(|c| *c * power(direction)).collect();
            let region = Region::Ball { radius: R::from_f64(0.125) / power(direction) };
            let config = SharpnessConfig { region, starts: 2, steps: 6 };
            let workspace = vec![R::NAN; SharpnessLayout::new(3, within.scratch_len()).len()];
            let mut sharpness =
                Sharpness::new(&within, config, within.coordinates(), workspace).expect("fits");
            let mut rng = stream(5, 0);
            while sharpness.step(&within, &mut rng) != SharpnessStep::Done {}
            let rise = sharpness.rise();
            let (mut grad, mut scratch) = (vec![R::NAN; 3], vec![R::NAN; within.scratch_len()]);
            let value = within.value_grad(within.coordinates(), &mut grad, &mut scratch);
            run.values(&[rise, value]);
            run.values(&grad.iter().map(|g| *g / power(direction)).collect::<Vec<_>>());
            run.notes.extend(coordinates);
        });
    }
    in_all_units("sharpness-aware descent", |run: &mut Notes<'_, R>| {
        let source = SharpnessAware::new(FullBatch, run.length(0.05)).expect("positive");
        let len = SgdLayout::new(run.f.dim(), run.f.dim() + run.f.scratch_len()).len();
        let rate = LearningRate::constant(run.rate(0.1));
        let mut sgd = Sgd::new(&run.f, run.start.clone(), source, rate, vec![R::NAN; len]).expect("fits");
        for _ in 0..30 {
            let step = sgd.step(&run.f, &mut stream(1, 0));
            assert!(matches!(step, SgdStep::Stepped { .. }), "{step:?}");
        }
        let params = sgd.params().to_vec();
        run.params(&params);
    });
}

fn searches<R: Real>() {
    let near = if R::BYTES == 4 { 1e-2 } else { 1e-9 };
    for index in [0, 1] {
        in_all_units("eigenvector following", |run: &mut Notes<'_, R>| {
            let n = run.f.dim();
            let layout = FollowingLayout::new(n, run.f.scratch_len(), run.f.hess_vec_scratch_len());
            let (matrix, workspace) = (vec![R::NAN; layout.matrix_len()], vec![R::NAN; layout.len()]);
            let (max_step, mode_step) = (run.length(0.5), run.length(1.0));
            let config = FollowingConfig { index, max_step, mode_step, grad_norm: run.gradient(near) };
            let start = run.start.clone();
            let mut walk = EigenvectorFollowing::new(&run.f, config, start, matrix, workspace).expect("fits");
            while walk.moves() < 40 {
                match walk.step(&run.f) {
                    FollowingStep::Moved { length, negative, .. } => {
                        run.notes.push(length / run.f.c);
                        run.notes.push(R::from_u32(negative));
                    }
                    FollowingStep::Converged(_) | FollowingStep::Stuck(_) => break,
                    FollowingStep::NotFinite | FollowingStep::MemoryChanged => panic!("{:?}", walk.params()),
                    FollowingStep::Evaluated { .. } | FollowingStep::Product { .. } => (),
                }
            }
            let (params, values) = (walk.params().to_vec(), walk.eigenvalues().to_vec());
            run.params(&params);
            run.curvatures(&values);
        });
    }
    in_all_units("the search for a critical point", |run: &mut Notes<'_, R>| {
        let n = run.f.dim();
        let layout = SearchLayout::new(n, run.f.scratch_len(), run.f.hess_vec_scratch_len());
        let (matrix, workspace) = (vec![R::NAN; layout.matrix_len()], vec![R::NAN; layout.len()]);
        let (tolerance, start) = (run.gradient(near), run.start.clone());
        let mut search = CriticalSearch::new(&run.f, tolerance, start, matrix, workspace).expect("fits");
        while search.moves() < 40 {
            match search.step(&run.f) {
                SearchStep::Moved { grad_norm, .. } => run.gradients(&[grad_norm]),
                SearchStep::Refused => run.count(1),
                SearchStep::Converged(_) | SearchStep::Stuck(_) => break,
                SearchStep::NotFinite | SearchStep::MemoryChanged => panic!("{:?}", search.params()),
                _ => (),
            }
        }
        let (params, values) = (search.params().to_vec(), search.eigenvalues().to_vec());
        run.params(&params);
        run.curvatures(&values);
    });
    for products in [3, 16] {
        in_all_units("saddle-free steps", |run: &mut Notes<'_, R>| {
            let (n, scratch) = (run.f.dim(), run.f.scratch_len());
            let layout = SaddleFreeLayout::new(n, products as usize, scratch, run.f.hess_vec_scratch_len());
            let memory = [layout.lanczos().basis_len(), layout.lanczos().len(), layout.len()];
            let [basis, krylov, workspace] = memory.map(|len| vec![R::NAN; len]);
            let config = SaddleFreeConfig { products, damping: R::ZERO, grad_norm: run.gradient(near) };
            let mut walk =
                SaddleFree::new(&run.f, config, &run.start, basis, krylov, workspace).expect("fits");
            let mut rng = stream(1, 0);
            while walk.moves() < 20 {
                match walk.step(&run.f, &mut rng) {
                    SaddleFreeStep::Moved { value, length, .. } => {
                        run.values(&[value]);
                        run.params(&[length]);
                    }
                    SaddleFreeStep::Refused => run.count(1),
                    SaddleFreeStep::Evaluated { .. } | SaddleFreeStep::Product { .. } => (),
                    // In the smallest unit, the last digits of a curvature far below the largest are lost.
                    end @ (SaddleFreeStep::Converged { .. } | SaddleFreeStep::AtSaddle { .. }) => {
                        run.count(u32::from(matches!(end, SaddleFreeStep::AtSaddle { .. })));
                        break;
                    }
                    SaddleFreeStep::Stuck => break,
                    other => panic!("{other:?}"),
                }
            }
            let params = walk.params().to_vec();
            run.params(&params);
        });
    }
}

fn flows<R: Real>() {
    in_all_units("the gradient flow", |run: &mut Notes<'_, R>| {
        let tolerance = R::from_f64(1e-4);
        let (absolute, end) = (run.length(1e-4), run.rate(5.0));
        let config = FlowConfig { relative: tolerance, absolute, grad_norm: run.gradient(1e-6), end };
        let memory = vec![R::NAN; FlowLayout::new(run.f.dim(), run.f.scratch_len()).len()];
        let mut flow = GradientFlow::new(&run.f, &run.start, config, memory).expect("fits");
        while let FlowStep::Moved { error, .. } | FlowStep::Rejected { error, .. } = flow.step(&run.f) {
            run.notes.push(error);
        }
        let params = flow.params().to_vec();
        run.params(&params);
        run.count(flow.moves());
    });
    in_all_units("the central flow", |run: &mut Notes<'_, R>| {
        // From small weights the curvature grows, and at this rate it is at the edge from the start.
        let config = CentralFlowConfig {
            learning_rate: run.rate(20.0),
            pieces: 100,
            iterations: 2,
            difference: run.length(1e-2),
        };
        let memory = vec![R::NAN; CentralFlowLayout::of(&run.f).len()];
        let (start, mut at_edge) =
            (run.start.iter().map(|x| *x / R::from_f64(4.0)).collect::<Vec<_>>(), false);
        let mut flow = CentralFlow::new(&run.f, &start, &start, config, memory).expect("fits");
        for _ in 0..60 {
            let step = flow.step(&run.f);
            let CentralFlowStep::Moved { value, sharpness, variance } = step else { panic!("{step:?}") };
            run.values(&[value]);
            run.curvatures(&[sharpness]);
            run.notes.push(variance / run.f.c / run.f.c);
            at_edge |= variance > R::ZERO;
        }
        assert!(at_edge, "the edge is not reached");
        let params = flow.params().to_vec();
        run.params(&params);
    });
}

/// Products are linear in the vector, of whatever length it is, single, prepared or several at a time.
fn products<R: Real>() {
    in_all_units("prepared and Gauss–Newton products", |run: &mut Notes<'_, R>| {
        let (f, n) = (&run.f.f, run.f.dim());
        let at: Vec<R> = run.start.iter().map(|x| *x / run.f.c).collect();
        let prepared = f.prepare(&at, vec![R::NAN; f.prepared_len()]).expect("fits");
        let mut v = vec![R::ZERO; 3 * n];
        fill_normal(&mut stream(6, 0), &mut v);
        v.iter_mut().for_each(|v| *v *= run.f.k);
        let mut out = vec![R::NAN; 5 * n];
        let mut scratch = vec![R::NAN; prepared.several_scratch_len(3)];
        let (several, single) = out.split_at_mut(3 * n);
        let (single, square) = single.split_at_mut(n);
        prepared.apply_several(&v, several, &mut scratch);
        prepared.apply(&v[..n], single, &mut scratch);
        let gauss_newton = GaussNewtonAt::new(f, &at).expect("finite");
        gauss_newton.apply(&v[..n], square, &mut vec![R::NAN; gauss_newton.scratch_len()]);
        run.values(&out);
    });
}

/// Symmetric directions and split units see no scale of the parameters.
fn symmetries<R: Real>() {
    in_all_units("symmetries and split units", |run: &mut Notes<'_, R>| {
        let net = Mlp::new(&[1, 3, 2]).expect("widths").with_hidden(Activation::Relu);
        let x = [R::ONE, -R::ONE, R::HALF];
        let data = Dataset::new(&x, 1, Targets::Labels(&[0, 1, 0])).expect("data");
        let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, R::ZERO).expect("valid");
        let mut params = vec![R::ZERO; f.dim()];
        fill_normal(&mut stream(7, 0), &mut params);
        params.iter_mut().for_each(|p| *p *= run.f.c);
        let mut modes = vec![R::NAN; f.symmetry_count() * f.dim()];
        let count = f.symmetry_modes(&params, &mut modes).expect("fits");
        assert_eq!(count, 4 + 3, "shifts and scales");
        run.notes.extend(modes);
        let mut split = vec![R::NAN; net.wider(0).expect("hidden").param_len()];
        net.split_unit(0, 1, R::from_f64(0.375), &params, &mut split).expect("fits");
        run.params(&split);
    });
}

in_both_types! {
    spectra_are_homogeneous = spectra;
    sharpness_is_homogeneous = sharpness;
    searches_are_homogeneous = searches;
    flows_are_homogeneous = flows;
    products_are_homogeneous = products;
    symmetries_are_homogeneous = symmetries;
}
