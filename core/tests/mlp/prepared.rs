//! Prepared products are those of the Hessian, bit for bit, one at a time and several.

use losscape::base::random::{fill_normal, stream};
use losscape::models::data::{Dataset, Targets};
use losscape::models::mlp::{Activation, Loss, Mlp, MlpObjective, Weighting, Weights};
use losscape::objective::HessianAt;
use losscape::{ArgError, Objective, Operator, Real};

use crate::{Outcome, every_network, wave};

fn bits<R: Real>(all: &[R]) -> Vec<u64> {
    all.iter().map(|x| x.to_f64().to_bits()).collect()
}

/// Products by the objective itself, then prepared, alone and together.
fn check<R: Real, W: Weighting<R>>(name: &str, f: &MlpObjective<'_, R, W>, params: &[R]) -> Outcome {
    const COUNT: usize = 21;
    let (n, nan) = (f.dim(), R::from_f64(f64::NAN));
    let mut v = vec![R::ZERO; COUNT * n];
    fill_normal(&mut stream(6, 0), &mut v);
    let (at, mut want) = (HessianAt::new(f, params)?, vec![nan; COUNT * n]);
    at.apply_several(&v, &mut want, &mut vec![nan; at.several_scratch_len(COUNT)]);
    let mut one = vec![nan; n];
    at.apply(&v[3 * n..4 * n], &mut one, &mut vec![nan; at.scratch_len()]);
    assert_eq!(bits(&one), bits(&want[3 * n..4 * n]), "{name}: several of an operator that shares nothing");

    let prepared = f.prepare(params, vec![nan; f.prepared_len()])?;
    assert_eq!((prepared.dim(), prepared.roundings()), (at.dim(), at.roundings()), "{name}");
    for (v, want) in v.chunks_exact(n).zip(want.chunks_exact(n)) {
        prepared.apply(v, &mut one, &mut vec![nan; prepared.scratch_len()]);
        assert_eq!(bits(&one), bits(want), "{name}: one at a time");
    }
    for count in [1, 9, 12, COUNT] {
        let (some, mut out) = (count * n, vec![nan; count * n]);
        // The scratch starts at different places of a line of the cache.
        let scratch = &mut vec![nan; count + prepared.several_scratch_len(count)][count..];
        prepared.apply_several(&v[..some], &mut out, scratch);
        assert_eq!(bits(&out), bits(&want[..some]), "{name}: {count} at a time");
    }
    // So is what fits: a scratch is long enough at every address, or at none.
    let len = prepared.several_scratch_len(COUNT);
    for short in [1, 4, 7, 12] {
        let fits = |shift: usize| {
            let (mut memory, mut out) = (vec![nan; shift + len - short], vec![nan; COUNT * n]);
            prepared.apply_several(&v, &mut out, &mut memory[shift..]);
            bits(&out) == bits(&want)
        };
        let first = fits(0);
        assert!([1, 3, 6, 11].iter().all(|shift| fits(*shift) == first), "{name}: short by {short}");
    }
    Ok(())
}

#[test]
fn they_have_the_bits_of_products_for_every_network() -> Outcome {
    every_network(|name, f, params| {
        check(name, &f, params)?;
        check(name, &f.with_tile(3)?, params)
    })
}

/// More samples than a block, in tiles that do not divide it, with weights, and in both precisions.
#[test]
fn blocks_and_weights_do_not_matter() -> Outcome {
    const SAMPLES: usize = 200;
    let net = Mlp::new(&[3, 7, 5, 4])?.with_hidden(Activation::Gelu);
    let x = wave(3 * SAMPLES, 1.0, 1.1);
    let labels: Vec<u8> = (0..SAMPLES).map(|k| (k * 7 % 4) as u8).collect();
    let weights: Vec<f64> = (0..SAMPLES).map(|k| (k % 3) as f64).collect();
    let params = wave(net.param_len(), 0.6, 0.3);
    let data = Dataset::new(&x, 3, Targets::Labels(&labels))?;
    for tile in [1, 50, 128] {
        let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.01)?.with_tile(tile)?;
        check("equal", &f, &params)?;
        check("weighted", &f.with_weights(Weights::PerSample(&weights))?, &params)?;
    }
    let single = |x: &[f64]| -> Vec<f32> { x.iter().map(|&x| x as f32).collect() };
    let (x, params) = (single(&x), single(&params));
    let data = Dataset::new(&x, 3, Targets::Labels(&labels))?;
    check("f32", &MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.01)?, &params)
}

#[test]
fn what_does_not_fit_is_refused_or_nan() -> Outcome {
    let net = Mlp::new(&[1, 3, 2])?;
    let data = Dataset::new(&[1.0f64, -2.0, 0.5], 1, Targets::Labels(&[0, 1, 1]))?;
    let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, 0.0)?;
    let (n, room) = (f.dim(), f.prepared_len());
    let arg =
        |params: &[f64], room: usize| f.prepare(params, vec![0.0; room]).map_err(|e: ArgError| e.arg).err();
    assert_eq!(arg(&vec![0.1; n], room), None);
    assert_eq!(arg(&vec![0.1; n + 1], room), Some("params"));
    assert_eq!(arg(&vec![f64::NAN; n], room), Some("params"));
    assert_eq!(arg(&vec![0.1; n], room - 1), Some("memory"));

    let params = vec![0.1; n];
    let prepared = f.prepare(&params, vec![0.0; room])?;
    let scratch = prepared.several_scratch_len(2);
    for (v, out, scratch) in
        [(n - 1, n, scratch), (n, 2 * n, scratch), (n, n, 0), (2 * n - 1, 2 * n - 1, scratch)]
    {
        let mut found = vec![7.0; out];
        prepared.apply_several(&vec![1.0; v], &mut found, &mut vec![0.0; scratch]);
        assert!(found.iter().all(|x| x.is_nan()), "{v} {out} {scratch}: {found:?}");
    }
    assert_eq!(prepared.into_memory().len(), room);
    // Outputs that leave the finite numbers.
    let far = vec![1e308; n];
    let mut found = vec![0.0; n];
    f.prepare(&far, vec![0.0; room])?.apply(&params, &mut found, &mut vec![0.0; scratch]);
    assert!(found.iter().any(|x| !x.is_finite()), "{found:?}");
    Ok(())
}

/// Two things that other libraries' products lose: a penalty that is part of the loss, and the share of a last part of another size.
#[test]
fn a_penalty_and_a_last_part_of_another_size_count() -> Outcome {
    const SAMPLES: usize = 130;
    let net = Mlp::new(&[2, 3, 2])?;
    let x = wave(2 * SAMPLES, 1.0, 1.1);
    let labels: Vec<u8> = (0..SAMPLES).map(|k| (k * 5 % 2) as u8).collect();
    let (params, v) = (wave(net.param_len(), 0.6, 0.3), wave(net.param_len(), 1.0, 0.9));
    let product = |from: usize, to: usize, l2: f64| -> Result<Vec<f64>, ArgError> {
        let data = Dataset::new(&x[2 * from..2 * to], 2, Targets::Labels(&labels[from..to]))?;
        let f = MlpObjective::new(net, Loss::SoftmaxCrossEntropy, data, l2)?;
        let prepared = f.prepare(&params, vec![0.0; f.prepared_len()])?;
        let mut out = vec![0.0; f.dim()];
        prepared.apply(&v, &mut out, &mut vec![0.0; prepared.scratch_len()]);
        Ok(out)
    };
    let (all, penalised) = (product(0, SAMPLES, 0.0)?, product(0, SAMPLES, 0.1)?);
    let parts = [product(0, 128, 0.0)?, product(128, SAMPLES, 0.0)?];
    for k in 0..v.len() {
        assert!((penalised[k] - all[k] - 0.1 * v[k]).abs() < 1e-15, "{k}");
        assert!((all[k] - (128.0 * parts[0][k] + 2.0 * parts[1][k]) / 130.0).abs() < 1e-15, "{k}");
    }
    Ok(())
}
