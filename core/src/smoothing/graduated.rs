//! Descent with a shrinking bandwidth.

use crate::base::kernel::Kernel;
use crate::base::layout::{cut, total};
use crate::objective::Convolution;
use crate::{ArgError, Real};

/// The schedule and step of [`Graduated`] descent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GraduatedConfig<R: Real = f32> {
    /// The kernel of the first level.
    pub kernel: Kernel<R>,
    /// The ratio of a level's bandwidth to that of the previous level, above 0 and below 1.
    pub factor: R,
    /// The number of levels, at least one. The last level has bandwidth zero: the objective itself.
    pub levels: u32,
    /// η.
    pub learning_rate: R,
    /// The number of steps per level, at least one.
    pub steps: u32,
}

/// The workspace layout of [`Graduated`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GraduatedLayout {
    dim: usize,
    scratch: usize,
}

impl GraduatedLayout {
    /// Creates the layout for `dim` parameters and an objective's `scratch`.
    #[must_use]
    pub const fn new(dim: usize, scratch: usize) -> Self {
        Self { dim, scratch }
    }

    /// Returns the required length: a gradient and the scratch.
    #[must_use]
    pub const fn len(self) -> usize {
        total([self.dim, self.scratch])
    }

    /// Returns whether no memory is needed.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    fn split<R>(self, workspace: &mut [R]) -> Option<(&mut [R], &mut [R])> {
        let ([grad], scratch) = cut(workspace, [self.dim])?;
        Some((grad, scratch))
    }
}

/// The outcome of a step of [`Graduated`].
#[must_use = "the descent may have ended"]
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "defmt-1", derive(defmt::Format))]
pub enum GraduatedStep<R: Real = f32> {
    /// The parameters moved.
    Moved {
        /// The level, counted from 0.
        level: u32,
        /// The convolved value before the move.
        value: R,
    },
    /// All levels are done; nothing moved.
    Finished,
    /// A value, a gradient or a new parameter would not have been finite; nothing moved.
    NotFinite,
    /// A slice has changed length; nothing moved.
    MemoryChanged,
}

/// Graduated optimisation (Blake & Zisserman 1987): gradient descent on the convolved objective, with a
/// kernel that narrows from level to level until its bandwidth is zero.
///
/// ```text
/// θ ← θ − η ∇f_{K(s)}(θ),    s = s₀, s₀ q, s₀ q², …, 0
/// ```
///
/// Descent finds the minimum whose branch survives the smoothing, which need not be the deepest one: a deep
/// but narrow well vanishes first.
///
/// ```
/// use losscape::base::kernel::Kernel;
/// use losscape::models::surfaces::GaussianMixture;
/// use losscape::smoothing::{Graduated, GraduatedConfig, GraduatedLayout, GraduatedStep};
/// // A wide well at −1 and a deeper but narrow one at 1.
/// let wells = GaussianMixture::new(1, &[-1.0f64, 1.0], &[1.0, 1.5], &[0.6, 0.1])?;
/// let kernel = Kernel::Gaussian { std_dev: 1.0 };
/// let config = GraduatedConfig { kernel, factor: 0.7, levels: 12, learning_rate: 0.1, steps: 200 };
/// let workspace = [0.0; GraduatedLayout::new(1, 0).len()];
/// let mut descent = Graduated::new(&wells, config, [0.5], workspace)?;
/// while descent.step(&wells) != GraduatedStep::Finished {}
/// assert!((descent.params()[0] + 1.0).abs() < 0.01); // the wide well, not the deepest
/// # Ok::<(), losscape::ArgError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Graduated<R: Real, P, W> {
    config: GraduatedConfig<R>,
    layout: GraduatedLayout,
    params: P,
    workspace: W,
    kernel: Kernel<R>,
    level: u32,
    step: u32,
}

impl<R: Real, P: AsRef<[R]> + AsMut<[R]>, W: AsRef<[R]> + AsMut<[R]>> Graduated<R, P, W> {
    /// Creates a descent from `params`.
    ///
    /// # Errors
    /// [`ArgError`] naming `factor`, `levels`, `learning_rate` or `steps` (out of range), `params` (length
    /// other than the objective's, not finite), `workspace` (too short), or the kernel if the objective does
    /// not support it.
    pub fn new(
        f: &(impl Convolution<R> + ?Sized),
        config: GraduatedConfig<R>,
        params: P,
        workspace: W,
    ) -> Result<Self, ArgError> {
        f.check_kernel(&config.kernel)?;
        let factor = config.factor;
        ArgError::check_range("factor", factor, factor > R::ZERO && factor < R::ONE, "in (0, 1)")?;
        ArgError::check_count("levels", config.levels as usize)?;
        ArgError::check_positive("learning_rate", config.learning_rate)?;
        ArgError::check_count("steps", config.steps as usize)?;
        ArgError::check_len("params", f.dim(), params.as_ref().len())?;
        ArgError::check_finite("params", params.as_ref())?;
        let layout = GraduatedLayout::new(f.dim(), f.scratch_len());
        ArgError::check_min_len("workspace", layout.len(), workspace.as_ref().len())?;
        let mut made = Self { config, layout, params, workspace, kernel: config.kernel, level: 0, step: 0 };
        made.enter(0);
        Ok(made)
    }

    fn enter(&mut self, level: u32) {
        if level > 0 {
            self.kernel = self.kernel.with_bandwidth(self.kernel.bandwidth() * self.config.factor);
        }
        if level + 1 == self.config.levels {
            self.kernel = self.kernel.with_bandwidth(R::ZERO);
        }
        (self.level, self.step) = (level, 0);
    }

    /// Makes one step of gradient descent at the current bandwidth.
    pub fn step(&mut self, f: &(impl Convolution<R> + ?Sized)) -> GraduatedStep<R> {
        if self.level == self.config.levels {
            return GraduatedStep::Finished;
        }
        let params = self.params.as_mut();
        let Some((grad, scratch)) = self.layout.split(self.workspace.as_mut()) else {
            return GraduatedStep::MemoryChanged;
        };
        if params.len() != self.layout.dim || f.dim() != params.len() {
            return GraduatedStep::MemoryChanged;
        }
        let value = f.convolved_value_grad(&self.kernel, params, grad, scratch);
        let rate = self.config.learning_rate;
        let finite = params.iter().zip(grad.iter()).all(|(x, g)| (*x - rate * *g).is_finite());
        if !(value.is_finite() && finite) {
            return GraduatedStep::NotFinite;
        }
        for (x, g) in params.iter_mut().zip(grad.iter()) {
            *x -= rate * *g;
        }
        let level = self.level;
        self.step += 1;
        if self.step == self.config.steps {
            if level + 1 == self.config.levels {
                self.level = self.config.levels;
            } else {
                self.enter(level + 1);
            }
        }
        GraduatedStep::Moved { level, value }
    }

    /// Returns θ.
    #[must_use]
    pub fn params(&self) -> &[R] {
        self.params.as_ref()
    }

    /// Returns the kernel of the next step.
    #[must_use]
    pub const fn kernel(&self) -> Kernel<R> {
        self.kernel
    }

    /// Returns the parameters.
    #[must_use]
    pub fn into_params(self) -> P {
        self.params
    }
}

#[cfg(test)]
mod tests {
    extern crate std;
    use std::vec;

    use super::*;
    use crate::models::surfaces::{DoubleWell, RippledBowl};

    const CONFIG: GraduatedConfig<f64> = GraduatedConfig {
        kernel: Kernel::Gaussian { std_dev: 0.8 },
        factor: 0.8,
        levels: 16,
        learning_rate: 0.05,
        steps: 100,
    };

    fn end(f: &impl Convolution<f64>, config: GraduatedConfig<f64>, from: f64) -> f64 {
        let mut descent = Graduated::new(f, config, vec![from], [0.0; 1]).unwrap();
        let mut moves = 0;
        while let GraduatedStep::Moved { level, .. } = descent.step(f) {
            assert_eq!(level, moves / config.steps);
            moves += 1;
        }
        assert_eq!(moves, config.levels * config.steps);
        assert_eq!(descent.step(f), GraduatedStep::Finished);
        descent.into_params()[0]
    }

    /// Every start ends at the global minimum of a rippled bowl; plain descent stays in the first dip.
    #[test]
    fn smoothing_finds_the_bottom_of_a_rippled_bowl() {
        let mut f = RippledBowl::new(1, 0.5, 0.6, 6.0).unwrap();
        f.phase = 0.9;
        let bottom = end(&f, CONFIG, 3.0);
        assert!(bottom.abs() < 0.6);
        for start in [-3.0, -1.0, 1.0] {
            assert!((end(&f, CONFIG, start) - bottom).abs() < 1e-6, "{start}");
        }
        let plain = GraduatedConfig { levels: 1, ..CONFIG };
        assert!((end(&f, plain, 3.0) - bottom).abs() > 1.0);
    }

    #[test]
    fn bad_arguments_and_numbers_change_nothing() {
        let f = DoubleWell::<f64>::new(1).unwrap();
        let refused = |config| Graduated::new(&f, config, [0.5], [0.0; 1]).map(|_| ()).unwrap_err().arg;
        assert_eq!(refused(GraduatedConfig { factor: 1.0, ..CONFIG }), "factor");
        assert_eq!(refused(GraduatedConfig { levels: 0, ..CONFIG }), "levels");
        assert_eq!(refused(GraduatedConfig { steps: 0, ..CONFIG }), "steps");
        assert_eq!(refused(GraduatedConfig { learning_rate: f64::NAN, ..CONFIG }), "learning_rate");
        assert_eq!(refused(GraduatedConfig { kernel: Kernel::Cube { radius: -1.0 }, ..CONFIG }), "bandwidth");
        let wild = GraduatedConfig { learning_rate: 1e300, ..CONFIG };
        let mut descent = Graduated::new(&f, wild, [1e10], [0.0; 1]).unwrap();
        assert_eq!(descent.step(&f), GraduatedStep::NotFinite);
        assert_eq!(descent.params(), [1e10]);
        let mut shrunk = Graduated::new(&f, CONFIG, vec![0.5], [0.0; 1]).unwrap();
        shrunk.params.clear();
        assert_eq!(shrunk.step(&f), GraduatedStep::MemoryChanged);
    }
}
