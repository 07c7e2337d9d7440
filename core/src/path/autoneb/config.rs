//! The growth and relaxation schedule of a band.

use crate::Real;
use crate::path::band::Spacing;
use crate::path::tangent::Tangent;

/// The rule for adding images to the segments whose dense scan departs most from linear interpolation.
///
/// The score of a segment is its largest departure above the line between its two images, divided by the
/// range of the images' values. The `count` segments with the highest scores above `threshold` each get an
/// image at the point of largest departure. If all images have the same value, every positive departure
/// counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Insertion {
    /// The score above which a segment gets an image, at least 0.
    pub threshold: f64,
    /// The largest number of images added.
    pub count: u32,
}

impl Insertion {
    /// The rule in the text of Draxler et al. (2018): 20 %, in every segment above the threshold.
    pub const PAPER: Self = Self { threshold: 0.2, count: u32::MAX };
    /// The rule in their published code: 10 %, at most two images at a time.
    pub const CODE: Self = Self { threshold: 0.1, count: 2 };
}

/// The growth at the start of a cycle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grow {
    /// No images are added.
    Keep,
    /// The band becomes the straight line with this many equally spaced inner images.
    Line(u32),
    /// Images are added by the [`Insertion`] rule, from the dense scan of the previous cycle.
    Insert,
}

/// One cycle of a schedule: grow, relax, scan.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cycle {
    /// The growth of the band.
    pub grow: Grow,
    /// The number of relaxation sweeps.
    pub sweeps: u32,
    /// The learning rate of the sweeps.
    pub learning_rate: f64,
}

/// The schedule of the published code: fourteen cycles, 16 000 sweeps.
pub const SCHEDULE_CODE: [Cycle; 14] = {
    let insert = Cycle { grow: Grow::Insert, sweeps: 1000, learning_rate: 0.1 };
    let keep = Cycle { grow: Grow::Keep, sweeps: 2000, learning_rate: 0.1 };
    let fine = Cycle { grow: Grow::Keep, sweeps: 1000, learning_rate: 0.01 };
    let finest = Cycle { grow: Grow::Keep, sweeps: 1000, learning_rate: 0.001 };
    let line = Cycle { grow: Grow::Line(3), sweeps: 1000, learning_rate: 0.1 };
    [line, insert, insert, insert, keep, keep, fine, fine, fine, fine, finest, finest, finest, finest]
};

/// The fast schedule of the published code: fifteen images at once, seven cycles, 14 000 sweeps.
pub const SCHEDULE_CODE_FAST: [Cycle; 7] = {
    let line = Cycle { grow: Grow::Line(15), sweeps: 2000, learning_rate: 0.1 };
    let keep = Cycle { grow: Grow::Keep, ..line };
    let fine = Cycle { grow: Grow::Insert, learning_rate: 0.01, ..line };
    let finest = Cycle { grow: Grow::Insert, learning_rate: 0.001, ..line };
    [line, keep, keep, fine, Cycle { grow: Grow::Keep, ..fine }, finest, Cycle { grow: Grow::Keep, ..finest }]
};

/// The configuration of an [`AutoNeb`](super::AutoNeb).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AutoNebConfig<S, R: Real = f32> {
    /// The cycles, in order: an array, a vector, or a borrow of one.
    pub schedule: S,
    /// The rule of [`Grow::Insert`].
    pub insertion: Insertion,
    /// The number of points of the dense scan within each segment.
    pub points: u32,
    /// The momentum of the gradient steps.
    pub momentum: R,
    /// The estimate of the band's direction.
    pub tangent: Tangent,
    /// The spacing of the images.
    pub spacing: Spacing<R>,
    /// Whether the objective of the sweeps changes from sweep to sweep.
    pub minibatches: bool,
    /// The largest gradient norm of an end that is accepted as a minimum; infinity accepts any end.
    pub end_grad_norm: R,
}

impl<S, R: Real> AutoNebConfig<S, R> {
    /// Creates the configuration of the published code: momentum 0.9, nine points per segment,
    /// [`Insertion::CODE`], images redistributed after each move, full batch, and any ends.
    #[must_use]
    pub fn new(schedule: S) -> Self {
        Self {
            schedule,
            insertion: Insertion::CODE,
            points: 9,
            momentum: R::from_f64(0.9),
            tangent: Tangent::Improved,
            spacing: Spacing::Redistribute,
            minibatches: false,
            end_grad_norm: R::INFINITY,
        }
    }
}
