//! Channels to infinity (Martinelli et al. 2025): two hidden units become one another while their outputs grow with opposite signs, and the
//! loss falls for ever.

use losscape::base::elementary::sqrt;
use losscape::base::random::stream;
use losscape::curvature::{SaddleFree, SaddleFreeConfig, SaddleFreeLayout, SaddleFreeStep};
use losscape::models::data::{Dataset, Targets, waves};
use losscape::models::mlp::{Init, Loss, Mlp, MlpObjective};
use losscape::{Curvature, Objective, Real};

use crate::support::spectrum;

const NET: Mlp = Mlp::from_widths(&[1, 2, 1]);

/// How far apart both units' weights and biases are, the second's turned round if that is nearer (tanh is odd); and the sum of the magnitudes of
/// what goes out of them.
fn pair(params: &[f64]) -> (f64, f64) {
    let [w, v, b, c, a, o, _] = params[..] else { panic!("seven parameters") };
    let apart = |sign: f64| sqrt((w - sign * v) * (w - sign * v) + (b - sign * c) * (b - sign * c));
    (apart(1.0).or_smaller(apart(-1.0)), a.abs() + o.abs())
}

/// 1-2-1 networks on sin 3x + 0.3 cos 7x at thirty points, no penalty, by saddle-free steps that know all of the Hessian. Most runs end in a
/// channel: between the early and the late place the units come nearer by more than three times and their outputs grow by as much, the product
/// of both stays, the least curvature is a billionth of the largest, and the loss lies below that of the finite minimum, to which
/// the other runs converge with a positive spectrum. Of twelve runs eight; most gradients at the early place are below 2·10⁻⁶, as if it were a
/// flat minimum.
#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn units_merge_while_their_outputs_diverge() {
    let (mut x, mut y) = ([0.0; 30], [0.0; 30]);
    waves(&mut x, &mut y).unwrap();
    let data = Dataset::new(&x, 1, Targets::Values(&y)).unwrap();
    let f = MlpObjective::new(NET, Loss::MeanSquaredError, data, 0.0).unwrap();
    let n = f.dim();
    let (mut channels, mut minima) = (Vec::new(), Vec::new());
    for seed in 101..=112 {
        let mut start = vec![0.0; n];
        NET.init(Init::GlorotNormal, &mut start, &mut stream(seed, 0));
        let config = SaddleFreeConfig { products: 7, damping: 0.1, grad_norm: 1e-11 };
        let layout = SaddleFreeLayout::new(n, n, f.scratch_len(), f.hess_vec_scratch_len());
        let lanczos = layout.lanczos();
        let [basis, krylov, workspace] =
            [lanczos.basis_len(), lanczos.len(), layout.len()].map(|len| vec![0.0; len]);
        let mut walk = SaddleFree::new(&f, config, &start, basis, krylov, workspace).unwrap();
        let mut rng = stream(seed, 1);
        let mut reach = |moves: u32| loop {
            match walk.step(&f, &mut rng) {
                SaddleFreeStep::Moved { .. } if walk.moves() == moves => {
                    break (walk.params().to_vec(), walk.value(), None);
                }
                end @ (SaddleFreeStep::Converged { .. }
                | SaddleFreeStep::AtSaddle { .. }
                | SaddleFreeStep::Stuck) => {
                    break (walk.params().to_vec(), walk.value(), Some(end));
                }
                SaddleFreeStep::NotFinite | SaddleFreeStep::MemoryChanged => panic!("seed {seed}"),
                _ => (),
            }
        };
        let (early, _, _) = reach(200);
        let (late, value, end) = reach(20_000);
        let ((d0, a0), (d1, a1)) = (pair(&early), pair(&late));
        let eigenvalues = spectrum(&f, &late);
        let share = eigenvalues[0] / eigenvalues[n - 1];
        let mut grad = vec![0.0; n];
        f.value_grad(&early, &mut grad, &mut vec![0.0; f.scratch_len()]);
        println!(
            "seed {seed}: apart {d0:.4} then {d1:.5}, outputs {a0:.1} then {a1:.1}, loss {value:.7}, lowest / largest {share:.1e}, {end:?}, \
             early gradient {:.1e}",
            losscape::base::vector::norm(&grad)
        );
        if d1 < d0 / 3.0 && a1 > 3.0 * a0 {
            assert!((d1 * a1 / (d0 * a0) - 1.0).abs() < 0.1, "seed {seed}");
            assert!(share.abs() < 1e-9, "seed {seed}: {share}");
            channels.push(value);
        } else {
            assert!(matches!(end, Some(SaddleFreeStep::Converged { .. })), "seed {seed}: {end:?}");
            assert!(share > 1e-9, "seed {seed}: {share}");
            minima.push(value);
        }
    }
    println!("{} of 12 in channels", channels.len());
    assert!(channels.len() > minima.len(), "{channels:?} {minima:?}");
    let least = minima.iter().fold(f64::INFINITY, |a, b| a.or_smaller(*b));
    assert!(channels.iter().all(|value| *value < least), "{channels:?} {minima:?}");
}
