//! Draxler, Veschgini, Salmhofer & Hamprecht (2018): essentially no barriers.

use losscape::base::elementary::sin;
use losscape::base::random::{index, uniform};
use losscape::base::vector::distance;
use losscape::models::mlp::{Activation, Mlp};
use losscape::models::surfaces::{CurvyValley, EggCarton, Quadratic};
use losscape::path::{
    Band, BandConfig, BandLayout, BandStep, Exploration, Interpolation, Relaxer, StringConfig, StringLayout,
    StringMethod, StringStep, Suggestion,
};
use losscape::{Objective, Real};

use crate::support::{OwnedBand, regression, relax, rng, scan, spectrum, swap_saddle, zero_loss};

#[test]
fn order_of_suggestions() {
    // Values 1..4, saddle(i, j) = i² + j², as in the published code's test.
    let mut minima = Exploration::<f64, 4, 6>::new();
    for value in [1.0, 2.0, 3.0, 4.0] {
        minima.add(value).unwrap();
    }
    let saddle = |i: u32, j: u32| f64::from((i + 1) * (i + 1) + (j + 1) * (j + 1));
    let expected = [
        Suggestion::Disconnected(0, 1),
        Suggestion::Disconnected(0, 2),
        Suggestion::Disconnected(0, 3),
        Suggestion::Replace(1, 3),
        Suggestion::Replace(2, 3),
        Suggestion::Replace(1, 2),
    ];
    for wanted in expected {
        let found = minima.suggest();
        assert_eq!(found, wanted);
        let (Suggestion::Disconnected(a, b) | Suggestion::Replace(a, b)) = found else { panic!() };
        minima.start(a, b).unwrap();
        assert_eq!(minima.suggest(), Suggestion::Unfinished(a, b));
        minima.connect(b, a, saddle(a, b)).unwrap();
    }
    assert_eq!(minima.suggest(), Suggestion::Nothing);
    assert!(minima.tree().iter().map(|e| (e.a, e.b)).eq([(0, 1), (0, 2), (0, 3)]));
    assert_eq!(minima.saddle(1, 3), Some(17.0));
}

/// The published order of suggestions, transcribed from the text of the algorithm with other means than the library's:
/// Prim's tree on a matrix of saddles, clusters by flooding.
struct Published {
    values: Vec<f64>,
    saddles: Vec<Vec<Option<f64>>>,
}

impl Published {
    /// All minima that `links` join with `start`.
    fn flood(&self, start: usize, links: &[(usize, usize)]) -> Vec<usize> {
        let mut found = vec![start];
        let mut k = 0;
        while k < found.len() {
            for &(a, b) in links {
                for (from, to) in [(a, b), (b, a)] {
                    if from == found[k] && !found.contains(&to) {
                        found.push(to);
                    }
                }
            }
            k += 1;
        }
        found
    }

    fn links(&self) -> Vec<(usize, usize)> {
        let n = self.values.len();
        (0..n)
            .flat_map(|a| (a + 1..n).map(move |b| (a, b)))
            .filter(|&(a, b)| self.saddles[a][b].is_some())
            .collect()
    }

    fn ordered(&self, mut minima: Vec<usize>) -> Vec<usize> {
        minima.sort_by(|a, b| self.values[*a].total_cmp(&self.values[*b]));
        minima
    }

    /// The minimum spanning tree of a connected graph, highest edge first.
    fn tree(&self) -> Vec<(usize, usize)> {
        let (mut inside, mut tree) = (vec![0], Vec::new());
        while inside.len() < self.values.len() {
            let crossing = self.links().into_iter().filter(|(a, b)| inside.contains(a) != inside.contains(b));
            let (a, b) = crossing
                .min_by(|p, q| self.saddles[p.0][p.1].partial_cmp(&self.saddles[q.0][q.1]).unwrap())
                .unwrap();
            inside.push(if inside.contains(&a) { b } else { a });
            tree.push((a, b));
        }
        tree.sort_by(|p, q| self.saddles[q.0][q.1].partial_cmp(&self.saddles[p.0][p.1]).unwrap());
        tree
    }

    fn suggest(&self) -> Suggestion {
        let pair = |a: usize, b: usize| [a, b].map(|minimum| u32::try_from(minimum).unwrap());
        let all = self.ordered((0..self.values.len()).collect());
        let component = self.flood(all[0], &self.links());
        if let Some(lowest) = all.iter().find(|minimum| !component.contains(minimum)) {
            let [a, b] = pair(all[0], *lowest);
            return Suggestion::Disconnected(a, b);
        }
        let tree = self.tree();
        for removed in &tree {
            let left: Vec<_> = tree.iter().copied().filter(|edge| edge != removed).collect();
            let first = self.flood(0, &left);
            let second = (0..self.values.len()).filter(|minimum| !first.contains(minimum)).collect();
            let second = self.ordered(second);
            for a in self.ordered(first) {
                if let Some(b) = second.iter().find(|b| self.saddles[a][**b].is_none()) {
                    let [a, b] = pair(a, *b);
                    return Suggestion::Replace(a, b);
                }
            }
        }
        Suggestion::Nothing
    }
}

#[test]
fn suggestions_follow_the_published_order() {
    let mut rng = rng(9, 0);
    let mut replaced = 0;
    for _ in 0..1000 {
        let count = 3 + index(&mut rng, 6);
        let n = count as usize;
        let values: Vec<f64> = (0..n).map(|_| uniform(&mut rng)).collect();
        let mut minima = Exploration::<f64, 8, 28>::new();
        values.iter().for_each(|value| assert!(minima.add(*value).is_ok()));
        let mut published = Published { values, saddles: vec![vec![None; n]; n] };
        // Some pairs that nobody suggested, then suggestions to the end.
        let mut given = index(&mut rng, 10);
        loop {
            let wanted = published.suggest();
            assert_eq!(minima.suggest(), wanted);
            let (mut a, mut b) = match wanted {
                Suggestion::Disconnected(a, b) | Suggestion::Replace(a, b) => (a, b),
                _ => break,
            };
            replaced += u32::from(matches!(wanted, Suggestion::Replace(..)));
            if given > 0 {
                given -= 1;
                a = index(&mut rng, count);
                b = (a + 1 + index(&mut rng, count - 1)) % count;
            }
            let saddle: f64 = 1.0 + uniform::<f64, _>(&mut rng);
            minima.connect(a, b, saddle).unwrap();
            for (i, j) in [(a as usize, b as usize), (b as usize, a as usize)] {
                let known = &mut published.saddles[i][j];
                *known = Some(known.map_or(saddle, |known| known.or_smaller(saddle)));
            }
        }
        assert_eq!(minima.suggest(), Suggestion::Nothing);
    }
    assert!(replaced > 1000, "{replaced} replacements compared");
}

#[test]
fn saddles_of_a_finished_tree_are_an_ultrametric() {
    let mut minima = Exploration::<f64, 9, 36>::new();
    for k in 0..9 {
        minima.add(f64::from(k * 5 % 9)).unwrap();
    }
    let weight = |a: u32, b: u32| {
        let (a, b) = if a < b { (a, b) } else { (b, a) };
        f64::from((a * 17 + b * 31 + a * b * 7) % 41) + 9.0
    };
    loop {
        let (a, b) = match minima.suggest() {
            Suggestion::Disconnected(a, b) | Suggestion::Replace(a, b) => (a, b),
            Suggestion::Nothing => break,
            Suggestion::Unfinished(..) => panic!("nothing was left unfinished"),
        };
        minima.connect(a, b, weight(a, b)).unwrap();
    }
    let d = |a, b| minima.saddle(a, b).unwrap();
    for a in 0..9 {
        for b in (0..9).filter(|b| *b != a) {
            assert_eq!(d(a, b), d(b, a));
            assert!(d(a, b) <= weight(a, b), "at most the direct path");
            for c in (0..9).filter(|c| *c != a && *c != b) {
                assert!(d(a, c) <= d(a, b).or_larger(d(b, c)));
            }
        }
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn egg_carton() {
    let f = EggCarton::<f64>::new(2).unwrap();
    let config = BandConfig::new(Relaxer::descent(2e-3, 0.0));
    let from: &[f64] = &[0.5, 0.5];
    for count in [9, 61] {
        let neighbours = relax(&f, config, [from, &[1.5, 0.5]], count, (0.0, 8000), |_| ());
        let report = scan(&f, &neighbours.images, 9);
        assert!(report.saddle.abs() < 1e-6 && (report.length - 1.0).abs() < 1e-9, "{report:?}");

        // The straight diagonal sits on the maximum by symmetry, and never leaves it.
        let stuck = relax(&f, config, [from, &[1.5, 1.5]], count, (0.0, 8000), |_| ());
        let report = scan(&f, &stuck.images, 9);
        assert!((report.saddle - 2.0).abs() < 1e-12, "{report:?}");
        assert!((report.length_ratio() - 1.0).abs() < 1e-12);

        let push = |band: &mut OwnedBand| band.perturb(1e-2, &mut rng(1, 0)).unwrap();
        let pushed = relax(&f, config, [from, &[1.5, 1.5]], count, (0.0, 8000), push);
        let report = scan(&f, &pushed.images, 9);
        assert!(report.saddle.abs() < 1e-6, "{report:?}");
        assert!((report.length - 2.0).abs() < 1e-3, "{report:?}");
    }
}

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn egg_carton_with_strings() {
    let f = EggCarton::<f64>::new(2).unwrap();
    for count in [9u32, 17, 31, 61] {
        for (to, push, saddle, length) in [
            ([1.5, 0.5], 0.0, 0.0, 1.0),
            ([1.5, 1.5], 0.0, 2.0, core::f64::consts::SQRT_2),
            ([1.5, 1.5], 1e-2, 0.0, 2.0),
        ] {
            // The straight line, pushed aside by a sine.
            let mut images: Vec<f64> = (0..count)
                .flat_map(|k| {
                    let t = f64::from(k) / f64::from(count - 1);
                    let aside = push * sin(core::f64::consts::PI * t) / core::f64::consts::SQRT_2;
                    [0.5 + t * (to[0] - 0.5) - aside, 0.5 + t * (to[1] - 0.5) + aside]
                })
                .collect();
            let mut workspace = vec![f64::NAN; StringLayout::new(images.len() / 2, 2, f.scratch_len()).len()];
            let config =
                StringConfig { learning_rate: 2e-3, interpolation: Interpolation::Linear, ends_slide: false };
            let mut string = StringMethod::new(&f, config, &mut images, &mut workspace).unwrap();
            while string.sweep() < 8000 {
                assert!(!matches!(string.step(&f), StringStep::NotFinite { .. }));
            }
            let report = scan(&f, string.images(), 9);
            assert!((report.saddle - saddle).abs() < 1e-12, "{count} {to:?} {push}: {report:?}");
            assert!((report.length - length).abs() < 1e-12, "{count} {to:?} {push}: {report:?}");
        }
    }
}

#[test]
fn curvy_valley() {
    let f = CurvyValley::<f64>::default();
    let [a, b] = CurvyValley::<f64>::MINIMA;
    let config = BandConfig::new(Relaxer::descent(0.1, 0.5));
    for (count, saddle, ratio) in
        [(9, 1.1557, 1.129_24), (17, 1.0, 1.180_01), (31, 1.0, 1.195_64), (61, 1.0, 1.201_81)]
    {
        let band = relax(&f, config, [&a, &b], count, (1e-9, 50_000), |_| ());
        let report = scan(&f, &band.images, 9);
        // The images alone know nothing of what lies between them.
        assert!((band.top() - 1.0).abs() < 1e-6, "{count}: {}", band.top());
        let digits = if count == 9 { 5e-5 } else { 5e-7 };
        assert!((report.saddle - saddle).abs() < digits, "{count}: {report:?}");
        assert!((report.length_ratio() - ratio).abs() < 1e-5, "{count}: {}", report.length_ratio());
        if count == 9 {
            // Nine points between two images are few themselves.
            let polyline = scan(&f, &band.images, 99_999).saddle;
            assert!((polyline - 1.156_06).abs() < 5e-6, "{polyline}");
        }
        let climb = BandConfig { climb_below: 0.1, ..config };
        let band = relax(&f, climb, [&a, &b], count, (1e-8, 50_000), |_| ());
        assert!((band.top() - 1.0).abs() < 1e-12, "{count}: {}", band.top());
    }
}

/// The four points of XOR, inputs and targets ±1.
const INPUTS: [f64; 8] = [-1.0, -1.0, -1.0, 1.0, 1.0, -1.0, 1.0, 1.0];
const TARGETS: [f64; 4] = [-1.0, 1.0, 1.0, -1.0];

#[test]
#[cfg_attr(debug_assertions, ignore = "slow without optimisation")]
fn xor_has_a_barrier_at_width_two_and_none_at_three() {
    // 1/3 is the loss of the best net of one ReLU unit; hyperbolic tangents do a little better.
    for (hidden, activation, between) in [
        (2, Activation::Relu, 0.333..0.36),
        (2, Activation::Tanh, 0.25..0.335),
        (3, Activation::Relu, 0.0..1e-3),
        (3, Activation::Tanh, 0.0..1e-3),
    ] {
        let net = Mlp::new(&[2, hidden, 1]).unwrap().with_hidden(activation);
        let saddle = swap_saddle(&regression(net, &INPUTS, &TARGETS), 4, 16);
        assert!(between.contains(&saddle), "{hidden} {activation:?}: {saddle}");
    }
}

#[test]
fn flat_directions_do_not_imply_connectivity() {
    // Four residuals: rank four at zero loss, whatever the width. Width 2, of the barriers above, is flat in
    // five directions with tanh units; where ReLU units are off for two points alike, there are more.
    for hidden in [2, 3, 4] {
        for activation in [Activation::Tanh, Activation::Relu] {
            let net = Mlp::new(&[2, hidden, 1]).unwrap().with_hidden(activation);
            let f = regression(net, &INPUTS, &TARGETS);
            let spectrum = spectrum(&f, &zero_loss(&f, 4, 1e-22));
            let largest = spectrum[spectrum.len() - 1];
            let zero = spectrum.iter().filter(|e| e.abs() < 1e-8 * largest).count();
            let exact = activation == Activation::Tanh;
            assert!(zero == f.dim() - 4 || (!exact && zero > f.dim() - 4), "{activation:?} {spectrum:?}");
        }
    }
}

#[test]
fn redistribution_keeps_ends_and_equalises() {
    // A flat landscape: only the layout moves the images.
    let f = Quadratic::new(&[0.0f64; 3]).unwrap();
    let places = [0.0f64, 0.013, 0.2, 0.21, 0.5, 0.93, 1.0];
    let mut images: Vec<f64> =
        places.iter().flat_map(|t| [1.0 + 0.3 * t, -2.0 + 0.7 * t, 0.5 - 1.1 * t]).collect();
    let before = images.clone();
    let mut workspace = vec![f64::NAN; BandLayout::new(7, 3, f.scratch_len()).len()];
    let config = BandConfig::new(Relaxer::descent(0.1, 0.0));
    let mut band = Band::new(&f, config, &mut images, &mut workspace).unwrap();
    while !matches!(band.step(&f), BandStep::Moved { .. }) {}
    let after = band.images();
    let bits = |x: &[f64]| x.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&after[..3]), bits(&before[..3]));
    assert_eq!(bits(&after[18..]), bits(&before[18..]));
    let segment = |i: usize| distance(&after[3 * i..3 * i + 3], &after[3 * i + 3..3 * i + 6]);
    assert!((1..6).all(|i| (segment(i) - segment(0)).abs() < 1e-12));
}
