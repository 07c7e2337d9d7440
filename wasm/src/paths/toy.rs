//! A band on a surface of two variables, with images that can be dragged.

use losscape::base::fingerprint::Fingerprint;
use losscape::models::surfaces::{EggCarton, MuellerBrown};
use losscape::path::{Band, BandConfig, BandLayout, BandStep, DenseScan, Descent, Relaxer, ScanStep};
use losscape::{ArgError, Objective, Real};
use wasm_bindgen::prelude::*;

use super::route::{LINE, PIVOTS, Profile, RouteReport, SCAN};
use super::square::{GRIDS, Square};
use crate::LabError;
use crate::choice::choice;

/// Which surface.
#[wasm_bindgen]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToySurface {
    /// The surface of Müller & Brown: a bent valley with two saddles.
    MuellerBrown,
    /// The egg carton, from one hollow to the next but one: the straight line leads over a top.
    EggCarton,
}

choice!(ToySurface: MuellerBrown, EggCarton);

/// Settings that differ between surfaces.
struct Place {
    objective: Box<dyn Objective>,
    ends: [[f64; 2]; 2],
    /// The square that is shown.
    square: Square,
    /// Length of a step per unit of the step size.
    scale: f32,
    momentum: f32,
    /// The residual at which the highest image begins to climb.
    climb_below: f32,
}

impl Place {
    fn of(surface: ToySurface) -> Result<Self, ArgError> {
        Ok(match surface {
            ToySurface::MuellerBrown => {
                let [a, b, _] = MuellerBrown::<f32>::MINIMA;
                Self {
                    objective: Box::new(MuellerBrown::<f32>::default()),
                    ends: [a, b],
                    square: Square { left: -1.6, right: 1.1, low: -0.6, high: 2.1 },
                    scale: 0.01,
                    momentum: 0.5,
                    climb_below: 20.0,
                }
            }
            ToySurface::EggCarton => Self {
                objective: Box::new(EggCarton::<f32>::new(2)?),
                ends: [[0.5, 0.5], [1.5, 1.5]],
                square: Square { left: 0.0, right: 2.0, low: 0.0, high: 2.0 },
                scale: 0.1,
                momentum: 0.0,
                climb_below: 1.0,
            },
        })
    }
}

/// A band between two minima of a surface.
#[wasm_bindgen]
pub struct Toy {
    place: Place,
    band: Band<f32, Vec<f32>, Vec<f32>>,
    residual: f32,
    not_finite: bool,
}

impl core::fmt::Debug for Toy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Toy").field("residual", &self.residual).finish_non_exhaustive()
    }
}

#[wasm_bindgen]
impl Toy {
    /// A straight band of `pivots` images between the ends, 1 to 30.
    ///
    /// # Errors
    /// [`LabError`] naming the setting that the kernel refused.
    #[wasm_bindgen(constructor)]
    pub fn new(surface: ToySurface, pivots: u32, learning_rate: f32, climb: bool) -> Result<Self, LabError> {
        let place = Place::of(surface)?;
        LabError::check_count("pivots", pivots, 1..=PIVOTS)?;
        let count = pivots as usize + 2;
        let mut images = vec![0.0; 2 * count];
        for (end, image) in place.ends.iter().zip([0, count - 1]) {
            for (to, from) in images[2 * image..].iter_mut().zip(end) {
                *to = f32::from_f64(*from);
            }
        }
        let descent = Descent { learning_rate, momentum: place.momentum };
        let relaxer = Relaxer::Descent(descent.for_scale(place.scale));
        let climb_below = if climb { place.climb_below } else { 0.0 };
        let config = BandConfig { climb_below, ..BandConfig::new(relaxer) };
        let workspace = vec![0.0; BandLayout::new(count, 2, 0).len()];
        let mut band = Band::new(&*place.objective, config, images, workspace)?;
        band.interpolate();
        Ok(Self { place, band, residual: 0.0, not_finite: false })
    }

    /// Moves the band `sweeps` times; returns how often it has moved. Less means that a value was not finite.
    pub fn advance(&mut self, sweeps: u32) -> u32 {
        let Self { place, band, residual, not_finite } = self;
        let mut made = 0;
        while made < sweeps {
            match band.step(&*place.objective) {
                BandStep::Evaluated(_) => (),
                BandStep::Moved { residual: new, .. } => {
                    *residual = new;
                    made += 1;
                }
                BandStep::NotFinite { .. } | BandStep::MemoryChanged => {
                    *not_finite = true;
                    break;
                }
            }
        }
        made
    }

    /// Puts an inner image somewhere else.
    ///
    /// # Errors
    /// [`LabError`] naming `image` (an end, or none) or `place` (not finite).
    pub fn drag(&mut self, image: usize, x: f32, y: f32) -> Result<(), LabError> {
        ArgError::check_finite("place", &[x, y])?;
        Ok(self.band.set_image(image, &[x, y])?)
    }

    /// How often the band has moved.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn steps(&self) -> u32 {
        self.band.sweep()
    }

    /// Whether a value was not finite.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn not_finite(&self) -> bool {
        self.not_finite
    }

    /// Whether the highest image climbs.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn climbing(&self) -> bool {
        self.band.climbing()
    }

    /// Gradients of images spent so far.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn gradients(&self) -> u32 {
        self.band.evaluations().gradients
    }

    /// The largest gradient across the band before its last move.
    #[must_use]
    pub fn residual(&self) -> f32 {
        self.residual
    }

    /// x and y of all images.
    #[must_use]
    pub fn images(&self) -> Vec<f32> {
        self.band.images().to_vec()
    }

    /// The dense scan of the straight line, or of the band.
    ///
    /// # Errors
    /// [`LabError`] naming `images` if an image was dragged so far away that the band has no length.
    pub fn report(&self, straight: bool) -> Result<RouteReport, LabError> {
        let (images, points) = self.route(straight);
        let mut scan = DenseScan::new(&images, 2, points)?;
        let mut point = [0.0; 2];
        let report = loop {
            match scan.step(&*self.place.objective, &images, &mut point, &mut []) {
                ScanStep::Image { .. } | ScanStep::Point { .. } => (),
                ScanStep::NotFinite { .. } | ScanStep::MemoryChanged | ScanStep::Done(_) => {
                    break *scan.report();
                }
            }
        };
        Ok(RouteReport::new(&images, 2, &report))
    }

    /// The values at the places of that scan.
    #[must_use]
    pub fn profile(&self, straight: bool) -> Profile {
        let (images, points) = self.route(straight);
        Profile::new(&*self.place.objective, &images, points, &mut [0.0; 2], &mut [])
    }

    /// Lowest and highest x, lowest and highest y of what `field` covers.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn span(&self) -> Vec<f32> {
        self.place.square.span()
    }

    /// The surface at `nodes` × `nodes` places of the square, its edges included, row by row from below.
    ///
    /// # Errors
    /// [`LabError`] naming `nodes` if it is not from 2 to 1024.
    pub fn field(&self, nodes: u32) -> Result<Vec<f32>, LabError> {
        LabError::check_count("nodes", nodes, GRIDS)?;
        let Place { objective, square, .. } = &self.place;
        let points = square.nodes(nodes)?;
        Ok(points.chunks_exact(2).map(|point| objective.value(point, &mut [])).collect())
    }

    /// The digest of the band: 16 hexadecimal digits.
    #[must_use]
    pub fn digest(&self) -> String {
        format!("{:016x}", Fingerprint::of(&self.images()))
    }
}

impl Toy {
    /// The images of the straight line or of the band, and the points of a scan between each two.
    fn route(&self, straight: bool) -> (Vec<f32>, u32) {
        let band = self.band.images();
        if straight { ([&band[..2], &band[band.len() - 2..]].concat(), LINE) } else { (band.to_vec(), SCAN) }
    }
}
