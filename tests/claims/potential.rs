//! The potential of Chaudhari & Soatto (2018) and the temperature.

use losscape::Real;
use losscape::base::elementary::ln;
use losscape::diffusion::{Calculus, Diffusion, Dynamics, measured_potential};

use crate::diffusion::{line, on, stationary, walled};

/// D at a place.
fn diffusion(x: f64) -> f64 {
    1.0 + x * x / 2.0
}

/// Φ = −T ln ρ of the stationary density on x²/2, zero at the centre, on the cells within three of it: (x, Φ). Without a calculus D is 1.
fn potential(temperature: f64, calculus: Option<Calculus>) -> Vec<(f64, f64)> {
    let grid = line(-12.0, 12.0, 961);
    let loss = on(&grid, |[x]| x * x / 2.0);
    let values = on(&grid, |[x]| diffusion(x));
    let diffusion = match calculus {
        Some(calculus) => Diffusion::Places { values: &values, calculus },
        None => Diffusion::Constant([1.0]),
    };
    let dynamics = Dynamics { diffusion, ..Dynamics::gradient(&loss) };
    let density = stationary(&walled(grid, &dynamics, temperature));
    let mut phi = vec![0.0; density.len()];
    measured_potential(&density, temperature, &mut phi).unwrap();
    let places = on(&grid, |[x]| x);
    let centre = phi[480];
    places.into_iter().zip(phi).filter(|(x, _)| x.abs() < 3.0).map(|(x, phi)| (x, phi - centre)).collect()
}

/// The claim: Φ, of which the stationary density is e^(−βΦ), does not depend on β. It does wherever the noise depends on the place, in one
/// dimension already: Φ = ∫ f'/D + T ln D, here (1 + T) ln(1 + x²/2). Measured on 961 cells at T = 0.3 and 0.6: Φ to second order of the grid, and the difference of both is
/// 0.3 ln D. Without ∇·D, which is another equation, or with a D that is the same everywhere, Φ is the same at both.
#[test]
fn the_potential_depends_on_the_temperature_where_the_noise_depends_on_the_place() {
    let [cold, warm] = [0.3, 0.6].map(|temperature| potential(temperature, Some(Calculus::Ito)));
    let mut most = 0.0f64;
    for (&(x, cold), &(_, warm)) in cold.iter().zip(&warm) {
        let bend = ln(diffusion(x));
        for (phi, temperature) in [(cold, 0.3), (warm, 0.6)] {
            assert!((phi - (1.0 + temperature) * bend).abs() < 1e-3, "at {x}, T = {temperature}: {phi}");
        }
        assert!((warm - cold - 0.3 * bend).abs() < 5e-4, "at {x}: {cold} and {warm}");
        most = most.or_larger(warm - cold);
    }
    assert!(most > 0.5, "{most}");

    for calculus in [Some(Calculus::Isothermal), None] {
        let [cold, warm] = [0.3, 0.6].map(|temperature| potential(temperature, calculus));
        for ((x, cold), (_, warm)) in cold.into_iter().zip(warm) {
            assert!((warm - cold).abs() < 1e-3, "at {x}: {cold} and {warm}");
        }
    }
}
