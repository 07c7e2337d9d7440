//! Cuts the planes of *Surface* natively as the page does; prints what the page shows, a `key value` a line.
//!
//! `cargo run -q -p losscape-wasm --example surface`
//!
//! With `own STEP DATA`, the data as a link holds them: digest and loss at a step of a run on these points, and
//! the map of the plane through three networks.

use losscape_wasm::surface::{Curved, Cut, Surface, SurfaceSettings};
use losscape_wasm::{LabError, Packed};

fn main() -> Result<(), Box<dyn core::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if let [what, step, data] = &args[..]
        && what == "own"
    {
        return on_own(step.parse()?, &Packed::parse(data)?);
    }
    let mut net = Surface::with(SurfaceSettings::default())?;
    for step in [0, 1000, 3000] {
        net.look_at_step(step);
        println!("net-digest-{step} {}", net.digest());
        println!("net-loss-{step} {}", net.loss()?);
    }
    let Curved { largest, smallest, trace, flat, negative, .. } = net.curvature()?;
    println!("net-largest {largest}\nnet-smallest {smallest}\nnet-trace {trace}");
    println!("net-flat {flat}\nnet-negative {negative}");
    println!("net-walk {}", net.walk_share()?);
    let cuts = [
        ("minima", Cut::Minima, 2.0),
        ("run", Cut::Run, 2.0),
        ("curvature", Cut::Curvature, 4.0),
        ("random", Cut::Random, 1.0),
    ];
    for (name, cut, half_width) in cuts {
        net.cut(cut)?;
        println!("{name}-unit {}", net.unit()?);
        println!("{name}-share {}", net.share()?);
        report(name, half_width, &mut net)?;
    }
    for tilt in [0.0, f64::from(0.1f32)] {
        let mut toy = Surface::with(SurfaceSettings { toy: true, tilt, ..SurfaceSettings::default() })?;
        toy.cut(Cut::Minima)?;
        let name = if tilt > 0.0 { "tilted" } else { "ring" };
        toy.look_at_step(600);
        println!("{name}-digest-600 {}", toy.digest());
        println!("{name}-loss-600 {}", toy.loss()?);
        report(name, 2.0, &mut toy)?;
    }
    Ok(())
}

fn on_own(step: usize, own: &Packed) -> Result<(), Box<dyn core::error::Error>> {
    let SurfaceSettings { seed, start_scale, .. } = SurfaceSettings::default();
    let inputs = own.inputs.iter().map(|&x| f64::from(x)).collect();
    let mut net = Surface::on_points(seed, start_scale, inputs, own.labels.clone(), own.standard)?;
    net.look_at_step(step);
    println!("own-digest {}\nown-loss {}", net.digest(), net.loss()?);
    net.cut(Cut::Minima)?;
    report("own", 2.0, &mut net)?;
    Ok(())
}

/// The line from (−1, 0) to (1, 0), and the map as far as the page shows it.
fn report(name: &str, half_width: f64, surface: &mut Surface) -> Result<(), LabError> {
    let line = surface.line(-1.0, 0.0, 1.0, 0.0)?;
    println!("{name}-saddle {}", line.saddle);
    println!("{name}-barrier {}", line.barrier);
    for cells in [16, 32, 64] {
        surface.begin(half_width, cells)?;
        while surface.fill(1000)? < cells {}
        println!("{name}-map-{cells} {}", surface.map_digest());
    }
    Ok(())
}
